"""Rows that come with the software and belong to staff as soon as they edit them."""

import hashlib
from collections.abc import Iterable

from django.db import models


class Written:
    """A row of which we can tell whether what staff write in it has changed."""

    # What staff write, by field.
    WRITTEN: list[str] = []

    def linked_keys(self) -> list[str]:
        """Return the keys of the rows that this one names, in order."""
        return []

    def digest(self, linked: Iterable[str] | None = None) -> str:
        """Return a fingerprint of what staff write, with what the row names (`linked`, or as stored)."""
        keys = self.linked_keys() if linked is None else linked
        text = "\0".join([*(str(getattr(self, name)) for name in self.WRITTEN), *keys])
        return hashlib.sha256(text.encode()).hexdigest()


class Shipped(Written, models.Model):
    """A row with a key of its own, of which we know whether staff edited it."""

    shipped_digest = models.CharField(
        max_length=64,
        editable=False,
        blank=True,
        help_text="What load_articles last wrote. Another digest now means that staff edited.",
    )

    class Meta:
        abstract = True

    @property
    def is_shipped(self):
        return bool(self.shipped_digest)
