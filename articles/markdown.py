"""The parser: CommonMark without raw HTML, and the marks that authors may write besides (marks.py)."""

import re
from urllib.parse import unquote

from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import slugify
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, emphasis
from mdit_py_plugins.container import container_plugin

from . import blocks, captions
from .marks import (
    CARE_LEVELS,
    CITATION,
    HEADING_MARK,
    IN_A_TERM,
    NEARLY_A_CITATION,
    NEARLY_A_PICTURE,
    PANEL,
    PICTURE,
    SLUG,
    RenderingError,
)

HANGUL = re.compile("[가-힣]")


def make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "typographer": True})
    parser.enable(["table", "smartquotes"])
    parser.disable(["image", "blockquote"])  # no pictures from elsewhere, and nobody is quoted
    parser.inline.ruler.at("emphasis", _emphasis)
    parser.inline.ruler.before("link", "citation", _citation)
    parser.inline.ruler.before("link", "picture", _picture_in_a_line)
    parser.block.ruler.before("paragraph", "picture", _picture, {"alt": ["paragraph"]})
    parser.block.ruler.before("paragraph", "panel", _panel, {"alt": ["paragraph"]})
    parser.inline.ruler.before("link", "our_figure", _our_figure_in_a_line)
    parser.block.ruler.before("paragraph", "our_figure", _our_figure, {"alt": ["paragraph"]})
    parser.core.ruler.push("headings", _headings)
    parser.core.ruler.push("article_links", _article_links)
    parser.core.ruler.push("terms", _terms)
    parser.core.ruler.push("tables", _tables)
    parser.add_render_rule("citation", lambda self, tokens, index, options, env: tokens[index].content)
    parser.add_render_rule("picture", lambda self, tokens, index, options, env: tokens[index].content)
    parser.add_render_rule("panel", lambda self, tokens, index, options, env: tokens[index].content)
    parser.add_render_rule("table_open", blocks.open_table)
    parser.add_render_rule("table_close", lambda *args: "</table></div>\n")
    for level in CARE_LEVELS:
        parser.use(container_plugin, level, render=blocks.care_card)
    parser.use(container_plugin, "in-short", render=blocks.in_short)
    return parser


def _emphasis(state: StateInline, silent: bool) -> bool:
    """Let * begin and end emphasis between punctuation and Hangul: a particle follows without a space.

    CommonMark takes the stars of **(words)**는 for ones that only begin something.
    """
    start, known = state.pos, len(state.delimiters)
    if not emphasis.tokenize(state, silent):
        return False
    before, after = state.src[start - 1 : start], state.src[state.pos : state.pos + 1]
    if state.src[start] == "*":
        for mark in state.delimiters[known:]:
            mark.open = mark.open or bool(HANGUL.match(before) and after.strip())
            mark.close = mark.close or bool(HANGUL.match(after) and before.strip())
    return True


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
            blocks.panel(match[1], state.env["language"])
            if match[1]
            else blocks.clinic_mark(match[2], state.env["citations"].ledger)
        )
        state.line = start + 1
    return True


def _our_figure(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Put the caption of a figure into the text, with the marks for which live.py draws it."""
    match = captions.FIGURE.match(state.getLines(start, start + 1, state.blkIndent, False))
    if not match:
        return False
    if silent:
        return True
    name, shown = match[1], state.env.setdefault("figures", set())
    if name not in captions.names():
        raise RenderingError(captions.no_such(name))
    if name in shown:
        raise RenderingError(_("The figure “%(name)s” stands in this text already.") % {"name": name})
    shown.add(name)
    state.push("our_figure_open", "figure", 1).attrs = {"class": f"our-figure our-figure-{name}"}
    state.push("paragraph_open", "p", 1).attrs = {"class": "figure-title"}
    _push_text(state, captions.title(name), start)
    state.push("paragraph_close", "p", -1)
    state.push("panel", "", 0).content = format_html('<div class="live live-figure-{}"></div>\n', name)
    state.push("our_caption_open", "figcaption", 1)
    _push_text(state, captions.caption(name), start)
    # Within the caption: HTML lets nothing follow it.
    state.push("panel", "", 0).content = format_html('<div class="live live-words-{}"></div>\n', name)
    state.push("our_caption_close", "figcaption", -1)
    state.push("our_figure_close", "figure", -1)
    state.line = start + 1
    return True


def _push_text(state: StateBlock, text: str, line: int) -> None:
    inline = state.push("inline", "", 0)
    inline.content, inline.children, inline.map = text, [], [line, line + 1]


def _our_figure_in_a_line(state: StateInline, silent: bool) -> bool:
    if nearly := captions.NEARLY_A_FIGURE.match(state.src, state.pos):
        raise RenderingError(
            _("“%(text)s” shows no figure. Write {figure name} on a line of its own.") % {"text": nearly[0]}
        )
    return False


def _picture(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    match = PICTURE.match(state.getLines(start, start + 1, state.blkIndent, False))
    if not match:
        return False
    if not silent:
        token = state.push("picture", "", 0)
        token.content = blocks.figure(match[1], state.env["language"], state.env["citations"].ledger)
        state.line = start + 1
    return True


def _picture_in_a_line(state: StateInline, silent: bool) -> bool:
    if nearly := NEARLY_A_PICTURE.match(state.src, state.pos):
        raise RenderingError(
            _("“%(text)s” shows no picture. Write {picture key} on a line of its own.") % {"text": nearly[0]}
        )
    return False


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
        if anchor in state.env["anchors"] or anchor.startswith(("ref-", "cite-", "figure-")):
            raise RenderingError(_("The anchor “%(anchor)s” is taken: choose another.") % {"anchor": anchor})
        state.env["anchors"].add(anchor)
        token.attrSet("id", anchor)
        if token.tag == "h2":
            kind = (mark and mark[2]) or ""
            state.env["contents"].append({"id": anchor, "title": title, "kind": kind})
        elif token.tag == "h3":
            section = state.env["contents"][-1]["id"] if state.env["contents"] else ""
            state.env["entries"].setdefault(section, []).append({"id": anchor, "title": title})


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
    """Let a wide table scroll inside a box of its own, which keyboard and screen reader can reach.

    On a phone each row is a card (tables.css): every cell says its column, and the roles keep the table
    a table for screen readers. The box is the table to them, since HTML allows the cells of a `<table>`
    no roles unless the element itself is presentational.
    """
    section = ""
    columns: list[str] = []
    cells = iter(columns)
    for index, token in enumerate(state.tokens):
        if token.type == "heading_open":
            section = "".join(child.content for child in state.tokens[index + 1].children or [])
        # Alignment comes as a style attribute, which the CSP refuses: attributes are replaced.
        elif token.type == "table_open":
            token.meta["label"], columns = section or _("Table"), []
        elif token.type in ("thead_open", "tbody_open"):
            token.attrs = {"role": "rowgroup"}
        elif token.type == "tr_open":
            token.attrs, cells = {"role": "row"}, iter(columns)
        elif token.type == "th_open":
            token.attrs = {"scope": "col", "role": "columnheader"}
            columns.append("".join(child.content for child in state.tokens[index + 1].children or []))
        elif token.type == "td_open":
            token.attrs = {"role": "cell", "data-label": next(cells)}
