"""Counts that stop early.

Nobody needs to know whether there are 40,000 or 41,000, and counting reads them all.
"""

from typing import Any

from django.db import connection
from django.db.models import QuerySet

MOST_COUNTED = 1000


def counted(querysets: dict[str, QuerySet]) -> dict[str, int]:
    """Return how many rows each has, up to one more than is ever shown, in one question."""
    asked: list[str] = []
    params: list[Any] = []
    for rows in querysets.values():
        sql, values = rows.values("pk")[: MOST_COUNTED + 1].query.sql_with_params()
        asked.append(f"(SELECT count(*) FROM ({sql}) AS capped)")  # noqa: S608 - the ORM's own
        params += values
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(asked)}", params)
        return dict(zip(querysets, cursor.fetchone(), strict=True))


def count_text(count: int) -> str:
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)
