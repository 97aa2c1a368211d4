"""The trials that readers see in a table: each record, and when somebody last looked at it."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from ..models import Fact, Trial, TrialCondition
from .due import due_day
from .guarded import FixedKey
from .locked import KeysField, LockedForm
from .treatment_status import ToBeChecked


class TrialForm(LockedForm):
    conditions = forms.MultipleChoiceField(
        label=_("Conditions"), choices=TrialCondition, widget=forms.CheckboxSelectMultiple
    )
    fact_keys = KeysField(Fact, label=_("Facts"), help_text=_("Their numbers: F31, F56."))

    class Meta:
        model = Trial
        fields = ["key", *(name.removesuffix("_id") for name in Trial.WRITTEN)]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["fact_keys"] = ", ".join(self.instance.linked_keys())


@admin.register(Trial)
class TrialAdmin(FixedKey):
    form = TrialForm
    list_display = ["trial", "title", "status", "results", "due"]
    list_filter = [ToBeChecked, "status", "results", "cells"]
    search_fields = ["registration", "title_en", "title_ko", "run_by"]
    autocomplete_fields = ["source"]
    show_facets = admin.ShowFacets.NEVER

    def get_fieldsets(self, request, obj=None):
        written = [name.removesuffix("_id") for name in Trial.WRITTEN]
        if not self.has_change_permission(request, obj):
            return [(None, {"fields": written})]
        return [
            (
                None,
                {"fields": ["key", "position", "registry", "registration", "source", "fact_keys"]},
            ),
            (_("Trial"), {"fields": ["title_en", "title_ko", "run_by", "country_en", "country_ko"]}),
            (_("People"), {"fields": ["conditions", "people_en", "people_ko", "planned", "joined"]}),
            (_("What is given"), {"fields": ["cells", "given_en", "given_ko", "route", "phase"]}),
            (_("Where it stands"), {"fields": ["status", "results", "registered", "started", "ended"]}),
            (_("Note"), {"fields": ["note_en", "note_ko"]}),
            (_("Check"), {"fields": ["checked_on"]}),
        ]

    @admin.display(description=_("trial"), ordering="registration")
    def trial(self, trial):
        return str(trial)

    @admin.display(description=_("title"), ordering="title_en")
    def title(self, trial):
        return trial.said("title")

    @admin.display(description=_("look at by"), ordering="checked_on")
    def due(self, trial):
        return due_day(trial.due_on)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        obj.cite(form.cleaned_data["fact_keys"])
