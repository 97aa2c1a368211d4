"""Finding pages: from what somebody typed to pages, each with the passage that shows why.

PostgreSQL finds and ranks; what is public is asked of Publication. Nothing here writes, and the words
that were typed are kept nowhere.
"""

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from . import spelling
from .concepts import Concept, concepts_of, meant_by
from .distress import speaks_of_distress, where_help_is
from .evidence import EvidenceLevel
from .kept import stamp
from .models import Topic
from .offers import Offer, pages_named
from .question import A_PAGE, CANDIDATES, Hit, Question

LONGEST_QUERY = 100  # characters
RANKED = 50  # of these are put in exact order; nobody reads on to the one after them


@dataclass(frozen=True)
class Facet:
    """One way to narrow the results down."""

    key: str
    name: str
    count: int
    chosen: bool


@dataclass
class Results:
    typed: str
    searched: str = ""  # what was looked for: another word than typed, if that one was not found
    suggestion: str = ""
    was_cut: bool = False
    all_words: bool = True  # otherwise no page has them all
    total: int = 0
    is_more: bool = False  # and there are more
    number: int = 1
    hits: list[Hit] = field(default_factory=list)
    topics: list[Facet] = field(default_factory=list)
    levels: list[Facet] = field(default_factory=list)
    distress: bool = False
    concepts: list[Concept] = field(default_factory=list)
    pages: list[Offer] = field(default_factory=list)  # of the site, if what was typed names one

    @property
    def instead(self) -> list[str]:
        """Return what more than one of these pages calls it: that is said once, above them."""
        found = Counter(hit.instead for hit in self.hits if hit.instead)
        return [words for words, pages in found.items() if pages > 1]

    @property
    def last_number(self) -> int:
        return max(1, math.ceil(min(self.total, RANKED) / A_PAGE))

    @property
    def previous_number(self) -> int:
        return self.number - 1

    @property
    def next_number(self) -> int:
        return self.number + 1


def search(
    query: str,
    language: str,
    topic: str = "",
    level: str = "",
    *,
    number: int = 1,
    anyway: bool = False,
    at: UUID | None = None,
) -> Results:
    """Find the pages for readers of a language: theirs, and those that exist in the other one only.

    Words of distress find where help is today, unless somebody looks for them `anyway`; nobody is then told
    that they meant another word. At most four queries: the stamp, the candidates, once more if nothing had
    all words, and the results.
    """
    typed = spelling.visible(query)
    results = Results(
        typed=typed[:LONGEST_QUERY].strip(),
        was_cut=len(typed) > LONGEST_QUERY,
        distress=speaks_of_distress(typed[:10_000]),
        pages=pages_named(typed[:LONGEST_QUERY]),
    )
    at = at or stamp()
    if results.distress and not anyway:
        return _where_help_is(results, language, at)
    concepts = concepts_of(results.typed, at)
    if not concepts:
        return results
    results.searched = results.typed
    asked = Question(concepts, language, marked=not results.distress)
    found = asked.candidates(all_words=True)
    if not results.distress:
        meant = meant_by(results.typed, at)
        if not found and not results.pages:
            asked = Question(concepts_of(meant.surely, at, loosely=True), language)
            found = asked.candidates(all_words=False)
            found = [row for row in found if row["complete"]] or found
            results.all_words = asked.concepts == concepts_of(meant.surely, at)
            if found:
                results.searched = meant.surely
        if not results.pages and meant.perhaps != results.searched:
            results.suggestion = meant.perhaps
    results.all_words = results.all_words and any(row["complete"] for row in found)
    results.is_more = len(found) >= CANDIDATES
    results.concepts = asked.concepts if found else concepts
    _narrow(results, found, topic, level)
    left = [row for row in found if _has(row, topic, level)]
    results.total = len(left)
    results.number = min(max(1, number), results.last_number)
    if left:
        left.sort(key=lambda row: -row["first_rank"])
        first = (results.number - 1) * A_PAGE
        results.hits = asked.hits([row["pk"] for row in left[:RANKED]], first, at)
    return results


def _where_help_is(results: Results, language: str, at: UUID | None) -> Results:
    asked = Question(where_help_is(), language, marked=False)
    found = asked.candidates(all_words=True)
    results.total = len(found)
    results.hits = asked.hits([row["pk"] for row in found], 0, at) if found else []
    return results


def _has(row: dict[str, Any], topic: str, level: str) -> bool:
    return (not topic or row["topic"] == topic) and (not level or level in row["levels"])


def _narrow(results: Results, found: list[dict[str, Any]], topic: str, level: str) -> None:
    """Say what each topic and each level of evidence would leave of the results."""
    names = {
        row["topic"]: Topic(name_en=row["name_en"], name_ko=row["name_ko"]).said("name")
        for row in sorted(found, key=lambda row: row["place"] or 0)
        if row["topic"]
    }
    by_topic = [row for row in found if _has(row, "", level)]
    by_level = [row for row in found if _has(row, topic, "")]
    topics = Counter(row["topic"] for row in by_topic)
    levels = Counter(known for row in by_level for known in row["levels"])
    results.topics = [
        Facet(key, name, topics[key], key == topic)
        for key, name in names.items()
        if key == topic or 0 < topics[key] < len(by_topic)
    ]
    results.levels = [
        Facet(known.value, str(known.label), levels[known.value], known.value == level)
        for known in EvidenceLevel
        if known.value == level or 0 < levels[known.value] < len(by_level)
    ]
