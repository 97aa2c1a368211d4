"""What a person can send who has come back."""

import hashlib
import secrets
from dataclasses import asdict, fields
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from ..ask.fields import ConsentField, TextField
from ..ask.forms import InquiryForm
from ..contents import Contact, Contents
from ..wording import keyed, wording

HEALTH = "sensitive"  # the consent without which nobody may write what may be about their health


def texts() -> dict[str, Any]:
    return wording()["follow_up"]


class ReceiptForm(forms.Form):
    """The way in. Whether a receipt is one, and opens anything, is found out by door.py."""

    receipt = forms.CharField(
        max_length=200,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.fields["receipt"].label = texts()["receipt"]
        self.fields["receipt"].help_text = texts()["door"]["hint"]
        if self.is_bound:
            # The list of errors takes the focus instead.
            del self.fields["receipt"].widget.attrs["autofocus"]


class AddForm(forms.Form):
    """Another message. Whoever has not yet agreed to the use of health information is asked now."""

    text = TextField(max_length=1000, widget=forms.Textarea(attrs={"rows": 6}))
    sensitive = ConsentField()
    agreed_to = forms.CharField(widget=forms.HiddenInput, required=False)
    once = forms.CharField(widget=forms.HiddenInput, required=False)  # the same page sends a text once

    def __init__(self, data=None, *, needs_consent: bool):
        super().__init__(data)
        self.use_required_attribute = False
        words = texts()["add"]
        self.fields["text"].label, self.fields["text"].help_text = words["label"], words["hint"]
        self.fields["text"].error_messages |= words["errors"]
        self.fields["text"].error_messages["looks_like_id"] = _looks_like_id()
        if needs_consent:
            self._consent.give_words(keyed(wording()["consents"]["items"])[HEALTH])
            self._consent.error_messages["required"] = words["errors"]["consent"]
            self.initial["agreed_to"] = self._digest()
        else:
            del self.fields[HEALTH], self.fields["agreed_to"]
        self.initial["once"] = secrets.token_urlsafe(16)

    def clean_agreed_to(self):
        """Refuse a consent to another text than the one that would be recorded."""
        if self.cleaned_data["agreed_to"] != self._digest():
            self.data = self.data.dict() | {"agreed_to": self._digest()}
            self.data.pop(HEALTH, None)
            raise ValidationError(texts()["add"]["errors"]["consents_changed"], "consents_changed")

    def _digest(self) -> str:
        return hashlib.sha256(self._consent.text.encode()).hexdigest()[:16]

    @property
    def _consent(self) -> ConsentField:
        return cast(ConsentField, self.fields[HEALTH])

    @property
    def consents_given(self) -> dict[str, str]:
        """What the person agreed to in this form: the text as it was shown, by its key."""
        return {HEALTH: self._consent.text} if HEALTH in self.fields else {}


class ContactForm(InquiryForm):
    """How to reach the person: those fields of the first form, and what must not be done."""

    KEPT = ["preferred_name", "language", "contact_method", "email", "phone", "best_time", "never", "wishes"]

    def __init__(self, opened: Contents, data=None):
        inquiry, contact = opened.inquiry, opened.contact
        self.before = asdict(contact) | {
            "language": inquiry.language,
            "contact_method": inquiry.contact_method,
            "never": inquiry.forbidden_channels,
        }
        readable = {"phone": contact.phone_text} if contact.phone else {}
        super().__init__(data, initial=self.before | readable)
        self.fields = {name: self.fields[name] for name in self.KEPT}
        self.home = inquiry.lives_in

    def clean(self):
        answers = self.cleaned_data | {"lives_in": self.home}
        self.check_contact(answers)
        return answers

    @property
    def written_freely(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ["preferred_name", "best_time", "wishes"]}

    @property
    def contact(self) -> Contact:
        return Contact(**{field.name: self.cleaned_data[field.name] for field in fields(Contact)})

    @property
    def says_something_new(self) -> bool:
        """Tell a change from what stands there already, such as the same form sent twice."""
        return any(self.before[name] != self.cleaned_data[name] for name in self.fields)


def _looks_like_id() -> str:
    return keyed(wording()["fields"])["message"]["errors"]["looks_like_id"]
