"""What the clinic charges, for editors: which prices readers see, and why not the others."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..models import PriceItem
from .guarded import NobodyDeletes
from .locked import LockedForm


class PriceItemForm(LockedForm):
    class Meta:
        model = PriceItem
        fields = PriceItem.FORM
        widgets = {
            name: forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}) for name in PriceItem.TEXTS
        }


@admin.register(PriceItem)
class PriceItemAdmin(NobodyDeletes):
    form = PriceItemForm
    list_display = ["name", "won", "valid_from", "valid_until", "document", "seen_by_readers", "why_not"]
    list_select_related = ["document"]
    search_fields = ["name_en", "name_ko"]
    readonly_fields = ["readers_see"]

    def get_fieldsets(self, request, obj=None):
        return [
            *([] if obj is None else [(_("Now"), {"fields": ["readers_see"]})]),
            (None, {"fields": ["name_en", "name_ko", "amount", "document", "position"]}),
            (_("From when to when"), {"fields": ["valid_from", "valid_until"]}),
            (_("What belongs to it"), {"fields": PriceItem.TEXTS}),
        ]

    @admin.display(description=_("what it is for"))
    def name(self, price):
        return price.said("name")

    @admin.display(description=_("amount in won"), ordering="amount")
    def won(self, price):
        return f"{price.amount:,}"

    @admin.display(description=_("readers see it"), boolean=True)
    def seen_by_readers(self, price):
        return price.is_shown()

    @admin.display(description=_("why not"))
    def why_not(self, price):
        return price.why_hidden() or "–"

    @admin.display(description=_("readers see it"))
    def readers_see(self, price):
        return price.why_hidden() or gettext("Yes, where a page has {panel prices}.")
