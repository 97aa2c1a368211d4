"""Writing to the person: begun with a template, seen as they will see it, then sent."""

import hashlib
from functools import cached_property

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from .. import recall
from ..contents import Contents
from ..models import Channel, Draft, Inquiry, ReplyTemplate, Status, Step
from ..models.triage import SECOND_READER
from . import replies
from .forms import SortsFirst, note_field

CORRECTION = "correction"


class ReplyForm(SortsFirst):
    """A reply or a question to the person. It goes out as it was previewed, or not at all."""

    step = Step.DRAFT
    template = forms.ChoiceField(label=_("Begin with a template"), required=False)
    text = forms.CharField(
        label=_("What the person reads, with their receipt"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 12}),
        error_messages={"required": _("Write what the person is to read.")},
    )
    kind = forms.ChoiceField(
        label=_("And then?"),
        choices=[
            (Step.ANSWER.value, _("It answers them")),
            (Step.ASK.value, _("It asks them something: we wait for them")),
        ],
        initial=Step.ANSWER.value,
        widget=forms.RadioSelect,
    )
    note = note_field()
    previewed = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, opened: Contents, by, *args, corrected=None, **kwargs):
        self.opened, self.corrected = opened, corrected
        super().__init__(opened.inquiry, by, *args, prefix="reply", **kwargs)

    def offer(self):
        super().offer()
        self.fields["text"].widget.attrs["lang"] = self.inquiry.language
        self.templates = {str(one.pk): one for one in ReplyTemplate.objects.for_inquiry(self.inquiry)}
        offered = [(key, one.name) for key, one in self.templates.items()]
        if self.corrected:
            offered.append((CORRECTION, _("The page that they read was corrected")))
        self.fields["template"].choices = [("", _("None")), *offered]

    def clean_text(self):
        return _lines(self.cleaned_data["text"])

    def begin(self) -> None:
        """Put the template that was chosen below what stands there already."""
        chosen = self["template"].value() or ""
        begun = ""
        if chosen == CORRECTION and self.corrected:
            begun = replies.complete(recall.draft(self.inquiry, self.corrected), self.inquiry)
        elif chosen in self.templates:
            begun = replies.fill(self.templates[chosen], self.opened)
        typed = _lines(self["text"].value() or "")
        self.put(text="\n\n".join(filter(None, [typed.strip(), begun])), previewed="")

    def complete(self) -> str:
        """Return the text as the person will read it."""
        return replies.complete(_lines(self["text"].value() or ""), self.inquiry, self.category)

    def preview(self) -> None:
        """Remember that exactly this was seen."""
        self.put(previewed=self.digest())

    @property
    def was_previewed(self) -> bool:
        return bool(self["text"].value()) and self["previewed"].value() == self.digest()

    def digest(self) -> str:
        return hashlib.sha256(self.complete().encode()).hexdigest()

    @transaction.atomic
    def take(self):
        self.sort()
        say = self.opened.ask if self.cleaned_data["kind"] == Step.ASK else self.opened.reply
        say(self.cleaned_data["text"], self.cleaned_data["note"], by=self.by)
        return self.inquiry

    @cached_property
    def is_read_first(self) -> bool:
        """Whether a colleague reads it before it goes out."""
        return self.category in SECOND_READER or self.inquiry.needs_second_reader(self.by)

    @property
    def send_label(self) -> str:
        """What pressing the last button does."""
        if self.is_read_first:
            return str(Step.DRAFT.label)
        asks = self["kind"].value() == Step.ASK
        return str(Step.ASK.label if asks else _("Send this reply"))

    @property
    def told_by_mail(self) -> bool:
        return self.inquiry.may_use(Channel.EMAIL)


def compose(
    opened: Contents, by, *, corrected=None, draft: tuple[Draft, str] | None = None, begun: str = ""
) -> ReplyForm | None:
    """Return a composer, with the draft sent back or what is begun; None where nothing can be said."""
    inquiry: Inquiry = opened.inquiry
    steps = inquiry.next_steps
    if Step.ASK not in steps or not inquiry.may(by, Step.ASK) or inquiry.status == Status.DRAFTED:
        return None
    initial = {"text": draft[1], "kind": draft[0].step} if draft else {"text": begun}
    return ReplyForm(opened, by, initial=initial, corrected=corrected)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
