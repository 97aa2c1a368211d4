"""Who else looks at an inquiry now, and whether it has changed since it was opened."""

from contextlib import suppress
from datetime import datetime

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext, ngettext

from ..models import Inquiry, Presence


def look(request: HttpRequest, inquiry: Inquiry) -> str:
    """Note that this person looks, and say who else does."""
    Presence.objects.look(inquiry, request.user)
    return words([str(one.person) for one in Presence.objects.others(inquiry, request.user)])


def words(names: list[str]) -> str:
    if not names:
        return ""
    text = ngettext("%(names)s is looking at this too.", "%(names)s are looking at this too.", len(names))
    return text % {"names": ", ".join(names)}


def answer(request: HttpRequest, inquiry: Inquiry) -> JsonResponse:
    """Tell the script of the page what it may say, or note that its reader has gone."""
    if "leave" in request.POST:
        if left := _moment(request.POST["leave"]):
            Presence.objects.leave(inquiry, request.user, left)
        return JsonResponse({})
    changed = request.POST.get("version") != str(inquiry.version)
    said = gettext("It has changed since you opened it. What you type is kept; reload to see it.")
    others = look(request, inquiry)
    return JsonResponse({"others": others, "changed": said if changed else "", "at": now()})


def now() -> str:
    """Return the moment up to which a page was there, for the day it is left."""
    return timezone.now().isoformat()


def _moment(text: str) -> datetime | None:
    """Return a moment that this site wrote itself; None for anything else."""
    with suppress(ValueError):
        moment = parse_datetime(text)
        return moment if moment and moment.tzinfo else None
    return None
