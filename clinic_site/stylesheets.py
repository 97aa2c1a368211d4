"""Style sheets that are written in parts and sent in one piece."""

import re
from collections.abc import Iterator
from typing import Any

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

OURS = "css/"
IMPORT = re.compile(r'@import url\("([^"]+)"\)(?: layer\((\w+)\))?;')
COMMENT, SPACE = re.compile(r"/\*.*?\*/", re.DOTALL), re.compile(r"\s+")

type Found = dict[str, tuple[Storage, str]]


class InOnePiece(ManifestStaticFilesStorage):
    """Put the files that a style sheet imports in the place of its imports, and leave out what is for us."""

    support_js_module_import_aggregation = True  # by their hashed names, as the page asks for ours

    def post_process(self, paths: Found, dry_run: bool = False, **options: Any) -> Iterator[Any]:
        whole = {name: (Composed(paths), name) for name in paths if is_ours(name)}
        yield from super().post_process(paths | whole, dry_run=dry_run, **options)


class Compressed(InOnePiece, CompressedManifestStaticFilesStorage):
    """The same for the web: with each file stored as Brotli and gzip too."""


class Composed(Storage):
    """The style sheets of the project as they are sent."""

    def __init__(self, found: Found) -> None:
        self.found = found

    def _open(self, name: str, mode: str = "rb") -> ContentFile:
        return ContentFile(SPACE.sub(" ", COMMENT.sub("", self._text(name))).strip().encode())

    def _text(self, name: str) -> str:
        storage, path = self.found[name]
        with storage.open(path) as file:
            text = file.read().decode()
        return IMPORT.sub(lambda line: self._part(name, *line.groups()), text)

    def _part(self, importer: str, name: str, layer: str | None) -> str:
        text = self._text(importer.rpartition("/")[0] + "/" + name)
        return f"@layer {layer} {{ {text} }}" if layer else text


def is_ours(name: str) -> bool:
    return name.startswith(OURS) and name.endswith(".css")
