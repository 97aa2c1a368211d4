"""From an article's Markdown to what a reader gets: a pure function of text, language and evidence.

CommonMark without raw HTML, plus a few small extensions:
`[F31]` cites a fact; `{panel name}` on a line of its own inserts a standard statement, and
`{clinic name}` a statement of the clinic, and `{picture key}` shows a picture; a heading may end in
`{#anchor kind=risk}`. `article:slug` links to an article in the same language, `term:anchor` has a word
explained where it stands (glossary.py), and `::: urgent` … `:::` makes a care card. The result passes an
allow-list sanitiser. What depends on the day of reading, such as a document that may have expired, leaves
a mark that live.py fills when the page is asked for.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import unquote

import nh3
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.container import container_plugin

from clinic_site.clinic import help_lines

from . import statements
from .evidence import LEVEL_MEANINGS, EvidenceLevel, Fact, Ledger, Source, fact_range

CITATION = re.compile(r"\[(F\d{2,3}(?:-F\d{2,3})?(?:,\s*F\d{2,3}(?:-F\d{2,3})?)*)\]")
NEARLY_A_CITATION = re.compile(r"\[\s*[Ff]\d[^\]]*\]?")
SLUG = re.compile(r"^[\w-]+$")
PANEL = re.compile(r"^\{(?:panel ([\w-]+)|(?:panel )?clinic ([\w-]+))\}\s*$")
# What a panel leaves for live.py to fill. Only the parser can write it: raw HTML is refused.
LIVE_PANELS = ("treatment-status", "trials", "status", "prices")
LIVE_MARK = re.compile(r'<div class="live live-([\w-]+)"></div>')
# A word that the glossary explains, and how an author marks one. The words hold no other span.
TERM_MARK = re.compile(r'<span class="term term-([\w-]+)">(.*?)</span>', re.DOTALL)
TERM_LINK = re.compile(r"\]\(term:([\w-]+)\)")
IN_A_TERM = {"text", "softbreak", "em_open", "em_close", "strong_open", "strong_close"}
PICTURE_MARK = re.compile(r"\{picture ([a-z0-9-]+)\}")
PICTURE = re.compile(rf"^{PICTURE_MARK.pattern}\s*$")
NEARLY_A_PICTURE = re.compile(r"\{\s*picture\b[^}]*\}?", re.IGNORECASE)
HEADING_MARK = re.compile(r"\s*\{(?:#([\w-]+))?\s*(?:kind=(\w+))?\}\s*$")
CARE_LEVELS = ("routine", "urgent", "emergency")
# How wide a picture is shown: the measure of the text, or a phone less the margins of the page.
PICTURE_SIZES = "(min-width: 38rem) 36rem, calc(100vw - 2rem)"
PORTRAIT_SIZES = "16rem"
LONGEST_LEVEL_LIST = 2  # past this many levels in one citation a list of them says nothing

WORDS_A_MINUTE = 200  # silent reading of plain English, a cautious figure
SYLLABLES_A_MINUTE = 500  # the same for Korean, counted in syllable blocks

ALLOWED = {
    "a": {"href", "aria-label"},
    "div": {"class", "role", "tabindex", "aria-label"},
    "section": {"class"},
    "h2": {"id"},
    "h3": {"id"},
    "span": {"class", "id"},
    "p": {"class"},
    "th": {"scope"},
    "ol": {"start"},
    "figure": {"class"},
    "img": {"src", "srcset", "sizes", "alt", "width", "height", "loading", "decoding"},
    **{
        tag: set()
        for tag in ("ul", "li", "strong", "em", "br", "figcaption", "table", "thead", "tbody", "tr", "td")
    },
}


class RenderingError(ValueError):
    """The text asks for something that does not exist; the message says what, for the editor."""


@dataclass
class Citations:
    """The sources that a text cites, numbered as they appear, and the places that cite them."""

    ledger: Ledger
    places: dict[Source, list[str]] = field(default_factory=dict)
    levels: set[EvidenceLevel] = field(default_factory=set)
    count: int = 0

    def cite(self, marker: str) -> SafeString:
        """Return the HTML of one citation, such as [1, 4-7 strong evidence].

        Raises UnknownFact for a fact that is missing or unchecked.
        """
        facts = self._facts(marker)
        self.levels.update(fact.evidence for fact in facts)
        self.count += 1
        place = f"cite-{self.count}"
        numbers = set()
        for source in dict.fromkeys(source for fact in facts for source in fact.sources):
            self.places.setdefault(source, []).append(place)
            numbers.add(list(self.places).index(source) + 1)
        links = format_html_join(", ", "{}", ((link,) for link in self._links(sorted(numbers))))
        return format_html(
            '<span class="cite" id="{}">[{} <span class="cite-level">{}</span>]</span>',
            place,
            links,
            self._level(facts),
        )

    def _facts(self, marker: str) -> list[Fact]:
        facts: list[Fact] = []
        for part in re.split(r",\s*", marker):
            first, _dash, last = part.partition("-")
            facts += self.ledger.between(first, last) if last else [self.ledger.fact(first)]
        if not facts:
            raise RenderingError(_("[%(marker)s] cites nothing that may be published.") % {"marker": marker})
        return facts

    @staticmethod
    def _links(numbers: list[int]) -> list[SafeString]:
        """Link each number; four or more in a row become a span from the first to the last."""
        links = []
        for _offset, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
            row = [_reference_link(number) for _index, number in run]
            links += [format_html("{}–{}", row[0], row[-1])] if len(row) > 3 else row
        return links

    @staticmethod
    def _level(facts: list[Fact]) -> str:
        levels = {fact.evidence for fact in facts}
        if len(levels) > LONGEST_LEVEL_LIST:
            return _("evidence of different strength")
        return ", ".join(str(level.label) for level in EvidenceLevel if level in levels)

    def references(self) -> list[dict]:
        """Return the numbered list of sources, each with the places that cite it."""
        return [
            {
                "number": number,
                "authors": source.authors,
                "title": source.title,
                "venue": source.venue,
                "year": source.year,
                "url": source.url,
                "backlinks": [
                    {"id": place, "label": str(turn)} for turn, place in enumerate(dict.fromkeys(places), 1)
                ],
            }
            for number, (source, places) in enumerate(self.places.items(), 1)
        ]


def _reference_link(number: int) -> SafeString:
    label = _("Reference %(number)d") % {"number": number}
    return format_html('<a href="#ref-{}" aria-label="{}">{}</a>', number, label, number)


@dataclass(frozen=True)
class Rendered:
    """All that a page needs, made when it is saved, and what it was made of."""

    head_html: str
    body_html: str
    contents_html: str
    foot_html: str
    contents: list[dict[str, str]]
    references: list[dict]
    levels: list[str]
    reading_minutes: int


def render(*, body: str, in_short: str, has_summary: bool, language: str, ledger: Ledger) -> Rendered:
    """Render an article. Raises UnknownFact or RenderingError for what an editor must mend."""
    with translation.override(language):
        if NEARLY_A_PICTURE.search(in_short):
            raise RenderingError(_("A picture stands in the text, not among the points in short."))
        citations = Citations(ledger)
        env: dict[str, Any] = {"citations": citations, "language": language, "contents": [], "anchors": set()}
        parser = _parser()
        head = parser.render(_head(in_short, has_summary, language), env)
        env["contents"] = []
        text = parser.render(body, env)
        contents, references = env["contents"], citations.references()
        levels = [level.value for level in EvidenceLevel if level in citations.levels]
        foot = {"references": references, "levels": level_legend(levels)}
        return Rendered(
            head_html=_sanitise(_date(head, ledger.searched_on)),
            body_html=_sanitise(_date(text, ledger.searched_on)),
            contents_html=render_to_string("articles/contents.html", {"contents": contents}),
            foot_html=render_to_string("articles/foot.html", foot),
            contents=contents,
            references=references,
            levels=levels,
            reading_minutes=reading_minutes(body, language),
        )


def reading_minutes(text: str, language: str) -> int:
    """Return how long a text takes to read, in whole minutes, at least one."""
    if language == "ko":
        return max(1, round(len(re.findall(r"[가-힣]", text)) / SYLLABLES_A_MINUTE))
    return max(1, round(len(text.split()) / WORDS_A_MINUTE))


def level_legend(levels: list[str]) -> list[dict[str, str]]:
    """Return what each evidence label on a page means, in the active language."""
    return [
        {
            "key": key,
            "label": str(EvidenceLevel(key).label),
            "meaning": str(LEVEL_MEANINGS[EvidenceLevel(key)]),
        }
        for key in levels
    ]


def _head(in_short: str, has_summary: bool, language: str) -> str:
    """Return the box at the top of the page as Markdown."""
    if has_summary:
        title, lines = statements.summary_title(language), statements.summary_lines(language)
        box = "\n".join(f"- {line}" for line in lines)
        return f"{{panel evidence}}\n\n::: in-short\n## {title}\n\n{box}\n:::\n"
    if in_short:
        box = "\n".join(f"- {line}" for line in in_short.splitlines() if line.strip())
        title = _("In short")
        return f"::: in-short\n## {title}\n\n{box}\n:::\n"
    return ""


def cited_facts(text: str) -> list[str]:
    """Return the ids of all facts that a Markdown text cites, ranges written out, each once, in order."""
    cited: list[str] = []
    for match in CITATION.finditer(text):
        for part in re.split(r",\s*", match[1]):
            first, _dash, last = part.partition("-")
            cited += fact_range(first, last) if last else [first]
    return list(dict.fromkeys(cited))


def summary_citations(language: str) -> list[str]:
    """Return the ids of the facts that the standard summary cites."""
    return cited_facts(_head("", True, language))


def evidence_statement(language: str, searched_on: date | None) -> str:
    """Return the standard statement on evidence with its day; empty where no search is on record."""
    return _date(statements.panel("evidence", language), searched_on) if searched_on else ""


def _date(text: str, searched_on: date | None) -> str:
    """Name the day of the last search wherever the text speaks of it."""
    if "{search_date}" not in text:
        return text
    if searched_on is None:
        raise RenderingError(
            _("No search is on record. Enter one under Search records: the text names its day.")
        )
    return text.replace("{search_date}", date_format(searched_on, "DATE_FORMAT"))


def shown_pictures(text: str) -> list[str]:
    """Return the keys of all pictures that a Markdown text names, each once, in order."""
    return list(dict.fromkeys(PICTURE_MARK.findall(text)))


def _sanitise(html: str) -> str:
    return nh3.clean(
        html,
        tags=set(ALLOWED),
        attributes=ALLOWED,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    )


# The parser


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "typographer": True})
    parser.enable(["table", "smartquotes"])
    parser.disable(["image", "blockquote"])  # no pictures from elsewhere, and nobody is quoted
    parser.inline.ruler.before("link", "citation", _citation)
    parser.inline.ruler.before("link", "picture", _picture_in_a_line)
    parser.block.ruler.before("paragraph", "picture", _picture, {"alt": ["paragraph"]})
    parser.block.ruler.before("paragraph", "panel", _panel, {"alt": ["paragraph"]})
    parser.core.ruler.push("headings", _headings)
    parser.core.ruler.push("article_links", _article_links)
    parser.core.ruler.push("terms", _terms)
    parser.core.ruler.push("tables", _tables)
    parser.add_render_rule("citation", lambda self, tokens, index, options, env: tokens[index].content)
    parser.add_render_rule("picture", lambda self, tokens, index, options, env: tokens[index].content)
    parser.add_render_rule("panel", lambda self, tokens, index, options, env: tokens[index].content)
    parser.add_render_rule("table_open", _open_table)
    parser.add_render_rule("table_close", lambda *args: "</table></div>\n")
    for level in CARE_LEVELS:
        parser.use(container_plugin, level, render=_care_card)
    parser.use(container_plugin, "in-short", render=_in_short)
    return parser


def _citation(state: StateInline, silent: bool) -> bool:
    match = CITATION.match(state.src, state.pos)
    if not match:
        if nearly := NEARLY_A_CITATION.match(state.src, state.pos):
            raise RenderingError(
                _("“%(text)s” is not a citation. Write [F31], [F31, F43] or [F09-F20].") % {"text": nearly[0]}
            )
        return False
    if not silent:
        token = state.push("citation", "", 0)
        token.content = state.env["citations"].cite(match[1])
    state.pos = match.end()
    return True


def _panel(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    match = PANEL.match(state.getLines(start, start + 1, state.blkIndent, False))
    if not match:
        return False
    if not silent:
        token = state.push("panel", "", 0)
        token.content = (
            _panel_html(match[1], state.env["language"])
            if match[1]
            else _clinic_mark(match[2], state.env["citations"].ledger)
        )
        state.line = start + 1
    return True


def _picture(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    match = PICTURE.match(state.getLines(start, start + 1, state.blkIndent, False))
    if not match:
        return False
    if not silent:
        token = state.push("picture", "", 0)
        token.content = _figure(match[1], state.env["language"], state.env["citations"].ledger)
        state.line = start + 1
    return True


def _picture_in_a_line(state: StateInline, silent: bool) -> bool:
    if nearly := NEARLY_A_PICTURE.match(state.src, state.pos):
        raise RenderingError(
            _("“%(text)s” shows no picture. Write {picture key} on a line of its own.") % {"text": nearly[0]}
        )
    return False


def _figure(key: str, language: str, ledger: Ledger) -> str:
    picture = ledger.pictures.get(key)
    if picture is None:
        known = ", ".join(sorted(ledger.pictures)) or "–"
        raise RenderingError(
            _("There is no picture “%(key)s”. The pictures are: %(known)s.") % {"key": key, "known": known}
        )
    image = format_html(
        '<img src="{}" srcset="{}" sizes="{}" alt="{}" width="{}" height="{}" '
        'loading="lazy" decoding="async">',
        picture.address(picture.width),
        ", ".join(f"{picture.address(width)} {width}w" for width in picture.widths),
        PORTRAIT_SIZES if picture.kind == "portrait_staff" else PICTURE_SIZES,
        picture.said("alt", language),
        picture.width,
        picture.height,
    )
    caption = picture.said("caption", language)
    credit = picture.credit and format_html(
        '<span class="credit">{}</span>', _("Picture: %(credit)s") % {"credit": picture.credit}
    )
    below = format_html("{} {}", caption, credit) if caption and credit else caption or credit
    return format_html(
        '<figure class="picture picture-{}">{}{}</figure>\n',
        picture.kind,
        image,
        below and format_html("<figcaption>{}</figcaption>", below),
    )


def _clinic_mark(key: str, ledger: Ledger) -> str:
    known = ledger.clinic_statements
    if known is not None and key not in known:
        raise RenderingError(
            _("The clinic evidence register has no “%(key)s”. It has: %(known)s.")
            % {"key": key, "known": ", ".join(sorted(known))}
        )
    return format_html('<div class="live live-clinic-{}"></div>\n', key)


def _panel_html(name: str, language: str) -> str:
    if name in LIVE_PANELS:
        return format_html('<div class="live live-{}"></div>\n', name)
    if name == "help-now":
        lines = "".join(f"<li>{_linked(line)}</li>" for line in help_lines(language))
        title = escape(_("Help now, day or night"))
        return f'<section class="care care-emergency"><h3>{title}</h3><ul>{lines}</ul></section>\n'
    try:
        text = statements.panel(name, language)
    except KeyError:
        known = ", ".join([*statements.panel_names(), "help-now", *LIVE_PANELS])
        raise RenderingError(
            _("There is no panel “%(name)s”. The panels are: %(known)s.") % {"name": name, "known": known}
        ) from None
    return format_html('<div class="panel panel-{}"><p>{}</p></div>\n', name, text)


def _linked(line: list[tuple[str, str]]) -> str:
    return format_html_join(
        "", "{}", ((format_html('<a href="{}">{}</a>', link, text) if link else text,) for text, link in line)
    )


def _headings(state: StateCore) -> None:
    """Give each section its anchor, and list the sections for the contents of the page."""
    for index, token in enumerate(state.tokens):
        if token.type != "heading_open" or token.level:
            continue
        inline = state.tokens[index + 1]
        last = (inline.children or [])[-1] if inline.children else None
        mark = HEADING_MARK.search(last.content) if last and last.type == "text" else None
        if mark and last:
            last.content = last.content[: mark.start()]
        title = "".join(child.content for child in inline.children or [])
        anchor = (mark and mark[1]) or slugify(title, allow_unicode=True)
        if token.tag == "h1":
            raise RenderingError(
                _("“# %(title)s”: the page has its title; begin with ##.") % {"title": title}
            )
        if anchor in state.env["anchors"] or anchor.startswith(("ref-", "cite-")):
            raise RenderingError(_("The anchor “%(anchor)s” is taken: choose another.") % {"anchor": anchor})
        state.env["anchors"].add(anchor)
        token.attrSet("id", anchor)
        if token.tag == "h2":
            kind = (mark and mark[2]) or ""
            state.env["contents"].append({"id": anchor, "title": title, "kind": kind})


def _article_links(state: StateCore) -> None:
    for token in state.tokens:
        for child in token.children or []:
            href = str(child.attrGet("href") or "")
            if child.type == "link_open" and href.startswith("article:"):
                slug = href.removeprefix("article:")
                if not SLUG.match(slug):
                    raise RenderingError(_("“%(link)s” is no address of an article.") % {"link": href})
                child.attrSet("href", reverse("articles:detail", args=[slug]))


def _terms(state: StateCore) -> None:
    """Turn a link to a term into the mark that glossary.py fills when the page is asked for."""
    for index, token in enumerate(state.tokens):
        children = iter(token.children or [])
        for child in children:
            href = unquote(str(child.attrGet("href") or ""))
            if child.type != "link_open" or not href.startswith("term:"):
                continue
            key = href.removeprefix("term:")
            if not SLUG.match(key):
                raise RenderingError(_("“%(link)s” is no term of the glossary.") % {"link": href})
            if state.tokens[index - 1].type == "heading_open":
                raise RenderingError(
                    _("“%(link)s”: a term is explained in the text, not in a heading.") % {"link": href}
                )
            child.tag, child.attrs = "span", {"class": f"term term-{key}"}
            while (child := next(children)).type != "link_close":
                if child.type not in IN_A_TERM:
                    raise RenderingError(_("“%(link)s” may explain words only.") % {"link": href})
            child.tag = "span"


def _tables(state: StateCore) -> None:
    """Let a wide table scroll inside a box of its own, which keyboard and screen reader can reach."""
    section = ""
    for index, token in enumerate(state.tokens):
        if token.type == "heading_open":
            section = "".join(child.content for child in state.tokens[index + 1].children or [])
        elif token.type == "table_open":
            token.meta["label"] = section or _("Table")
        elif token.type == "th_open":
            token.attrs = {"scope": "col"}
        elif token.type == "td_open":
            token.attrs = {}  # alignment comes as a style attribute, which the CSP refuses


def _open_table(self, tokens, index, options, env) -> str:
    label = tokens[index].meta["label"]
    return format_html(
        '<div class="table-scroll" role="region" tabindex="0" aria-label="{}"><table>\n', label
    )


def _care_card(self, tokens, index, options, env) -> str:
    if tokens[index].nesting < 0:
        return "</section>\n"
    level = tokens[index].info.strip()
    words = {"routine": _("Routine"), "urgent": _("Urgent"), "emergency": _("Emergency")}
    return format_html('<section class="care care-{}"><p class="care-level">{}</p>\n', level, words[level])


def _in_short(self, tokens, index, options, env) -> str:
    return '<section class="in-short">\n' if tokens[index].nesting > 0 else "</section>\n"
