"""Days and moments as machines read them."""

from datetime import date, datetime

from django import template
from django.utils.timezone import localtime

register = template.Library()


@register.filter
def machine_time(at: date | datetime | None) -> str:
    """Return what an HTML `<time datetime>` takes: to the second, and with the clinic's offset from UTC.

    Django's own format `c` says microseconds, and the HTML standard allows no more than milliseconds
    (https://html.spec.whatwg.org/multipage/text-level-semantics.html#the-time-element).
    """
    if isinstance(at, datetime):
        return localtime(at).isoformat(timespec="seconds")
    return at.isoformat() if at else ""
