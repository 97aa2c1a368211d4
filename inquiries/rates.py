"""Count by network and hour, in PostgreSQL, without keeping who it was.

An address is cut to its network (/24 or /64) and hashed under a key of the hour: the same network has
another hash an hour later, and without SECRET_KEY none can be reckoned back. Counts of an hour that is
over are deleted with the next count, or by `forget`.
"""

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from .models import Counted, RateCount

_COUNT = """
    WITH forgotten AS (
        DELETE FROM inquiries_ratecount WHERE id IN (
            SELECT id FROM inquiries_ratecount WHERE since < %(hour)s FOR UPDATE SKIP LOCKED
        )
    ), counted AS (
        INSERT INTO inquiries_ratecount (what, network, since, count)
        VALUES (%(what)s, %(network)s, %(since)s, 1)
        ON CONFLICT (what, since, network) DO UPDATE SET count = inquiries_ratecount.count + 1
        RETURNING count
    )
    SELECT (SELECT count FROM counted),
           (SELECT coalesce(sum(count), 0) + 1 FROM inquiries_ratecount
            WHERE what = %(what)s AND since = %(since)s)
"""
_ASK = """
    SELECT coalesce(sum(count) FILTER (WHERE network = %(network)s), 0), coalesce(sum(count), 0)
    FROM inquiries_ratecount WHERE what = %(what)s AND since = %(since)s
"""
# How long one count runs: a network that has reached a limit starts anew with the next.
MINUTES = {Counted.INQUIRY: 60, Counted.UNKNOWN: 10}


@dataclass(frozen=True)
class Counts:
    """How many there were in the time that runs now: from one network, and from all."""

    network: int = 1
    everywhere: int = 1

    def with_one_more(self) -> "Counts":
        return Counts(self.network + 1, self.everywhere + 1)


def address_of(request: HttpRequest) -> str:
    """Return where a request comes from; the middleware has dropped what strangers claim."""
    told_by_proxy = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    return told_by_proxy or request.META.get("REMOTE_ADDR", "")


def network_hash(address: str, since: datetime, what: Counted = Counted.INQUIRY) -> str:
    """Return the keyed hash of an address's network in a time; what is no address is one network."""
    purpose = f"inquiries.rates {what.value} {since.isoformat()}"
    key = hmac.digest(settings.SECRET_KEY.encode(), purpose.encode(), "sha256")
    return hmac.new(key, _network(address).encode(), hashlib.sha256).hexdigest()[:32]


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address.strip())
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    bits = 24 if found.version == 4 else 64
    return str(ipaddress.ip_network(f"{found}/{bits}", strict=False))


def count(address: str, now: datetime | None = None, what: Counted = Counted.INQUIRY) -> Counts:
    """Count one from an address, in one round trip, and return how many there were, this one included.

    Call it outside the transaction that stores the inquiry: the row of a network is locked until
    the transaction ends, and a busy network would have to wait in line.
    """
    return _run(_COUNT, address, now, what)


def so_far(address: str, now: datetime | None = None, what: Counted = Counted.INQUIRY) -> Counts:
    """Return how many there were, and count nothing."""
    return _run(_ASK, address, now, what)


def forget(now: datetime | None = None) -> int:
    """Delete the counts of hours that are over; return how many. For the schedule of the worker."""
    return RateCount.objects.filter(since__lt=_start(now or timezone.now(), 60)).delete()[0]


def _run(statement: str, address: str, now: datetime | None, what: Counted) -> Counts:
    now = now or timezone.now()
    since, hour = _start(now, MINUTES[what]), _start(now, 60)
    network = network_hash(address, since, what)
    values: dict[str, Any] = {"what": what.value, "network": network, "since": since, "hour": hour}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        of_network, of_all = cursor.fetchone()
    return Counts(int(of_network), int(of_all))


def _start(now: datetime, minutes: int) -> datetime:
    """Return when the time began that runs now."""
    return now.replace(minute=now.minute // minutes * minutes, second=0, microsecond=0)
