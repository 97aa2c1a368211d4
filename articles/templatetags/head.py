"""What base.html needs to write the head of a page."""

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from articles import structured

register = template.Library()


@register.simple_block_tag
def capture(content: str) -> str:
    """Keep what stands between, as in {% capture as page_title %}: a block can be written only once."""
    return content


@register.simple_tag(takes_context=True)
def structured_data(context: Context) -> SafeString:
    """Return the page's graph for search engines, with the trail that the reader sees."""
    return structured.graph(context["trail"], context.get("structured") or ())
