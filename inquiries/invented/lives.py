"""What becomes of an invented inquiry: when it comes, how far it has got, and who did what when."""

from bisect import bisect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from ..models import DANGER, Queue, Status, Step
from ..models.triage import FOR_EDITORS, SECOND_READER, SPAM

# Closed ones are erased after ninety days: none is older, or the next purge would find them all at once.
DAYS = 85
NEW, TAKEN, WAITING, ANSWERED = Status.NEW, Status.TAKEN, Status.WAITING, Status.ANSWERED
CLOSED, DOUBTFUL, DRAFTED = Status.CLOSED, Status.DOUBTFUL, Status.DRAFTED
# Up to which age in days, how many of a hundred stand where. Three of four that are drafted are only taken:
# their category asks for no second reader.
STANDS: list[tuple[int, dict[Status, float]]] = [
    (1, {NEW: 60, TAKEN: 10, WAITING: 3, DRAFTED: 8, ANSWERED: 7, CLOSED: 10, DOUBTFUL: 5}),
    (4, {NEW: 10, TAKEN: 6, WAITING: 10, DRAFTED: 9, ANSWERED: 20, CLOSED: 46, DOUBTFUL: 2}),
    (14, {NEW: 0.5, TAKEN: 1, WAITING: 3, ANSWERED: 5, CLOSED: 90, DOUBTFUL: 0.5}),
    (DAYS, {TAKEN: 0.1, WAITING: 0.1, ANSWERED: 0.3, CLOSED: 99.5}),
]
REASONS = {
    "answered": 62,
    "evidence_declined": 9,
    "no_reply": 9,
    "not_offered": 7,
    "moved_to_care": 5,
    "directed_to_local_care": 4,
    "third_party": 2,
    "complaint_closed": 1,
    "directed_to_emergency": 1,
}
SPAM_DAYS = 6  # and spam after seven
SELLING = 0.05
# How many are given their category and a tag by staff.
SORTED, SORTED_WHILE_NEW, TAGGED = 0.8, 0.3, 0.06
TAGS = ["insurance", "interpreter", "press", "second-opinion"]
# Who takes what lies in a queue and is of a kind; all else is for the nurses.
QUEUES = dict.fromkeys(DANGER, Queue.PHYSICIANS) | {"T7": Queue.MANAGERS, FOR_EDITORS: Queue.EDITORS}
# How many of a day's inquiries come in each hour: few at night, most in the evening.
HOURS = [2, 1, 1, 1, 1, 2, 3, 4, 6, 8, 8, 7, 6, 7, 7, 6, 6, 6, 7, 8, 10, 11, 9, 5]


def draw(weights: Mapping[Any, float]) -> Callable[[Random], Any]:
    """Return what draws one of these by its weight. The sums are made once, not for each draw."""
    values, sums = list(weights), list(accumulate(weights.values()))
    return lambda chance: values[bisect(sums, chance.random() * sums[-1])]


_STANDS = [(timedelta(days=days), draw(stands)) for days, stands in STANDS]
_REASONS = draw(REASONS)
_UNTIL = [hours / sum(HOURS) for hours in accumulate(HOURS)]


@dataclass(frozen=True)
class Staff:
    """Who may have an inquiry; and, of them, who decides on danger and releases a colleague's reply."""

    all: list[int]
    physicians: list[int]


@dataclass
class Life:
    received_at: datetime
    status: str
    owner: int | None = None
    reader: int | None = None  # who released the reply
    queue: str = Queue.NURSES
    category: str = ""
    tags: list[str] = field(default_factory=list)
    wrote_at: datetime | None = None  # to the person, to answer or to ask
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    closing_reason: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)

    def happened(self, step: Step, became: Status, at: datetime, reason="", *, by=None) -> None:
        was = self.events[-1]["became"] if self.events else ""
        by = (by or self.owner) if self.events else None
        self.events.append(
            {"step": step, "was": was, "became": became, "reason": reason, "by_id": by, "at": at}
        )


