"""From an article's Markdown to what a reader gets: a pure function of text, language and evidence.

The parser (markdown.py) knows what authors write beside Markdown (marks.py). The result passes an
allow-list sanitiser. What depends on the day of reading, such as a document that may have expired, leaves
a mark that live.py fills when the page is asked for.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import nh3
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from . import statements
from .evidence import LEVEL_MEANINGS, EvidenceLevel, Ledger
from .markdown import make_parser
from .marks import NEARLY_A_PICTURE, RenderingError, cited_facts
from .references import Citations

WORDS_A_MINUTE = 200  # silent reading of plain English, a cautious figure
SYLLABLES_A_MINUTE = 500  # the same for Korean, counted in syllable blocks
LOOKED_UP = 20  # so many parts of sections make a page to look things up in: its contents name each

ALLOWED = {
    "a": {"href", "aria-label"},
    "div": {"class", "role", "tabindex", "aria-label"},
    "section": {"class"},
    "h2": {"id"},
    "h3": {"id"},
    "span": {"class", "id"},
    "p": {"class"},
    "table": {"role"},
    "thead": {"role"},
    "tbody": {"role"},
    "tr": {"role"},
    "th": {"scope", "role"},
    "td": {"role", "data-label"},
    "ol": {"start"},
    "figure": {"class"},
    "img": {"src", "srcset", "sizes", "alt", "width", "height", "loading", "decoding"},
    **{tag: set() for tag in ("ul", "li", "strong", "em", "br", "figcaption")},
}


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
        env: dict[str, Any] = {"citations": citations, "language": language, "anchors": set()}
        env |= {"contents": [], "entries": {}}
        parser = make_parser()
        head = parser.render(_head(in_short, has_summary, language), env)
        env |= {"contents": [], "entries": {}}
        text = parser.render(body, env)
        contents, references = env["contents"], citations.references()
        levels = [level.value for level in EvidenceLevel if level in citations.levels]
        entries = env["entries"] if sum(map(len, env["entries"].values())) >= LOOKED_UP else {}
        listed = {"contents": [section | {"entries": entries.get(section["id"])} for section in contents]}
        foot = {"references": references, "levels": level_legend(levels)}
        return Rendered(
            head_html=_sanitise(_date(head, ledger.searched_on)),
            body_html=_sanitise(_date(text, ledger.searched_on)),
            contents_html=render_to_string("articles/contents.html", listed),
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


def _sanitise(html: str) -> str:
    return nh3.clean(
        html,
        tags=set(ALLOWED),
        attributes=ALLOWED,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    )
