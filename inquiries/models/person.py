"""What the person does with their inquiry, whatever its status."""

from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext

from ..reply_promise import act_by, reply_by
from .ending import WITHDRAWN
from .pins import pinning
from .triage import OPEN, WRITTEN_TO, Status, Step, StepRefused


class FromThePerson(models.Model):
    class Meta:
        abstract = True

    @property
    def is_withdrawn(self: Any):
        return self.closing_reason == WITHDRAWN

    def refuse_if_withdrawn(self: Any):
        if self.is_withdrawn:
            raise StepRefused(gettext("The person has withdrawn this inquiry."))

    def heard(self: Any, step, *, findings=(), **changes):
        """Record that the person wrote: it goes back into the queue, and is pinned if it tells of danger."""
        changes |= pinning(findings, self)
        became = WRITTEN_TO[Status(self.status)]
        if self.status == Status.DOUBTFUL and (findings or step == Step.WROTE):
            became = Status.NEW  # who comes back with a receipt is a person
        if became == Status.TAKEN and not self.owner_id:
            became = Status.NEW
        if self.closing_reason == "spam" and not findings:
            changes["category"] = self.category_before_spam()
        if self.status in (Status.WAITING, Status.ANSWERED, Status.CLOSED):
            changes |= {"answered_at": None, "closed_at": None, "closing_reason": ""}
            changes |= {"reply_by": reply_by(timezone.now())}
        if findings and became in OPEN:
            changes["next_action_at"] = act_by(changes["category"], timezone.now())
        self.become(became, step, **({"search_hashes": None} | changes))
        if became == Status.MERGED:
            other = type(self).objects.select_for_update().get(pk=self.merged_into_id)
            other.heard(step, findings=findings)

    @transaction.atomic
    def withdraw(self: Any, step=Step.WITHDREW, note="", *, by=None):
        """Close it because the person says so, and drop mail that has not left.

        What was closed before is not kept longer for it.
        """
        other, parts = self.merged_into, list(self.merged.order_by("pk"))
        changes = {"closing_reason": WITHDRAWN, "closed_at": self.closed_at or timezone.now()}
        self.become(Status.CLOSED, step, by=by, note=note, reason=WITHDRAWN, **changes)
        self.mails.filter(state="waiting").update(state="dropped")
        if other:
            other.pin("other_gone", Step.OTHER_GONE)
        for part in parts:  # the person withdrew this one, not those
            part.leave_merge(Step.OTHER_GONE)

    def leave_merge(self: Any, step, *, by=None):
        """Be again what it was before the merge; what its person wrote meanwhile counts."""
        merged = self.events.filter(step=Step.MERGE, became=Status.MERGED).latest("at")
        became = Status(merged.was)
        changes = {"next_action": self.next_action, "next_action_at": self.next_action_at}
        wrote = self.messages.filter(by=None, author="person", at__gt=merged.at).order_by("at").first()
        if wrote:
            changes = {}
            if became in (Status.WAITING, Status.ANSWERED):
                changes = {"answered_at": None, "reply_by": reply_by(wrote.at)}
            became = WRITTEN_TO[became] if self.owner_id else Status.NEW
        self.become(
            became, step, by=by, other=self.merged_into, merged_into=None, before_merge=None, **changes
        )
