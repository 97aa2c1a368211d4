"""Seeing how it goes: the page with the numbers of the desk, for whoever works there or reads its record."""

import re
from datetime import date, timedelta

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from articles.models import Language

from .. import wording
from ..models import ErasedFact, Inquiry
from . import charts, numbers
from .numbers import LONGEST, Numbers, Period, Replies, months_later

MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
WIDE = 240  # of a bar beside a row
HOUR, DAY = 3600, 86400


def may_see(user) -> bool:
    return user.has_perm("inquiries.view_inquiry") or user.has_perm("inquiries.audit_inquiry")


@require_safe
def numbers_view(request: HttpRequest) -> HttpResponse:
    """Show a period of whole months: that of the address, or else the last three."""
    if not may_see(request.user):
        raise PermissionDenied
    first = Inquiry.objects.order_by("received_at").values_list("received_at", flat=True).first()
    period = asked_for(request.GET.get("from", ""), request.GET.get("to", ""))
    found = numbers.count(period)
    context = {
        **admin.site.each_context(request),
        "title": gettext("Numbers"),
        "period": period,
        "months": _months(first),
        "whole": found.whole,
        "figures": _figures(found),
        "arrivals": _arrivals(found),
        "speed": _speed(found),
        "weekdays": _weekdays(found),
        "about": _about(found),
        "backlog": _backlog(found),
    }
    return TemplateResponse(request, "admin/inquiries/desk/numbers.html", context)


def asked_for(first: str, last: str) -> Period:
    """Return the months from one to the other, as `2026-09`; what is no such period is the usual one."""
    try:
        since, until = (date.fromisoformat(f"{text}-01") for text in (first, last) if MONTH.fullmatch(text))
    except ValueError:
        return numbers.usual_period()
    since, until = sorted([since, until])
    return Period(max(since, months_later(until, 1 - LONGEST)), months_later(until, 1))


def duration(seconds: float | None) -> str:
    """Return a time in the unit that a person would choose."""
    if seconds is None:
        return "–"
    if seconds < HOUR:
        return gettext("%(n)d min") % {"n": max(round(seconds / 60), 0)}
    if seconds < 2 * DAY:
        return gettext("%(n)d h") % {"n": round(seconds / HOUR)}
    return ngettext("%(n)d day", "%(n)d days", round(seconds / DAY)) % {"n": round(seconds / DAY)}


def _months(first) -> list[dict[str, str]]:
    """Return the months to choose from, the latest first."""
    month = numbers.today().replace(day=1)
    oldest = max(
        timezone.localtime(first).date() if first else month, months_later(month, 1 - LONGEST)
    ).replace(day=1)
    found: list[dict[str, str]] = []
    while month >= oldest or len(found) < numbers.USUAL:
        found.append({"key": f"{month:%Y-%m}", "name": date_format(month, "YEAR_MONTH_FORMAT")})
        month = months_later(month, -1)
    return found


def _figures(found: Numbers) -> list[dict[str, str]]:
    whole = found.whole
    percent = whole.percent_in_time
    waits = sum(row["ours"] for row in found.backlog)
    oldest = (timezone.now() - found.oldest_at).total_seconds() if found.oldest_at else None
    return [
        {
            "name": gettext("Arrived"),
            "value": str(whole.arrived),
            "more": ngettext("and %(n)d spam", "and %(n)d spam", whole.spam) % {"n": whole.spam},
        },
        {
            "name": gettext("Replied to in time"),
            "value": "–" if percent is None else f"{percent}%",
            "more": gettext("%(in_time)d of %(owed)d; %(missed)d without a reply")
            % {"in_time": whole.in_time, "owed": whole.owed, "missed": whole.missed},
        },
        {
            "name": gettext("Half had a reply within"),
            "value": duration(whole.median),
            "more": gettext("promised: %(time)s") % {"time": duration(whole.promised)},
        },
        {
            "name": gettext("Nine in ten had a reply within"),
            "value": duration(whole.ninth),
            "more": gettext("promised: %(time)s") % {"time": duration(whole.promised)},
        },
        {
            "name": gettext("Wait for us now"),
            "value": str(waits),
            "more": gettext("the oldest open one: %(time)s") % {"time": duration(oldest)},
        },
    ]


def _columns(found: Numbers) -> tuple[list[str], list[str]]:
    """Return what each column is called: briefly below it, and in full."""
    days, unit = list(found.by_unit), found.period.unit
    if unit == "month":
        return [f"{day:%Y-%m}" for day in days], [date_format(day, "YEAR_MONTH_FORMAT") for day in days]
    names = [date_format(day, "DATE_FORMAT") for day in days]
    if unit == "week":
        names = [gettext("Week of %(day)s") % {"day": name} for name in names]
    return [date_format(day, gettext("j M")) for day in days], names


