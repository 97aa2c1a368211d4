"""Other inquiries of whoever wrote this one, found by the keyed hash of their address."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connection
from django.db.models import Count, Window

from .. import search_hashes, vault
from ..contents import Contents
from ..models import OPEN, Inquiry, Status

MOST = 6
CLOSE_BY = timedelta(days=7)
COUNTED = """
    SELECT wanted.hash, count(*)
    FROM unnest(%s::bigint[]) AS wanted(hash)
    JOIN inquiries_inquiry AS found
    ON found.search_hashes @> ARRAY[wanted.hash] AND found.status <> 'merged' AND found.erased_at IS NULL
    GROUP BY wanted.hash
"""


@dataclass(frozen=True)
class Other:
    inquiry: Inquiry
    looks_the_same: bool  # about the same, within a week
    can_take_in: bool  # this one may become a part of it


@dataclass(frozen=True)
class Others:
    """The latest other inquiries of the same person, and where they can all be found."""

    latest: list[Other] = field(default_factory=list)
    more: int = 0
    address: str = ""  # what to search for

    @property
    def groups(self) -> list[tuple[bool, list[Other]]]:
        """Those that may be the same question, and then the rest."""
        groups = [
            (same, [one for one in self.latest if one.looks_the_same == same]) for same in (True, False)
        ]
        return [(same, members) for same, members in groups if members]


def others(opened: Contents, person) -> Others:
    """Find what came from the same e-mail address or phone number, but not those merged here."""
    inquiry = opened.inquiry
    try:
        same = search_hashes.same_address(opened.contact)
    except vault.NoKey:
        return Others()
    found = Inquiry.objects.visible_to(person).filter(same, erased_at=None)
    found = found.exclude(pk__in=[inquiry.pk, inquiry.merged_into_id or 0])
    found = found.exclude(status=Status.MERGED, merged_into=inquiry.pk)
    found = found.only("reference", "status", "topic", "received_at", "closing_reason", "erased_at")
    rows = list(found.annotate(of_all=Window(Count("pk"))).order_by("-received_at", "pk")[:MOST])
    latest = [
        Other(
            other,
            looks_the_same=other.topic == inquiry.topic
            and abs(other.received_at - inquiry.received_at) < CLOSE_BY,
            can_take_in=other.status in OPEN,
        )
        for other in rows
    ]
    more = rows[0].of_all - len(rows) if rows else 0
    return Others(latest, more, opened.contact.email or opened.contact.phone)


def counted(many: Iterable[Contents]) -> dict[int, int]:
    """Return of how many other inquiries each shares its address or number, in one question."""
    try:
        hashes = {opened.inquiry.pk: search_hashes.of_address(opened.contact) for opened in many}
    except vault.NoKey:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, [list(set(hashes.values()) - {None})])
        found = dict(cursor.fetchall())
    return {pk: found[hashed] - 1 for pk, hashed in hashes.items() if found.get(hashed, 0) > 1}
