"""Tell the worker that there is something to do, in the transaction that makes it so.

What is to be done stands in the rows themselves: a mail that waits, an inquiry without search hashes.
A job only wakes the worker, which looks again every minute; so a lost job, or one too many, does no harm.
"""

from django.db import OperationalError
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException


def soon(task: str, *, once: str | None = None, **ids: int) -> None:
    """Have the worker run a task of jobs.py after this transaction. Ids only: jobs are stored in plain.

    With `once`, a job of that name that nobody has begun yet is enough: AlreadyEnqueued is raised, which
    breaks the transaction. Raises OperationalError when the database does not answer.
    """
    try:
        app.configure_task(task, queueing_lock=once).defer(**ids)
    except ConnectorException as error:
        raise OperationalError("No job could be stored.") from error
