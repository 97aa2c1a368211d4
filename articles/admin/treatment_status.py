"""Where each treatment stands, row by row of the public table."""

import re

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from ..models import (
    Fact,
    FactSource,
    TreatmentStatus,
)
from .due import due_day
from .guarded import FixedKey
from .locked import KeysField, LockedForm

EVIDENCE = ["fact_keys", "only_sources"]


class TreatmentStatusForm(LockedForm):
    fact_keys = KeysField(Fact, label=_("Facts"), help_text=_("Their numbers: F31, F56."))

    class Meta:
        model = TreatmentStatus
        fields = ["key", *TreatmentStatus.WRITTEN]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["fact_keys"] = ", ".join(self.instance.linked_keys())

    def clean(self):
        """Refuse a source that is behind none of the facts: readers would see nothing of it."""
        cleaned = super().clean()
        if (wanted := cleaned.get("only_sources")) and (facts := cleaned.get("fact_keys")):
            known = set(FactSource.objects.filter(fact__in=facts).values_list("source__key", flat=True))
            if strange := sorted(set(re.split(r",\s*", wanted)) - known):
                message = _("No fact of this row rests on %(keys)s.") % {"keys": ", ".join(strange)}
                self.add_error("only_sources", message)
        return cleaned


class ToBeChecked(admin.SimpleListFilter):
    title = _("due to be checked")
    parameter_name = "due"

    def lookups(self, request, model_admin):
        return [("yes", _("Yes"))]

    def queryset(self, request, queryset):
        return queryset.due() if self.value() == "yes" else queryset


@admin.register(TreatmentStatus)
class TreatmentStatusAdmin(FixedKey):
    form = TreatmentStatusForm
    list_display = ["treatment", "condition", "status", "level", "due"]
    list_filter = [ToBeChecked, "treats", "status", "level"]
    search_fields = ["treatment_en", "treatment_ko", "condition_en", "condition_ko"]

    def get_fieldsets(self, request, obj=None):
        if not self.has_change_permission(request, obj):
            return [(None, {"fields": list(TreatmentStatus.WRITTEN)})]
        return [
            (None, {"fields": ["key", "position", "treats", "status", "level", *EVIDENCE]}),
            (_("Treatment"), {"fields": ["treatment_key", "treatment_en", "treatment_ko"]}),
            (_("Condition"), {"fields": ["condition_key", "condition_en", "condition_ko"]}),
            (_("What is known"), {"fields": ["statement_en", "statement_ko"]}),
            (_("Check"), {"fields": ["checked_on", "check_by"]}),
        ]

    @admin.display(description=_("treatment"), ordering="treatment_en")
    def treatment(self, status):
        return status.said("treatment")

    @admin.display(description=_("condition"), ordering="condition_en")
    def condition(self, status):
        return status.said("condition")

    @admin.display(description=_("check by"), ordering="check_by")
    def due(self, status):
        return due_day(status.due_on)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        obj.cite(form.cleaned_data["fact_keys"])
