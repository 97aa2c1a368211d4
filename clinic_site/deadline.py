"""Until when a request may wait for PostgreSQL.

No setting of the server can help while the server is silent: the client itself must give up. What is
asked inside `answered_within` fails with OperationalError once the time is over, whether PostgreSQL was
asked before or is asked then, and its connection is closed.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

import psycopg
from psycopg.errors import _WaitTimeout

_over_at: ContextVar[float | None] = ContextVar("over_at", default=None)


@contextmanager
def answered_within(seconds: float) -> Iterator[None]:
    """Let nothing in here wait longer for PostgreSQL. One inside another can only shorten it."""
    over_at, outer = time.monotonic() + seconds, _over_at.get()
    token = _over_at.set(over_at if outer is None else min(over_at, outer))
    try:
        yield
    finally:
        _over_at.reset(token)


def patient_for[**P, R](seconds: float) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorate a view with `answered_within`."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def patient(*args: P.args, **kwargs: P.kwargs) -> R:
            with answered_within(seconds):
                return view(*args, **kwargs)

        return patient

    return decorate


def seconds_left() -> float | None:
    """Return how long one may still wait: None is for ever, 0 no more."""
    over_at = _over_at.get()
    return None if over_at is None else max(0.0, over_at - time.monotonic())


class CommitUnanswered(psycopg.OperationalError):
    """The connection ended between COMMIT and its answer: nobody knows whether it is stored."""


def may_be_stored(error: BaseException | None) -> bool:
    """Tell whether an error, or what led to it, leaves open what became of a transaction."""
    while error and not isinstance(error, CommitUnanswered):
        error = error.__cause__ or error.__context__
    return error is not None


class Connection(psycopg.Connection[Any]):
    """A connection that is closed when the time is over."""

    def commit(self):
        was_open = not self.closed
        try:
            super().commit()
        except psycopg.OperationalError as error:
            if was_open and self.closed:
                raise CommitUnanswered("PostgreSQL did not say whether it has stored this.") from error
            raise

    def wait(self, gen, interval=0.1, timeout=None):
        left = seconds_left()
        if left is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, left if timeout is None else min(left, timeout))
        except _WaitTimeout:
            self.pgconn.finish()
            raise psycopg.OperationalError("PostgreSQL did not answer in time.") from None
