"""What stands on top of the queue, why, and how it gets there and away."""

from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext

from ..reply_promise import act_by, reply_by
from .triage import AWAITING_REPLY, DANGER, NextAction, Queue, Status, Step, StepRefused

ESCALATED = "escalated"
# Reasons for a pin besides the words of danger, with the step that told of each.
NOT_OF_DANGER = {
    "mail_bounced": Step.MAIL_CAME_BACK,
    "mail_failed": Step.MAIL_FAILED,
    "expires_soon": Step.EXPIRES_SOON,
    "other_gone": Step.OTHER_GONE,
    ESCALATED: Step.ESCALATE,
}
TOLD_ONCE = {"expires_soon"}  # the others are told anew, once they were seen to


class Pins(models.Model):
    class Meta:
        abstract = True

    @property
    def tells_of_danger(self: Any) -> bool:
        """Tell whether words of danger pinned it; mail that came back pins it as well."""
        return not set(NOT_OF_DANGER).issuperset(self.danger_reasons)

    @property
    def is_urgent(self: Any) -> bool:
        """Tell whether it is for the physician to decide: it may be about danger, or they were called in."""
        return self.category in DANGER or ESCALATED in self.danger_reasons

    def escalate(self: Any, note, *, by):
        """Pin it and put it before the physicians, to be acted on within a working hour."""
        self.refuse_unless(Step.ESCALATE, by)
        if not note.strip():
            raise StepRefused(gettext("Say why in a note."))
        now = timezone.now()
        changes = {
            "owner": None,
            "queue": Queue.PHYSICIANS,
            "pinned_at": self.pinned_at or now,
            "danger_reasons": _with(self.danger_reasons, ESCALATED),
            "next_action": NextAction.CALL,
            "next_action_at": act_by(DANGER[0], now),
        }
        if self.status in AWAITING_REPLY:  # what is due sooner stays due sooner
            changes["next_action_at"] = min(changes["next_action_at"], self.next_action_at)
        else:
            changes |= {"answered_at": None, "reply_by": reply_by(now)}
        self.move(Step.ESCALATE, by=by, note=note, **changes)

    def unpin(self: Any, note="", *, by):
        """Let it go to its place in the queue: what it was pinned for has been seen to."""
        self.refuse_unless(Step.UNPIN, by)
        if not self.pinned_at:
            raise StepRefused(gettext("It is not pinned."))
        seen_to = set(NOT_OF_DANGER) - TOLD_ONCE
        left = [reason for reason in self.danger_reasons if reason not in seen_to]
        self.move(Step.UNPIN, by=by, note=note, pinned_at=None, danger_reasons=left)

    @transaction.atomic
    def pin(self: Any, reason: str, step: Step, *, reopens=False) -> None:
        """Put it on top of the queue for a reason that is not about danger, and record why; once for each.

        It changes nothing that staff decide, so that whoever has it open is not refused. What was merged
        pins what it was merged with. What is closed stays so, unless the person has not heard (`reopens`).
        """
        inquiry = type(self).objects.select_for_update().get(pk=self.pk)
        if inquiry.erased_at or reason in inquiry.danger_reasons:
            return
        if inquiry.status == Status.MERGED:
            inquiry.merged_into.pin(reason, step)
            return
        pinned = _pinned(inquiry, reason)
        if reopens and inquiry.status == Status.CLOSED and not inquiry.is_withdrawn:
            inquiry.become(Status.NEW, step, **pinned, **_to_be_called())
            return
        type(self).objects.filter(pk=self.pk).update(**pinned)
        self.events.create(step=step, was=inquiry.status, became=inquiry.status)

    # What staff do about a mail.

    def mail_came_back(self: Any, *, by, closes_address=True, reopens=False):
        """Pin it, and use the address no more until the person gives another, which they may have done."""
        changes = {"email_came_back": self.email_came_back or closes_address}
        became = Status(self.status)
        if became == Status.MERGED:
            self.merged_into.pin("mail_bounced", Step.MAIL_CAME_BACK)
        else:
            changes |= _pinned(self, "mail_bounced")
        if reopens and became == Status.CLOSED and not self.is_withdrawn:
            became, changes = Status.NEW, changes | _to_be_called()
        self.become(became, Step.MAIL_CAME_BACK, by=by, **changes)

    def mail_again(self: Any, *, by):
        """Take the failure from the reasons for the pin, so that another one is told anew."""
        reasons = [reason for reason in self.danger_reasons if reason != "mail_failed"]
        stays = reasons or self.is_urgent
        changes = {"danger_reasons": reasons, "pinned_at": self.pinned_at if stays else None}
        self.become(self.status, Step.MAIL_AGAIN, by=by, **changes)


def pinning(findings, inquiry=None) -> dict:
    """Return the columns that findings of danger.py set: the reasons, the most urgent category, the pin."""
    if not findings:
        return {}
    before = inquiry.danger_reasons if inquiry else []
    categories = {finding.category for finding in findings} | {inquiry.category if inquiry else ""} - {""}
    return {
        "danger_reasons": _with(before, *sorted({finding.reason for finding in findings})),
        "category": min(categories),
        "pinned_at": timezone.now(),
    }


def _with(before: list[str], *reasons: str) -> list[str]:
    return [*before, *(reason for reason in reasons if reason not in before)]


def _pinned(inquiry: Any, reason: str) -> dict[str, Any]:
    return {
        "danger_reasons": _with(inquiry.danger_reasons, reason),
        "pinned_at": inquiry.pinned_at or timezone.now(),
    }


def _to_be_called() -> dict[str, Any]:
    """Return what a closed inquiry becomes whose person has not heard what was said."""
    again = {"answered_at": None, "closed_at": None, "closing_reason": "", "owner": None}
    return again | {"reply_by": reply_by(timezone.now()), "next_action": NextAction.CALL}
