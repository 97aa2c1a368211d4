"""The one door through which an inquiry changes: who may, from where, and what is due next."""

from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext

from ..reply_promise import act_by
from ..soon import soon
from .triage import (
    ABOUT_DANGER,
    AWAITING_REPLY,
    DECIDES_ON_DANGER,
    FOR_EDITORS,
    IN_A_QUEUE,
    NEXT,
    OPEN,
    TRANSITIONS,
    Queue,
    Status,
    Step,
    StepRefused,
    allows,
)

PATIENCE = timedelta(days=7)  # between two attempts to hear from somebody (content/inquiry-form.yaml)
PIN = {"danger_reasons", "pinned_at"}


class Stepping(models.Model):
    """A step is refused with StepRefused and changes nothing, or is written with its event; what it did
    then stands in the row that is in hand."""

    class Meta:
        abstract = True

    def may(self: Any, person, step: Step) -> bool:
        """Tell whether somebody's role lets them take a step with this inquiry."""
        if self.is_urgent and step in ABOUT_DANGER:
            return person.has_perm(DECIDES_ON_DANGER)
        return allows(person, step, self.category)

    @classmethod
    def hold(cls: Any, pk: int):
        """Return it as it is now; neither it nor what is merged with it changes till the transaction ends."""
        into = cls.objects.filter(merged=pk).values("pk")
        together = cls.objects.filter(Q(pk=pk) | Q(pk__in=into) | Q(merged_into=pk))
        # Always in the same order, so that no two wait for each other.
        return {one.pk: one for one in together.order_by("pk").select_for_update()}[pk]

    def refuse_unless(self: Any, step, by):
        """Raise StepRefused unless the state table and the person's role allow the step."""
        if step not in self.next_steps:
            raise StepRefused(
                gettext("“%(step)s” is not possible while the inquiry is %(status)s.")
                % {"step": step.label, "status": self.get_status_display().lower()}
            )
        if not self.may(by, step):
            raise StepRefused(gettext("Your role does not include “%(step)s” here.") % {"step": step.label})

    def move(self: Any, step, *, by, became=None, **changes):
        """Take a step of the state table."""
        self.refuse_unless(step, by)
        self.become(became or TRANSITIONS[Status(self.status)][step], step, by=by, **changes)

    @transaction.atomic
    def become(
        self: Any,
        became,
        step,
        *,
        by=None,
        note="",
        reason="",
        to=None,
        other=None,
        planned_at=None,
        **changes,
    ):
        """Change the status and append the event, or raise StepRefused and change nothing.

        The update matches only while the row still has the version that was loaded, so of two
        people acting at once the slower is refused, not overwritten. A pin does not raise the version:
        whoever writes a reply meanwhile is not disturbed, and whoever changes the pin compares it too.
        """
        if self._leaves_owner(became, changes):
            changes["owner"] = None
            became = Status.NEW if became == Status.TAKEN else became
        changes |= self._place(Status(became), step, changes)
        same = type(self).objects.filter(pk=self.pk, version=self.version)
        if PIN & changes.keys():
            same = same.filter(danger_reasons=self.danger_reasons, pinned_at=self.pinned_at)
        if not same.update(status=became, version=F("version") + 1, **changes):
            raise StepRefused(
                gettext("Somebody else changed this inquiry just before you. Nothing was overwritten.")
            )
        said = {"reason": reason, "to": to, "other": other, "planned_at": planned_at}
        event = self.events.create(step=step, was=self.status, became=became, by=by, **said)
        if note.strip():
            event.write_note(note)
        if "search_hashes" in changes:
            soon("index_inquiry", inquiry=self.pk)
        self.refresh_from_db()

    def _leaves_owner(self: Any, became, changes) -> bool:
        """Tell whether it becomes something that its owner may not work on: an editor has no T0."""
        moves = "category" in changes and "owner" not in changes and self.owner_id and became in OPEN
        return bool(moves and not allows(self.owner, Step.ANSWER, changes["category"]))

    def _place(self: Any, became, step, changes) -> dict[str, Any]:
        """Return whose it is then, and what is due next, where the step itself does not say."""
        if became == Status.MERGED:
            return {}  # all stays as it was, for the day on which the merge is undone
        if became == Status.CLOSED:
            return {"queue": "", "next_action": "", "next_action_at": None, "merged_into": None}
        owner = None if became in IN_A_QUEUE else changes.get("owner", self.owner_id)
        kind = changes.get("category", self.category)
        queue = changes.get("queue") or self.queue or Queue.NURSES
        if queue == Queue.EDITORS and kind != FOR_EDITORS:  # they would not see it
            queue = Queue.NURSES
        placed = {"owner": owner, "queue": "" if owner else queue}
        said_again = step in (Step.ANSWER, Step.ASK)
        if became == self.status and "reply_by" not in changes and not said_again:
            return placed
        action, at = NEXT[became], timezone.now() + PATIENCE
        if became not in (Status.WAITING, Status.ANSWERED):
            promised = changes.get("reply_by", self.reply_by)
            going_on = self.status in AWAITING_REPLY and "reply_by" not in changes
            at = min(promised, self.next_action_at if going_on else act_by(kind, timezone.now()))
        return placed | {
            "next_action": changes.get("next_action", action),
            "next_action_at": changes.get("next_action_at", at),
        }
