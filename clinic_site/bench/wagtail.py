"""A page of Wagtail with the words of our article, installed into a directory that is thrown away."""

import os
import re
import subprocess
import sys
from pathlib import Path

from clinic_site.embedded_postgres.server import ROOT

from .servers import Server, free_port

MODEL = """
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page

class HomePage(Page):
    body = RichTextField(default="")
    content_panels = Page.content_panels + [FieldPanel("body")]
"""
TEMPLATE = """{% extends "base.html" %}{% load wagtailcore_tags %}
{% block content %}<h1>{{ page.title }}</h1>{{ page.body|richtext }}
{% for other in page.get_siblings.live %}<a href="{% pageurl other %}">{{ other.title }}</a>{% endfor %}
{% endblock %}
"""
SETTINGS = """
from .dev import *
DEBUG = False
ALLOWED_HOSTS = ["localhost"]
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
"""
FILL = """
import sys
from home.models import HomePage
page = HomePage.objects.first()
page.body = sys.stdin.read()
page.save_revision().publish()
"""
SERVE = """
import multiprocessing, sys
from granian import Granian
if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    Granian("mysite.wsgi:application", address="127.0.0.1", port=int(sys.argv[1]), interface="wsgi",
            workers=2, blocking_threads=16, log_enabled=False).serve()
"""


def serve(home: Path, page: str) -> Server | None:
    """Return a server of it; None, with a line that says why, if it cannot be installed."""
    venv, site = home / "venv", home / "mysite"
    python = str(venv / "bin/python")
    uv = str(ROOT / ".tools/bin/uv")
    environment = dict(os.environ)  # which may say how the registry is reached
    steps: list[tuple[list[str], Path, str]] = [
        ([uv, "venv", "--quiet", "--python", sys.executable, str(venv)], home, ""),
        ([uv, "pip", "install", "--quiet", "--python", python, "wagtail>=8,<9", "granian"], home, ""),
        ([str(venv / "bin/wagtail"), "start", "mysite", str(site)], home, ""),
        ([python, "manage.py", "makemigrations", "home"], site, ""),
        ([python, "manage.py", "migrate"], site, ""),
        ([python, "manage.py", "shell", "-c", FILL], site, _article(page)),
    ]
    environment.pop("PYTHONPATH", None)
    environment["DJANGO_SETTINGS_MODULE"] = "mysite.settings.bench"
    site.mkdir()
    for command, cwd, text in steps:
        if command[-1] == "home":
            (site / "home/models.py").write_text(MODEL)
            (site / "home/templates/home/home_page.html").write_text(TEMPLATE)
            (site / "mysite/settings/bench.py").write_text(SETTINGS)
            (site / "serve.py").write_text(SERVE)
        done = subprocess.run(
            command, cwd=cwd, env=environment, input=text, capture_output=True, text=True, timeout=240
        )
        if done.returncode:
            last = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
            print(f"Wagtail is not measured: {Path(command[0]).name} {command[1]}: {last[0]}")
            return None
    port = free_port()
    return Server([python, "serve.py", str(port)], port, "/", environment, cwd=site)


def _article(page: str) -> str:
    """Return what stands between <main> and </main>."""
    found = re.search(r"<main\b[^>]*>(.*)</main>", page, re.DOTALL)
    return found[1] if found else page
