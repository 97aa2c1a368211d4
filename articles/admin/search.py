"""The searches of the literature and the registries."""

from django.contrib import admin

from ..models import (
    SearchRecord,
)
from .guarded import FixedKey
from .locked import LockedForm


class SearchRecordForm(LockedForm):
    class Meta:
        model = SearchRecord
        fields = ["key", *SearchRecord.WRITTEN]


@admin.register(SearchRecord)
class SearchRecordAdmin(FixedKey):
    form = SearchRecordForm
    list_display = ["searched_on", "searched_by", "searched_en"]
    fields = ["key", *SearchRecord.WRITTEN]
