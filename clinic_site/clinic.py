"""The clinic's own facts, in the reader's language when asked.

Staff keep them in the admin (models/clinic.py). Until they have, and in a process that never saw the
database, they are those of the file that CLINIC_PROFILE names: a page must be able to say whom to call
while nothing else works.
"""

import logging
import re
import time as clock
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.utils.translation import get_language, pgettext

from articles.kept import kept

from . import calendar, particles, shipped
from .freshness import database_is_known_to_be_away

LEAVE_ALONE_SECONDS = 5.0  # a database that did not answer is not asked again for each page

# What counts where staff took every row away: a promise must be reckoned with something.
OFFICE_HOURS = dict.fromkeys(range(5), (time(9), time(18)))

# Ambulance and police, which the row of a line names too: not whom one calls to talk.
EMERGENCY = {"110", "112", "119", "911", "999"}

log = logging.getLogger(__name__)


def in_language(text: Any, language: str | None = None) -> str:
    """Return a text that may stand once per language as the one for `language` (default: the active)."""
    if isinstance(text, dict):
        return text[language or get_language() or "en"]
    return str(text)


@dataclass(frozen=True)
class Clinic:
    """What the site says of the clinic. Every text answers in the active language."""

    facts: dict[str, Any]

    def __getattr__(self, name: str) -> str:
        try:
            return in_language(self.facts[name])
        except KeyError:
            raise AttributeError(name) from None

    @property
    def is_demonstration(self) -> bool:
        return bool(self.facts["demonstration"])

    @property
    def takes_questions(self) -> bool:
        """Whether staff have left the form open; so it is where nobody has said anything yet."""
        return bool(self.facts.get("intake_open", True))

    @property
    def why_no_questions(self) -> str:
        return in_language(self.facts.get("intake_closed", ""))

    @property
    def phone_href(self) -> str:
        return telephone(self.facts["phone"])

    @property
    def after_hours_phone_href(self) -> str:
        return telephone(self.facts["after_hours_phone"])

    @property
    def opening(self) -> dict[int, tuple[time, time]]:
        """When it opens and closes in Seoul, by day of the week (Monday is 0). A day not here is closed."""
        return self.facts["opening"] or OFFICE_HOURS

    @property
    def hours(self) -> str:
        return calendar.in_words(self.opening, get_language() or "en")

    @property
    def hours_for_search_engines(self) -> list[str]:
        return calendar.for_search_engines(self.opening)

    @property
    def closed_days(self) -> dict[date, dict[str, str]]:
        """Days on which it is closed besides, and why."""
        return self.facts["closed"]

    def is_open_on(self, day: date) -> bool:
        return (
            day.weekday() in self.opening
            and day not in self.closed_days
            and not calendar.public_holiday(day, "en")
        )

    def on_day(self, day: date) -> str:
        """Return when it is open on one day, or why it is not, in the active language."""
        language = get_language() or "en"
        if self.is_open_on(day):
            return calendar.hours_in_words(self.opening[day.weekday()], language)
        if why := self._why_closed(day):
            return pgettext("opening hours", "closed (%(reason)s)") % {"reason": why}
        return pgettext("opening hours", "closed")

    def week(self) -> list[tuple[str, str]]:
        """Return each day of an ordinary week and its hours, in the active language."""
        language, closed = get_language() or "en", pgettext("opening hours", "closed")
        hours = {day: calendar.hours_in_words(at, language) for day, at in self.opening.items()}
        return [(name, hours.get(day, closed)) for day, name in enumerate(calendar.DAYS[language])]

    def closes_at(self, day: date) -> time:
        """Return when a day of work ends. Raises KeyError for a day of the week on which it is closed."""
        return self.opening[day.weekday()][1]

    def closures(self, since: date, days: int) -> list[tuple[date, str]]:
        """Return the days from `since` on that would be open but are not, and why, in the active language."""
        return [
            (day, self._why_closed(day))
            for day in (since + timedelta(days=number) for number in range(days))
            if day.weekday() in self.opening and not self.is_open_on(day)
        ]

    def _why_closed(self, day: date) -> str:
        reason = self.closed_days.get(day)
        return in_language(reason) if reason else calendar.public_holiday(day, get_language() or "en")

    def fill(self, text: str) -> str:
        """Put the clinic's facts into the {{placeholders}} of a text.

        Raises KeyError when a placeholder names a fact that the profile lacks: a consent text
        with a hole in it must never be shown. A particle that follows, as 이(가), is chosen to fit.
        """
        names = {"clinic_legal_name": "legal_name", "clinic_phone": "phone"}
        names["clinic_after_hours_phone"] = "after_hours_phone"
        return re.sub(
            rf"{{{{\s*(\w+)\s*}}}}((?:{particles.MARKED.pattern})?)",
            lambda match: particles.fitted(in_language(self.facts[names.get(match[1], match[1])]), match[2]),
            text,
        )


