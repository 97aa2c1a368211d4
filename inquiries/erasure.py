"""Erase an inquiry: its keys, its contents and whatever leads to the person. What remains is nobody's."""

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from .models import (
    Consent,
    Draft,
    ErasedBy,
    ErasedConsents,
    ErasedFact,
    ErasedInquiries,
    Erasure,
    Inquiry,
    MailState,
    Message,
    Note,
    OutgoingMail,
    Presence,
    Status,
    Step,
)
from .sensitivity import emptied
from .statistics.first_reply import soonness

# Steps whose reason stays: it tells how the work ended. Others name a category, a tag, or a queue.
ENDING = [Step.CLOSE, Step.WITHDREW, Step.OTHER_GONE]
# But not where that tells of somebody's health or age: of these is left that the person was answered.
TELLING = ["directed_to_emergency", "directed_to_local_care", "under_age", "moved_to_care"]


@transaction.atomic
def erase(inquiry: Inquiry, *, asked_by: ErasedBy, by=None, reason: str = "data_deleted") -> Erasure:
    """Destroy both wraps of the key together with everything that it opens, and record that it was done.

    An inquiry that is still open is closed with `reason`. Erasing twice is erasing once. Backups keep
    the sealed row until they expire; the receipt and the clinic's private key still open it there.
    """
    inquiry = Inquiry.hold(inquiry.pk)
    if inquiry.erased_at:
        return inquiry.erasure
    now, was = timezone.now(), inquiry.status
    closed_at = inquiry.closed_at or now
    reason = inquiry.closing_reason or reason
    left = "answered" if reason in TELLING else reason
    Inquiry.objects.filter(pk=inquiry.pk).update(
        **emptied(Inquiry),
        status=Status.CLOSED,
        closed_at=closed_at,
        closing_reason=left,
        erased_at=now,
        merged_into=None,
        queue="",
        next_action="",
        next_action_at=None,
        version=F("version") + 1,
    )
    # From here on the database lets them go.
    _count(inquiry, reason)
    _part(inquiry, now)
    Draft.objects.filter(inquiry=inquiry).delete()
    Presence.objects.filter(inquiry=inquiry).delete()
    Message.objects.filter(inquiry=inquiry).delete()
    Note.objects.filter(event__inquiry=inquiry).delete()
    Consent.objects.filter(inquiry=inquiry).delete()
    waiting = OutgoingMail.objects.filter(inquiry=inquiry, state=MailState.WAITING)
    waiting.update(state=MailState.DROPPED)
    telling = inquiry.events.exclude(reason="").exclude(~Q(reason__in=TELLING), step__in=ENDING)
    telling.update(reason="")
    inquiry.events.create(step=Step.ERASED, was=was, became=Status.CLOSED, by=by)
    return Erasure.objects.create(
        inquiry=inquiry,
        reference=inquiry.reference,
        received_at=inquiry.received_at,
        closed_at=closed_at,
        closing_reason=left,
        asked_by=asked_by,
        by=by,
        at=now,
    )


def _part(inquiry: Inquiry, now) -> None:
    """Close what was dealt with together with it, free what was not; tell the one that it was merged with."""
    for merged in inquiry.merged.order_by("pk"):
        if inquiry.status == Status.CLOSED:
            changes = {"closing_reason": "duplicate", "closed_at": now}
            merged.become(Status.CLOSED, Step.OTHER_GONE, reason="duplicate", **changes)
        else:
            merged.leave_merge(Step.OTHER_GONE)
    if inquiry.merged_into:
        inquiry.merged_into.pin("other_gone", Step.OTHER_GONE)


def _count(inquiry: Inquiry, reason: str) -> None:
    """Keep what must be counted for good: consents to each text, and what inquiries were about."""
    month = inquiry.received_at.astimezone(timezone.get_default_timezone()).date().replace(day=1)
    soon = soonness(inquiry)
    for what in ErasedFact:
        within = soon if what in (ErasedFact.TOPIC, ErasedFact.LANGUAGE, ErasedFact.PAGE) else ""
        value = reason if what == ErasedFact.REASON else getattr(inquiry, what.value)
        if what == ErasedFact.PAGE:
            value = inquiry.came_from.article_id if inquiry.came_from else ""
        row, _new = ErasedInquiries.objects.get_or_create(
            month=month, what=what, value=str(value), within=within
        )
        ErasedInquiries.objects.filter(pk=row.pk).update(count=F("count") + 1)
    for consent in inquiry.consents.all():
        counter, _new = ErasedConsents.objects.get_or_create(
            key=consent.key, text_version=consent.text_version, language=consent.language
        )
        ErasedConsents.objects.filter(pk=counter.pk).update(count=F("count") + 1)
