"""The record as the auditor reads it: who did what with which inquiry, and when. Nothing here can be changed.

No note, no message and no name stands in it: of an inquiry only the reference is loaded.
"""

from django.contrib import admin
from django.core.paginator import Paginator
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from articles.admin.guarded import NobodyDeletes

from ..models import (
    DangerWordChange,
    ErasedConsents,
    ErasedInquiries,
    Erasure,
    Event,
    Purge,
    Viewing,
    reason_text,
)
from ..queue.capped import MOST_COUNTED
from .filters import ByPerson, ByStep, OnDay


class NewestFew(Paginator):
    """Pages of the newest: further back leads a day, a person or a reference, and nothing counts all."""

    @cached_property
    def count(self):
        return self.object_list.values("pk")[:MOST_COUNTED].count()


class LogAdmin(NobodyDeletes):
    """A list that is read. What it loads of each row is what it shows."""

    actions = None
    list_display_links = None
    list_per_page = 50
    list_max_show_all = 0
    sortable_by = ()
    paginator = NewestFew
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each would count the whole
    empty_value_display = "–"
    loads: list[str] = []

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def get_fields(self, request, obj=None):
        return self.list_display

    def get_readonly_fields(self, request, obj=None):
        return self.list_display

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        joined = {name.partition("__")[0] for name in self.loads if "__" in name}
        return rows.select_related(*sorted(joined)).only(*self.loads) if joined else rows

    @admin.display(description=_("when"))
    def when(self, row):
        return date_format(localtime(row.at), "SHORT_DATETIME_FORMAT")

    @admin.display(description=_("by"))
    def who(self, row):
        return row.by


class LogOfInquiries(LogAdmin):
    """Searched by the reference as it is written on a receipt: letter by letter it would read every row."""

    search_fields = ["inquiry__reference"]
    search_help_text = _("The whole reference. The newest thousand are listed: for older ones choose a day.")

    def get_search_results(self, request, queryset, search_term):
        term = search_term.strip().upper()
        return (queryset.filter(inquiry__reference=term) if term else queryset), False

    @admin.display(description=_("reference"))
    def reference(self, row):
        return row.inquiry.reference


@admin.register(Event)
class EventAdmin(LogOfInquiries):
    list_display = ["when", "reference", "step", "was", "became", "why", "who", "whom", "other_one"]
    list_filter = [OnDay, ByPerson, ByStep]
    ordering = ["-at", "-pk"]
    loads = ["at", "step", "was", "became", "reason", "inquiry__reference", "other__reference"]
    loads += ["by__username", "to__username"]

    @admin.display(description=_("reason"))
    def why(self, event):
        return reason_text(event.reason)

    @admin.display(description=_("to"))
    def whom(self, event):
        return event.to

    @admin.display(description=_("with"))
    def other_one(self, event):
        return event.other


@admin.register(Viewing)
class ViewingAdmin(LogOfInquiries):
    list_display = ["when", "reference", "who", "read_the_words"]
    list_filter = [OnDay, ByPerson]
    loads = ["at", "words", "inquiry__reference", "by__username"]

    @admin.display(description=_("read the words"), boolean=True)
    def read_the_words(self, viewing):
        return viewing.words


@admin.register(Erasure)
class ErasureAdmin(LogOfInquiries):
    list_display = ["when", "reference", "received_at", "closed_at", "why", "asked_by", "who"]
    list_filter = [OnDay, ByPerson]
    loads = ["at", "received_at", "closed_at", "closing_reason", "asked_by", "inquiry__reference"]
    loads += ["by__username"]

    @admin.display(description=_("closing reason"))
    def why(self, erasure):
        return reason_text(erasure.closing_reason)


@admin.register(Purge)
class PurgeAdmin(LogAdmin):
    list_display = ["when", "outcome", "found", "erased", "warned", "forgotten", "error"]
    list_filter = [OnDay, "outcome"]


@admin.register(ErasedInquiries)
class ErasedInquiriesAdmin(LogAdmin):
    list_display = ["month", "what", "value", "within", "count"]
    ordering = ["-month", "what", "value", "within"]


@admin.register(ErasedConsents)
class ErasedConsentsAdmin(LogAdmin):
    list_display = ["key", "text_version", "language", "count"]
    ordering = ["key", "text_version", "language"]


@admin.register(DangerWordChange)
class DangerWordChangeAdmin(LogAdmin):
    list_display = ["when", "word", "field", "was", "became", "reason", "who"]
    list_filter = [OnDay, ByPerson]
    list_select_related = ["word", "by"]
