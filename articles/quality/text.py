"""Text as the rules read it: Markdown without its marks, in passages, sentences and words.

A passage is what one citation can stand for: a paragraph, a list item, a table row, a heading or a panel.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin

from articles.captions import FIGURE, with_captions
from articles.marks import CARE_LEVELS, CITATION, HEADING_MARK, PANEL

SEARCH_DATE = "{search_date}"
A_DATE = "22 November 2026"  # what a reader sees there is as long as this
ZERO_WIDTH = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]"
)
SPACED_OUT = re.compile(r"\b(?![ai] )(?:[a-z] ){3,}[a-z]\b")
HANGUL = re.compile("[가-힣]")
WORD = re.compile(r"[^\W_]+(?:['’.,][^\W_]+)*")


@dataclass(frozen=True)
class Passage:
    """One paragraph, list item, table row, heading or panel of one field of an article."""

    field: str
    kind: str  # paragraph, item, row, heading, panel, quotation, code
    text: str  # without Markdown and without citations; of a panel or figure, its name
    language: str = "en"
    cited: tuple[str, ...] = ()  # F31, or a range such as F09-F20
    section: str = ""
    section_kind: str = ""
    section_number: int = 0  # 0 before the first heading

    @property
    def is_prose(self) -> bool:
        return self.kind in {"paragraph", "item", "quotation"}

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        return tuple(sentences(self.text, self.language))

    @cached_property
    def plain(self) -> str:
        """The text in one form of each letter, without invisible characters and in lower case."""
        return normal(self.text)


@lru_cache(maxsize=4096)
def normal(text: str) -> str:
    """Return a text in NFKC form and lower case, without zero-width characters, l e t t e r s joined."""
    text = ZERO_WIDTH.sub("", unicodedata.normalize("NFKC", text)).casefold().replace("’", "'")
    return SPACED_OUT.sub(lambda match: match[0].replace(" ", ""), text)


# Passages


def passages(markdown: str, language: str, name: str = "body") -> list[Passage]:
    """Return the passages of a Markdown text in the order in which readers meet them."""
    return list(_Reader(name, language).read(_PARSER.parse(markdown)))


def plain_passage(text: str, language: str, name: str) -> Passage:
    """Return a field that holds no Markdown as one passage; a citation in it stays text."""
    return Passage(name, "paragraph", " ".join(text.split()), language)


@dataclass
class _Reader:
    name: str
    language: str
    section: str = ""
    section_kind: str = ""
    number: int = 0
    open: list[str] = field(default_factory=list)
    cells: list[Token] = field(default_factory=list)
    heading: str = ""

    def read(self, tokens: list[Token]) -> Iterator[Passage]:
        for token in tokens:
            if token.nesting > 0:
                self.open.append(token.type)
                self.heading = token.tag if token.type == "heading_open" and not token.level else ""
            elif token.nesting < 0:
                self.open.pop()
                if token.type == "tr_close":
                    yield self._passage("row", "; ".join(_text(cell) for cell in self.cells))
                    self.cells = []
            elif token.type == "panel":
                yield self._passage("panel", token.content)
            elif token.type in {"fence", "code_block"}:
                yield self._passage("code", token.content)
            elif token.type == "inline":
                yield from self._inline(token)

    def _inline(self, token: Token) -> Iterator[Passage]:
        if "tr_open" in self.open:
            self.cells.append(token)
        elif self.open[-1] == "heading_open":
            yield self._heading(_text(token))
        else:
            inside = ("blockquote_open", "quotation"), ("list_item_open", "item")
            kind = next((kind for token_type, kind in inside if token_type in self.open), "paragraph")
            yield self._passage(kind, _text(token))

    def _heading(self, text: str) -> Passage:
        mark = HEADING_MARK.search(text)
        title = text[: mark.start()] if mark else text
        if self.heading == "h2":
            self.section, self.section_kind = title, (mark and mark[2]) or ""
            self.number += 1
        return self._passage("heading", title)

    def _passage(self, kind: str, text: str) -> Passage:
        cited = tuple(part for marker in CITATION.findall(text) for part in re.split(r",\s*", marker))
        text = re.sub(r"\s+([.,;:!?])", r"\1", " ".join(CITATION.sub("", text).split()))
        place = (self.section, self.section_kind, self.number)
        return Passage(self.name, kind, text, self.language, cited, *place)


def _text(token: Token) -> str:
    """Return what a reader gets of an inline token: link texts, alternative texts and code included."""
    parts = []
    for child in token.children or []:
        if child.type in {"softbreak", "hardbreak"}:
            parts.append(" ")
        elif child.type == "image":
            parts.append(f" {_text(child)} ")
        else:
            parts.append(child.content)
        if title := child.attrGet("title"):
            parts.append(f" {title} ")
    return "".join(parts)


def _panel(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    line = state.getLines(start, start + 1, state.blkIndent, False)
    match, figure = PANEL.match(line), FIGURE.match(line)
    if not match and not figure:
        return False
    if not silent:
        name = match[1] or "" if match else ""  # "": a statement of the clinic
        if figure:
            cited = (f"[{facts}]" for facts in CITATION.findall(with_captions(line)))
            name = f"figure {figure[1]} {' '.join(cited)}"
        state.push("panel", "", 0).content = name
        state.line = start + 1
    return True


def _parser() -> MarkdownIt:
    # Quotations and pictures, which the page refuses, are read here: a rule names them to the editor.
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.block.ruler.before("paragraph", "panel", _panel, {"alt": ["paragraph"]})
    for level in CARE_LEVELS:
        parser.use(container_plugin, level)
    return parser


_PARSER = _parser()


# Sentences and words

TITLE_OR_LIKE = re.compile(r"\b(?:dr|mr|mrs|ms|prof|st|vs|fig|e\.g|i\.e|cf|approx)\.$", re.IGNORECASE)
SOMETIMES_LAST = re.compile(r"\b(?:no|al|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.$", re.IGNORECASE)
NUMERIC_DATE = re.compile(r"\d{4}\.\s?\d{1,2}\.\s?\d{1,2}\.$")
INITIAL = re.compile(r"(?:^|[.!?]\s|[A-Z][\w’'.-]*\s|[(\"“])[A-Z]\.$|\b[A-Z]\.\s?[A-Z]\.$")
END = re.compile(r"[.!?。！？…]+[\"'”’」』)\]]*(?=\s|$)")
KOREAN_END = re.compile(r"[.!?。！？…]+[\"'”’」』)\]]*(?=\s|$)|(?<=[가-힣])[.!?。！？](?=[가-힣])")


def sentences(text: str, language: str) -> Iterator[str]:
    """Split a passage into sentences; abbreviations, initials, decimals and dates do not end one."""
    start = 0
    for match in (KOREAN_END if language == "ko" else END).finditer(text):
        before, after = text[start : match.end()], text[match.end() :].lstrip()
        if after and not _ends(before.strip(), after):
            continue
        if sentence := before.strip():
            yield sentence
        start = match.end()
    if rest := text[start:].strip():
        yield rest


def _ends(before: str, after: str) -> bool:
    """Whether a full stop ends a sentence, seen from what stands on either side of it."""
    if not before.endswith("."):
        return not after[0].islower()
    if TITLE_OR_LIKE.search(before) or INITIAL.search(before) or NUMERIC_DATE.search(before):
        return False
    if re.search(r"\b[A-Z]\.$", before) and re.match(r"[A-Z]\.", after):
        return False
    if SOMETIMES_LAST.search(before):
        return not (after[0].isdigit() or after[0].islower())
    if re.search(r"(?:^|\s)\d{1,4}\.$", before):  # 2026. 11. 22. and the 1. of a list
        return not (after[0].isdigit() or re.fullmatch(r"\d+\.", before.strip()))
    return not after[0].islower()


def words(text: str) -> list[str]:
    """Return the words that a reader reads, with 1.24 and don't as one word each."""
    return WORD.findall(text.replace(SEARCH_DATE, A_DATE))


def length(text: str, language: str) -> int:
    """Return how long a text is: words in English, Hangul syllables in Korean."""
    return len(HANGUL.findall(text)) if language == "ko" else len(words(text))
