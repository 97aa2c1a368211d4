"""What the search knows of a published version: its words, written in the transaction that publishes it.

The index decides nothing about what readers may see: search.py asks Publication for that.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import batched, pairwise

from django.contrib.postgres.search import SearchVectorCombinable, SearchVectorField
from django.db import transaction
from django.db.models import Func, Q, QuerySet

from .marks import CITATION
from .models import Publication, SearchEntry, SearchSection
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
    words: str  # all that is searched
    text: str  # of these, what reads as text: the cells of a table do not


@dataclass
class _Part:
    anchor: str = ""
    heading: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    def section(self) -> Section:
        return Section(self.anchor, visible("".join(self.heading)), _joined(self.words), _joined(self.text))


def _joined(pieces: list[str]) -> str:
    text = visible("".join(pieces))
    text = re.sub(r" (?=[.,;:?!)])", "", text)  # where a citation stood
    return re.sub(r"(?<=[.?!:…])(?: ·)+|(?: ·)+(?= ·)", "", text).strip("· ")


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
            self._add(" · ")
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
            self._add(" · ")

    def handle_data(self, data):
        if self.is_left_out:
            return
        if self.in_heading:
            self.parts[-1].heading.append(data)
        else:
            self._add(data)

    def _add(self, piece: str) -> None:
        self.parts[-1].words.append(piece)
        if not any(tag == "table" for tag, _is_left_out in self.inside):
            self.parts[-1].text.append(piece)

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
        if not section.words:
            section.words, section.text = next_one.words, next_one.text
    before = f"{page.summary} {_plain(page.in_short)}"
    opening.words, opening.text = (visible(f"{before} {text}") for text in (opening.words, opening.text))
    return [opening, *sections]


def _plain(points: str) -> str:
    """Return the points in short without citations, links and stress."""
    points = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", re.sub(rf"\s*{CITATION.pattern}", "", points))
    return re.sub(r"[*`]|(?<!\w)_|_(?!\w)", "", points)


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


class _Vector(SearchVectorCombinable, Func):
    """A tsvector: of Latin letters the English stems and the words as written; of Hangul what Python made.

    PostgreSQL knows no Korean.
    """

    config = None
    output_field = SearchVectorField()
    template = (
        "(setweight(to_tsvector('english', %s) || to_tsvector('simple', %s), '{weight}') || %s::tsvector)"
    )

    def __init__(self, text: str, weight: str):
        words = words_of(text)
        pairs = enumerate(hangul_pairs(words), 1)
        self.latin = " ".join(word for word in words if not is_hangul(word))
        self.hangul = " ".join(f"'{pair}':{at}{weight}" for at, pair in pairs if at <= LAST_POSITION)
        self.weight = weight
        super().__init__()

    def as_sql(self, compiler, connection, **context):
        return self.template.format(weight=self.weight), [self.latin, self.latin, self.hangul]


def index_of(page: Publication) -> tuple[SearchEntry, list[SearchSection]]:
    """Return what is to be kept of a version, not saved: the page as a whole, and its sections."""
    sections = sections_of(page)
    headings = f"{page.summary} . {' . '.join(section.heading for section in sections)}"
    text = " . ".join(section.words for section in sections)
    head = _Vector(page.title, "A") + _Vector(headings, "B")
    words = words_of(f"{page.title} {headings} {text}")
    entry = SearchEntry(
        publication=page,
        language=page.language,
        head=head,
        words=head + _Vector(text, "C"),
        spellings=sorted({without_ending(w) if is_hangul(w) else w for w in words if _is_word(w)}),
    )
    return entry, [
        SearchSection(
            publication=page,
            position=position,
            anchor=section.anchor,
            heading=section.heading,
            text=section.text,
            words=_Vector(section.heading, "A") + _Vector(section.words, "C"),
        )
        for position, section in enumerate(sections)
    ]


def _is_word(word: str) -> bool:
    return len(word) <= LONGEST and not any(letter.isdecimal() for letter in word)


def write(pages: Iterable[Publication]) -> None:
    """Write versions into the index."""
    written = [index_of(page) for page in pages]
    SearchEntry.objects.bulk_create(entry for entry, _sections in written)
    SearchSection.objects.bulk_create(section for _entry, sections in written for section in sections)


@transaction.atomic
def enter(page: Publication) -> None:
    """Write a version into the index, and take out those that it has replaced for good."""
    write([page])
    if page.visible_from <= page.published_at:
        earlier = Publication.objects.filter(article=page.article_id, number__lt=page.number)
        # What was signed by invented people shows in the demonstration only: it replaces nothing else.
        _take_out(earlier.filter(Q(is_demonstration=True) | Q(is_demonstration=page.is_demonstration)))


def take_out(article_id: int) -> None:
    """Forget the versions of an article that was withdrawn: none of them comes back."""
    _take_out(Publication.objects.filter(article=article_id))


def _take_out(pages: QuerySet[Publication]) -> None:
    for model in (SearchEntry, SearchSection):
        model.objects.filter(publication__in=pages.values("pk")).delete()


@transaction.atomic
def rebuild() -> int:
    """Write the whole index anew; return how many pages are in it."""
    _take_out(Publication.objects.all())
    keys = set(Publication.objects.public().values_list("pk", flat=True))
    keys.update(Publication.objects.scheduled().values_list("pk", flat=True))
    for some in batched(sorted(keys), 200, strict=False):
        write(Publication.objects.filter(pk__in=some))
    return len(keys)
