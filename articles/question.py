"""One question to the index: the pages that answer it, best first, each with the passage that shows why."""

from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank
from django.db.models import Case, F, FloatField, Func, OuterRef, Subquery, Value, When
from django.db.models.functions import JSONObject

from . import spelling
from .concepts import Concept, any_of
from .evidence import EvidenceLevel
from .models import Kind, Publication, SearchEntry, SearchSection, Topic
from .snippets import END, HIT, Piece, snippet
from .vocabulary import vocabulary

FORGIVING_FROM = 3  # concepts: of so many, one may be missing on a page
A_PAGE = 10  # results
CANDIDATES = 200  # pages that are looked at; those with a word in title or headings come first
# Of D (unused), text, headings and summary, title: for each place on a page, and for the best place.
AMOUNTS = "{0, 0.01, 0.1, 1}"
WEIGHTS = [0.1, 0.2, 0.5, 1.0]
TOGETHER = 1.0  # for words that stand close to each other, beside what each of them is worth
INCOMPLETE = 0.75  # of what a page with all words is worth
NO_STUDIES = {EvidenceLevel.OFFICIAL, EvidenceLevel.CONSENSUS}
ITSELF = 0.35  # the same for a page that explains every word in a line or two, and has all in its headings


@dataclass
class Hit:
    """A page that was found, and the passage that shows why."""

    page: Publication
    topic: Topic | None
    title: list[Piece]
    anchor: str
    heading: list[Piece]
    pieces: list[Piece]
    instead: str  # what the page calls it, where the words that were typed do not show

    @property
    def url(self) -> str:
        return f"{self.page.get_absolute_url()}{f'#{self.anchor}' if self.anchor else ''}"

    @property
    def levels(self) -> list[str]:
        """Return the strongest and the weakest evidence on the page; it may be one and the same."""
        found = [level for level in EvidenceLevel if level in self.page.levels and level not in NO_STUDIES]
        return [str(level.label) for level in dict.fromkeys(found[:1] + found[-1:])]


@dataclass
class Question:
    """One question to the index."""

    concepts: list[Concept]
    language: str
    marked: bool = True  # the words that were looked for, in what is shown

    @property
    def _some_words(self) -> str:
        return any_of(concept.either for concept in self.concepts)

    @property
    def _all_words(self) -> str:
        return " & ".join(concept.either for concept in self.concepts)

    @property
    def _most_words(self) -> str:
        """Every word; or all but one, if there are enough of them."""
        every = [concept.either for concept in self.concepts]
        if len(every) < FORGIVING_FROM:
            return self._all_words
        return any_of(
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
            .annotate(
                rank=self._rank(at) * own_language_first,
                title=_marked("publication__title", self._some_words),
                passage=self._passage(at),
            )
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
        """Return how well a page answers: each concept by how much there is of it and by how rare it is."""
        have = vocabulary(at)
        parts = [Value(concept.rarity(have)) * _told(concept.either) for concept in self.concepts]
        if len(parts) > 1:
            parts.append(Value(TOGETHER) * _told(self._all_words))
        everything = Case(When(words=_query(self._all_words), then=1.0), default=INCOMPLETE)
        itself = Case(When(publication__article__kind=Kind.REFERENCE, then=ITSELF), default=1.0)
        return reduce(add, parts) * everything * itself

    def _passage(self, at: UUID | None) -> Subquery:
        """Return the section with the most of what was asked, with marks around words in Latin letters.

        Of sections that have as much, the one with the rarer: that is why the page was found.
        """
        have = vocabulary(at)
        has = [Case(When(words=_query(one.either), then=1), default=0) for one in self.concepts]
        ranks = [
            Value(one.rarity(have)) * (3 * _ranked(one.as_typed) + _ranked(one.either))
            for one in self.concepts
        ]
        query = self._some_words
        return Subquery(
            SearchSection.objects.filter(publication=OuterRef("publication"))
            .annotate(has=reduce(add, has), rank=reduce(add, ranks))
            .order_by("-has", "-rank", "position")
            .values(
                passage=JSONObject(
                    anchor="anchor",
                    heading=_marked("heading", query),
                    text=_marked("text", query),
                )
            )[:1]
        )

    def _hit(self, entry: Any) -> Hit:
        passage = entry.passage
        hangul = [word for concept in self.concepts for word in concept.typed]
        hangul += [term.replace(" ", "") for concept in self.concepts for term in concept.also]
        hangul = [word for word in hangul if spelling.is_hangul(word)]
        page = entry.publication
        title, heading, text = (
            self._pieces(marked, hangul)
            for marked in (entry.title, passage["heading"], passage["text"] or page.summary)
        )
        instead = self._instead([*title, *heading, *text]) if self.marked else ""
        return Hit(page, page.article.topic, title, passage["anchor"], heading, text, instead)

    def _pieces(self, marked: str, hangul: list[str]) -> list[Piece]:
        if self.marked:
            return snippet(marked, hangul)
        return snippet(marked.replace(HIT, "").replace(END, ""), [])

    def _instead(self, pieces: list[Piece]) -> str:
        """Return what is shown of the words that pages have for those typed, where none of these shows."""
        marks = [piece.text for piece in pieces if piece.is_hit]
        shown = spelling.plain("".join(marks))
        typed = [spelling.root(word) for concept in self.concepts for word in concept.typed]
        if any(word in shown.replace(" ", "") for word in typed):
            return ""
        # What is shown may be the shorter form: "plan" for "planned".
        if any(word.startswith(spelling.root(spelling.plain(mark))) for word in typed for mark in marks):
            return ""
        text = spelling.plain("".join(piece.text for piece in pieces))
        terms = [term for concept in self.concepts for term in concept.also]
        return next((term for term in terms if term in text), marks[0] if marks else "")


def _query(text: str) -> SearchQuery:
    return SearchQuery(text, config="english", search_type="raw")


def _marked(name: str, query: str) -> SearchHeadline:
    """Put marks around the words in Latin letters that were looked for."""
    return SearchHeadline(
        name,
        _query(query),
        config="english",
        start_sel=HIT,
        stop_sel=END,
        highlight_all=True,
    )


def _ranked(text: str) -> SearchRank:
    return SearchRank(F("words"), _query(text), weights=Value(WEIGHTS))


def _told(text: str) -> Func:
    """Return how much a page has of something, from 0 to 1: every place counts, the next one less."""
    return Func(
        Value(AMOUNTS), F("words"), _query(text), 32, function="ts_rank_cd", output_field=FloatField()
    )
