"""Which steps stand on the screen and where, and how one is taken."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse

from .. import vault
from ..models import Draft, Inquiry, Status, Step, StepRefused
from . import NO_KEY, naming
from .forms import (
    AnswerForm,
    CategoriseForm,
    CloseForm,
    EscalateForm,
    HandOverForm,
    MergeForm,
    NoteForm,
    PutBackForm,
    QuarantineForm,
    ReleaseForm,
    ReopenForm,
    RestoreForm,
    SendBackForm,
    StepForm,
    TagForm,
    TakeForm,
    UnmergeForm,
    UnpinForm,
    UntagForm,
)
from .planning import PlanForm

FORMS: dict[Step, type[StepForm]] = {
    form.step: form
    for form in (
        RestoreForm,
        TakeForm,
        PutBackForm,
        HandOverForm,
        AnswerForm,
        ReleaseForm,
        SendBackForm,
        PlanForm,
        CategoriseForm,
        TagForm,
        UntagForm,
        NoteForm,
        EscalateForm,
        UnpinForm,
        QuarantineForm,
        MergeForm,
        UnmergeForm,
        CloseForm,
        ReopenForm,
    )
}  # ASK and DRAFT are the composer's

# What is mostly done next; the rest of the state table stands behind "More".
FIRST = {
    Status.DOUBTFUL: [Step.RESTORE, Step.CLOSE],
    Status.NEW: [Step.TAKE, Step.ESCALATE, Step.HAND_OVER, Step.CLOSE],
    Status.TAKEN: [Step.ANSWER, Step.PLAN, Step.HAND_OVER, Step.CLOSE],
    Status.DRAFTED: [Step.RELEASE, Step.SEND_BACK, Step.ESCALATE, Step.PLAN],
    Status.WAITING: [Step.TAKE, Step.ANSWER, Step.PLAN, Step.CLOSE],
    Status.ANSWERED: [Step.CLOSE, Step.PLAN, Step.REOPEN, Step.HAND_OVER],
    Status.MERGED: [Step.UNMERGE],
    Status.CLOSED: [Step.REOPEN],
}
MAIN = [Step.RESTORE, Step.TAKE, Step.RELEASE, Step.UNMERGE]
BESIDE = [Step.CATEGORISE, Step.TAG, Step.UNTAG, Step.NOTE]  # each beside what it changes


@dataclass(frozen=True)
class Offer:
    step: Step
    form: StepForm
    url: str
    is_open: bool

    @property
    def label(self) -> str:
        return str(self.step.label)

    @property
    def is_main(self) -> bool:
        return self.step in MAIN


@dataclass(frozen=True)
class Offers:
    first: list[Offer]
    more: list[Offer]
    beside: dict[str, Offer | None]

    def __iter__(self):
        return iter([*self.first, *self.more, *filter(None, self.beside.values())])


def url_of(inquiry: Inquiry, step: Step) -> str:
    return reverse("admin:inquiries_inquiry_step", args=[inquiry.pk, step.value])


def offered(inquiry: Inquiry, by, draft: Draft | None) -> list[Step]:
    """Return the steps that the state table, somebody's role and the inquiry as it is allow.

    `draft` is the one that they have before their eyes: what nobody read is not released.
    """
    refused = {
        Step.TAKE: bool(inquiry.owner_id),
        Step.RELEASE: draft is None or draft.by == by,
        Step.UNPIN: not inquiry.pinned_at,
        Step.UNTAG: not inquiry.tags,
        Step.QUARANTINE: inquiry.is_urgent,
    }
    return [
        step
        for step in inquiry.next_steps
        if step in FORMS and inquiry.may(by, step) and not refused.get(step, False)
    ]


def offers(inquiry: Inquiry, by, seen: int, draft: Draft | None, sent: StepForm | None) -> Offers:
    """Return the forms of what may be done; the one that was sent keeps what was typed."""
    steps = {}
    for step in offered(inquiry, by, draft):
        form = sent if sent and sent.step == step else FORMS[step](inquiry, by)
        form.see(seen)
        steps[step] = Offer(step, form, url_of(inquiry, step), form is sent)
    first = [steps[step] for step in FIRST[Status(inquiry.status)] if step in steps][:4]
    beside = {step.value: steps.get(step) for step in BESIDE}
    placed = {offer.step for offer in first} | set(BESIDE)
    return Offers(first, [offer for step, offer in steps.items() if step not in placed], beside)


def take_step(request: HttpRequest, form: StepForm) -> Inquiry | None:
    """Take the step of a valid form and say so; None where it was refused, after saying why."""
    inquiry, before = form.inquiry, form.inquiry.status
    try:
        result = form.take()
    except StepRefused as refusal:
        messages.error(request, f"{inquiry}: {refusal}")
    except (vault.NoKey, vault.WrongKey):
        messages.error(request, f"{inquiry}: {NO_KEY}")
    else:
        moved = inquiry.status != before
        messages.success(request, f"{inquiry}: {inquiry.get_status_display() if moved else form.step.label}")
        naming.tell_who_was_not_reached(request, inquiry, form.cleaned_data.get("note", ""))
        return result
    return None
