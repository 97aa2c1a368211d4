"""What base.html needs to write the head of a page."""

import re

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from articles import structured

register = template.Library()
LONGEST_DESCRIPTION = 160  # what search engines show of one


@register.simple_block_tag
def capture(content: str) -> str:
    """Keep what stands between, as in {% capture as page_title %}: a block can be written only once."""
    return content


@register.filter
def whole_sentences(text: str) -> str:
    """Return as many sentences of a description as search engines show; the first one in any case."""
    first, *others = re.split(r"(?<=[.?!])\s+", text)
    for sentence in others:
        if len(f"{first} {sentence}") > LONGEST_DESCRIPTION:
            break
        first = f"{first} {sentence}"
    return first


@register.simple_tag(takes_context=True)
def structured_data(context: Context) -> SafeString:
    """Return the page's graph for search engines, with the trail that the reader sees."""
    return structured.graph(context["trail"], context.get("structured") or ())
