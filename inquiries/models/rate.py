"""How often a network did something lately. Nothing here tells which network it was."""

from django.db import models
from django.db.models import Q


class Counted(models.TextChoices):
    INQUIRY = "inquiry"
    UNKNOWN = "unknown", "a receipt that nobody knows"


class RateCount(models.Model):
    """One network, in an hour or less: counted and forgotten in inquiries/rates.py."""

    what = models.CharField(max_length=8, choices=Counted, default=Counted.INQUIRY)
    network = models.CharField(max_length=32, help_text="Keyed hash of a /24 or /64; another key each time.")
    since = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["what", "since", "network"], name="rate_count_once_per_network"),
            models.CheckConstraint(
                name="rate_count_of_something_known", condition=Q(what__in=Counted.values)
            ),
        ]

    def __str__(self):
        return f"{self.what} {self.since:%H:%M} {self.count}"
