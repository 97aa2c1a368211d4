"""How an inquiry ends, and begins again."""

from typing import Any

from django.db import models
from django.db.models import Max, Min
from django.utils import timezone
from django.utils.translation import gettext

from .. import wording
from ..reply_promise import reply_by
from .stepping import PATIENCE
from .triage import SPAM, Status, Step, StepRefused

WITHDRAWN = "withdrawn"  # the closing reason that the person gives
ERASING = ["data_deleted", "time_over"]  # these reasons are given by erasing alone
ATTEMPTS = [Step.ASK, Step.ANSWER, Step.RELEASE]  # to hear from the person


class Ending(models.Model):
    class Meta:
        abstract = True

    def answer(self: Any, note="", *, by):
        """Record that the person has been answered otherwise than here, and in a few words how."""
        self.refuse_unless(Step.ANSWER, by)
        self.refuse_without_category()
        if self.needs_second_reader(by) and not note.strip():
            raise StepRefused(gettext("Say in a note what the person was told."))
        self.move(Step.ANSWER, by=by, note=note, answered_at=timezone.now())

    def refuse_without_category(self: Any):
        """Raise StepRefused where nobody has said what kind it is: what a reply needs depends on it."""
        if not self.category:
            raise StepRefused(gettext("Set the category first: who reads a reply depends on it."))

    def close(self: Any, reason, note="", *, by):
        if reason not in wording.closing_reasons() or reason in ERASING:
            raise StepRefused(gettext("Choose a reason for closing."))
        self.refuse_unless(Step.CLOSE, by)
        if refusal := self._why_not(reason, note):
            raise StepRefused(refusal)
        if reason == WITHDRAWN:
            self.withdraw(Step.CLOSE, note, by=by)
            return
        changes = {"category": SPAM} if reason == "spam" else {}
        self.move(
            Step.CLOSE,
            by=by,
            note=note,
            reason=reason,
            closing_reason=reason,
            closed_at=timezone.now(),
            **changes,
        )

    def _why_not(self: Any, reason: str, note: str) -> str:
        """Return why it cannot be closed for this reason, if so."""
        if self.is_urgent and not note.strip():
            return gettext("Say in a note what was done.")
        if self.is_urgent and reason in ("spam", "duplicate"):
            return gettext("What may be about danger is neither spam nor a duplicate.")
        if reason == WITHDRAWN and not note.strip():
            return gettext("Say in a note how the person withdrew it: it cannot be reopened.")
        if reason == "answered" and self.status != Status.ANSWERED:
            return gettext("Nobody has answered it. Answer first, or choose another reason.")
        if reason == "no_reply" and not self._tried_twice():
            return gettext("Two attempts to reach the person, 7 days apart, come first.")
        if reason == "spam" and self.status not in (Status.DOUBTFUL, Status.NEW, Status.TAKEN):
            return gettext("What was answered is no spam.")
        return ""

    def _tried_twice(self: Any) -> bool:
        tried = self.events.filter(step__in=ATTEMPTS).aggregate(first=Min("at"), last=Max("at"))
        return tried["first"] is not None and tried["last"] - tried["first"] >= PATIENCE

    def reopen(self: Any, note="", *, by):
        """Put it back into the queue with a new promise; what was no spam after all keeps its first one."""
        self.refuse_unless(Step.REOPEN, by)
        changes: dict[str, Any] = {
            "owner": None,
            "answered_at": None,
            "closed_at": None,
            "closing_reason": "",
        }
        if self.closing_reason == "spam":
            changes |= {"reply_by": self.reply_by, "category": self.category_before_spam()}
        else:
            changes |= {"reply_by": reply_by(timezone.now())}
        self.move(Step.REOPEN, by=by, note=note, **changes)


def reason_text(key: str) -> str:
    """Return what a closing reason is called, in the active language."""
    return wording.closing_reasons().get(key, key)
