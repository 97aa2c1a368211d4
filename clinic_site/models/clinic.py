"""The clinic's own facts, kept by staff in the admin: who and where it is, when open, whom to call."""

import re
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from articles import evidence
from articles.invisible import VISIBLE, VISIBLE_LINES
from articles.kept import restamps

from ..clinic import whole

# Editorial rules C18: a line that nobody called for this long is not shown; staff are reminded before.
HELP_LINE_DAYS = 90
HELP_LINE_REMINDER_DAYS = 60
# The countries whose lines a site must have, and the directory for all others.
COUNTRIES = ["KR", "US", "GB-IE", "JP", "*"]

_PHONE = RegexValidator(r"^\+\d[\d ]{6,20}$", _("Write it with the country: +82 2 1234 5678."))


def _line(label, length=200, **options):
    return models.CharField(label, max_length=length, validators=VISIBLE, **options)


def _text(label, **options):
    return models.TextField(label, validators=VISIBLE_LINES, **options)


class ClinicProfile(models.Model):
    """Who runs the site. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    demonstration = models.BooleanField(
        _("invented for the demonstration"),
        default=False,
        help_text=_("Untick it once everything here is the clinic's own. A real site does not open before."),
    )
    name_en = _line(_("name (English)"), 100)
    name_ko = _line(_("name (Korean)"), 100)
    legal_name_en = _line(
        _("legal name (English)"), 150, help_text=_("As registered. It stands in the consents.")
    )
    legal_name_ko = _line(_("legal name (Korean)"), 150)
    responsible_physician_en = _line(_("responsible physician (English)"))
    responsible_physician_ko = _line(_("responsible physician (Korean)"))
    licence_en = _line(
        _("licence (English)"),
        help_text=_("Of the responsible physician: kind, number and who gave it."),
    )
    licence_ko = _line(_("licence (Korean)"))
    address_en = _line(_("address (English)"), 300)
    address_ko = _line(_("address (Korean)"), 300)
    directions_en = _text(
        _("how to come (English)"),
        blank=True,
        help_text=_("Underground, bus, steps and lift, parking. An empty line begins a new paragraph."),
    )
    directions_ko = _text(_("how to come (Korean)"), blank=True)
    phone = models.CharField(_("phone"), max_length=30, validators=[_PHONE])
    after_hours_phone = models.CharField(
        _("phone out of hours"),
        max_length=30,
        validators=[_PHONE],
        help_text=_("For patients who are unwell."),
    )
    email = models.EmailField(_("e-mail"), help_text=_("For letters that hold nothing about health."))
    privacy_contact_en = _line(
        _("privacy contact (English)"),
        help_text=_("The name or office, and the address, of whoever answers."),
    )
    privacy_contact_ko = _line(_("privacy contact (Korean)"))
    processors_en = _text(
        _("who processes data for the clinic (English)"),
        help_text=_("Each company and what it does, such as the hosting. “None” is an answer."),
    )
    processors_ko = _text(_("who processes data for the clinic (Korean)"))

    intake_open = models.BooleanField(
        _("the form takes questions"),
        default=True,
        help_text=_("Unticked, the form closes at once. Conversations that have begun go on."),
    )
    intake_closed_en = _line(
        _("why it is closed (English)"),
        300,
        blank=True,
        help_text=_("Readers see it in place of the form, with the phone and the help lines."),
    )
    intake_closed_ko = _line(_("why it is closed (Korean)"), 300, blank=True)

    class Meta:
        verbose_name = _("the clinic")
        verbose_name_plural = _("the clinic")
        constraints = [models.CheckConstraint(name="clinic_profile_is_one_row", condition=Q(id=1))]
        triggers = restamps("clinic_profile")

    def __str__(self):
        return self.name_en


class OpeningHours(models.Model):
    """When the clinic is open on one day of the week, in Seoul. A day without a row is closed."""

    clinic = models.ForeignKey(ClinicProfile, models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=list(WEEKDAYS.items()), unique=True)
    opens_at = models.TimeField(_("opens"))
    closes_at = models.TimeField(_("closes"))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["weekday"]
        constraints = [
            models.CheckConstraint(name="opening_hours_weekday_known", condition=Q(weekday__lte=6)),
            models.CheckConstraint(
                name="opening_hours_close_after_opening",
                condition=Q(closes_at__gt=F("opens_at")),
                violation_error_message=_("It closes after it opens."),
            ),
        ]
        triggers = restamps("opening_hours")

    def __str__(self):
        return f"{self.get_weekday_display()} {self.opens_at:%H:%M}–{self.closes_at:%H:%M}"


class ClosedDay(models.Model):
    """A day on which the clinic is closed, besides weekends and Korean public holidays."""

    day = models.DateField(_("day"), unique=True)
    reason_en = _line(_("what readers are told (English)"), 100, help_text=_("Such as “Staff training”."))
    reason_ko = _line(_("what readers are told (Korean)"), 100)

    class Meta:
        verbose_name = _("closed day")
        verbose_name_plural = _("closed days")
        ordering = ["day"]
        triggers = restamps("closed_day")

    def __str__(self):
        return f"{self.day}: {self.reason_en}"


class HelpLine(models.Model):
    """A crisis line. It is shown for as long as somebody has checked it lately (editorial rule C18)."""

    position = models.PositiveSmallIntegerField(_("position"), default=0)
    country = _line(
        _("country"), 10, help_text=_("Such as KR or GB-IE; * is the directory for everywhere else.")
    )
    text_en = _line(_("what readers see (English)"), 300, help_text=_("With each number as it is dialled."))
    text_ko = _line(_("what readers see (Korean)"), 300)
    call = models.CharField(
        _("numbers to link"),
        max_length=100,
        blank=True,
        help_text=_("Divided by commas, each as it stands in the texts: 116 123, 999"),
    )
    site = models.CharField(
        _("site to link"),
        max_length=100,
        blank=True,
        help_text=_("As it stands in the texts: findahelpline.com"),
    )
    checked_on = models.DateField(
        _("last checked on"),
        help_text=_("The day on which somebody called, or read the line's own page. Shown for 90 days."),
    )

    class Meta:
        verbose_name = _("help line")
        verbose_name_plural = _("help lines")
        ordering = ["position", "pk"]
        triggers = restamps("help_line")

    def __str__(self):
        return self.text_en

    @property
    def numbers(self) -> list[str]:
        return [number.strip() for number in self.call.split(",") if number.strip()]

    @property
    def shown_until(self) -> date:
        return self.checked_on + timedelta(days=HELP_LINE_DAYS)

    @property
    def is_shown(self) -> bool:
        return evidence.today() <= self.shown_until

    def clean(self):
        """Refuse a number that no text has, since it could not be called."""
        for number in [*self.numbers, *([self.site] if self.site else [])]:
            if not all(re.search(whole(number), text) for text in (self.text_en, self.text_ko)):
                raise ValidationError(
                    _("%(number)s does not stand in both texts."), params={"number": number}, code="missing"
                )
        if self.checked_on and self.checked_on > evidence.today():
            raise ValidationError({"checked_on": _("That day has not come yet.")})