def live(chance: Random, now: datetime, share: float, staff: Staff, kind: str, *, found=False) -> Life:
    """Compose the life of one; `share` says how far it lies between the oldest (0) and now (1).

    `kind` is the category that it is of, which staff may have said by now; or the words themselves (`found`).
    """
    received_at = _moment(chance, now, share)
    age = now - received_at
    stands = next((stands for longest, stands in _STANDS if age <= longest), _STANDS[-1][1])
    life = Life(received_at, stands(chance))
    doubtful = life.status == DOUBTFUL
    life.happened(Step.RECEIVED, DOUBTFUL if doubtful else NEW, received_at)
    if doubtful:
        return life
    life.category = kind if found else ""
    taken, drafted, wrote, closed = _between(chance, received_at, now)
    if life.status == NEW:
        if not found and chance.random() < SORTED_WHILE_NEW:
            _sort(life, kind, taken, by=chance.choice(staff.all))
            life.queue = QUEUES.get(kind, Queue.NURSES)
            if life.queue != Queue.NURSES:
                life.happened(Step.PUT_BACK, NEW, taken, life.queue, by=life.events[-1]["by_id"])
        return life
    life.owner, life.queue = chance.choice(staff.physicians if kind in DANGER else staff.all), ""
    life.happened(Step.TAKE, TAKEN, taken)
    if life.status == CLOSED and age < timedelta(days=SPAM_DAYS) and chance.random() < SELLING:
        life.category, life.closed_at, life.closing_reason = SPAM, closed, "spam"
        life.happened(Step.CLOSE, CLOSED, closed, "spam")
        return life
    readers = [person for person in staff.physicians if person != life.owner]
    if life.status == DRAFTED and not (kind in SECOND_READER and readers):
        life.status = TAKEN
    if not found and (life.status == DRAFTED or chance.random() < SORTED):
        _sort(life, kind, taken)
    if chance.random() < TAGGED:
        life.tags = [chance.choice(TAGS)]
        life.happened(Step.TAG, TAKEN, taken, life.tags[0])
    if life.status == TAKEN:
        return life
    _reply(life, chance, readers, drafted, wrote)
    if life.status == CLOSED:
        life.closed_at = closed
        life.closing_reason = _REASONS(chance)
        life.happened(Step.CLOSE, CLOSED, closed, life.closing_reason)
    return life


def _sort(life: Life, kind: str, at: datetime, *, by: int | None = None) -> None:
    life.category = kind
    life.happened(Step.CATEGORISE, Status(life.events[-1]["became"]), at, kind, by=by)


def _reply(life: Life, chance: Random, readers: list[int], drafted: datetime, wrote: datetime) -> None:
    """Write to the person, by way of a second reader where the category asks for one and there is one."""
    step, became = (Step.ASK, WAITING) if life.status == WAITING else (Step.ANSWER, ANSWERED)
    if life.category in SECOND_READER and readers:
        life.happened(Step.DRAFT, DRAFTED, drafted)
        if life.status == DRAFTED:
            return
        life.reader = chance.choice(readers)
        step = Step.RELEASE
    life.happened(step, became, wrote, by=life.reader)
    life.wrote_at = wrote
    if became == ANSWERED:
        life.answered_at = wrote


def _moment(chance: Random, now: datetime, share: float) -> datetime:
    """Spread arrivals over the days evenly, and over each day as people write."""
    first = (now - timedelta(days=DAYS - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    day, part = divmod(share * ((now - first) / timedelta(days=1)), 1)
    hour = min(bisect(_UNTIL, part), 23)
    before = _UNTIL[hour - 1] if hour else 0.0
    within = (part - before) / (_UNTIL[hour] - before)
    moment = first + timedelta(days=day, hours=hour + within)
    return min(moment, now - timedelta(minutes=2 + 60 * chance.random()))


def _between(chance: Random, received_at: datetime, now: datetime) -> list[datetime]:
    """Return when it was taken, drafted, answered and closed: within four days, in this order, all past."""
    span = min(now - received_at, timedelta(days=4))
    return [received_at + span * part for part in sorted(chance.random() for _step in range(4))]
