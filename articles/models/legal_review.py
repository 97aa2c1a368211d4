"""Who read what for the law, and when. Rows of this file are written once."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..append_only import append_only
from ..evidence import LAST_DAY, not_in_the_future
from ..invisible import VISIBLE, VISIBLE_LINES


class Scope(models.TextChoices):
    """What a lawyer reads: three articles of the content plan, and the form."""

    A05 = "A05", _("article A05")
    A08 = "A08", _("article A08")
    A11 = "A11", _("article A11")
    FORM = "form", _("the inquiry form")


class LegalReviewQuerySet(models.QuerySet):
    def latest_on(self, scope: str) -> date | None:
        """Return the day of the latest review; None where there is none.

        A reading that was invented for the demonstration counts in the demonstration alone.
        """
        counting = self.filter(scope=scope)
        if not settings.DEMONSTRATION:
            counting = counting.filter(is_demonstration=False)
        return counting.aggregate(latest=models.Max("reviewed_on"))["latest"]


class LegalReview(models.Model):
    """A lawyer's reading of one article or of the form. A mistake is mended by another record."""

    scope = models.CharField(_("what was reviewed"), max_length=4, choices=Scope)
    reviewer = models.CharField(
        _("reviewed by"),
        max_length=120,
        validators=VISIBLE,
        help_text=_("The name of the lawyer."),
    )
    reviewed_on = models.DateField(_("reviewed on"), validators=[not_in_the_future])
    looked_at = models.TextField(
        _("what was looked at"),
        validators=VISIBLE_LINES,
        help_text=_("Which version, in which languages, against which laws, and with what result."),
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now)

    is_demonstration = models.BooleanField(_("invented for the demonstration"), default=False, editable=False)

    objects = LegalReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("legal review")
        verbose_name_plural = _("legal reviews")
        ordering = ["-reviewed_on", "-pk"]
        triggers = append_only("legal_review")
        constraints = [
            models.CheckConstraint(name="legal_review_scope_known", condition=Q(scope__in=Scope.values)),
            models.CheckConstraint(
                name="legal_review_says_who_and_what", condition=~Q(reviewer="") & ~Q(looked_at="")
            ),
            models.CheckConstraint(
                name="legal_review_recorded_by_somebody",
                condition=Q(recorded_by__isnull=False) | Q(is_demonstration=True),
            ),
            models.CheckConstraint(name="legal_review_before_2100", condition=Q(reviewed_on__lt=LAST_DAY)),
        ]

    def __str__(self):
        return f"{self.get_scope_display()}, {self.reviewed_on}"
