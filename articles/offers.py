"""What is no article and has the name that was typed: a page of the site, a treatment, a trial's number."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext

from . import live, spelling, trials
from .concepts import Concept
from .evidence import CONTENT
from .kept import stamp
from .models import TreatmentStatus
from .shipped import read

MOST = 5  # of one search; somebody who asks for more has not typed a name


@dataclass(frozen=True)
class Offer:
    """A place that is offered above the results: as a rule a row of the evidence page."""

    name: str
    says: str
    anchor: str
    page: str = "evidence"

    @property
    def url(self) -> str:
        return f"{reverse(self.page)}{f'#{self.anchor}' if self.anchor else ''}"


# Pages of the site


@cache
def _standing_pages() -> dict[str, list[dict[str, Any]]]:
    """Return the pages that each name belongs to."""
    named: dict[str, list[dict[str, Any]]] = {}
    for page in read(CONTENT / "standing-pages.yaml")["pages"]:
        for name in [*page["words"]["en"], *page["words"]["ko"]]:
            pages = named.setdefault(_bare(spelling.words_of(name), frozenset()), [])
            if page not in pages:
                pages.append(page)
    return named


@cache
def _filler() -> frozenset[str]:
    listed = read(CONTENT / "standing-pages.yaml")["filler"]
    return spelling.empty_words() | {*listed["en"], *listed["ko"]}


def _bare(words: Iterable[str], without: frozenset[str]) -> str:
    """Return what is the same for all ways of writing a name, spaces left out."""
    return "".join(spelling.root(word) for word in words if word not in without)


def pages_named(typed: str) -> list[Offer]:
    """Return the pages of the site that somebody typed the name of, and nothing else."""
    words = spelling.words_of(typed)
    pages = _standing_pages()
    named = pages.get(_bare(words, frozenset())) or pages.get(_bare(words, _filler())) or []
    return [Offer(gettext(page["name"]), "", page.get("anchor", ""), page["url"]) for page in named]


# Rows of the evidence page


def offers_for(concepts: list[Concept], at: UUID | None = None) -> list[Offer]:
    """Return the rows of the tables that all that was typed names; none if it says more than a name."""
    if not concepts:
        return []
    at = at or stamp()
    offers = [*_trials(concepts, at), *_treatments(concepts, at)]
    return offers if len(offers) <= MOST else []


def _trials(concepts: list[Concept], at: UUID | None) -> list[Offer]:
    typed = "".join(word for concept in concepts for word in concept.typed)
    return [
        Offer(f"{trial.registration} – {trial.said('title')}", trial.get_status_display(), trial.anchor)
        for trial in trials.stored(at)
        if trial.registration and trial.registration.casefold() in typed
    ]


def _treatments(concepts: list[Concept], at: UUID | None) -> list[Offer]:
    offers = []
    by_treatment: dict[str, list[TreatmentStatus]] = {}
    for status in live.statuses(at):
        by_treatment.setdefault(status.treatment_key, []).append(status)
    for rows in by_treatment.values():
        name = _Name([rows[0].treatment_en, rows[0].treatment_ko])
        named = [concept for concept in concepts if name.has(concept)]
        of = [row for row in rows if _is_for(row, [one for one in concepts if one not in named])]
        if named and of:
            says = " · ".join(f"{row.said('condition')}: {row.get_status_display()}" for row in of)
            offers.append(Offer(rows[0].said("treatment"), says, of[0].anchor))
    return offers


def _is_for(row: TreatmentStatus, concepts: Iterable[Concept]) -> bool:
    condition = _Name([row.condition_en, row.condition_ko])
    return all(condition.has(concept) for concept in concepts)


class _Name:
    """The words of a name in both languages, but for those that many names have."""

    def __init__(self, names: Iterable[str]) -> None:
        words = [word for name in names for word in spelling.words_of(name)]
        said = [word for word in words if word not in spelling.general_words()]
        self.roots = {spelling.root(word) for word in said if not spelling.is_hangul(word)}
        self.hangul = " ".join(word for word in said if spelling.is_hangul(word))

    def has(self, concept: Concept) -> bool:
        said = [concept.typed, *(tuple(term.split()) for term in concept.also)]
        return any(all(map(self._has, words)) for words in said)

    def _has(self, word: str) -> bool:
        if word in spelling.general_words():
            return False
        if spelling.is_hangul(word):
            return len(word) > 1 and word in self.hangul
        return spelling.root(word) in self.roots
