"""What staff type when they take a step. Each form knows the verb that it stands for."""

from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .. import contents, merging, wording
from ..colleagues import who_may_have
from ..models import Inquiry, Queue, Step, StepRefused
from ..models.ending import ERASING
from ..models.pins import NOT_OF_DANGER
from .reasons import category_names
from .same_person import Other
from .words import tag_names


class StepForm(forms.Form):
    """A step that staff take, bound to the version of the inquiry that they saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)  # the event that they saw last
    step: Step
    use_required_attribute = False

    def __init__(self, inquiry: Inquiry, by, *args, **kwargs):
        kwargs.setdefault("prefix", self.step.value)
        super().__init__(*args, **kwargs)
        self.inquiry, self.by = inquiry, by
        self.offer()

    def offer(self) -> None:
        """Fill in the choices that depend on the inquiry or on who is asked."""

    def take(self) -> Inquiry:
        """Take the step and return the inquiry to go on with. Raises StepRefused."""
        getattr(self.inquiry, self.step.value)(by=self.by)
        return self.inquiry

    def see(self, seen: int) -> None:
        """Bind the form to the inquiry as it is shown now; what was typed stays."""
        now: dict[str, Any] = {"version": self.inquiry.version, "seen": seen}
        self.initial = {**self.initial, **now}
        if self.is_bound:
            self.put(**now)

    def put(self, **values: Any) -> None:
        """Put values in the place of what was posted."""
        data: Any = self.data
        self.data = data = data.copy()
        for name, value in values.items():
            data[self.add_prefix(name)] = str(value)

    @property
    def has_words(self) -> bool:
        return any(not field.is_hidden for field in self)

    @property
    def typed(self) -> list[str]:
        """Return the texts that somebody typed, for the day on which the step is not offered any more."""
        texts = [self[name].value() for name in ("text", "note") if name in self.fields]
        return [text for text in texts if self.is_bound and text]


def note_field(label=None, **options):
    return forms.CharField(
        label=label or _("Note for colleagues (optional)"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        **options,
    )


def category_field(label):
    return forms.ChoiceField(
        label=label,
        choices=[("", _("Choose a category")), *category_names().items()],
        error_messages={"required": _("Choose a category.")},
    )


class Noted(StepForm):
    """A step to which a note may be written."""

    note = note_field()

    def take(self):
        getattr(self.inquiry, self.step.value)(self.cleaned_data["note"], by=self.by)
        return self.inquiry


class RestoreForm(StepForm):
    step = Step.RESTORE


class TakeForm(StepForm):
    step = Step.TAKE


class SortsFirst(StepForm):
    """A step for which the category counts: where nobody has set it yet, it is asked for."""

    def offer(self):
        if not self.inquiry.category:
            self.fields["category"] = category_field(_("What is it about?"))
            self.order_fields(["version", "seen", "category"])

    @property
    def category(self) -> str:
        return self.inquiry.category or self["category"].value() or ""

    def sort(self) -> None:
        if chosen := self.cleaned_data.get("category"):
            self.inquiry.categorise(chosen, by=self.by)


class AnswerForm(SortsFirst, Noted):
    step = Step.ANSWER
    note = note_field(
        _("How were they answered, and what were they told?"),
        help_text=_("For an answer by phone or in your own mail. To reply here, use “Reply”."),
    )

    @transaction.atomic
    def take(self):
        self.sort()
        return super().take()


class EscalateForm(Noted):
    step = Step.ESCALATE
    note = note_field(
        _("Why?"),
        help_text=_("It goes on top of the physicians' queue, to be acted on within a working hour."),
    )


class UnpinForm(Noted):
    step = Step.UNPIN

    def take(self):
        since = self.inquiry.events.filter(pk__gt=self.cleaned_data["seen"] or 0)
        if since.filter(step__in=NOT_OF_DANGER.values()).exists():
            raise StepRefused(gettext("Meanwhile it was pinned for another reason. Look at it first."))
        return super().take()


class QuarantineForm(Noted):
    step = Step.QUARANTINE


class ReopenForm(Noted):
    step = Step.REOPEN


class NoteForm(StepForm):
    step = Step.NOTE
    note = note_field(_("Note for colleagues"), help_text=_("@name tells somebody: they find it as unread."))

    def take(self):
        self.inquiry.add_note(self.cleaned_data["note"], by=self.by)
        return self.inquiry


class PutBackForm(Noted):
    step = Step.PUT_BACK
    queue = forms.ChoiceField(label=_("Queue"), choices=Queue.choices)
    field_order = ["version", "seen", "queue", "note"]

    def offer(self):
        here = self.inquiry.queue
        self.fields["queue"].choices = [(key, name) for key, name in Queue.choices if key != here]

    def take(self):
        self.inquiry.put_back(self.cleaned_data["queue"], self.cleaned_data["note"], by=self.by)
        return self.inquiry


class HandOverForm(Noted):
    step = Step.HAND_OVER
    to = forms.ChoiceField(label=_("To whom?"), error_messages={"required": _("Choose somebody.")})
    field_order = ["version", "seen", "to", "note"]

    def offer(self):
        self.people = {f"person-{one.pk}": one for one in who_may_have(self.inquiry)}
        self.fields["to"].choices = [
            ("", _("Choose a colleague or a queue")),
            (_("Colleagues"), [(key, str(one)) for key, one in self.people.items()]),
            (_("Queues"), [(key, name) for key, name in Queue.choices if key != self.inquiry.queue]),
        ]

    def take(self):
        to = self.cleaned_data["to"]
        self.inquiry.hand_over(self.people.get(to, to), self.cleaned_data["note"], by=self.by)
        return self.inquiry


class CategoriseForm(StepForm):
    step = Step.CATEGORISE

    def offer(self):
        self.fields["category"] = category_field(_("Category"))
        self.initial.setdefault("category", self.inquiry.category)

    def take(self):
        self.inquiry.categorise(self.cleaned_data["category"], by=self.by)
        return self.inquiry


class TagForm(StepForm):
    step = Step.TAG
    key = forms.ChoiceField(label=_("Tag"), error_messages={"required": _("Choose a tag.")})

    def offer(self):
        self.fields["key"].choices = [("", _("Choose a tag")), *self.offered(tag_names())]

    def offered(self, names: dict[str, str]) -> list[tuple[str, str]]:
        return [(key, name) for key, name in names.items() if key not in self.inquiry.tags]

    def take(self):
        getattr(self.inquiry, self.step.value)(self.cleaned_data["key"], by=self.by)
        return self.inquiry


class UntagForm(TagForm):
    step = Step.UNTAG

    def offered(self, names):
        return [(key, names.get(key, key)) for key in self.inquiry.tags]


class CloseForm(Noted):
    step = Step.CLOSE
    reason = forms.ChoiceField(
        label=_("Reason"), error_messages={"required": _("Choose a reason for closing.")}
    )
    field_order = ["version", "seen", "reason", "note"]

    def offer(self):
        reasons = [(key, text) for key, text in wording.closing_reasons().items() if key not in ERASING]
        self.fields["reason"].choices = [("", _("Choose a reason")), *reasons]

    def take(self):
        self.inquiry.close(self.cleaned_data["reason"], self.cleaned_data["note"], by=self.by)
        return self.inquiry


class ReleaseForm(Noted):
    step = Step.RELEASE

    def take(self):
        contents.for_staff(self.inquiry).release(self.cleaned_data["note"], by=self.by)
        return self.inquiry


class SendBackForm(Noted):
    step = Step.SEND_BACK
    note = note_field(_("What is to be changed?"))

    def take(self):
        contents.for_staff(self.inquiry).send_back(self.cleaned_data["note"], by=self.by)
        return self.inquiry


class MergeForm(StepForm):
    step = Step.MERGE
    into = forms.CharField(
        label=_("It becomes a part of the inquiry with this reference"),
        max_length=10,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter the reference of the other inquiry.")},
    )
    confirmed = forms.BooleanField(
        label=_("The addresses differ: I have made sure that it is one person"), required=False
    )

    def suggest(self, others: list[Other]) -> None:
        """Offer their references, and fill in the only one that it can be."""
        if others:
            self.fields["into"].widget.attrs["list"] = "same-person"
        fit = [other.inquiry.reference for other in others if other.can_take_in]
        if len(fit) == 1:
            self.initial.setdefault("into", fit[0])

    def clean_into(self):
        return self.cleaned_data["into"].strip().upper()

    def take(self):
        other = Inquiry.objects.visible_to(self.by).filter(reference=self.cleaned_data["into"]).first()
        if other is None:
            raise StepRefused(gettext("There is no inquiry with this reference."))
        merging.merge(self.inquiry, other, by=self.by, confirmed=self.cleaned_data["confirmed"])
        return other


class UnmergeForm(StepForm):
    step = Step.UNMERGE

    def take(self):
        merging.unmerge(self.inquiry, by=self.by)
        return self.inquiry
