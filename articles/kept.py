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

from collections.abc import Callable
from functools import wraps
from uuid import UUID

import pgtrigger
from django.apps import apps

# Also the name of the only row's table: see models/stamp.py.
_WRITE_STAMP = """
    INSERT INTO articles_stamp (id, value) VALUES (1, gen_random_uuid())
    ON CONFLICT (id) DO UPDATE SET value = EXCLUDED.value;
    RETURN NULL;
"""


def restamps(name: str) -> list[pgtrigger.Trigger]:
    """Return the trigger of a table on which something kept depends."""
    return [
        pgtrigger.Trigger(
            name=f"{name}_restamps",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
            func=_WRITE_STAMP,
        )
    ]


def stamp() -> UUID | None:
    """Return the stamp of the latest change; None while the tables are as empty as they were made."""
    return apps.get_model("articles", "Stamp").objects.values_list("value", flat=True).first()


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
