"""What the clinic charges: the only place of the site where a price stands."""

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from .. import evidence
from ..dates import add_months
from ..evidence import LAST_DAY
from ..invisible import VISIBLE, VISIBLE_LINES
from ..kept import restamps
from .register import Document, DocumentKind
from .shipped import Written

SHOWN_MONTHS = 12
HIGHEST_PRICE = 1_000_000_000  # won; more is a slip of the keyboard


def _line(label, **options):
    return models.CharField(label, max_length=120, validators=VISIBLE, **options)


def _text(label, **options):
    return models.TextField(label, validators=VISIBLE_LINES, **options)


class PriceItem(Written, models.Model):
    """One price, with all that belongs to it. Readers see it while it is in force and its paper counts."""

    name_en = _line(_("what it is for (English)"))
    name_ko = _line(_("what it is for (Korean)"))
    amount = models.PositiveIntegerField(
        _("amount in won"),
        validators=[MinValueValidator(1), MaxValueValidator(HIGHEST_PRICE)],
        help_text=_("With tax: what a person pays. No reduced price, and no package."),
    )
    included_en = _text(_("what is included (English)"))
    included_ko = _text(_("what is included (Korean)"))
    excluded_en = _text(
        _("what is not included (English)"), help_text=_("Name the cost of treating complications too.")
    )
    excluded_ko = _text(_("what is not included (Korean)"))
    refund_en = _text(_("refund terms (English)"))
    refund_ko = _text(_("refund terms (Korean)"))
    valid_from = models.DateField(
        _("valid from"),
        help_text=_("Readers see a price for twelve months. Confirm it by entering a later day."),
    )
    valid_until = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("The last day, once a new price is known.")
    )
    document = models.ForeignKey(
        Document,
        models.PROTECT,
        related_name="prices",
        verbose_name=_("price list"),
        limit_choices_to={"kind": DocumentKind.PRICES},
        help_text=_("The document in which this price stands."),
    )
    position = models.PositiveSmallIntegerField(_("place in the list"), default=0)

    TEXTS = ["included_en", "included_ko", "excluded_en", "excluded_ko", "refund_en", "refund_ko"]
    FORM = ["name_en", "name_ko", "amount", "document", "position", *TEXTS, "valid_from", "valid_until"]
    WRITTEN = FORM

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering = ["position", "name_en", "-valid_from"]
        triggers = restamps("price_item")
        constraints = [
            models.CheckConstraint(
                name="price_item_amount_likely", condition=Q(amount__range=(1, HIGHEST_PRICE))
            ),
            models.CheckConstraint(
                name="price_item_says_all_in_both_languages",
                condition=~Q(name_en="")
                & ~Q(name_ko="")
                & ~Q(included_en="")
                & ~Q(included_ko="")
                & ~Q(excluded_en="")
                & ~Q(excluded_ko="")
                & ~Q(refund_en="")
                & ~Q(refund_ko=""),
            ),
            models.CheckConstraint(name="price_item_before_2100", condition=Q(valid_from__lt=LAST_DAY)),
            models.CheckConstraint(
                name="price_item_ends_after_it_begins",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                violation_error_message=_("The price ends before it begins."),
            ),
        ]

    def __str__(self):
        return f"{self.said('name')}: ₩{self.amount:,}"

    @property
    def shown_until(self) -> date:
        """The last day on which readers may see it, as far as its own dates say."""
        old = add_months(self.valid_from, SHOWN_MONTHS)
        return min(old, self.valid_until) if self.valid_until else old

    def said(self, name: str) -> str:
        """Return one of the texts in the active language."""
        return getattr(self, f"{name}_{'ko' if get_language() == 'ko' else 'en'}")

    def why_hidden(self, on: date | None = None) -> str:
        """Return why readers do not see it, and what to do about it; empty if they do."""
        on = on or evidence.today()
        if self.valid_from > on:
            return gettext("It is not valid yet.")
        if self.valid_until and self.valid_until < on:
            return gettext("It has ended.")
        if self.shown_until < on:
            return gettext("It is older than twelve months. Confirm it by a later day, or enter the new one.")
        if self.document.kind != DocumentKind.PRICES:
            return gettext("The document behind it is no price list.")
        if not self.document.is_valid(on):
            return gettext("The price list behind it has not been checked, or is not in force.")
        return ""

    def is_shown(self, on: date | None = None) -> bool:
        return not self.why_hidden(on)
