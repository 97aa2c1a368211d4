"""Words that are explained where they stand.

An author writes `[stromal cell](term:mesenchymal-stromal-cell)`. The anchor is that of a heading of the
glossary in the same language, and the explanation is the first paragraph below it, in the version that
readers see: there is one source, and it is signed. The article keeps only a mark (rendering.py), so that a
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

from .kept import OF_FACTS, stamp
from .models import Article, Publication, Stamp
from .rendering import TERM_MARK

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
        number = count(1)

        def explained(mark: re.Match[str]) -> str:
            entry = self.entries.get(mark[1])
            if entry is None:
                return mark[2] + mark[3]
            html = _explained(mark[2], mark[1], entry, next(number))
            # A browser may break the line behind a button; a Korean particle has to stay with its word.
            return f'<span class="unbroken">{html}{mark[3]}</span>' if mark[3] else html

        return [TERM.sub(explained, part) for part in parts]


NO_GLOSSARY = Glossary()


def _explained(words: str, anchor: str, entry: Entry, number: int) -> str:
    """Return words that can be pressed, and what they mean; brackets for browsers without popovers.

    `words` is HTML that was sanitised with its article.
    """
    opening = format_html('<button type="button" class="term" popovertarget="term-{}">', number)
    rest = format_html(
        '<span class="visually-hidden">, {ask}</span></button>'
        '<span popover id="term-{number}" class="term-note" role="note"> <span class="term-mark">(</span>'
        '<strong>{name}</strong><span class="term-mark">: </span> <span>{meaning}</span> '
        '<a href="{address}#{anchor}">{more}</a><span class="term-mark">)</span>'
        '<button type="button" class="term-close" popovertarget="term-{number}">{close}</button></span>',
        number=number,
        ask=_("what it means"),
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
