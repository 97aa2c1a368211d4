"""Words that are explained where they stand.

An author writes `[stromal cell](term:mesenchymal-stromal-cell)`. The anchor is that of a heading of the
glossary in the same language, and the explanation is the first paragraph below it, in the version that
readers see: there is one source, and it is signed. The article keeps only a mark (markdown.py), so that a
changed glossary shows on every page at once. A term that readers cannot look up stands as plain words.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from itertools import count
from uuid import UUID

from django.db.models import Subquery
from django.urls import reverse
from django.utils.html import format_html, strip_tags
from django.utils.translation import gettext as _

from .kept import OF_FACTS, saw, stamp
from .marks import TERM_MARK
from .models import Article, Publication, Stamp

SLUG = "glossary"
# In HTML of our own renderer: a heading with an anchor, and the paragraph right below it.
ENTRY = re.compile(r'<h[23] id="([\w-]+)">((?:(?!</h).)*)</h[23]>\s*<p>(.*?)</p>', re.DOTALL)
CITATION = re.compile(r'\s*<span class="cite" .*?\]</span>', re.DOTALL)
TERM = re.compile(TERM_MARK.pattern + "([가-힣]*)", re.DOTALL)
HEADING = re.compile(r"^#{2,3} .*\{#([\w-]+)[^}]*\}\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Entry:
    name: str
    meaning: str


@dataclass(frozen=True)
class Glossary:
    """What readers of one language may look up."""

    entries: dict[str, Entry] = field(default_factory=dict)

    def explain(self, *parts: str) -> list[str]:
        """Return parts of one page with each term that is known explained, in the active language."""
        number, before = count(1), set[str]()

        def explained(mark: re.Match[str]) -> str:
            entry = self.entries.get(mark[1])
            if entry is None:
                return mark[2] + mark[3]
            is_first = mark[1] not in before
            before.add(mark[1])
            return _explained(mark[2], mark[3], mark[1], entry, next(number), is_first)

        return [TERM.sub(explained, part) for part in parts]


NO_GLOSSARY = Glossary()


def _explained(words: str, particle: str, anchor: str, entry: Entry, number: int, is_first: bool) -> str:
    """Return words that can be pressed, and what they mean; brackets for paper and old browsers.

    The words are the label of a button that nobody sees: a button would not break over lines as words do,
    and what simplifies a page for reading would drop it, words and all. Nothing may stand between the words
    and a Korean particle: the line could break there. `words` is HTML that was sanitised with its article.
    """
    opening = format_html('<label class="term" for="ask-{}">', number)
    rest = format_html(
        '</label>{particle}<button type="button" id="ask-{number}" class="term-ask" '
        'popovertarget="term-{number}" aria-label="{ask}"></button>'
        '<span popover id="term-{number}" class="term-note{again}" role="note"> '
        '<span class="term-mark">(</span>'
        '<span class="term-name"><strong>{name}</strong><span class="term-mark">: </span></span>'
        '<span>{meaning}</span><span class="term-more"> <a href="{address}#{anchor}">{more}</a></span>'
        '<span class="term-mark">)</span>'
        '<button type="button" class="term-close" popovertarget="term-{number}">{close}</button></span>',
        number=number,
        particle=particle,
        ask=_("What does “%(term)s” mean?") % {"term": entry.name},
        again="" if is_first else " term-again",
        name=entry.name,
        meaning=entry.meaning,
        address=reverse("articles:detail", args=[SLUG]),
        anchor=anchor,
        more=_("Look it up in the glossary"),
        close=_("Close"),
    )
    return f"{opening}{words}{rest}"


def entries(html: str) -> dict[str, Entry]:
    """Return what a glossary explains, by anchor, as words without citations."""
    return {anchor: Entry(_words(name), _words(meaning)) for anchor, name, meaning in ENTRY.findall(html)}


def _words(html: str) -> str:
    return unescape(strip_tags(CITATION.sub("", html))).strip()


def with_stamp(page: Publication) -> tuple[UUID | None, Glossary]:
    """Return the stamp of the evidence, and what explains the terms of a page: one query for both."""
    if not TERM_MARK.search(page.head_html + page.body_html):
        return stamp(), NO_GLOSSARY
    public = Publication.objects.public().filter(slug=SLUG, language=page.language)
    stamps = Stamp.objects.filter(pk=OF_FACTS)
    at, version = stamps.values_list("value", Subquery(public.values("pk")[:1])).first() or (None, None)
    saw(at)
    return at, _version(version) if version else NO_GLOSSARY


@lru_cache(4)
def _version(pk: int) -> Glossary:
    """Return the glossary of one version. What was published is never changed, so it may be kept."""
    return Glossary(entries(Publication.objects.values_list("body_html", flat=True).get(pk=pk)))


def terms_written(language: str) -> set[str] | None:
    """Return the terms of a glossary, of its draft and its public version; None if there is neither."""
    drafts = Article.objects.filter(slug=SLUG, language=language).values_list("body", flat=True)
    public = (
        Publication.objects.public().filter(slug=SLUG, language=language).values_list("body_html", flat=True)
    )
    if not drafts and not public:
        return None
    return {term for body in drafts for term in HEADING.findall(body)} | {
        term for html in public for term in entries(html)
    }
