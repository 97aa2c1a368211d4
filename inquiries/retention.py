"""Erase what has been kept as long as the consent texts say, and not longer (content/inquiry-form.yaml)."""

import logging
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from articles import feedback

from .erasure import erase
from .models import ErasedBy, Inquiry, Purge, PurgeOutcome, Status, Step
from .wording import wording

WARN_BEFORE = timedelta(days=30)
OFTEN = timedelta(hours=20)  # not a whole day: a run may come a little earlier than the one before
# More than this in one run looks like a clock that jumped, or a mistake of ours.
LARGEST_SHARE = 0.05
HANDFUL = 10
LONGEST_PAUSE = timedelta(days=7)

logger = logging.getLogger(__name__)


def due(now: datetime | None = None) -> Q:
    """Return the condition for inquiries whose time is over. A doubtful one is no spam until staff say so."""
    now = now or timezone.now()
    closed = Q(status=Status.CLOSED)
    spam = closed & Q(closing_reason="spam", closed_at__lt=now - _days("spam_days"))
    old = closed & Q(closed_at__lt=now - _days("closed_days"))
    # What was merged ends with the one that it was merged with.
    merged = Q(status=Status.MERGED, merged_into__status=Status.CLOSED)
    old |= merged & Q(merged_into__closed_at__lt=now - _days("closed_days"))
    never_closed = ~closed & Q(received_at__lt=now - _days("open_max_days"))
    return Q(erased_at=None) & (spam | old | never_closed)


def over_on(inquiry: Inquiry) -> date:
    """Return the day on which its time is over, as things stand: nothing is left of it afterwards."""
    one = inquiry.merged_into or inquiry
    if one.closed_at is None:
        return timezone.localdate(inquiry.received_at + _days("open_max_days"))
    kept = _days("spam_days" if one.closing_reason == "spam" else "closed_days")
    return timezone.localdate(one.closed_at + kept)


def is_time() -> bool:
    """Whether no run has been tried today; one in the future was written by a clock gone wrong."""
    now = timezone.now()
    return not Purge.objects.filter(at__gt=now - OFTEN, at__lte=now).exists()


def purge(*, confirmed: bool = False) -> Purge:
    """Erase all that is due, warn of what will be, forget readers' words, and keep the count.

    What cannot be erased does not stop the rest: the run is then a failed one, and tried again tomorrow.
    """
    found = list(Inquiry.objects.filter(due()).order_by("pk").values_list("pk", flat=True))
    why = "" if confirmed else too_many(len(found))
    if why:
        logger.error("Nothing was erased: %s", why)
        return Purge.objects.create(outcome=PurgeOutcome.REFUSED, found=len(found), error=why)
    erased, error = 0, ""
    for pk in found:
        try:
            erased += _erase_if_still_due(pk)
        except Exception as problem:
            logger.exception("Inquiry %s could not be erased", pk)
            error = type(problem).__name__
    return Purge.objects.create(
        outcome=PurgeOutcome.FAILED if error else PurgeOutcome.DONE,
        found=len(found),
        erased=erased,
        warned=_warn(),
        forgotten=feedback.forget(),
        error=error,
    )


def too_many(found: int) -> str:
    """Return why one run may not erase so many without a person's word; nothing if it may."""
    kept = Inquiry.objects.filter(erased_at=None).count()
    if found > max(HANDFUL, kept * LARGEST_SHARE):
        return f"{found} of {kept} inquiries are due, more than {LARGEST_SHARE:.0%}."
    now = timezone.now()
    last = Purge.objects.exclude(outcome=PurgeOutcome.REFUSED).filter(at__lte=now).first()
    if found and last and now - last.at > LONGEST_PAUSE:
        return f"{found} inquiries are due, and the last run was {(now - last.at).days} days ago."
    return ""


@transaction.atomic
def _erase_if_still_due(pk: int) -> bool:
    """Erase an inquiry unless its person has written since it was found."""
    inquiry = Inquiry.objects.select_for_update(of=("self",)).filter(due(), pk=pk).first()
    if inquiry is None:
        return False
    erase(inquiry, asked_by=ErasedBy.CLOCK, reason="time_over")
    return True


def _warn() -> int:
    """Pin what nobody has closed and will be erased soon. Closing it gives it another 90 days."""
    since = timezone.now() - _days("open_max_days") + WARN_BEFORE
    soon = Inquiry.objects.filter(~Q(status=Status.CLOSED), erased_at=None, received_at__lt=since)
    soon = soon.exclude(danger_reasons__contains=["expires_soon"])
    for inquiry in soon:
        inquiry.pin("expires_soon", Step.EXPIRES_SOON)
    return len(soon)


def _days(key: str) -> timedelta:
    return timedelta(days=wording("en")["retention"][key])
