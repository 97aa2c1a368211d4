"""The record of lists that were taken along as a file."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.append_only import append_only


class Export(models.Model):
    """Somebody took a list along: which filters it had and how many rows, never what was searched for."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    filters = models.JSONField(_("filters"), default=dict)
    searched = models.BooleanField(_("narrowed by a search"), default=False)
    with_choices = models.BooleanField(_("with what people chose"), default=False)
    rows = models.PositiveIntegerField(_("rows"))

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-at", "-pk"]
        triggers = append_only("export")

    def __str__(self):
        return f"{self.by_id} ({self.rows})"
