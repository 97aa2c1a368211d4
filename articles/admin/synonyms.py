"""Lay words that the search takes for those of the pages."""

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget

from ..models import Synonym
from .guarded import FixedKey
from .locked import LockedForm


class SynonymForm(LockedForm):
    class Meta:
        model = Synonym
        fields = ["key", *Synonym.WRITTEN]
        widgets = {name: AdminTextareaWidget(attrs={"rows": 3}) for name in ("words", "terms")}


@admin.register(Synonym)
class SynonymAdmin(FixedKey):
    form = SynonymForm
    list_display = ["words", "terms", "language"]
    list_filter = ["language"]
    fields = ["key", *Synonym.WRITTEN]