def _arrivals(found: Numbers) -> dict:
    short, names = _columns(found)
    rows = list(found.by_unit.values())
    picture = charts.columns([row.arrived for row in rows], short)
    titles = [f"{name}: {row.arrived}" for name, row in zip(names, rows, strict=True)]
    heading = {
        "day": gettext("Arrivals by day"),
        "week": gettext("Arrivals by week"),
        "month": gettext("Arrivals by month"),
    }[found.period.unit]
    return {
        "heading": heading,
        "picture": picture,
        "columns": list(zip(picture.columns, titles, strict=True)),
        "rows": list(zip(names, rows, strict=True)),
        "most": max(zip([row.arrived for row in rows], names, strict=True), default=(0, "")),
    }


def _speed(found: Numbers) -> dict:
    short, names = _columns(found)
    rows = list(found.by_unit.values())
    unit, seconds, label = "h", HOUR, gettext("%(n)d h")
    if max((row.ninth or row.promised or 0 for row in rows), default=0) > 5 * DAY:
        unit, seconds, label = "d", DAY, gettext("%(n)d d")

    def of(name: str) -> list[float | None]:
        return [None if (value := getattr(row, name)) is None else value / seconds for row in rows]

    series = {
        "promised": [value if row.replied else None for value, row in zip(of("promised"), rows, strict=True)],
        "ninth": of("ninth"),
        "median": of("median"),
    }
    return {
        "unit": unit,
        "picture": charts.lines(series, short, label) if found.whole.replied else None,
        "rows": [(name, _said(row)) for name, row in zip(names, rows, strict=True) if row.owed],
    }


def _said(row: Replies) -> dict:
    percent = row.percent_in_time
    return {
        "arrived": row.arrived,
        "replied": row.replied,
        "late": row.late,
        "percent": "–" if percent is None else f"{percent}%",
        "median": duration(row.median),
        "ninth": duration(row.ninth),
        "promised": duration(row.promised),
    }


def _weekdays(found: Numbers) -> list[dict]:
    rows = found.by_weekday
    most = max((max(row.ninth or 0, row.promised or 0) for row in rows.values()), default=0) or 1
    monday = date(2024, 1, 1)

    def wide(seconds: float | None) -> float:
        return round((WIDE - 4) * (seconds or 0) / most, 1)

    return [
        {
            "name": date_format(monday + timedelta(days=number - 1), "l"),
            **_said(row),
            "bars": {name: wide(getattr(row, name)) for name in ("median", "ninth", "promised")},
            "has_promise": bool(row.arrived),
        }
        for number, row in rows.items()
    ]


def _about(found: Numbers) -> list[dict]:
    headings = {
        ErasedFact.TOPIC: gettext("By topic"),
        ErasedFact.LANGUAGE: gettext("By language"),
        ErasedFact.PAGE: gettext("By the article they came from"),
    }
    return [
        {
            "heading": heading,
            "key": str(fact),
            "rows": [
                {"row": row, "wide": round(WIDE * row.arrived / _most(found.about[fact]), 1)}
                | _name(found, fact, row.key)
                for row in found.about[fact]
            ],
        }
        for fact, heading in headings.items()
    ]


def _most(rows) -> int:
    return max((row.arrived for row in rows), default=1)


def _name(found: Numbers, fact: str, key: str) -> dict[str, str]:
    if not key:
        return {"name": gettext("No article") if fact == ErasedFact.PAGE else gettext("Not said"), "lang": ""}
    if fact == ErasedFact.TOPIC:
        return {"name": wording.answer_text("topic", key), "lang": ""}
    if fact == ErasedFact.LANGUAGE:
        return {"name": str(Language(key).label), "lang": ""}
    title, language = found.titles.get(key, (key, ""))
    return {"name": title, "lang": language}


def _backlog(found: Numbers) -> dict:
    turns = {
        "ours": gettext("Wait for us"),
        "theirs": gettext("Wait for the person"),
        "answered": gettext("Answered, not closed"),
        "doubtful": gettext("In quarantine"),
    }
    rows = []
    most = max(sum(row[turn] for turn in turns) for row in found.backlog) or 1
    for row in found.backlog:
        pieces, x = [], 0.0
        for turn in turns:
            wide = round(WIDE * row[turn] / most, 1)
            pieces.append({"turn": turn, "x": round(x, 1), "wide": wide})
            x += wide
        rows.append(
            {
                "name": _age(row["from"], row["to"]),
                "counts": [(name, row[turn]) for turn, name in turns.items()],
                "total": sum(row[turn] for turn in turns),
                "pieces": pieces,
            }
        )
    return {"turns": turns, "rows": rows, "total": sum(row["total"] for row in rows)}


def _age(since: int, until: int | None) -> str:
    if until is None:
        return ngettext("over %(n)d day", "over %(n)d days", since) % {"n": since}
    if since == 0:
        return gettext("under a day")
    return gettext("%(since)d to %(until)d days") % {"since": since, "until": until}
