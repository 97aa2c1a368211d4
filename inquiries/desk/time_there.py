"""What time it is where the person is."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone
from django.utils.formats import date_format


def time_there(name: str) -> str:
    """Return the weekday and the time in a time zone now; nothing where it is ours, or unknown."""
    try:
        there = timezone.localtime(timezone=ZoneInfo(name)) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ""
    if there is None or there.utcoffset() == timezone.localtime().utcoffset():
        return ""
    return date_format(there, "D H:i")
