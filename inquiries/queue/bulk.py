"""What is done with several inquiries at once: each by itself, and every refusal said with its reason."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from .. import vault
from ..colleagues import who_are_here
from ..desk import NO_KEY, naming
from ..models import Inquiry, Queue, Step, StepRefused, Tag

Act = Callable[[Inquiry, dict[str, Any], Any], Any]


class BulkForm(forms.Form):
    """What an action asks for; with the version of each inquiry, as it was shown."""

    title: Any
    button: Any
    step: Step

    def act(self, inquiry: Inquiry, by) -> None:
        raise NotImplementedError


class AssignForm(BulkForm):
    title, button, step = _("Assign inquiries"), _("Assign"), Step.HAND_OVER
    to = forms.ChoiceField(label=_("To whom"), error_messages={"required": _("Choose a person or a queue.")})
    note = forms.CharField(
        label=_("Note for colleagues (optional)"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in who_are_here()}
        self.fields["to"].choices = [
            ("", _("Choose")),
            (_("Queues"), Queue.choices),
            (_("People"), [(key, str(person)) for key, person in self.people.items()]),
        ]

    def act(self, inquiry, by):
        to = self.cleaned_data["to"]
        inquiry.hand_over(self.people.get(to, to), self.cleaned_data["note"], by=by)


class CloseForm(BulkForm):
    step = Step.CLOSE
    reason: str
    note = forms.CharField(
        label=_("Note for colleagues (optional)"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def act(self, inquiry, by):
        inquiry.close(self.reason, self.cleaned_data["note"], by=by)


class SpamForm(CloseForm):
    title, button, reason = _("Close as spam"), _("Close as spam"), "spam"


class DuplicateForm(CloseForm):
    title, button, reason = _("Close as duplicates"), _("Close as duplicates"), "duplicate"


class TagForm(BulkForm):
    title, button, step = _("Tag inquiries"), _("Tag"), Step.TAG
    tag = forms.ChoiceField(label=_("Tag"), error_messages={"required": _("Choose a tag.")})

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["tag"].choices = [("", _("Choose")), *((tag.key, str(tag)) for tag in Tag.objects.all())]

    def act(self, inquiry, by):
        inquiry.tag(self.cleaned_data["tag"], by=by)


FORMS: dict[str, type[BulkForm]] = {
    "assign_selected": AssignForm,
    "tag_selected": TagForm,
    "close_as_spam": SpamForm,
    "close_as_duplicate": DuplicateForm,
}


def do(request, inquiries, missing: list[str], act: Callable[[Inquiry], Any], note: str = "") -> None:
    """Do the same with each, and tell how many were done, and which were refused for what reason."""
    done = []
    refused = [
        (gettext("No. %(key)s") % {"key": key}, gettext("It is not in your reach any more."))
        for key in missing
    ]
    for inquiry in inquiries:
        try:
            act(inquiry)
        except StepRefused as refusal:
            refused.append((inquiry.reference, str(refusal)))
        except (vault.NoKey, vault.WrongKey):  # a note is sealed under the inquiry's key
            refused.append((inquiry.reference, str(NO_KEY)))
        else:
            naming.tell_who_was_not_reached(request, inquiry, note)
            done.append(f"{inquiry.reference}: {inquiry.get_status_display()}")
    if done:
        count = ngettext("%(n)d inquiry done.", "%(n)d inquiries done.", len(done)) % {"n": len(done)}
        messages.success(request, f"{count} {', '.join(done)}")
    for reference, reason in refused:
        messages.error(request, f"{reference}: {reason}")


def refuse_if_changed(inquiry: Inquiry, versions) -> None:
    """Raise StepRefused if it is no longer as it was shown."""
    if versions.get(f"version-{inquiry.pk}", "") != str(inquiry.version):
        raise StepRefused(gettext("Somebody else changed it meanwhile. Look at it once more."))
