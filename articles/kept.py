"""What each process keeps in memory of slowly changing tables, until one of them changes.

Every statement that changes such a table also writes a new random stamp, by a trigger and so in the
same transaction, whatever program it comes from. A reader asks for the stamp first (one row by
primary key) and builds again only if it is another one than last time. That is right in every
process and thread:

- Whoever sees the new stamp sees the new rows, and reads them after the stamp. Rows newer than the
  stamp may be kept under the old one; the next reader sees the new stamp and builds again.
- A stamp is never used twice, unlike a counter that goes back with a transaction that failed: what
  was built inside such a transaction is never taken for what is stored.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from uuid import UUID

import pgtrigger
from django.apps import apps

# Also the name of the table: see models/stamp.py.
_WRITE_STAMP = """
    INSERT INTO articles_stamp (id, value) VALUES (%d, gen_random_uuid())
    ON CONFLICT (id) DO UPDATE SET value = EXCLUDED.value;
    RETURN NULL;
"""
OF_FACTS, OF_PAGES = 1, 2


def restamps(name: str) -> list[pgtrigger.Trigger]:
    """Return the trigger of a table on which something kept depends."""
    return [
        pgtrigger.Trigger(
            name=f"{name}_restamps",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
            func=_WRITE_STAMP % OF_FACTS,
        )
    ]


def restamps_pages(
    name: str, operation: pgtrigger.Operation, condition: pgtrigger.Condition | None = None
) -> list[pgtrigger.Trigger]:
    """Return the trigger of a table that changes which pages readers see, and nothing kept here.

    It has a stamp of its own, so that publishing leaves the ledger in memory; the page store looks at
    both. Written as the last thing before the commit: a stamp that somebody holds while waiting for an
    article, and somebody else wants while holding that article, would be a deadlock.
    """
    return [
        pgtrigger.Trigger(
            name=f"{name}_restamps_pages",
            level=pgtrigger.Row,
            when=pgtrigger.After,
            timing=pgtrigger.Deferred,
            operation=operation,
            condition=condition,
            func=_WRITE_STAMP % OF_PAGES,
        )
    ]


_looked: ContextVar[list[UUID | None] | None] = ContextVar("looked", default=None)


@contextmanager
def one_look() -> Iterator[None]:
    """Look at the stamp once for all that is asked in here: for a request that changes nothing."""
    token = _looked.set([])
    try:
        yield
    finally:
        _looked.reset(token)


def stamp() -> UUID | None:
    """Return the stamp of the latest change; None while the tables are as empty as they were made."""
    looked = _looked.get()
    if looked is None:
        return _stamp()
    if not looked:
        looked.append(_stamp())
    return looked[0]


def saw(value: UUID | None) -> None:
    """Let a query that has read the stamp along with something else be the look of this request."""
    looked = _looked.get()
    if looked == []:
        looked.append(value)


def _stamp() -> UUID | None:
    stamps = apps.get_model("articles", "Stamp").objects.filter(pk=OF_FACTS)
    return stamps.values_list("value", flat=True).first()


def kept[T](build: Callable[[], T]) -> Callable[..., T]:
    """Keep what `build` returns until a table changes. A page that has read the stamp may pass it on."""
    last: tuple[UUID, T] | None = None

    @wraps(build)
    def current(at: UUID | None = None) -> T:
        nonlocal last
        have = last  # read once: another thread may replace it
        now = at or stamp()
        if have and have[0] == now:
            return have[1]
        value = build()
        if now:
            last = (now, value)
        return value

    return current
