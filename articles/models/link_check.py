"""Whether the addresses of sources still lead somewhere: what the last check found."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .source import Source


class LinkCheck(models.Model):
    """What one source's address answered when it was last asked. Kept apart from what staff write."""

    class Answer(models.TextChoices):
        FOUND = "found", _("found")
        GONE = "gone", _("leads nowhere")
        UNKNOWN = "unknown", _("did not answer us")

    source = models.OneToOneField(Source, models.CASCADE, related_name="link_check")
    asked_at = models.DateTimeField(_("asked"))
    answer = models.CharField(_("link"), max_length=7, choices=Answer)
    detail = models.CharField(_("in detail"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("check of a link")
        verbose_name_plural = _("checks of links")
        ordering = ["source"]
        constraints = [
            models.CheckConstraint(
                name="link_check_answer_known",
                condition=models.Q(answer__in=["found", "gone", "unknown"]),
            )
        ]

    def __str__(self):
        return f"{self.source_id}: {self.get_answer_display()}"
