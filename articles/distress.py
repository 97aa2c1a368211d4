"""Words of distress: who types them may need the help lines more than a page."""

import re
from functools import cache

from .concepts import Concept
from .spelling import HANGUL, language_words, plain, words_of


@cache
def _phrases() -> tuple[re.Pattern[str], tuple[str, ...]]:
    listed = language_words()["distress"]
    english = "|".join(r"\W*".join(map(re.escape, phrase.split())) for phrase in listed["en"])
    return re.compile(rf"\b(?:{english})\b"), tuple(listed["ko"])


def speaks_of_distress(text: str) -> bool:
    """Whether somebody may need the help lines more than a page."""
    english, korean = _phrases()
    text = plain(text)
    squeezed = "".join(re.findall(HANGUL, text))
    return bool(english.search(text)) or any(phrase in squeezed for phrase in korean)


def where_help_is() -> list[Concept]:
    """Return what to look for then, whatever was typed: the sections that say where help is today."""
    headings = language_words()["help_today"]
    return [Concept((), tuple(" ".join(words_of(heading)) for heading in headings))]
