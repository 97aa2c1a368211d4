"""In which language words from elsewhere are to be read out."""

import re

from django import template

register = template.Library()
HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")


@register.filter
def language_of(text: str) -> str:
    """Return the language of a source's title or authors, as its letters tell it."""
    return "ko" if HANGUL.search(text) else "en"
