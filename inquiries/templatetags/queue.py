from urllib.parse import urlencode

from django import template

from inquiries.models import Inquiry
from inquiries.queue import place, strip
from inquiries.queue.capped import count_text, counted
from inquiries.queue.filters import names

register = template.Library()


@register.simple_tag(takes_context=True)
def queue_address(context) -> str:
    """Return the address of the list as somebody left it, with its filters."""
    return place.address(context["request"])


@register.simple_tag
def view_address(view) -> str:
    """Return the address of a saved view."""
    return f"?{urlencode(view.filters)}"


@register.simple_tag
def names_me(user) -> str:
    """Return how many inquiries have a note that names somebody and that they have not seen."""
    count = counted({"named": Inquiry.objects.visible_to(user).filter(names(user))})["named"]
    return count_text(count) if count else ""


@register.simple_tag
def promises_not_kept() -> dict:
    """Return which promises are broken, for whoever may see the queue."""
    return strip.strip()
