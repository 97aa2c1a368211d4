"""How the desk does: arrivals, replies against the promise, and what waits. Numbers, and nobody's.

They stay the same when people are erased. When inquiries came and when they were replied to is kept with
the emptied row and its events; what they were about is counted by month at the moment of erasing. So a
period is always whole months.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Case, Count, Min, Value, When
from django.utils import timezone

from articles.models import Publication

from ..models import AWAITING_REPLY, ErasedFact, ErasedInquiries, Inquiry, Status
from ..reply_promise import reply_by
from .first_reply import SPAM, UP_TO, Within, first_reply_at, with_soonness

LONGEST = 36  # months
USUAL = 3
AGES = [1, 3, 7, 30]  # days


@dataclass(frozen=True)
class Period:
    """Whole months in the clinic's time: from the first day of one until before the first of another."""

    since: date
    until: date

    @property
    def months(self) -> int:
        return (self.until.year - self.since.year) * 12 + self.until.month - self.since.month

    @property
    def unit(self) -> str:
        """What one column of a picture stands for."""
        return "day" if self.months <= 2 else "week" if self.months <= 12 else "month"

    @property
    def last(self) -> date:
        """The last month in it."""
        return months_later(self.until, -1)

    @property
    def moments(self) -> tuple[datetime, datetime]:
        return _midnight(self.since), _midnight(self.until)

    def units(self) -> list[date]:
        """Return the first day of each column, up to today; a first week may begin before the period."""
        day, found = self.since, []
        if self.unit == "week":
            day -= timedelta(days=day.weekday())
        while day < self.until and day <= today():
            found.append(day)
            steps = {"day": 1, "week": 7}
            day = months_later(day, 1) if self.unit == "month" else day + timedelta(days=steps[self.unit])
        return found


@dataclass
class Replies:
    """What came in a span of time, and how soon it was replied to. Durations in seconds."""

    arrived: int = 0
    spam: int = 0
    replied: int = 0
    in_time: int = 0
    missed: int = 0  # no reply when the promised time was over
    median: float | None = None
    ninth: float | None = None  # nine in ten were replied to within it
    promised: float | None = None  # what we promise: it depends on the hour and on closed days

    @property
    def late(self) -> int:
        return self.replied - self.in_time

    @property
    def owed(self) -> int:
        """To how many we have replied or should have: not who may still wait, or took it back in time."""
        return self.replied + self.missed

    @property
    def percent_in_time(self) -> int | None:
        return self.in_time * 100 // self.owed if self.owed else None


@dataclass
class About:
    """How many inquiries were about one thing, and in which coarse step each was replied to."""

    key: str
    within: Counter[str] = field(default_factory=Counter)

    @property
    def arrived(self) -> int:
        return self.within.total() - self.within[Within.SPAM]

    @property
    def replied(self) -> int:
        return sum(self.within[step] for step in [*UP_TO, Within.LATER])

    def share(self, share: float) -> str:
        """Return the step within which this share of the replies came; nothing without replies."""
        left = self.replied * share
        for step in [*UP_TO, Within.LATER]:
            left -= self.within[step]
            if self.replied and left <= 0:
                return str(step.label)
        return ""

    @property
    def median(self) -> str:
        return self.share(0.5)

    @property
    def ninth(self) -> str:
        return self.share(0.9)


@dataclass
class Numbers:
    period: Period
    whole: Replies
    by_unit: dict[date, Replies]
    by_weekday: dict[int, Replies]  # Monday is 1
    about: dict[str, list[About]]
    titles: dict[str, tuple[str, str]]  # of articles: title, language
    backlog: list[dict[str, int]]  # by age, the youngest first
    oldest_at: datetime | None


def today() -> date:
    return timezone.localdate()


