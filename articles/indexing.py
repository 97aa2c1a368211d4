"""What the search knows of a published version: its words, written in the transaction that publishes it.

The index decides nothing about what readers may see: search.py asks Publication for that.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

from django.contrib.postgres.search import SearchVector, SearchVectorCombinable, SearchVectorField
from django.db import transaction
from django.db.models import Func, Q, Value

from .models import Publication, SearchEntry
from .spelling import is_hangul, visible, without_ending, words_of

LAST_POSITION = 16383  # PostgreSQL counts no further in a tsvector
LONGEST = 40  # letters of a word that is kept for "did you mean"
# Between these a line is drawn: · unless a sentence ends there.
BLOCKS = {"p", "li", "tr", "td", "th", "table", "h2", "h3", "figcaption", "section", "div", "ul", "ol", "br"}
# Said on many pages in the same words, so that it tells none from the others.
REPEATED = {"cite", "panel", "care-level", "credit", "live"}


@dataclass
class Section:
    """A part of a page as a reader sees it, without marks of citation."""

    anchor: str
    heading: str
    text: str


@dataclass
class _Part:
    anchor: str = ""
    heading: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    def section(self) -> Section:
        text = visible("".join(self.text))
        text = re.sub(r" (?=[.,;:?!)])", "", text)  # where a citation stood
        text = re.sub(r"(?<=[.?!:…]) ·| ·(?= ·)", "", text).strip("· ")
        return Section(self.anchor, visible("".join(self.heading)), text)


class _Sections(HTMLParser):
    """Divides the HTML of an article at its headings; it comes from our own renderer."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts = [_Part()]
        self.inside: list[tuple[str, bool]] = []  # open elements, and whether they are left out
        self.in_heading = False

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in BLOCKS:
            self.parts[-1].text.append(" · ")
        if tag in ("br", "img"):
            return
        repeated = bool(REPEATED & set((given.get("class") or "").split()))
        self.inside.append((tag, repeated or self.is_left_out))
        if tag in ("h2", "h3") and given.get("id"):
            self.parts.append(_Part(given["id"]))
            self.in_heading = True

    def handle_endtag(self, tag):
        while self.inside and self.inside.pop()[0] != tag:
            pass
        if tag in ("h2", "h3"):
            self.in_heading = False
        if tag in BLOCKS:
            self.parts[-1].text.append(" · ")

    def handle_data(self, data):
        if self.is_left_out:
            return
        part = self.parts[-1]
        (part.heading if self.in_heading else part.text).append(data)

    @property
    def is_left_out(self) -> bool:
        return bool(self.inside) and self.inside[-1][1]


def sections_of(page: Publication) -> list[Section]:
    """Return the parts of a page that can be linked to; the first is its opening, without a heading."""
    parser = _Sections()
    parser.feed(page.body_html)
    parser.close()
    opening, *sections = [part.section() for part in parser.parts]
    for section, next_one in reversed(list(pairwise(sections))):
        # A heading with another one right below it.
        section.text = section.text or next_one.text
    opening.text = visible(f"{page.summary} {page.in_short} {opening.text}")
    return [opening, *sections]


def hangul_pairs(words: Iterable[str]) -> Iterator[str]:
    """Yield every two neighbouring syllables, across spaces too, and the last syllable of each word.

    So a word is found by its parts, and whether or not it was written with spaces.
    """
    last = ""
    for word in words:
        if not is_hangul(word):
            last = ""
            continue
        run = last + word
        yield from (run[i : i + 2] for i in range(len(run) - 1))
        yield word[-1]
        last = word[-1]


class _Hangul(SearchVectorCombinable, Func):
    """A tsvector that was made in Python: PostgreSQL knows no Korean."""

    template = "%(expressions)s::tsvector"
    output_field = SearchVectorField()


def _vector(text: str, weight: str):
    """Return the words of a text as an expression: English stems, words as written, pairs of Hangul."""
    words = words_of(text)
    latin = " ".join(word for word in words if not is_hangul(word))
    pairs = enumerate(hangul_pairs(words), 1)
    hangul = " ".join(f"'{pair}':{at}{weight}" for at, pair in pairs if at <= LAST_POSITION)
    written = SearchVector(Value(latin), config="simple", weight=weight)
    stems = SearchVector(Value(latin), config="english", weight=weight)
    return stems + written + _Hangul(Value(hangul))


def entries_of(page: Publication) -> list[SearchEntry]:
    """Return what is to be kept of a version, not saved: the page as a whole, then its sections."""
    sections = sections_of(page)
    headings = " . ".join(section.heading for section in sections)
    text = " . ".join(section.text for section in sections)
    everything = words_of(f"{page.title} {headings} {text}")
    whole = SearchEntry(
        words=_vector(page.title, "A") + _vector(f"{page.summary} . {headings}", "B") + _vector(text, "C"),
        spellings=sorted({without_ending(w) if is_hangul(w) else w for w in everything if _is_word(w)}),
    )
    parts = [
        SearchEntry(
            anchor=section.anchor,
            heading=section.heading,
            text=section.text,
            words=_vector(section.heading, "A") + _vector(section.text, "C"),
        )
        for section in sections
    ]
    for position, entry in enumerate([whole, *parts]):
        entry.publication, entry.language, entry.position = page, page.language, position
    return [whole, *parts]


def _is_word(word: str) -> bool:
    return len(word) <= LONGEST and not any(letter.isdecimal() for letter in word)


@transaction.atomic
def enter(page: Publication) -> None:
    """Write a version into the index, and take out those that it has replaced for good."""
    SearchEntry.objects.bulk_create(entries_of(page))
    if page.visible_from <= page.published_at:
        # What was signed by invented people shows in the demonstration only: it replaces nothing else.
        replaced = Q(publication__is_demonstration=True) | Q(
            publication__is_demonstration=page.is_demonstration
        )
        earlier = SearchEntry.objects.filter(
            publication__article=page.article_id, publication__number__lt=page.number
        )
        earlier.filter(replaced).delete()


def take_out(article_id: int) -> None:
    """Forget the versions of an article that was withdrawn: none of them comes back."""
    SearchEntry.objects.filter(publication__article=article_id).delete()


@transaction.atomic
def rebuild() -> int:
    """Write the whole index anew; return how many pages are in it."""
    SearchEntry.objects.all().delete()
    keys = list(Publication.objects.public().values_list("pk", flat=True))
    keys += Publication.objects.scheduled().values_list("pk", flat=True)
    for page in Publication.objects.filter(pk__in=keys).iterator(chunk_size=200):
        SearchEntry.objects.bulk_create(entries_of(page))
    return len(keys)
