"""The record of what the clock has erased."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.append_only import append_only


class PurgeOutcome(models.TextChoices):
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused: more than one run may erase")
    FAILED = "failed", _("Failed")


class Purge(models.Model):
    """One run of the daily erasing: how many, and nobody's."""

    at = models.DateTimeField(_("when"), default=timezone.now)
    outcome = models.CharField(_("outcome"), max_length=7, choices=PurgeOutcome)
    found = models.PositiveIntegerField(_("due"), help_text="Inquiries whose time was over.")
    erased = models.PositiveIntegerField(_("erased"), default=0)
    warned = models.PositiveIntegerField(
        _("warned of"), default=0, help_text="Inquiries that will be erased within 30 days."
    )
    forgotten = models.PositiveIntegerField(
        _("answers forgotten"), default=0, help_text="Answers about pages that lost their words."
    )
    error = models.CharField(
        _("error"), max_length=100, blank=True, help_text="Why it was refused, or an error's class."
    )

    class Meta:
        verbose_name = _("purge")
        verbose_name_plural = _("purges")
        ordering = ["-at", "-pk"]
        triggers = append_only("purge")
        constraints = [
            models.CheckConstraint(name="purge_outcome_known", condition=Q(outcome__in=PurgeOutcome.values)),
        ]

    def __str__(self):
        return f"{self.get_outcome_display()} ({self.found})"
