"""What the worker does, when asked (soon.py) and by the clock."""

import logging
from contextlib import suppress

from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Status as JobStatus

from . import digest, rates, retention, search_hashes
from .mail import sending
from .models import Inquiry, OutgoingMail, hand_over_the_absent
from .soon import soon

BATCH = 500  # of each kind, a minute

logger = logging.getLogger(__name__)


@app.task(name="send_mail")
def send_mail(mail: int) -> None:
    sending.send(mail)


@app.task(name="index_inquiry")
def index_inquiry(inquiry: int) -> None:
    _index(Inquiry.objects.waiting_for_index().filter(pk=inquiry))


@app.periodic(cron="* * * * *")
@app.task(name="catch_up")
def catch_up(timestamp: int) -> None:
    """Find what still waits: after an error, or because the worker that had it was killed."""
    for mail in OutgoingMail.objects.due().order_by("due_at").values_list("pk", flat=True)[:BATCH]:
        with suppress(AlreadyEnqueued), transaction.atomic():  # it waits in line behind others
            soon("send_mail", once=f"mail {mail}", mail=mail)
    _index(Inquiry.objects.waiting_for_index().order_by("pk")[:BATCH])
    hand_over_the_absent()


@app.periodic(cron="23 * * * *")
@app.task(name="purge")
def purge(timestamp: int) -> None:
    """Erase once a day; asked every hour, so that a night without power does not skip a day."""
    rates.forget()
    SessionStore.clear_expired()  # with their keys, what staff searched for
    if retention.is_time():
        retention.purge()


@app.periodic(cron="*/15 * * * *")
@app.task(name="send_digests")
def send_digests(timestamp: int) -> None:
    """Write to staff in the morning; asked all day long, for whom a mail server kept from it."""
    digest.send_all()


@app.periodic(cron="*/5 * * * *")
@app.task(name="forget_jobs_of_the_dead")
async def forget_jobs_of_the_dead(timestamp: int) -> None:
    """Delete the jobs that killed workers had begun: the rows still say what is to be done."""
    for job in await app.job_manager.get_stalled_jobs():
        await app.job_manager.finish_job(job, status=JobStatus.FAILED, delete_job=True)


def _index(inquiries) -> None:
    for inquiry in inquiries:
        try:
            search_hashes.index(inquiry)
        except Exception:  # one that does not open must not keep the others from being found
            logger.exception("%s cannot be found by its words", inquiry.reference)
