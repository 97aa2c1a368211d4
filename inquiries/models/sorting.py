"""What kind an inquiry is, what is due, and what colleagues are told."""

from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext

from ..reply_promise import act_by
from .triage import (
    AWAITING_REPLY,
    CATEGORIES,
    DANGER,
    FOR_EDITORS,
    OPEN,
    SECOND_READER,
    SPAM,
    NextAction,
    Status,
    Step,
    StepRefused,
)

FARTHEST = timedelta(days=365)  # no plan reaches beyond the longest time that an inquiry is kept


class Sorting(models.Model):
    class Meta:
        abstract = True

    def needs_second_reader(self: Any, writer) -> bool:
        """Tell whether somebody else reads what this person writes to them before it goes out.

        For some categories, also of what was merged with it; and for whoever took it out of such a
        category: nobody decides alone that nobody needs to look.
        """
        if self.category in SECOND_READER or self.merged.filter(category__in=SECOND_READER).exists():
            return True
        sorted_ = list(self.events.filter(step=Step.CATEGORISE).order_by("pk").values_list("reason", "by"))
        was_one = any(category in SECOND_READER for category, _by in sorted_)
        return was_one and sorted_[-1][1] == writer.pk

    def categorise(self: Any, category, *, by):
        """Say what kind it is. Danger pins it; the time for its kind runs from now, if it is shorter."""
        self.refuse_unless(Step.CATEGORISE, by)
        if category not in CATEGORIES or category == self.category:
            raise StepRefused(gettext("Choose another category."))
        now, changes = timezone.now(), {"category": category}
        if category in DANGER:
            if self.status == Status.DOUBTFUL:
                raise StepRefused(gettext("Put it into the queue first."))
            if self.status == Status.CLOSED:
                raise StepRefused(gettext("It is closed. Reopen it first."))
            changes["pinned_at"] = self.pinned_at or now
        if FOR_EDITORS in (category, self.category) and self.merged.exists():
            raise StepRefused(gettext("Editors would see what was merged with it. Undo the merge first."))
        if self.status in AWAITING_REPLY or category in DANGER and self.status in OPEN:
            changes["next_action_at"] = min(self.next_action_at, act_by(category, now))
            if self.status not in AWAITING_REPLY:
                changes["next_action"] = NextAction.CALL
        self.move(Step.CATEGORISE, by=by, reason=category, **changes)

    def category_before_spam(self: Any) -> str:
        """Return what staff said that it was, before it was closed as spam."""
        said = self.events.filter(step=Step.CATEGORISE).exclude(reason=SPAM).order_by("pk")
        return said.values_list("reason", flat=True).last() or ""

    def tag(self: Any, key, *, by):
        self.refuse_unless(Step.TAG, by)
        if key in self.tags or not apps.get_model("inquiries", "Tag").objects.filter(key=key).exists():
            raise StepRefused(gettext("Choose another tag."))
        self.move(Step.TAG, by=by, reason=key, tags=[*self.tags, key])

    def untag(self: Any, key, *, by):
        self.refuse_unless(Step.UNTAG, by)
        if key not in self.tags:
            raise StepRefused(gettext("It has no such tag."))
        self.move(Step.UNTAG, by=by, reason=key, tags=[tag for tag in self.tags if tag != key])

    def plan(self: Any, action, at: datetime, note="", *, by):
        """Say what is to be done next, and by when. The promise to the person stays what it was."""
        self.refuse_unless(Step.PLAN, by)
        if action not in NextAction.values:
            raise StepRefused(gettext("Choose what is to be done next."))
        if not timezone.now() < at < timezone.now() + FARTHEST:
            raise StepRefused(gettext("Choose a time to come, within a year."))
        self.move(
            Step.PLAN, by=by, note=note, reason=action, planned_at=at, next_action=action, next_action_at=at
        )

    @transaction.atomic
    def add_note(self: Any, text, *, by):
        """Write to colleagues; @name tells one of them. It is refused to nobody who is slower."""
        self.refuse_unless(Step.NOTE, by)
        row = type(self).objects.select_for_update().get(pk=self.pk)
        if row.erased_at or not text.strip():
            raise StepRefused(gettext("There is nothing to note."))
        event = self.events.create(step=Step.NOTE, was=row.status, became=row.status, by=by)
        return event.write_note(text)