@dataclass(frozen=True)
class Line:
    """A crisis line: its text by language, what of it to link, and until when it may be shown."""

    country: str
    text: dict[str, str]
    call: list[str]
    site: str
    checked_on: date
    shown_until: date

    @property
    def number(self) -> str:
        """Return the number that answers whoever thinks of suicide, or ""."""
        return next((number for number in self.call if number not in EMERGENCY), "")

    @property
    def href(self) -> str:
        return telephone(self.number)

    def pieces(self, language: str | None = None) -> list[tuple[str, str]]:
        """Return the text in pieces, each with the address to link, or ""."""
        links = {number: telephone(number) for number in self.call}
        if self.site:
            links[self.site] = f"https://{self.site}/"
        text = in_language(self.text, language)
        pieces = re.split(f"({'|'.join(map(whole, links))})", text) if links else [text]
        return [(piece, links.get(piece, "")) for piece in pieces if piece]


@dataclass(frozen=True)
class Known:
    """All that is known of the clinic at one moment."""

    clinic: Clinic
    lines: list[Line]


def whole(found: str) -> str:
    """Return the pattern of a number or a site that is not part of another: a particle may follow."""
    return rf"(?<![0-9A-Za-z]){re.escape(found)}(?![0-9A-Za-z])"


def telephone(number: str) -> str:
    """Return a phone number as a link takes it."""
    return "tel:" + re.sub(r"[^+\d]", "", number)


def clinic() -> Clinic:
    return _known().clinic


def last_known() -> Known:
    """Return what this process knew last, without asking: for the page of last resort."""
    return _last or _shipped(settings.CLINIC_PROFILE)


def lines(known: Known | None = None) -> list[Line]:
    """Return the crisis lines that were checked lately, the directory for all other countries last."""
    from articles import evidence

    return [line for line in (known or _known()).lines if evidence.today() <= line.shown_until]


def korean_line() -> Line | None:
    """Return the line that every page names first, where one was checked lately."""
    return next((line for line in lines() if line.country == "KR" and line.number), None)


def help_lines(language: str | None = None) -> list[list[tuple[str, str]]]:
    """Return the crisis lines to show, each in pieces of text with the address to link, or ""."""
    return [line.pieces(language) for line in lines()]


# Where it is known from

_last: Known | None = None
_in_vain_at = -LEAVE_ALONE_SECONDS


def _known() -> Known:
    """Return what is stored; while the database does not answer, what was stored last."""
    global _last, _in_vain_at
    if clock.monotonic() - _in_vain_at >= LEAVE_ALONE_SECONDS and not database_is_known_to_be_away():
        try:
            _last = _stored()
        except (DatabaseError, InterfaceError) as error:
            _in_vain_at = clock.monotonic()
            log.warning("The clinic's facts cannot be read (%s): the last ones serve.", type(error).__name__)
    return _last or _shipped(settings.CLINIC_PROFILE)


@kept
def _stored() -> Known | None:
    """Return what staff keep in the admin; None before the first row."""
    profile = apps.get_model("clinic_site", "ClinicProfile").objects.first()
    if profile is None:
        return None
    facts: dict[str, Any] = {name: getattr(profile, name) for name in shipped.ONCE}
    for name in shipped.IN_BOTH_LANGUAGES:
        facts[name] = {language: getattr(profile, f"{name}_{language}") for language in ("en", "ko")}
    facts["intake_open"] = profile.intake_open
    facts["intake_closed"] = {"en": profile.intake_closed_en, "ko": profile.intake_closed_ko}
    facts["opening"] = {row.weekday: (row.opens_at, row.closes_at) for row in profile.opening_hours.all()}
    facts["closed"] = {
        row.day: {"en": row.reason_en, "ko": row.reason_ko}
        for row in apps.get_model("clinic_site", "ClosedDay").objects.all()
    }
    return Known(
        Clinic(facts), [as_line(row) for row in apps.get_model("clinic_site", "HelpLine").objects.all()]
    )


def as_line(row: Any) -> Line:
    text = {"en": row.text_en, "ko": row.text_ko}
    return Line(row.country, text, row.numbers, row.site, row.checked_on, row.shown_until)


@cache
def _shipped(profile: Path) -> Known:
    return Known(Clinic(shipped.profile()), [as_line(row) for row in shipped.help_lines()])
