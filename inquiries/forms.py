"""The inquiry form. Structure and rules stand here; every word of it in content/inquiry-form.yaml."""

import hashlib
import hmac
import json
import re
import secrets
import unicodedata

import phonenumbers
from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Fieldset, Layout, Submit
from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clinic_site.clinic import clinic

from .identifiers import looks_like_identifier
from .wording import keyed, wording

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
VISIBLE = set("LNPS")  # letters, numbers, punctuation, symbols: what a name must show at least one of
SHORTEST_PHONE_NUMBER = 6  # digits after the country code; fewer is an emergency or service number
LINE_BREAK = re.compile(r"\r\n?")

# Topics that tell something about a person's health, so that they need the separate consent.
HEALTH_TOPICS = {"appointment", "existing_patient", "complaint"}
CONSENTS = ["personal", "sensitive"]
# Where a person writes what they like, and so perhaps a number that the clinic must not hold.
WRITTEN_FREELY = ["preferred_name", "best_time", "message"]


class TextField(forms.CharField):
    """A text as a person may write it in any script, counted as the person sees it.

    `error_messages` may have "too_long" with {n}, the number of characters over the limit.
    """

    def __init__(self, *, max_length: int, **kwargs):
        self.limit = max_length  # not CharField's: browsers would cut a pasted text without a word
        super().__init__(**kwargs)

    def to_python(self, value):
        value = super().to_python(LINE_BREAK.sub("\n", value or ""))
        if CONTROL.search(value) or (not isinstance(self.widget, forms.Textarea) and "\n" in value):
            raise ValidationError(
                _("Remove the characters that cannot be shown, then send again."), "control"
            )
        value = unicodedata.normalize("NFC", value)
        if over := max(0, len(value) - self.limit):
            raise ValidationError(self.error_messages["too_long"].replace("{n}", str(over)), "too_long")
        if "looks_like_id" in self.error_messages and looks_like_identifier(value):
            raise ValidationError(self.error_messages["looks_like_id"], "looks_like_id")
        if value and not any(unicodedata.category(sign)[0] in VISIBLE for sign in value):
            raise ValidationError(self.error_messages["required"], "required")
        return value


class ConsentField(forms.BooleanField):
    """An unticked box with a text of its own, which is stored by version with what was agreed."""

    title = text = ""

    def give_words(self, texts: dict[str, str]) -> None:
        self.title, self.text = texts["title"], clinic().fill(texts["text"])
        self.label = texts["checkbox"]
        self.error_messages["required"] = texts["error"]


def choice(**kwargs) -> forms.ChoiceField:
    return forms.ChoiceField(widget=forms.RadioSelect, **kwargs)


class InquiryForm(forms.Form):
    """A question to the clinic. Names of fields are keys of the wording file."""

    message = TextField(max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 7}))
    topic = choice()
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
    adult = forms.BooleanField()
    personal = ConsentField()
    sensitive = ConsentField(required=False)
    form_token = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.initial.setdefault("language", get_language())
        fields = keyed(wording()["fields"])
        for key, texts in fields.items():
            self._give_words(self.fields[key], texts)
        for key in WRITTEN_FREELY:
            self.fields[key].error_messages["looks_like_id"] = fields["message"]["errors"]["looks_like_id"]
        for key, texts in keyed(wording()["consents"]["items"]).items():
            if key in CONSENTS:
                self.fields[key].give_words(texts)
        self.initial.setdefault("form_token", self._new_token())
        self.helper = _helper()

    @staticmethod
    def _give_words(field: forms.Field, texts: dict) -> None:
        field.label = texts["label"]
        field.help_text = texts["hint"]
        field.error_messages.update(texts["errors"])
        field.error_messages.setdefault("too_long", texts["errors"].get("invalid", ""))
        if isinstance(field, forms.ChoiceField):
            field.choices = [(option["key"], option["text"]) for option in texts["options"]]
            field.error_messages["invalid_choice"] = texts["errors"]["required"]

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
        match answers.get("contact_method"):
            case "email":
                self._check_email(answers)
                answers |= {"phone": "", "best_time": ""}  # not kept if email is chosen
            case "phone":
                self._check_phone(answers)
                answers["email"] = ""  # not kept if phone is chosen
        about_health = (self["message"].data or "").strip() or answers.get("topic") in HEALTH_TOPICS
        if about_health and not answers.get("sensitive"):
            self.add_error("sensitive", self.fields["sensitive"].error_messages["required"])
        return answers

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
            number = phonenumbers.parse(answers["phone"], region)
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
    def notice(self) -> str:
        """Whom to ask about one's data; stands beside the consents."""
        return clinic().fill(wording()["consents"]["notice_next_to_consents"])

    @property
    def consents_given(self) -> dict[str, str]:
        """What the person agreed to: the text of each consent, as it was shown, by its key."""
        fields = {key: self.fields[key] for key in CONSENTS if self.cleaned_data[key]}
        return {key: field.text for key, field in fields.items() if isinstance(field, ConsentField)}

    def renew_token(self) -> None:
        """Replace a token that was refused, and keep everything else.

        Consents to texts that have changed since must be given again.
        """
        refusals = self.errors.as_data().get("form_token", [])
        if not refusals:
            return
        kept = dict(self.data.items()) | {"form_token": self._new_token()}
        if any(refusal.code == "consents_changed" for refusal in refusals):
            for key in CONSENTS:
                kept.pop(key, None)
        self.data = kept


def _can_be_called(number: phonenumbers.PhoneNumber) -> bool:
    """Tell whether a number reaches one person; an extension would be lost in E.164."""
    long_enough = len(str(number.national_number)) >= SHORTEST_PHONE_NUMBER
    return phonenumbers.is_possible_number(number) and long_enough and not number.extension


def signer() -> signing.Signer:
    return signing.Signer(salt="inquiries.form_token")


def content_digest(answers: dict) -> str:
    """Return a keyed fingerprint of what was answered.

    With the token it tells a repeat of the same question from an edited one. Keyed, because the
    answers to choose from are few enough to be guessed.
    """
    text = json.dumps(answers, sort_keys=True, ensure_ascii=False)
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def _helper() -> FormHelper:
    """Lay the form out in three groups: the question, the way back, consent."""
    helper = FormHelper()
    helper.attrs = {"novalidate": True}
    helper.form_id = "inquiry"
    helper.include_media = False
    helper.layout = Layout(
        "form_token",
        Fieldset(
            _("Your question"),
            "topic",
            HTML('{% include "inquiries/topic_pages.html" %}'),
            "message",
            "asking_for",
            "lives_in",
        ),
        Fieldset(
            _("How to reach you"),
            "preferred_name",
            "language",
            "contact_method",
            "email",
            "phone",
            "best_time",
        ),
        Fieldset(
            _("Your consent"),
            "adult",
            *(Field(key, template="clinic/consent.html") for key in CONSENTS),
            Div(HTML("{{ form.notice }}"), css_class="hint"),
        ),
        Submit("", wording()["pages_and_messages"]["submit_button"]),
    )
    return helper
