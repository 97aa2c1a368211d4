"""What the page store must know of the database: which version readers see, and until when.

One thread in each process asks once a second, so that no reader waits for the answer.
"""

import logging
import select
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
from django.db import connections
from django.utils import timezone
from psycopg.pq import ExecStatus

EVERY_SECONDS = 1.0
ANSWER_SECONDS = 1.0  # a database that takes longer for one row is as good as away
SILENT_SECONDS = 3.0

VERSION = b"SELECT string_agg(value::text, ' ' ORDER BY id) FROM articles_stamp"
NEXT_DAY_OF_A_VERSION = (
    b"SELECT extract(epoch FROM min(visible_from)) FROM articles_publication"
    b" WHERE visible_from > to_timestamp($1::float8)"
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Freshness:
    """Which version of the site readers see, and the moment at which dates change it by themselves."""

    version: bytes | None
    until: float  # seconds, as time.time() counts them


class Watch:
    """Looks at the version in the background."""

    def __init__(self) -> None:
        self.seen: Freshness | None = None
        self._answered_at = 0.0
        self._failed = False
        self._connection: psycopg.Connection | None = None

    def knows_that_the_database_is_away(self) -> bool:
        """Tell the same, but not before the first look: a process that just began knows nothing yet."""
        return self._failed or self.seen is not None and self.database_is_away()

    def start(self) -> None:
        threading.Thread(target=self._run, name="freshness", daemon=True).start()

    def database_is_away(self) -> bool:
        return self._failed or time.monotonic() - self._answered_at > SILENT_SECONDS

    def _run(self) -> None:
        while True:
            self.look()
            time.sleep(EVERY_SECONDS)

    def look(self) -> None:
        """Ask the database once, and give up after a second."""
        try:
            seen = self._look()
        except Exception as error:  # whatever it is, the thread must live and look again
            if not self._failed:
                log.warning(
                    "The database does not answer (%s): stored pages are served.", type(error).__name__
                )
            self._failed = True
            self.close()
            return
        if self._failed:
            log.warning("The database answers again.")
        # In this order: what is seen must not be older than the answer.
        self.seen, self._answered_at, self._failed = seen, time.monotonic(), False

    def _look(self) -> Freshness:
        if self._connection is None:
            self._connection = psycopg.connect(**connections["default"].get_connection_params())
        now = time.time()
        version = self._ask(VERSION)
        if self.seen and self.seen.version == version and now < self.seen.until:
            return self.seen
        upcoming = self._ask(NEXT_DAY_OF_A_VERSION, b"%f" % now)
        midnight = _next_midnight().timestamp()
        return Freshness(version, min(midnight, float(upcoming)) if upcoming else midnight)

    def _ask(self, statement: bytes, *values: bytes) -> bytes | None:
        """Return the only value of the only row. psycopg's own methods would wait for ever."""
        assert self._connection is not None  # noqa: S101 - for the type checker
        wire = self._connection.pgconn
        deadline = time.monotonic() + ANSWER_SECONDS
        wire.send_query_params(statement, values)
        while True:
            wire.flush()
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([wire.socket], [], [], left)[0]:
                raise TimeoutError
            wire.consume_input()
            if not wire.is_busy():
                break
        result = wire.get_result()
        while wire.get_result() is not None:  # libpq wants the end of it read
            pass
        if result is None or result.status != ExecStatus.TUPLES_OK:
            raise psycopg.OperationalError("The version cannot be read.")
        return result.get_value(0, 0)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


_watch: Watch | None = None


def watch() -> Watch:
    """Return the watch of this process, at work."""
    global _watch
    if _watch is None:
        _watch = Watch()
        _watch.start()
    return _watch


def database_is_known_to_be_away() -> bool:
    """Spare a page that can do without the database the wait for it. False where nobody watches."""
    return _watch is not None and _watch.knows_that_the_database_is_away()


def _next_midnight() -> datetime:
    """Return the moment at which the day ends where the clinic is: reviews and documents end with it."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=timezone.get_current_timezone())
