"""Bring the danger words that ship with the software into the table; what staff edited stays."""

from typing import Any

from django.apps import apps

from articles.shipped import WITH_THE_SOFTWARE, Loader

from .danger import SHIPPED, shipped_rows


class DangerWordLoader(Loader):
    """Loads the one file, and writes down what a new version of the software changes."""

    def load(self) -> dict[str, int]:
        DangerWord = apps.get_model("inquiries", "DangerWord")
        self._bring(DangerWord, shipped_rows(), lambda row: (DangerWord(**row), []))
        return self.counts

    def _update(self, old, row, keys, links) -> None:
        was = old.written()
        super()._update(old, row, keys, links)
        row.record(was, reason=WITH_THE_SOFTWARE)


def ensure_danger_words(using="default", **kwargs: Any) -> None:
    """Bring the list up to date. Runs after every migration: no site is without it."""
    if using == "default":
        DangerWordLoader(SHIPPED.parent).load()
