"""Legal reviews for editors: entered once, never changed."""

from django.contrib import admin

from ..models import LegalReview
from .guarded import NobodyDeletes


@admin.register(LegalReview)
class LegalReviewAdmin(NobodyDeletes):
    list_display = ["reviewed_on", "scope", "reviewer", "recorded_by", "is_demonstration"]
    list_display_links = ["reviewed_on", "scope"]
    list_filter = ["scope"]
    list_select_related = ["recorded_by"]
    search_fields = ["reviewer"]

    def get_fields(self, request, obj=None):
        return [
            "scope",
            "reviewer",
            "reviewed_on",
            "looked_at",
            *(["recorded_by", "recorded_at"] if obj else []),
        ]

    def has_change_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        obj.recorded_by = request.user
        super().save_model(request, obj, form, change)
