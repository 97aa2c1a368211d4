"""Who writes and reviews, what articles are sorted by, and the statement that opens each of them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from ..models import InterestStatement, Person, Topic
from .guarded import FixedKey, NobodyDeletes


@admin.register(Person)
class PersonAdmin(FixedKey):
    list_display = ["name_en", "name_ko", "role_en", "works_for_clinic", "user"]
    list_filter = ["works_for_clinic"]
    search_fields = ["name_en", "name_ko"]
    fieldsets = [
        (None, {"fields": ["key", "name_en", "name_ko", "role_en", "role_ko", "user"]}),
        (
            _("What readers learn"),
            {
                "fields": [
                    "qualification_en",
                    "qualification_ko",
                    "licence_body_en",
                    "licence_body_ko",
                    "works_for_clinic",
                    "interests_en",
                    "interests_ko",
                ]
            },
        ),
    ]


@admin.register(Topic)
class TopicAdmin(FixedKey):
    list_display = ["name_en", "name_ko", "position"]
    fields = ["key", "name_en", "name_ko", "summary_en", "summary_ko", "position"]


@admin.register(InterestStatement)
class InterestStatementAdmin(NobodyDeletes):
    """A new statement takes the place of the one before; none is changed."""

    list_display = ["language", "since", "text"]
    fields = ["language", "text"]

    def has_change_permission(self, request, obj=None):
        return False
