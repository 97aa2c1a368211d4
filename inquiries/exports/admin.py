"""The record of lists that were taken along, for whoever answers for them."""

from django.contrib import admin
from django.utils.translation import gettext

from articles.admin.guarded import NobodyDeletes

from ..models import Export


@admin.register(Export)
class ExportAdmin(NobodyDeletes):
    list_display = ["at", "by", "rows", "filters", "searched", "with_choices"]
    list_select_related = ["by"]

    def changelist_view(self, request, extra_context=None):
        title = {"title": gettext("Lists taken along")}
        return super().changelist_view(request, title | (extra_context or {}))

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False
