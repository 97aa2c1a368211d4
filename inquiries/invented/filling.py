"""Bring invented inquiries into the database, as fast as two cores can seal them."""

import hashlib
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils import timezone, translation

from articles.models import Language, Publication

from .. import wording
from ..ask.forms import CONSENTS, InquiryForm
from ..models import Event, Inquiry, Note, Tag
from ..models.triage import DECIDES_ON_DANGER, WORKS
from ..reply_promise import reply_by
from ..statistics.first_reply import HEARD
from . import wake
from .lives import DAYS, TAGS, Staff
from .rows import TABLES, Lines, Plan, columns, compose
from .words import everything

STRETCH = 2000
FEW = 10_000  # below this, other processes are not worth their start


def fill(count: int, *, chance: int = 1, told: Callable[[int], None] = lambda done: None) -> list[str]:
    """Add so many inquiries, with all that hangs on them, all or none; return a few receipts."""
    receipts: list[str] = []
    notes: dict[int, dict] = {}
    with transaction.atomic():
        # While a table grows to several times its size, its indexes are quicker built anew.
        empty = count > Inquiry.objects.all()[: count + 1].count()
        plan = _plan(count, chance)
        _tags()
        with _without_indexes() if empty else nullcontext():
            for done, lines in enumerate(_composed(plan), start=1):
                _copy(lines)
                receipts += lines.receipts
                notes |= lines.notes
                told(min(done * STRETCH, count))
        _write(notes)
    with connection.cursor() as cursor:
        for model in TABLES:
            cursor.execute(f"ANALYZE {model._meta.db_table}")
    return receipts


def _plan(count: int, chance: int) -> Plan:
    now = timezone.localtime()
    days = [(now - timedelta(days=ago)) for ago in range(DAYS + 1)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [Inquiry._meta.db_table])
        (sequence,) = cursor.fetchone()
        cursor.execute("SELECT nextval(%s::text::regclass)", [sequence])
        (first_id,) = cursor.fetchone()
        cursor.execute("SELECT setval(%s::text::regclass, %s)", [sequence, first_id + count - 1])
    return Plan(
        count=count,
        first_id=first_id,
        now=now,
        staff=_staff(),
        pages={
            language: list(
                Publication.objects.filter(article__language=language).values_list("pk", flat=True)
            )
            for language in Language.values
        },
        promised={day.date(): reply_by(day) for day in days},
        consents={language: _consents(language) for language in Language.values},
        version=wording.version(),
        chance=chance,
    )


def _staff() -> Staff:
    """Return who may have an inquiry; makes somebody up where there is nobody."""
    people = get_user_model().objects
    may = {
        right: list(people.with_perm(right, include_superusers=False).values_list("pk", flat=True))
        for right in [WORKS, DECIDES_ON_DANGER]
    }
    everybody = may[WORKS] or [people.create_user("invented-nurse", is_staff=True).pk]
    return Staff(everybody, may[DECIDES_ON_DANGER] or everybody)


def _write(notes: dict[int, dict]) -> None:
    """Hang each note on the event by which the person was written to."""
    heard = Event.objects.filter(HEARD, inquiry__in=list(notes))
    Note.objects.bulk_create(
        Note(event_id=event, **notes[inquiry]) for inquiry, event in heard.values_list("inquiry", "pk")
    )


def _tags() -> None:
    for key in TAGS:
        names = {f"name_{language}": everything()[language]["tags"][key] for language in Language.values}
        Tag.objects.get_or_create(key=key, defaults=names)


def _consents(language: str) -> list[tuple[str, str]]:
    with translation.override(language):
        fields = InquiryForm().fields
        texts = {key: getattr(fields[key], "text", "") for key in CONSENTS}
    return [(key, hashlib.sha256(text.encode()).hexdigest()) for key, text in texts.items()]


def _composed(plan: Plan) -> Iterator[Lines]:
    """Yield the rows in order; composed by as many processes as there are cores, not far ahead."""
    starts = range(0, plan.count, STRETCH)
    if plan.count < FEW:
        for start in starts:
            yield compose(plan, start, min(start + STRETCH, plan.count))
        return
    cores = len(os.sched_getaffinity(0))
    # Processes that start afresh: a fork would inherit the connection.
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cores, mp_context=fresh, initializer=wake) as pool:
        waiting: deque = deque()
        for start in starts:
            waiting.append(pool.submit(compose, plan, start, min(start + STRETCH, plan.count)))
            if len(waiting) > 2 * cores:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _copy(lines: Lines) -> None:
    with connection.cursor() as cursor:
        for model in TABLES:
            table = model._meta.db_table
            names = ", ".join(str(field.column) for field in columns(model))
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                copy.write(lines.tables[table])


@contextmanager
def _without_indexes() -> Iterator[None]:
    """Take indexes, unique constraints and references away, and build them anew for all rows at once.

    Within the transaction: nobody sees the tables without them, and a failure leaves all as it was.
    """
    tables = [model._meta.db_table for model in TABLES]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            """
            SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
            FROM pg_constraint WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('f', 'u')
            ORDER BY contype DESC, oid
            """,
            [tables],
        )
        constraints = cursor.fetchall()
        cursor.execute(
            """
            SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
            WHERE indrelid = ANY(%s::regclass[])
            AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))
            ORDER BY indexrelid
            """,
            [tables],
        )
        indexes = cursor.fetchall()
        for table, name, _definition in constraints:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for _name, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in constraints:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
