"""What the clinic promised and did not keep: for operators and the desk, without a word about anybody."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from . import retention
from .models import (
    Event,
    Inquiry,
    OutgoingMail,
    Purge,
    PurgeOutcome,
    Status,
    is_open,
    is_overdue,
    is_urgent,
)
from .models.triage import IN_A_QUEUE
from .queue.capped import counted
from .reply_promise import next_close

SOON = timedelta(minutes=5)  # mail, and the search
FORGOTTEN = timedelta(days=4)  # an action that staff planned: longer than a weekend
LATE_PURGE = timedelta(hours=36)
KEPT_FOR = 5.0  # seconds
AT_ONCE = 20  # inquiries looked at in one question


@dataclass(frozen=True)
class Standing:
    """Which promises are broken, and for how long the oldest inquiry has waited for somebody to take it."""

    broken: dict[str, int]
    oldest_untriaged_seconds: int | None

    @property
    def oldest_untriaged_hours(self) -> int | None:
        """Whole hours: seconds would tell when somebody wrote."""
        seconds = self.oldest_untriaged_seconds
        return None if seconds is None else seconds // 3600


_kept: list[tuple[float, Standing]] = []  # at most one


def standing() -> Standing:
    """Return how things stand now, or did a few seconds ago: anybody may ask as often as they like."""
    now = time.monotonic()
    for counted_at, kept in _kept:
        if now - counted_at < KEPT_FOR:
            return kept
    found = Standing(broken(), oldest_untriaged_seconds())
    _kept[:] = [(now, found)]
    return found


def broken_for() -> dict[str, Q]:
    """Return, for each promise about an inquiry, which inquiries it is broken for right now.

    What lies in quarantine counts a working day earlier: from the evening before the day of the promise.
    """
    now = timezone.now()
    return {
        "overdue_replies": is_overdue(),
        "doubtful_not_looked_at": Q(status=Status.DOUBTFUL, reply_by__lte=next_close(now)),
        "danger_not_seen_to": is_open() & is_urgent() & Q(next_action_at__lt=now),
        "forgotten": is_open() & Q(next_action_at__lt=now - FORGOTTEN),
        "kept_too_long": retention.due(now - LATE_PURGE),
    }


def broken() -> dict[str, int]:
    """Return how often each promise is broken right now; nothing where all are kept.

    One question to the database. A count stops early (queue/capped.py): whoever has broken a promise a
    thousand times need not know the number.
    """
    now = timezone.now()
    rows: dict[str, QuerySet] = {
        promise: Inquiry.objects.filter(rule) for promise, rule in broken_for().items()
    }
    rows["mail_not_sent"] = OutgoingMail.objects.waiting().filter(created_at__lt=now - SOON)
    rows["purge_refused_or_failed"] = _last_purge_gone_wrong(now)
    return {promise: count for promise, count in counted(rows).items() if count}


def oldest_untriaged_seconds() -> int | None:
    """Return how long somebody has waited to be taken, or to be looked at in quarantine; None if none waits.

    Since it came there: one that was reopened today has not waited for the years since it was written.
    """
    oldest = _untriaged_since()
    return None if oldest is None else max(0, int((timezone.now() - oldest).total_seconds()))


def _untriaged_since() -> datetime | None:
    """Look among those who wrote first until nobody who wrote later can have waited longer."""
    came = Event.objects.filter(inquiry=OuterRef("pk"), became=OuterRef("status")).exclude(was=F("became"))
    came_at = came.order_by("-at").values("at")[:1]
    waiting = Inquiry.objects.filter(status__in=IN_A_QUEUE).order_by("received_at", "pk")
    times = waiting.annotate(since=Coalesce(Subquery(came_at), "received_at")).values_list(
        "received_at", "since"
    )
    oldest = None
    for start in count(0, AT_ONCE):
        some = list(times[start : start + AT_ONCE])
        for received_at, since in some:
            if oldest and received_at >= oldest:
                return oldest
            oldest = min(since, oldest or since)
        if len(some) < AT_ONCE:
            break
    return oldest


def _last_purge_gone_wrong(now: datetime) -> QuerySet:
    last = Purge.objects.filter(at__lte=now).values("pk")[:1]
    return Purge.objects.filter(pk__in=last).exclude(outcome=PurgeOutcome.DONE)
