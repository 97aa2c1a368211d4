"""The inquiry form. Structure and rules stand here; every word of it in content/inquiry-form.yaml."""

import hashlib
import re
import secrets
import unicodedata
from copy import copy
from typing import Any

import phonenumbers
from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clinic_site.clinic import clinic

from ..models import Channel
from ..screening import spam
from ..wording import keyed, wording
from .fields import ConsentField, TextField, TimeZone, Trap, Unseen, choice, choices
from .layout import helper

SHORTEST_PHONE_NUMBER = 6  # digits after the country code; fewer is an emergency or service number

KOREA = 82

# Topics that tell something about a person's health, so that they need the separate consent.
HEALTH_TOPICS = {"appointment", "existing_patient", "complaint"}
CONSENTS = ["personal", "sensitive"]
# Where a person writes what they like, and so perhaps a number that the clinic must not hold.
WRITTEN_FREELY = ["preferred_name", "best_time", "wishes", "message"]
# What a language switch takes along: all that the person gave, but no consent to a text in another language.
TAKEN_ALONG = [*WRITTEN_FREELY, "topic", "asking_for", "lives_in", "language", "contact_method"]
TAKEN_ALONG += ["email", "phone", "adult", "time_zone", "came_from", "opened"]


class InquiryForm(forms.Form):
    """A question to the clinic. Names of fields are keys of the wording file."""

    topic = choice()
    message = TextField(
        max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 7, "data-limit": 1000})
    )
    asking_for = choice()
    lives_in = choice()
    preferred_name = TextField(
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "given-name", "spellcheck": "false"}),
    )
    language = choice()
    contact_method = choice()
    email = TextField(
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )
    phone = TextField(
        max_length=24, required=False, widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})
    )
    best_time = TextField(max_length=80, required=False)
    never = choices()
    wishes = TextField(max_length=200, required=False)
    adult = forms.BooleanField()
    personal = ConsentField()
    sensitive = ConsentField(required=False)
    form_token = forms.CharField(widget=forms.HiddenInput, required=False)
    opened = Unseen()  # when, signed
    time_zone = TimeZone()
    came_from = Unseen()  # which page of ours, signed
    homepage = Trap()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.initial.setdefault("language", get_language())
        fields = keyed(wording()["fields"])
        for key, texts in fields.items():
            self._give_words(self.fields[key], texts)
        for key in [*WRITTEN_FREELY, "phone"]:
            self.fields[key].error_messages["looks_like_id"] = fields["message"]["errors"]["looks_like_id"]
        for key, texts in keyed(wording()["consents"]["items"]).items():
            if key in CONSENTS:
                self.fields[key].give_words(texts)
        self.initial.setdefault("form_token", self._new_token())
        self.initial.setdefault("opened", spam.page_stamp())
        self.fields["homepage"].label = _("Leave this empty")
        self.helper = helper(CONSENTS)

    @staticmethod
    def _give_words(field: forms.Field, texts: dict) -> None:
        field.label = texts["label"]
        field.help_text = texts["hint"]
        vars(field)["why"] = texts["why"]  # for the template
        field.error_messages.update(texts["errors"])
        field.error_messages.setdefault("too_long", texts["errors"].get("invalid", ""))
        if isinstance(field, forms.ChoiceField):
            field.choices = [(option["key"], option["text"]) for option in texts["options"]]
            field.error_messages["invalid_choice"] = texts["errors"]["required"]

    def clean_never(self) -> list[str]:
        return sorted(Channel(channel) for channel in self.cleaned_data["never"])

    def clean_form_token(self) -> str:
        """Return the random part of the token that this page was sent out with.

        The token also holds a fingerprint of the consent texts: what is agreed to is what was read.
        """
        try:
            token, _mark, texts = signer().unsign(self.cleaned_data["form_token"]).partition(".")
        except signing.BadSignature:
            raise ValidationError(
                _(
                    "We could not tell whether this question was sent before. "
                    "Nothing was stored. Please send it again."
                ),
                "token",
            ) from None
        if texts != self._texts_digest():
            raise ValidationError(
                _(
                    "The texts that you agree to have changed. Nothing was stored. "
                    "Read them again, then send."
                ),
                "consents_changed",
            )
        return token

    def _texts_digest(self) -> str:
        texts = [field.text for field in self.fields.values() if isinstance(field, ConsentField)]
        return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]

    def _new_token(self) -> str:
        return signer().sign(f"{secrets.token_urlsafe(16)}.{self._texts_digest()}")

    def clean(self):
        answers = self.cleaned_data
        self.check_contact(answers)
        about_health = (self["message"].data or "").strip() or answers.get("topic") in HEALTH_TOPICS
        if about_health and not answers.get("sensitive"):
            self.add_error("sensitive", self.fields["sensitive"].error_messages["required"])
        return answers

    def check_contact(self, answers: dict) -> None:
        """Keep the way that was chosen, checked, and forget the other."""
        match answers.get("contact_method"):
            case "email":
                self._check_email(answers)
                answers |= {"phone": "", "best_time": ""}  # not kept if email is chosen
            case "phone":
                self._check_phone(answers)
                answers["email"] = ""  # not kept if phone is chosen
        if answers.get("contact_method") in answers.get("never", []):
            self.add_error("never", self._error("never", "contradicts"))

    def _check_email(self, answers: dict) -> None:
        self._drop_errors("phone", "best_time")
        if "email" in self.errors:
            return
        if not answers["email"]:
            self.add_error("email", self._error("email", "required"))
            return
        try:
            forms.EmailField().clean(answers["email"])
        except ValidationError:
            self.add_error("email", self._error("email", "invalid"))

    def _check_phone(self, answers: dict) -> None:
        """Accept any way of writing a number; without a country code only where it cannot be mistaken."""
        self._drop_errors("email")
        if "phone" in self.errors:
            return
        if not answers["phone"]:
            self.add_error("phone", self._error("phone", "required"))
            return
        region = "KR" if answers.get("lives_in") == "korea" else None
        try:
            number = phonenumbers.parse(_with_plus(answers["phone"], region), region)
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not _can_be_called(number):
            self.add_error("phone", self._error("phone", "invalid"))
            return
        answers["phone"] = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def _drop_errors(self, *names: str) -> None:
        """Forget what was wrong with an answer that does not count."""
        for name in names:
            self.errors.pop(name, None)

    def _error(self, name: str, code: str) -> ValidationError:
        return ValidationError(self.fields[name].error_messages[code], code)

    @property
    def written_freely(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in WRITTEN_FREELY}

    @property
    def notice(self) -> str:
        """Whom to ask about one's data; stands beside the consents."""
        return clinic().fill(wording()["consents"]["notice_next_to_consents"])

    @property
    def consents_given(self) -> dict[str, str]:
        """What the person agreed to: the text of each consent, as it was shown, by its key."""
        fields = {key: self.fields[key] for key in CONSENTS if self.cleaned_data[key]}
        return {key: field.text for key, field in fields.items() if isinstance(field, ConsentField)}

    @classmethod
    def in_another_language(cls, typed) -> "InquiryForm":
        """Return a fresh form that holds what was typed into one in another language; nothing is judged."""
        initial = {name: typed[name] for name in TAKEN_ALONG if name in typed}
        return cls(initial=initial | {"never": typed.getlist("never")})

    def start_anew(self) -> None:
        """Make it the form of another inquiry, and keep everything else."""
        kept: Any = copy(self.data)
        kept["form_token"] = self._new_token()
        self.data = kept

    def renew_token(self) -> None:
        """Replace a token that was refused, and keep everything else.

        Consents to texts that have changed since must be given again.
        """
        refusals = self.errors.as_data().get("form_token", [])
        if not refusals:
            return
        self.start_anew()
        if any(refusal.code == "consents_changed" for refusal in refusals):
            kept: Any = self.data  # our own copy by now
            for key in CONSENTS:
                kept.pop(key, None)


def _with_plus(typed: str, region: str | None) -> str:
    """Read 0044 as +44, as most of the world dials; in Korea the digits behind 00 tell the company."""
    typed = unicodedata.normalize("NFKC", typed)
    return typed if region else re.sub(r"^00", "+", typed)


def _can_be_called(number: phonenumbers.PhoneNumber) -> bool:
    """Tell whether a number reaches one person; an extension would be lost in E.164.

    The numbers of Korea are known well enough to refuse those that nobody has.
    """
    long_enough = len(str(number.national_number)) >= SHORTEST_PHONE_NUMBER
    is_one = phonenumbers.is_valid_number if number.country_code == KOREA else phonenumbers.is_possible_number
    return is_one(number) and long_enough and not number.extension


def signer() -> signing.Signer:
    return signing.Signer(salt="inquiries.form_token")
