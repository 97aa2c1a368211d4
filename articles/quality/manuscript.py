"""An article as the rules see it, and what they say of it."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Self

from django.utils import timezone
from django.utils.translation import gettext as _

from articles import statements
from articles.evidence import Fact, Ledger, ledger
from articles.marks import PICTURE_MARK, shown_pictures

from .text import Passage, passages, plain_passage

# Kinds of article that open with the evidence statement and the five-line summary.
WITH_SUMMARY = {"treatment", "related"}


class Severity(StrEnum):
    ERROR = "error"  # stops publication
    WARNING = "warning"  # is answered in writing


@dataclass(frozen=True)
class Signer:
    """Somebody who wrote or reviewed an article."""

    name: str
    qualification: str = ""
    licence_body: str = ""
    works_for_clinic: bool = True


@dataclass(frozen=True)
class Exemption:
    """Leave to use a blocked word in a sentence that denies or questions it."""

    word: str
    reason: str
    allowed_by: str
    asked_by: str = ""


@dataclass(frozen=True)
class Answer:
    """What an editor wrote to a warning; it holds for the warning with this key and no other."""

    key: str
    text: str
    by: str


@dataclass(frozen=True)
class Place:
    """Where in an article a problem is."""

    field: str = ""
    section: str = ""
    quote: str = ""

    @classmethod
    def of(cls, passage: Passage) -> Self:
        return cls(passage.field, passage.section, passage.text)

    def __str__(self) -> str:
        names = {
            "title": _("title"),
            "slug": _("address"),
            "summary": _("summary"),
            "in_short": _("in short"),
            "standard_summary": _("summary box"),
            "body": _("text"),
            "pictures": _("pictures"),
            "change_note": _("what changed"),
            "authors": _("authors"),
            "reviewers": _("reviewers"),
            "dates": _("review dates"),
            "translation": _("translation"),
            "legal_review": _("legal review"),
        }
        parts = [
            names.get(self.field, self.field),
            self.section and f"“{self.section}”",
            _opening(self.quote),
        ]
        return ", ".join(part for part in parts if part)


def _opening(text: str, words: int = 8) -> str:
    """Return the first words of a passage, by which an editor finds it."""
    parts = text.split()
    return f"“{' '.join(parts[:words])}{' …' if len(parts) > words else ''}”" if parts else ""


@dataclass(frozen=True)
class Problem:
    code: str
    severity: Severity
    place: Place
    message: str
    subject: str = ""  # the word or fact it is about, whatever the language of the message
    answer: Answer | None = None

    @property
    def key(self) -> str:
        """The same for the same problem in the same words; a changed passage is a new problem."""
        text = "\0".join([self.code, self.place.field, self.place.section, self.place.quote, self.subject])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to act: a warning that was answered is settled."""
        return self.answer is None


@dataclass(frozen=True)
class Manuscript:
    """One article in one language, with all that the rules ask about it. Nothing here reads a database."""

    plan: str = ""
    language: str = "en"
    slug: str = ""
    kind: str = "condition"
    title: str = ""
    summary: str = ""
    in_short: tuple[str, ...] = ()
    body: str = ""
    change_note: str = ""
    version: int = 1
    is_published: bool = False  # whether readers have had a version of it

    authors: tuple[Signer, ...] = ()
    reviewers: tuple[Signer, ...] = ()
    needs_external_reviewer: bool = False
    reviewed_on: date | None = None
    next_review_on: date | None = None
    review_months: int = 12
    today: date = field(default_factory=timezone.localdate)

    required_section_kinds: tuple[str, ...] = ()
    required_panels: tuple[str, ...] = ()
    glossary: tuple[str, ...] = ()

    ledger: Ledger = field(default_factory=ledger)
    searched_on: date | None = None  # by default the day that the ledger names
    search_months: int = 6
    needs_legal_review: bool = False
    legal_review_on: date | None = None
    rules_changed_on: date | None = None  # when a fact about the law that it cites was last corrected
    standard_summary: tuple[str, ...] | None = None  # by default the lines of statements.yaml

    translation: "Manuscript | None" = None
    original_language: str = "en"
    translated_by: str = ""
    translation_checked_by: str = ""

    exemptions: tuple[Exemption, ...] = ()
    answers: tuple[Answer, ...] = ()

    @property
    def has_summary(self) -> bool:
        return self.kind in WITH_SUMMARY

    @property
    def last_search_on(self) -> date | None:
        return self.searched_on or self.ledger.searched_on

    @cached_property
    def standard_lines(self) -> tuple[Passage, ...]:
        """The five lines that the software puts at the top of pages about the treatment."""
        if not self.has_summary:
            return ()
        lines = self.standard_summary
        if lines is None:
            lines = tuple(statements.summary_lines(self.language))
        return self._each(lines, "standard_summary")

    @cached_property
    def metadata(self) -> tuple[Passage, ...]:
        """What stands outside the page as well: in lists, search results and shared links."""
        fields = {"title": self.title, "summary": self.summary, "slug": self.slug.replace("-", " ")}
        return tuple(plain_passage(text, self.language, name) for name, text in fields.items() if text)

    @cached_property
    def points(self) -> tuple[Passage, ...]:
        return self._each(self.in_short, "in_short")

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        return tuple(passages(PICTURE_MARK.sub("", self.body), self.language))

    @cached_property
    def pictures(self) -> tuple[Passage, ...]:
        """The alternative text, the caption and the credit of each picture that the text shows."""
        keys = (key for key in shown_pictures(self.body) if key in self.ledger.pictures)
        return tuple(
            replace(plain_passage(text, self.language, "pictures"), section=picture.key)
            for picture in map(self.ledger.pictures.__getitem__, keys)
            for text in (
                picture.said("alt", self.language),
                picture.said("caption", self.language),
                picture.credit,
            )
            if text
        )

    @cached_property
    def written(self) -> tuple[Passage, ...]:
        """All that somebody typed, in the order in which a reader meets it."""
        note = [plain_passage(self.change_note, self.language, "change_note")] if self.change_note else []
        return (*self.metadata, *self.points, *self.passages, *self.pictures, *note)

    @cached_property
    def citations(self) -> tuple[tuple[str, Passage], ...]:
        """Each citation of the page, F31 or F09-F20, and where it stands."""
        where = (*self.standard_lines, *self.points, *self.passages)
        return tuple((part, passage) for passage in where for part in passage.cited)

    @cached_property
    def cited_ids(self) -> frozenset[str]:
        return frozenset(id for part, _place in self.citations for id in expand(part))

    @property
    def section_kinds(self) -> list[str]:
        return sorted({passage.section_kind for passage in self.passages if passage.section_kind})

    def facts(self, cited: Iterable[str]) -> list[Fact]:
        """Return the facts behind some citations; those that the ledger lacks are left out."""
        return [self.ledger.facts[id] for part in cited for id in expand(part) if id in self.ledger.facts]

    def _each(self, lines: Iterable[str], name: str) -> tuple[Passage, ...]:
        found = (passage for line in lines for passage in passages(line, self.language, name))
        return tuple(found)


def expand(cited: str) -> list[str]:
    """Return the ids that a citation names: F31, or each of a range such as F09-F20."""
    first, _dash, last = cited.partition("-")
    if not last:
        return [first]
    return [f"F{number:02}" for number in range(int(first[1:]), int(last[1:]) + 1)]
