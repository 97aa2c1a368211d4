"""The evidence ledger: what may be stated, how sure it is, and where it comes from.

Staff keep facts and sources in the database (models/fact.py); articles cite them from Markdown by
id, as [F31]. What is here is plain data, so that rendering and rules stay pure functions.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from .dates import add_months
from .kept import kept

CONTENT = Path(__file__).with_name("content")


LAST_DAY = date(2100, 1, 1)  # no day on record lies beyond; a mistyped year would break reckoning with it


class EvidenceLevel(TextChoices):
    """How strong the support for a fact is, in the words that readers see beside a citation."""

    STRONG = "strong", _("strong evidence")
    MODERATE = "moderate", _("moderate evidence")
    LIMITED = "limited", _("weak evidence")
    PRECLINICAL = "preclinical", _("animals or laboratory only")
    CASE = "case", _("single cases")
    NONE = "none", _("no studies in people found")
    OFFICIAL = "official", _("official record")
    CONSENSUS = "consensus", _("expert agreement")


LEVEL_MEANINGS = {
    EvidenceLevel.STRONG: _("Several good trials agree."),
    EvidenceLevel.MODERATE: _("One good trial, or large consistent studies."),
    EvidenceLevel.LIMITED: _("Small or early studies in people."),
    EvidenceLevel.PRECLINICAL: _("Not yet studied in people."),
    EvidenceLevel.CASE: _("Shows it can happen, not how often."),
    EvidenceLevel.NONE: _("We looked and found no study in people. We may have missed one."),
    EvidenceLevel.OFFICIAL: _("Law, regulator, statistics, guideline or registry."),
    EvidenceLevel.CONSENSUS: _("What experts in the field agree on."),
}


_day: ContextVar[date | None] = ContextVar("day", default=None)


def today() -> date:
    """Return the day by which facts are fresh or stale: today in Seoul, unless as_of() says otherwise."""
    return _day.get() or timezone.localdate()


@contextmanager
def as_of(day: date) -> Iterator[None]:
    """Judge freshness by another day, for articles that were written then."""
    before = _day.set(day)
    try:
        yield
    finally:
        _day.reset(before)


def not_in_the_future(day: date) -> None:
    """Refuse a day on which nothing can have been checked yet; a validator of fields."""
    if day > today():
        raise ValidationError(_("This day has not come yet."), "future")


@dataclass(frozen=True)
class Source:
    id: str
    authors: str
    title: str
    venue: str
    year: int
    url: str
    reference: str = ""
    retracted: bool = False
    in_korean: tuple[tuple[str, str], ...] = ()  # what it is called there, by field

    @property
    def shown(self) -> "Source":
        """Return the source as the active language names it."""
        names: dict[str, Any] = dict(self.in_korean)
        return replace(self, **names) if get_language() == "ko" else self

    @property
    def can_be_followed(self) -> bool:
        """Whether a reader can open it, or look it up by the number of a statute or case."""
        return bool(self.url or self.reference) and not self.retracted


def short_label(source: Source) -> str:
    """Return a source in a few words, such as “Cipriani 2018”."""
    source = source.shown
    name = re.split(r"[,;(/]", source.authors)[0].strip() or source.venue.split(",")[0]
    surname = re.sub(r" [A-Z]{1,3}$", "", name)
    return f"{surname} {source.year}"


@dataclass(frozen=True)
class Fact:
    id: str
    statement: str
    evidence: EvidenceLevel
    sources: tuple[Source, ...]
    verified: bool
    about: str = ""
    supports: str = ""
    recheck_months: int = 0
    checked_on: date | None = None

    @property
    def check_by(self) -> date | None:
        """The last day on which the fact counts as checked; None where no day is known."""
        return add_months(self.checked_on, self.recheck_months) if self.checked_on else None

    @property
    def can_be_followed(self) -> bool:
        return any(source.can_be_followed for source in self.sources)


@dataclass(frozen=True)
class Picture:
    """A picture that articles may show, with its words in both languages."""

    key: str
    kind: str
    name: str  # of its files: the first digits of the digest
    widths: tuple[int, ...]  # in which it is stored, the smallest first
    height: int  # of the largest
    alt_en: str
    alt_ko: str
    caption_en: str = ""
    caption_ko: str = ""
    credit: str = ""

    @property
    def width(self) -> int:
        return self.widths[-1]

    def said(self, name: str, language: str) -> str:
        """Return one of the texts in a language."""
        return getattr(self, f"{name}_{language}")

    def address(self, width: int) -> str:
        """Return the address of the file of one of its widths."""
        return reverse("picture", args=[self.name, width])


class UnknownFact(ValueError):
    """An article cites a fact that may not be published; the message says why and what to do."""


@dataclass(frozen=True)
class Ledger:
    facts: dict[str, Fact]
    searched_on: date | None
    today: date = field(default_factory=lambda: today())
    # The keys of the clinic's statements; None where nobody can say.
    clinic_statements: frozenset[str] | None = None
    pictures: dict[str, Picture] = field(default_factory=dict)

    # Whether a fact that may not be published stops whoever cites it; not so in a preview.
    strict: bool = True

    def fact(self, id: str) -> Fact:
        """Return a fact that may be published, or raise UnknownFact."""
        fact = self.facts.get(id)
        if fact is None:
            raise UnknownFact(
                gettext("%(fact)s is not in the evidence ledger. Look its number up under Facts.")
                % {"fact": id}
            )
        if self.strict and (problem := self.problem(fact)):
            raise UnknownFact(problem)
        return fact

    def problem(self, fact: Fact) -> str:
        """Return why a fact may not be published, and what to do about it; empty if it may."""
        if not fact.verified:
            return gettext(
                "%(fact)s has not been checked against its source yet. Read the source, then mark the "
                "fact as checked under Facts; or cite another."
            ) % {"fact": fact.id}
        if fact.check_by and fact.check_by < self.today:
            return gettext(
                "%(fact)s was to be checked again by %(day)s. Read its sources again, then enter the day "
                "under Facts."
            ) % {"fact": fact.id, "day": date_format(fact.check_by, "DATE_FORMAT")}
        for source in fact.sources:
            if source.retracted:
                return gettext(
                    "%(fact)s rests on %(source)s, which was retracted or withdrawn. Correct the fact "
                    "under Facts, or take the citation out."
                ) % {"fact": fact.id, "source": source.id}
        return ""

    def between(self, first: str, last: str) -> list[Fact]:
        """Return the facts of a range such as F09-F20, both ends included, as `fact` does.

        What nobody has checked yet is left out of a range, so that fixed wording can stand.
        """
        found = [self.facts.get(id) for id in fact_range(first, last)]
        return [self.fact(fact.id) for fact in found if fact and fact.verified]


def fact_range(first: str, last: str) -> list[str]:
    """Return every id from F09 to F20, both ends included."""
    return [f"F{number:02}" for number in range(int(first[1:]), int(last[1:]) + 1)]


@kept
def _stored() -> tuple[dict[str, Fact], date | None, frozenset[str], dict[str, Picture]]:
    rows = apps.get_model("articles", "Fact").objects.prefetch_related("citations__source")
    searches = apps.get_model("articles", "SearchRecord").objects
    statements = apps.get_model("articles", "ClinicStatement").objects
    pictures = apps.get_model("articles", "Picture").objects.all()
    return (
        {row.key: row.entry for row in rows},
        searches.values_list("searched_on", flat=True).first(),
        frozenset(statements.values_list("key", flat=True)),
        {picture.key: picture.entry for picture in pictures},
    )


def ledger(at: UUID | None = None) -> Ledger:
    """Return the ledger as it stands now: one query, and six more after somebody changed something."""
    facts, searched_on, statements, pictures = _stored(at)
    return Ledger(facts, searched_on, today(), statements, pictures)
