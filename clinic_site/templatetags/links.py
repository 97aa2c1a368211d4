"""Texts of the clinic as a page shows them: what can be pressed in them, and their points."""

import re

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from clinic_site.clinic import clinic, telephone, whole

register = template.Library()

MAIL = r"[\w.+-]+@[a-zA-Z\d-]+(?:\.[a-zA-Z\d-]+)+"

# "How long: ..." begins a point of a consent, and so does the sentence that one may refuse.
POINT = re.compile(r"(?:^|(?<=\. ))([^.:]{2,25}:|You may refuse\.|동의를 거부할 권리가 있습니다\.) ")


@register.filter
def linked(text: str) -> SafeString:
    """Return a text in which the clinic's numbers and all addresses can be pressed, and stay in one piece."""
    numbers = [whole(number) for number in (clinic().phone, clinic().after_hours_phone) if number]
    pieces = re.split(f"({'|'.join([*numbers, MAIL])})", text)
    return format_html_join(
        "", "{}", ((_link(piece) if at % 2 else piece,) for at, piece in enumerate(pieces))
    )


@register.filter
def points(text: str) -> dict[str, object]:
    """Return a consent in its own words: what introduces its points, then the label and words of each."""
    before, *rest = POINT.split(text.strip())
    return {"before": before.strip(), "points": list(zip(rest[::2], rest[1::2], strict=True))}


def _link(found: str) -> SafeString:
    address = f"mailto:{found}" if "@" in found else telephone(found)
    return format_html('<a href="{}">{}</a>', address, found)
