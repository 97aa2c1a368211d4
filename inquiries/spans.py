"""How long something has been, or has left, in the fewest words that still say what to do."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext, ngettext


def span(time: timedelta) -> str:
    hours, days = abs(time) // timedelta(hours=1), abs(time) // timedelta(days=1)
    if days:
        return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    if hours:
        return gettext("%(n)d h") % {"n": hours}
    return gettext("%(n)d min") % {"n": abs(time) // timedelta(minutes=1)}


def countdown(left: timedelta) -> str:
    """Return a time left, or a delay."""
    words = gettext("%(span)s late") if left < timedelta() else gettext("%(span)s left")
    return words % {"span": span(left)}


def moment(at: datetime) -> str:
    """Return when something is due: the hour if that is today or tomorrow, else the day."""
    local = timezone.localtime(at)
    days = (local.date() - timezone.localdate()).days
    if days == 0:
        return gettext("today %(time)s") % {"time": time_format(local, "H:i")}
    if days == 1:
        return gettext("tomorrow %(time)s") % {"time": time_format(local, "H:i")}
    return date_format(local, gettext("j M, H:i"))
