"""The fields of the inquiry form."""

import re
import unicodedata
from functools import cache
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clinic_site.clinic import clinic

from ..screening.identifiers import looks_like_identifier

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
VISIBLE = set("LNPS")  # letters, numbers, punctuation, symbols: what a name must show at least one of
LINE_BREAK = re.compile(r"\r\n?")


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
            return ""  # where an answer is required, this is none
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


def choices() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, required=False)


class Unseen(forms.CharField):
    """What a browser or a program fills in: nobody can be asked to correct it, so it is never wrong."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)
        self.validators = []


class Trap(Unseen):
    """A field that people do not see, and programs fill in."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs, widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}))


class TimeZone(Unseen):
    """The name of a time zone as the browser tells it; empty if there is no such zone."""

    def clean(self, value):
        return value if value in _time_zones() else ""


@cache
def _time_zones() -> set[str]:
    return available_timezones()
