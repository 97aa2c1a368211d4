"""The conflict-of-interest statement that opens every article. Rows are written once."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..append_only import append_only
from ..kept import restamps
from .text import Language


class InterestStatement(models.Model):
    """Who runs the site and what they earn by it, as it stood from one day on."""

    language = models.CharField(_("language"), max_length=2, choices=Language)
    text = models.TextField(
        _("statement"), help_text=_("{{clinic_legal_name}} is filled in. Readers see it above every article.")
    )
    since = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("conflict-of-interest statement")
        verbose_name_plural = _("conflict-of-interest statements")
        ordering = ["-since", "-pk"]
        triggers = [*append_only("interest_statement"), *restamps("interest_statement")]
        constraints = [
            models.CheckConstraint(
                name="interest_statement_language_known", condition=Q(language__in=Language.values)
            ),
            models.CheckConstraint(name="interest_statement_says_something", condition=~Q(text="")),
        ]

    def __str__(self):
        return f"{self.get_language_display()} ({self.since:%Y-%m-%d})"

    @classmethod
    def in_force(cls, language: str) -> "InterestStatement | None":
        """Return the statement that readers of a language see now."""
        return cls.objects.filter(language=language, since__lte=timezone.now()).first()
