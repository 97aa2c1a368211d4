"""What stands in an inquiry and its events as keys, in words for staff."""

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, pgettext_lazy

from articles.kept import kept

from .. import wording
from ..models import Event, Inquiry, NextAction, Queue, Step, Tag, reason_text
from .reasons import category_names

# A step's own name is a command, on its button; these say that it was done. What the person, the worker or
# the clock did is named as such already.
HAPPENED = {
    Step.RESTORE: pgettext_lazy("what happened", "Put into the queue"),
    Step.TAKE: pgettext_lazy("what happened", "Taken"),
    Step.PUT_BACK: pgettext_lazy("what happened", "Put back"),
    Step.HAND_OVER: pgettext_lazy("what happened", "Handed over"),
    Step.ANSWER: pgettext_lazy("what happened", "Answered"),
    Step.ASK: pgettext_lazy("what happened", "Person asked"),
    Step.DRAFT: pgettext_lazy("what happened", "Put before a second reader"),
    Step.RELEASE: pgettext_lazy("what happened", "Reply released"),
    Step.SEND_BACK: pgettext_lazy("what happened", "Sent back to the writer"),
    Step.PLAN: pgettext_lazy("what happened", "Next action set"),
    Step.CATEGORISE: pgettext_lazy("what happened", "Category set"),
    Step.TAG: pgettext_lazy("what happened", "Tagged"),
    Step.UNTAG: pgettext_lazy("what happened", "Tag taken away"),
    Step.NOTE: pgettext_lazy("what happened", "Note for colleagues"),
    Step.ESCALATE: pgettext_lazy("what happened", "Physician called in"),
    Step.UNPIN: pgettext_lazy("what happened", "Pin taken away"),
    Step.QUARANTINE: pgettext_lazy("what happened", "Moved into quarantine"),
    Step.MERGE: pgettext_lazy("what happened", "Merged with another"),
    Step.UNMERGE: pgettext_lazy("what happened", "Merge undone"),
    Step.CLOSE: pgettext_lazy("what happened", "Closed"),
    Step.REOPEN: pgettext_lazy("what happened", "Reopened"),
}


def happened(event: Event) -> str:
    """Return what was done with an inquiry, for its history."""
    return str(HAPPENED.get(Step(event.step)) or event.get_step_display())


def answers(inquiry: Inquiry) -> list[tuple[str, str]]:
    """Return what the person chose, question by question."""
    fields = wording.keyed(wording.wording()["fields"])
    return [
        (fields[name]["label"], wording.answer_text(name, getattr(inquiry, name)))
        for name in ("topic", "asking_for", "lives_in", "language")
        if getattr(inquiry, name)
    ]


def chosen_anew(inquiry: Inquiry, choices: dict[str, str]) -> list[str]:
    """Return the answers of a form sent again that are others than the first time."""
    changed = {name: choices.get(name) for name in ("topic", "asking_for", "lives_in")}
    return [
        wording.answer_text(name, key)
        for name, key in changed.items()
        if key and key != getattr(inquiry, name)
    ]


@kept
def _tags() -> list[Tag]:
    return list(Tag.objects.all())


def tag_names() -> dict[str, str]:
    """Return what each tag is called, by its key."""
    return {tag.key: str(tag) for tag in _tags()}


def details(event: Event, tags: dict[str, str]) -> list[str]:
    """Return what an event says besides its step: to whom, why, which and until when."""
    said = []
    if event.to:
        said.append(gettext("to %(person)s") % {"person": event.to})
    if event.reason:
        said.append(_reason(event, tags))
    if event.other:
        said.append(event.other.reference)
    if event.planned_at:
        said.append(date_format(localtime(event.planned_at), "SHORT_DATETIME_FORMAT"))
    return said


def _reason(event: Event, tags: dict[str, str]) -> str:
    match event.step:
        case Step.PUT_BACK | Step.OWNER_AWAY if event.reason in Queue.values:
            return str(Queue(event.reason).label)
        case Step.PLAN if event.reason in NextAction.values:
            return str(NextAction(event.reason).label)
        case Step.CATEGORISE:
            return category_names().get(event.reason, event.reason)
        case Step.TAG | Step.UNTAG:
            return tags.get(event.reason, event.reason)
        case _:
            return reason_text(event.reason)
