"""A day by which something is to be looked at again, as lists show it."""

from datetime import date

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from .. import evidence


def due_day(day: date | None) -> SafeString | str:
    """Return the day, marked where it has passed, or a dash."""
    if day is None:
        return "–"
    text = date_format(day, "DATE_FORMAT")
    return format_html("<strong>{} – {}</strong>", text, _("overdue")) if day < evidence.today() else text
