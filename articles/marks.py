"""What authors write beside plain Markdown, and what rendering leaves in its place for later.

`[F31]` cites a fact; `{panel name}` on a line of its own inserts a standard statement, and
`{clinic name}` a statement of the clinic, `{figure name}` a figure of ours (captions.py), and
`{picture key}` shows a picture; a heading may end in `{#anchor kind=risk}`. `article:slug` links to an
article in the same language, `term:anchor` has a word explained where it stands (glossary.py), and
`::: urgent` … `:::` makes a care card.
"""

import re

from . import captions
from .evidence import fact_range

CITATION = re.compile(r"\[(F\d{2,3}(?:-F\d{2,3})?(?:,\s*F\d{2,3}(?:-F\d{2,3})?)*)\]")
NEARLY_A_CITATION = re.compile(r"\[\s*[Ff]\d[^\]]*\]?")
SLUG = re.compile(r"^[\w-]+$")
PANEL = re.compile(r"^\{(?:panel ([\w-]+)|(?:panel )?clinic ([\w-]+))\}\s*$")
# What a panel leaves for live.py to fill. Only the parser can write it: raw HTML is refused.
LIVE_PANELS = ("help-now", "treatment-status", "trials", "status", "prices")
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


class RenderingError(ValueError):
    """The text asks for something that does not exist; the message says what, for the editor."""


def cited_facts(text: str) -> list[str]:
    """Return the ids of all facts that a Markdown text cites, ranges written out, each once, in order."""
    cited: list[str] = []
    for match in CITATION.finditer(captions.with_captions(text)):
        for part in re.split(r",\s*", match[1]):
            first, _dash, last = part.partition("-")
            cited += fact_range(first, last) if last else [first]
    return list(dict.fromkeys(cited))


def shown_pictures(text: str) -> list[str]:
    """Return the keys of all pictures that a Markdown text names, each once, in order."""
    return list(dict.fromkeys(PICTURE_MARK.findall(text)))
