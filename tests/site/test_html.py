"""The Nu checker, which judges HTML as the standard does, finds no error on any page."""

import json
import subprocess

import pytest

from .node import module, program
from .staff_walks import STAFF
from .walks import LOCALES, READERS, Walk


class Shelf:
    """A directory of pages as the server sent them, and the names of the pages."""

    def __init__(self, directory):
        self.directory, self.names = directory, {}

    def keep(self, page, name, response):
        file = f"{len(self.names):03}.html"
        self.names[file] = name
        (self.directory / file).write_bytes(response.body())

    def errors(self):
        """Return what the checker complains of: one process looks at all pages."""
        jar = module("vnu-jar/build/dist/vnu.jar")
        command = [program("java", "default-jre-headless"), "-Xss1m", "-jar", str(jar)]
        command += [
            "--stdout",
            "--exit-zero-always",
            "--format",
            "json",
            "--errors-only",
            str(self.directory),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
        return [
            f"{self.names[error['url'].rpartition('/')[2]]}: {error['message']} {error.get('extract', '')}"
            for error in json.loads(done.stdout)["messages"]
        ]


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path)


def test_the_checker_sees_a_mistake(shelf):
    (shelf.directory / "wrong.html").write_text("<!doctype html><title>A</title><div>")
    shelf.names["wrong.html"] = "wrong"

    assert any(error.startswith("wrong: Unclosed element “div”.") for error in shelf.errors())


def test_every_page_is_valid(all_articles, open_page, shelf):
    for language, locale in LOCALES.items():
        for walk in [*READERS.values(), *STAFF.values()]:
            page = open_page(f"/{language}/help-now/", locale=locale, failing=True)
            walk(Walk(page, language, shelf.keep))

    errors = shelf.errors()
    assert not errors, "\n".join(errors)
