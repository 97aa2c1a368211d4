"""Whose an inquiry is."""

from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext

from .triage import FOR_EDITORS, Queue, Step, StepRefused


class Ownership(models.Model):
    class Meta:
        abstract = True

    def restore(self: Any, *, by):
        """Put a doubtful inquiry into the queue, with the promise it had from the beginning."""
        self.move(Step.RESTORE, by=by)

    def quarantine(self: Any, note="", *, by):
        """Put it aside as doubtful; its time goes on running. What is about danger never is."""
        self.refuse_unless(Step.QUARANTINE, by)
        if self.is_urgent:
            raise StepRefused(gettext("What may be about danger is not put aside."))
        reasons = [*self.doubt_reasons, *({"staff"} - set(self.doubt_reasons))]
        self.move(Step.QUARANTINE, by=by, note=note, queue=Queue.NURSES, doubt_reasons=reasons)

    def take(self: Any, *, by):
        self.refuse_unless(Step.TAKE, by)
        if self.owner_id:
            raise StepRefused(gettext("%(owner)s has it already.") % {"owner": self.owner})
        self.move(Step.TAKE, by=by, owner=by)

    def put_back(self: Any, queue=Queue.NURSES, note="", *, by):
        """Give it to whoever of a queue takes it next."""
        self.refuse_unless(Step.PUT_BACK, by)
        if queue not in Queue.values:
            raise StepRefused(gettext("There is no such queue."))
        if queue == Queue.EDITORS and self.category != FOR_EDITORS:
            raise StepRefused(gettext("Editors see only what is about pages. Set the category first."))
        if self.queue == queue:
            raise StepRefused(gettext("It is in that queue already."))
        self.move(Step.PUT_BACK, by=by, note=note, reason=queue, owner=None, queue=queue)

    def hand_over(self: Any, to, note="", *, by):
        """Give it to a person, or back to a queue."""
        if isinstance(to, str):
            return self.put_back(to, note, by=by)
        self.refuse_unless(Step.HAND_OVER, by)
        if to.pk == self.owner_id:
            raise StepRefused(gettext("%(owner)s has it already.") % {"owner": to})
        if not to.is_active or not self.may(to, Step.ANSWER):
            raise StepRefused(gettext("%(person)s may not work on it.") % {"person": to})
        if apps.get_model("inquiries", "Absence").objects.now().filter(person=to).exists():
            raise StepRefused(gettext("%(person)s is away.") % {"person": to})
        self.move(Step.HAND_OVER, by=by, note=note, to=to, owner=to)
