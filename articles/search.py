"""Finding pages: from what somebody typed to pages, each with the passage that shows why.

PostgreSQL finds and ranks; what is public is asked of Publication. Nothing here writes, and the words
that were typed are kept nowhere.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank
from django.db.models import Case, F, OuterRef, Subquery, Value, When
from django.db.models.functions import JSONObject

from . import rendering, spelling
from .evidence import EvidenceLevel
from .indexing import hangul_pairs
from .kept import kept, stamp
from .models import Publication, SearchEntry, SearchSection, Synonym, Topic
from .snippets import END, HIT, Piece, snippet
from .vocabulary import Vocabulary, vocabulary

LONGEST_QUERY = 100  # characters
MOST_CONCEPTS = 10  # of one query; what comes after them is left out
FORGIVING_FROM = 3  # concepts: of so many, one may be missing on a page
A_PAGE = 10  # results
CANDIDATES = 200  # pages that are looked at; those with a word in title or headings come first
RANKED = 50  # of these are put in exact order; nobody reads on to the one after them
WEIGHTS = [0.1, 0.2, 0.5, 1.0]  # of D (unused), text, headings and summary, title


# What the index knows


@dataclass(frozen=True)
class Thesaurus:
    """What each group of words that readers type is called on the pages."""

    terms: dict[str, tuple[str, ...]]
    longest: int  # words in a group
    single: frozenset[str]


def _key(words: Iterable[str]) -> str:
    """Return what is the same for all ways of writing a group of words: no plural, no particle, no space."""
    return "".join(
        spelling.without_ending(word) if spelling.is_hangul(word) else word.removesuffix("s")
        for word in words
    )


@kept
def _thesaurus() -> Thesaurus:
    terms: dict[str, dict[str, None]] = {}
    longest, single = 1, set()
    for synonym in Synonym.objects.all():
        said = [" ".join(spelling.words_of(term)) for term in re.split(r"[,\n]", synonym.terms)]
        for group in re.split(r"[,\n]", synonym.words):
            if words := spelling.words_of(group):
                longest = max(longest, len(words))
                single.update(words)
                terms.setdefault(_key(words), {}).update(dict.fromkeys(filter(None, said)))
    return Thesaurus({key: tuple(found) for key, found in terms.items()}, longest, frozenset(single))


# From what was typed to what is asked


@dataclass(frozen=True)
class Concept:
    """One thing somebody looks for: the words typed for it, and what the pages call it."""

    typed: tuple[str, ...]
    also: tuple[str, ...] = ()
    unfinished: bool = False  # the last word: perhaps only the beginning of it

    @property
    def as_typed(self) -> str:
        return _all(self.typed, unfinished=self.unfinished)

    @property
    def otherwise(self) -> str:
        return _any(_all(term.split()) for term in self.also)

    @property
    def either(self) -> str:
        return _any([self.as_typed, self.otherwise])


def _all(words: Iterable[str], unfinished: bool = False) -> str:
    """Return words as to_tsquery() reads them. They hold nothing but letters and digits."""
    words = list(words)
    lexemes = [lexeme for word in words for lexeme in _lexemes(word)]
    if unfinished and lexemes and not spelling.is_hangul(words[-1]):
        lexemes[-1] = f"({lexemes[-1]} | {lexemes[-1]}:*)"
    return f"({' & '.join(dict.fromkeys(lexemes))})" if lexemes else ""


def _lexemes(word: str) -> list[str]:
    if not spelling.is_hangul(word):
        return [word]
    if len(word) == 1:
        return [f"{word}:*"]
    return list(hangul_pairs([word]))[:-1]  # the last syllable may stand inside a longer word


def _any(queries: Iterable[str]) -> str:
    queries = list(dict.fromkeys(filter(None, queries)))
    return f"({' | '.join(queries)})" if queries else ""


def concepts_of(typed: str, at: UUID | None = None) -> list[Concept]:
    """Return what somebody looks for, in the order of their words."""
    thesaurus, known = _thesaurus(at), vocabulary(at)
    words = [part for word in spelling.words_of(typed) for part in _parts(word, known, thesaurus)]
    longest = thesaurus.longest
    found: list[Concept] = []
    full: list[Concept] = []
    while words and len(found) < MOST_CONCEPTS:
        size = next(
            (n for n in range(longest, 0, -1) if n <= len(words) and _key(words[:n]) in thesaurus.terms),
            1,
        )
        group = tuple(words[:size])
        words = words[size:]
        also = thesaurus.terms.get(_key(group), ())
        bare = tuple(spelling.without_ending(word) for word in group)
        concept = Concept(bare, also, unfinished=not words and len(group[-1]) > 2 and not also)
        found.append(concept)
        if also or not set(group) <= spelling.empty_words():
            full.append(concept)
    # "How much", all of whose words are empty, is looked for if nothing else was typed.
    return _once(full or found)


def _once(concepts: list[Concept]) -> list[Concept]:
    kept_: dict[tuple[str, ...], Concept] = {}
    for concept in concepts:
        kept_.setdefault(concept.typed, concept)
    return list(kept_.values())


def _parts(word: str, have: Vocabulary, thesaurus: Thesaurus) -> list[str]:
    """Divide what was typed in Hangul without spaces, where all of its parts are words of the pages."""
    if not spelling.is_hangul(word) or len(word) < 4 or _key([word]) in thesaurus.terms:
        return [word]
    bare = spelling.without_ending(word)
    best: list[list[str] | None] = [[], *([None] * len(bare))]
    for end in range(2, len(bare) + 1):
        for start in range(end - 1):
            before, part = best[start], bare[start:end]
            if before is None or not (part in have.counts or part in thesaurus.terms):
                continue
            if (now := best[end]) is None or len(before) + 1 < len(now):
                best[end] = [*before, part]
    return best[len(bare)] or [word]


def suggestion_for(typed: str, at: UUID | None = None) -> str:
    """Return what somebody may have meant to type; empty if every word is known."""
    have, thesaurus = vocabulary(at), _thesaurus(at)
    known = {**dict.fromkeys(thesaurus.single, 1), **have.counts}
    changed = False
    words = []
    for word in spelling.words_of(typed):
        meant = (
            None
            if _is_known(word, known, have, thesaurus)
            else spelling.nearest(spelling.without_ending(word) if spelling.is_hangul(word) else word, known)
        )
        changed = changed or meant is not None
        words.append(meant or word)
    return " ".join(words) if changed else ""


def _is_known(word: str, known: dict[str, int], have: Vocabulary, thesaurus: Thesaurus) -> bool:
    if word in known or word in spelling.empty_words() or word[0].isdecimal():
        return True
    if not spelling.is_hangul(word):
        return spelling.root(word) in have.roots
    bare = spelling.without_ending(word)
    return bare in known or len(_parts(word, have, thesaurus)) > 1 or any(bare in one for one in known)


# Asking


@dataclass
class Hit:
    """A page that was found, and the passage that shows why."""

    page: Publication
    topic: Topic | None
    anchor: str
    heading: list[Piece]
    pieces: list[Piece]

    @property
    def url(self) -> str:
        return f"{self.page.get_absolute_url()}{f'#{self.anchor}' if self.anchor else ''}"

    @property
    def levels(self) -> list[dict[str, str]]:
        return rendering.level_legend(self.page.levels)


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
    query: str, language: str, topic: str = "", level: str = "", *, number: int = 1, at: UUID | None = None
) -> Results:
    """Find the pages for readers of a language: theirs, and those that exist in the other one only.

    At most four queries: the stamp, the candidates, once more if nothing had all words, and the results.
    """
    typed = spelling.visible(query)
    results = Results(
        typed=typed[:LONGEST_QUERY].strip(),
        was_cut=len(typed) > LONGEST_QUERY,
        distress=spelling.speaks_of_distress(typed[:10_000]),
    )
    at = at or stamp()
    concepts = concepts_of(results.typed, at)
    if not concepts:
        return results
    results.searched = results.typed
    results.suggestion = suggestion_for(results.typed, at)
    asked = Asked(concepts, language)
    found = asked.candidates(all_words=True)
    if not found:
        if results.suggestion:
            asked = Asked(concepts_of(results.suggestion, at), language)
        found = asked.candidates(all_words=False)
        found = [row for row in found if row["complete"]] or found
        if found and results.suggestion:
            results.searched = results.suggestion
    results.all_words = any(row["complete"] for row in found)
    results.is_more = len(found) >= CANDIDATES
    _narrow(results, found, topic, level)
    left = [row for row in found if _has(row, topic, level)]
    results.total = len(left)
    results.number = min(max(1, number), results.last_number)
    if left:
        left.sort(key=lambda row: -row["first_rank"])
        first = (results.number - 1) * A_PAGE
        results.hits = asked.hits([row["pk"] for row in left[:RANKED]], first, at)
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
    topics = Counter(row["topic"] for row in found if _has(row, "", level))
    levels = Counter(known for row in found if _has(row, topic, "") for known in row["levels"])
    results.topics = [
        Facet(key, name, topics[key], key == topic)
        for key, name in names.items()
        if topics[key] or key == topic
    ]
    results.levels = [
        Facet(known.value, str(known.label), levels[known.value], known.value == level)
        for known in EvidenceLevel
        if levels[known.value] or known.value == level
    ]


@dataclass
class Asked:
    """One question to the index."""

    concepts: list[Concept]
    language: str

    @property
    def _some_words(self) -> str:
        return _any(concept.either for concept in self.concepts)

    @property
    def _all_words(self) -> str:
        return " & ".join(concept.either for concept in self.concepts)

    @property
    def _most_words(self) -> str:
        """Every word; or all but one, if there are enough of them."""
        every = [concept.either for concept in self.concepts]
        if len(every) < FORGIVING_FROM:
            return self._all_words
        return _any(
            f"({' & '.join(query for query in every if query is not left_out)})" for left_out in every
        )

    def candidates(self, *, all_words: bool) -> list[Any]:
        """Return the pages that match, with what narrows them down and whether they have all words."""
        query = _query(self._most_words if all_words else self._some_words)
        has_all = Case(When(search_entry__words=_query(self._all_words), then=True), default=False)
        is_strict = all_words and len(self.concepts) < FORGIVING_FROM
        matching = SearchEntry.objects.filter(words=query).values("pk")[:CANDIDATES]
        in_head = SearchEntry.objects.filter(head=query).values("pk")[:CANDIDATES]
        rows = (
            Publication.objects.filter(pk__in=in_head.union(matching))
            .public()
            .listed()
            .few_for_readers_of(self.language)
            .annotate(
                first_rank=SearchRank(
                    F("search_entry__head"), _query(self._some_words), weights=Value(WEIGHTS)
                ),
                complete=Value(True) if is_strict else has_all,
            )
            .order_by()
            .values(
                "pk",
                "first_rank",
                "complete",
                "levels",
                topic=F("article__topic__key"),
                name_en=F("article__topic__name_en"),
                name_ko=F("article__topic__name_ko"),
                place=F("article__topic__position"),
            )
        )
        return list(rows)

    def hits(self, keys: list[int], first: int, at: UUID | None) -> list[Hit]:
        """Return one page of results, the best of `keys` first."""
        own_language_first = Case(When(language=self.language, then=1.0), default=0.5)
        found = (
            SearchEntry.objects.filter(pk__in=keys)
            .annotate(rank=self._rank(at) * own_language_first, passage=self._passage())
            .select_related("publication__article__topic")
            .only(
                *(f"publication__{name}" for name in ("slug", "language", "title", "levels", "summary")),
                *("publication__reading_minutes", "publication__next_review_on", "publication__reviewed_on"),
                "publication__article__topic",
            )
            .order_by("-rank", "publication__article__plan", "publication_id")[first : first + A_PAGE]
        )
        return [self._hit(entry) for entry in found]

    def _rank(self, at: UUID | None):
        """Return how well a page answers: each concept by its place on the page and by how rare it is."""
        have = vocabulary(at)
        parts = []
        for concept in self.concepts:
            rare = _rarity(concept, have)
            parts.append(Value(rare) * _ranked(concept.as_typed))
            if concept.also:
                parts.append(Value(0.6 * rare * min(3, len(concept.also))) * _ranked(concept.otherwise))
        everything = Case(When(words=_query(self._all_words), then=1.0), default=0.4)
        return reduce(add, parts) * everything

    def _passage(self) -> Subquery:
        """Return the section that matches best, with marks around the words in Latin letters."""
        query = _query(self._some_words)
        typed = _any(concept.as_typed for concept in self.concepts)
        marks: dict[str, Any] = {
            "config": "english",
            "start_sel": HIT,
            "stop_sel": END,
            "highlight_all": True,
        }
        return Subquery(
            SearchSection.objects.filter(publication=OuterRef("publication"))
            .annotate(rank=3 * _ranked(typed) + _ranked(self._some_words))
            .order_by("-rank", "position")
            .values(
                passage=JSONObject(
                    anchor="anchor",
                    heading=SearchHeadline("heading", query, **marks),
                    text=SearchHeadline("text", query, **marks),
                )
            )[:1]
        )

    def _hit(self, entry: Any) -> Hit:
        passage = entry.passage
        hangul = [word for concept in self.concepts for word in concept.typed]
        hangul += [word for concept in self.concepts for term in concept.also for word in term.split()]
        hangul = [word for word in hangul if spelling.is_hangul(word)]
        page = entry.publication
        return Hit(
            page,
            page.article.topic,
            passage["anchor"],
            snippet(passage["heading"], hangul),
            snippet(passage["text"], hangul),
        )


def _query(text: str) -> SearchQuery:
    return SearchQuery(text, config="english", search_type="raw")


def _ranked(text: str) -> SearchRank:
    return SearchRank(F("words"), _query(text), weights=Value(WEIGHTS))


def _rarity(concept: Concept, have: Vocabulary) -> float:
    """Return more for a concept that few pages have: 'ketamine' says more than 'treatment'."""
    spread = max(have.counts.get(word, 0) for word in concept.typed)
    return math.log(1 + (have.pages + 1) / (spread + 1))
