"""The clinic's own facts in the admin: staff change them there, and pages follow."""

from django.contrib import admin, messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from articles import evidence
from articles.admin.due import due_day
from articles.admin.guarded import FewRows, GuardedAdmin, NobodyDeletes

from ..models import ClinicProfile, ClosedDay, HelpLine, OpeningHours


class OpeningHoursInline(FewRows):
    model = OpeningHours
    extra = 0
    max_num = 7


@admin.register(ClinicProfile)
class ClinicProfileAdmin(NobodyDeletes):
    """One row: its list leads straight to it."""

    inlines = [OpeningHoursInline]
    fieldsets = [
        (None, {"fields": [("name_en", "name_ko"), ("legal_name_en", "legal_name_ko"), "demonstration"]}),
        (_("Questions"), {"fields": ["intake_open", ("intake_closed_en", "intake_closed_ko")]}),
        (
            _("Who answers for it"),
            {
                "fields": [
                    ("responsible_physician_en", "responsible_physician_ko"),
                    ("licence_en", "licence_ko"),
                ]
            },
        ),
        (
            _("Where it is, and how to reach it"),
            {
                "fields": [
                    ("address_en", "address_ko"),
                    ("directions_en", "directions_ko"),
                    ("phone", "after_hours_phone", "email"),
                ]
            },
        ),
        (
            _("Personal data"),
            {"fields": [("privacy_contact_en", "privacy_contact_ko"), ("processors_en", "processors_ko")]},
        ),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not ClinicProfile.objects.exists()

    def changelist_view(self, request: HttpRequest, extra_context=None):
        if self.has_view_or_change_permission(request) and ClinicProfile.objects.exists():
            return redirect(reverse("admin:clinic_site_clinicprofile_change", args=[1]))
        return super().changelist_view(request, extra_context)


@admin.register(ClosedDay)
class ClosedDayAdmin(GuardedAdmin):
    list_display = ["day", "reason_en", "reason_ko"]
    date_hierarchy = None


@admin.register(HelpLine)
class HelpLineAdmin(GuardedAdmin):
    list_display = ["text_en", "country", "checked_on", "check_again_by", "readers_see_it"]
    list_display_links = ["text_en"]
    actions = ["mark_checked"]

    @admin.display(description=_("check again by"))
    def check_again_by(self, line: HelpLine):
        return due_day(line.shown_until)

    @admin.display(description=_("readers see it"), boolean=True)
    def readers_see_it(self, line: HelpLine) -> bool:
        return line.is_shown

    @admin.action(description=_("I checked these lines today"), permissions=["change"])
    def mark_checked(self, request: HttpRequest, queryset):
        lines = list(queryset)
        for line in lines:
            line.checked_on = evidence.today()
            line.save(update_fields=["checked_on"])
            self.log_change(request, line, gettext("Checked today."))
        said = ngettext(
            "%(count)d line is marked as checked.", "%(count)d lines are marked as checked.", len(lines)
        )
        self.message_user(request, said % {"count": len(lines)}, messages.SUCCESS)
