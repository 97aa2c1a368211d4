from django.db import models
from django.db.models import Q


class Stamp(models.Model):
    """One row: another value after every change of evidence or register (see kept.py)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    value = models.UUIDField()

    class Meta:
        constraints = [models.CheckConstraint(name="stamp_has_one_row", condition=Q(id=1))]

    def __str__(self):
        return str(self.value)