def months_later(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def usual_period() -> Period:
    month = today().replace(day=1)
    return Period(months_later(month, 1 - USUAL), months_later(month, 1))


def count(period: Period) -> Numbers:
    """Return every number of the page, in six queries however much there is."""
    groups = _replies(period)
    about = _about(period)
    backlog, oldest_at = _backlog()
    return Numbers(
        period=period,
        whole=groups[None, None],
        by_unit={unit: groups.get((unit, None), Replies()) for unit in period.units()},
        by_weekday={day: groups.get((None, day), Replies()) for day in range(1, 8)},
        about=about,
        titles=_titles([row.key for row in about[ErasedFact.PAGE]]),
        backlog=backlog,
        oldest_at=oldest_at,
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _replies(period: Period) -> dict[tuple[date | None, int | None], Replies]:
    """Return one row per column, one per day of the week, and one for the whole."""
    since, until = period.moments
    days = [period.since + timedelta(days=number) for number in range((period.until - period.since).days)]
    # The promise at midnight is the promise all day: the close of a later working day.
    promises = [reply_by(_midnight(day)) for day in days]
    zone = timezone.get_default_timezone_name()
    there = Inquiry.objects.filter(received_at__gte=since, received_at__lt=until).order_by()
    there = there.annotate(replied_at=first_reply_at())
    columns = there.values_list("received_at", "closing_reason", "closed_at", "replied_at")
    arrived, asked = columns.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH arrived (received_at, closing_reason, closed_at, replied_at) AS ({arrived}), measured AS (
                SELECT
                    date_trunc(%s::text, local)::date AS unit,
                    extract(isodow FROM local)::int AS weekday,
                    closing_reason = %s::text AS spam,
                    replied_at <= promise.at AS in_time,
                    replied_at IS NULL AND promise.at < coalesce(closed_at, %s::timestamptz) AS missed,
                    extract(epoch FROM replied_at - received_at) AS took,
                    extract(epoch FROM promise.at - received_at) AS promised
                FROM (SELECT *, received_at AT TIME ZONE %s::text AS local FROM arrived) AS here
                JOIN unnest(%s::date[], %s::timestamptz[]) AS promise (day, at)
                    ON promise.day = local::date
            )
            SELECT
                unit,
                weekday,
                count(*) FILTER (WHERE NOT spam),
                count(*) FILTER (WHERE spam),
                count(took) FILTER (WHERE NOT spam),
                count(*) FILTER (WHERE in_time AND NOT spam),
                count(*) FILTER (WHERE missed AND NOT spam),
                percentile_cont(0.5) WITHIN GROUP (ORDER BY took) FILTER (WHERE NOT spam),
                percentile_cont(0.9) WITHIN GROUP (ORDER BY took) FILTER (WHERE NOT spam),
                percentile_cont(0.5) WITHIN GROUP (ORDER BY promised) FILTER (WHERE NOT spam)
            FROM measured
            GROUP BY GROUPING SETS ((unit), (weekday), ())
            """,  # noqa: S608 - a query of ours
            [*asked, period.unit, SPAM, timezone.now(), zone, days, promises],
        )
        return {(unit, weekday): Replies(*counts) for unit, weekday, *counts in cursor.fetchall()}


def _about(period: Period) -> dict[str, list[About]]:
    """Return topics, languages and articles, each the most frequent first: of people who are there,
    and of those who were erased."""
    facts = {ErasedFact.TOPIC: "topic", ErasedFact.LANGUAGE: "language"}
    facts[ErasedFact.PAGE] = "came_from__article"
    found: dict[str, defaultdict[str, Counter[str]]] = {fact: defaultdict(Counter) for fact in facts}
    since, until = period.moments
    there = Inquiry.objects.filter(received_at__gte=since, received_at__lt=until, erased_at=None)
    for row in with_soonness(there).values(*facts.values(), "within").annotate(times=Count("pk")).order_by():
        for fact, name in facts.items():
            value = "" if row[name] is None else str(row[name])
            found[fact][value][row["within"]] += row["times"]
    erased = ErasedInquiries.objects.filter(
        month__gte=period.since, month__lt=period.until, what__in=list(facts)
    )
    for counted in erased:
        found[counted.what][counted.value][counted.within] += counted.count
    return {
        fact: sorted(
            (row for row in (About(key, within) for key, within in values.items()) if row.arrived),
            key=lambda row: (not row.key, -row.arrived, row.key),
        )
        for fact, values in found.items()
    }


def _titles(articles: list[str]) -> dict[str, tuple[str, str]]:
    latest = Publication.objects.filter(article__in=[int(key) for key in articles if key])
    latest = latest.order_by("article", "-number").distinct("article")
    return {
        str(article): (title, language)
        for article, title, language in latest.values_list("article", "title", "language")
    }


def _backlog() -> tuple[list[dict[str, Any]], datetime | None]:
    """Return how many are open now, by age in days and by whose turn it is; and since when the oldest is."""
    now = timezone.now()
    younger = [
        When(received_at__gt=now - timedelta(days=days), then=Value(number))
        for number, days in enumerate(AGES)
    ]
    rows: list[dict[str, Any]] = [
        {"from": since, "to": until, "ours": 0, "theirs": 0, "answered": 0, "doubtful": 0}
        for since, until in zip([0, *AGES], [*AGES, None], strict=True)
    ]
    turns: dict[str, str] = dict.fromkeys(map(str, AWAITING_REPLY), "ours") | {
        Status.WAITING: "theirs",
        Status.ANSWERED: "answered",
        Status.DOUBTFUL: "doubtful",
    }
    counts = Inquiry.objects.filter(status__in=list(turns)).annotate(
        age=Case(*younger, default=Value(len(AGES)))
    )
    oldest = None
    for row in (
        counts.values("age", "status").annotate(times=Count("pk"), since=Min("received_at")).order_by()
    ):
        rows[row["age"]][turns[row["status"]]] += row["times"]
        oldest = min(filter(None, [oldest, row["since"]]))
    return rows, oldest
