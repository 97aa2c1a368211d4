"""What is to be done next, and when: mostly one of a few times."""

from datetime import datetime, time, timedelta

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..models import NextAction, Step
from ..reply_promise import next_working_day
from .forms import Noted


class PlanForm(Noted):
    step = Step.PLAN
    action = forms.ChoiceField(label=_("What is to be done next?"), choices=NextAction.choices)
    when = forms.ChoiceField(label=_("When?"), required=False)
    at = forms.DateTimeField(
        label=_("Or at this time (Seoul)"),
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        error_messages={"invalid": _("Enter a date and a time.")},
    )
    field_order = ["version", "seen", "action", "when", "at", "note"]

    def offer(self):
        self.initial.setdefault("action", self.inquiry.next_action)
        self.fields["when"].choices = [("", _("Choose a time")), *((key, name) for key, name, _at in soon())]

    def clean(self):
        words = super().clean()
        if not self.errors and not words.get("at") and not words.get("when"):
            self.add_error("when", _("Choose a time."))
        return words

    def take(self):
        words = self.cleaned_data
        at = words["at"] or {key: at for key, _name, at in soon()}[words["when"]]
        self.inquiry.plan(words["action"], at, words["note"], by=self.by)
        return self.inquiry


def soon() -> list[tuple[str, str, datetime]]:
    """Return the times that are mostly meant: key, name, moment."""
    now = timezone.localtime()
    nine = time(9, tzinfo=now.tzinfo)
    times = [
        ("hour", gettext("In an hour"), now + timedelta(hours=1)),
        ("later", gettext("In three hours"), now + timedelta(hours=3)),
        ("day", gettext("Next working day"), datetime.combine(next_working_day(now.date()), nine)),
        ("week", gettext("In a week"), datetime.combine(now.date() + timedelta(days=7), nine)),
    ]
    return [(key, f"{name}: {date_format(at, 'SHORT_DATETIME_FORMAT')}", at) for key, name, at in times]
