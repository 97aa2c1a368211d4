from django.db import models
from django.db.models import Q

from ..kept import OF_FACTS, OF_PAGES


class Stamp(models.Model):
    """Two rows: another value after every change of evidence or register, and of pages (see kept.py)."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    value = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="stamp_is_one_of_two", condition=Q(id__in=[OF_FACTS, OF_PAGES]))
        ]

    def __str__(self):
        return str(self.value)
