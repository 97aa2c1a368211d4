"""Pages of a list that begin behind a row, so that the last page costs what the first one does.

OFFSET reads whatever it leaves out; a place in the order is found in the index. Rows that come and
go between two pages move nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import BooleanField, DateTimeField, F, Func, Model, OrderBy, Value
from django.db.models.expressions import Combinable

from ..models.queue import QUEUE_ORDER

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LARGEST = 2**63 - 1
LAST_MOMENT = 253_402_300_799_999_999  # 9999-12-31 in microseconds


class Beyond(Func):
    """Whether a row stands behind a place, or before it: (a, b, c) > (x, y, z) in PostgreSQL's terms."""

    output_field = BooleanField()

    def __init__(self, *expressions, sign: str):
        super().__init__(*expressions, sign=sign)

    def as_sql(self, compiler, connection, **context):
        compiled = [compiler.compile(expression) for expression in self.source_expressions]
        half = len(compiled) // 2
        row, place = (", ".join(sql for sql, _params in part) for part in (compiled[:half], compiled[half:]))
        params = [param for _sql, params in compiled for param in params]
        return f"({row}) {self.extra['sign']} ({place})", params


@dataclass(frozen=True)
class Order:
    """A total order: every term in the same direction, the last one unique."""

    terms: Sequence[F | Func]
    descending: bool = False

    def by(self, *, backwards: bool = False) -> list[OrderBy]:
        descending = self.descending != backwards
        return [OrderBy(term, descending=descending) for term in self.terms]

    def place(self, row: Model) -> str:
        """Return where a row stands, as it may be written in an address: times and ids alone."""
        return ".".join(_written(getattr(row, _name(term))) for term in self.terms)

    def beyond(self, place: str, *, backwards: bool = False) -> Beyond:
        """Return the condition for the rows behind a place, or before it. Raises ValueError."""
        parts = place.split(".")
        values = [_read(term, part) for term, part in zip(self.terms, parts, strict=True)]
        return Beyond(*self.terms, *values, sign="<" if self.descending != backwards else ">")


IN_QUEUE = Order(QUEUE_ORDER)
NEWEST_FIRST = Order([F("id")], descending=True)
OLDEST_FIRST = Order([F("id")])


def _name(term) -> str:
    column: Any = term if isinstance(term, F) else term.source_expressions[0]
    return column.name


def _written(value) -> str:
    return str(int(value) if isinstance(value, int) else (value - EPOCH) // timedelta(microseconds=1))


def _read(term, part: str) -> Combinable:
    """Return the place of a row in one term of the order, as PostgreSQL is to compare it."""
    if _name(term) == "id":
        return Value(_number(part, LARGEST))
    if isinstance(term, F):
        moment = EPOCH + timedelta(microseconds=_number(part, LAST_MOMENT))
        return Value(moment, output_field=DateTimeField())
    fact = Value(bool(_number(part, 1)), output_field=BooleanField())
    return Func(fact, template=term.extra["template"], output_field=BooleanField())


def _number(part: str, largest: int) -> int:
    if not (part.isascii() and part.isdecimal() and len(part) < 20 and int(part) <= largest):
        raise ValueError(part)
    return int(part)
