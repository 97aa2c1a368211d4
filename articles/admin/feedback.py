"""What readers say of the pages: to be read, never changed."""

from django.contrib import admin, messages
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ..models import PageFeedback
from .guarded import NobodyDeletes


class YesOrNo(admin.SimpleListFilter):
    def lookups(self, request, model_admin):
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request, queryset):
        if self.value() not in ("yes", "no"):
            return queryset
        return self.narrowed(queryset, self.value() == "yes")


class HasWords(YesOrNo):
    title, parameter_name = _("has words"), "words"

    def narrowed(self, queryset, wanted):
        return queryset.exclude(text="") if wanted else queryset.filter(text="")


class WasRead(YesOrNo):
    title, parameter_name = _("read"), "was_read"

    def narrowed(self, queryset, wanted):
        return queryset.filter(read_at__isnull=not wanted)


@admin.register(PageFeedback)
class PageFeedbackAdmin(NobodyDeletes):
    list_display = ["created_at", "article", "version", "answer", "beginning", "read_at"]
    list_filter = [WasRead, "answer", HasWords, "language", "article"]
    list_select_related = ["article"]
    list_per_page = 50
    show_full_result_count = False
    date_hierarchy = None
    actions = ["mark_as_read"]
    fields = ["article", "version", "language", "answer", "text", "created_at", "read_at", "read_by"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    @admin.display(description=_("what the reader wrote"))
    def beginning(self, feedback):
        return Truncator(feedback.text).chars(120)

    @admin.action(description=_("Mark as read"), permissions=["view"])
    def mark_as_read(self, request, queryset):
        count = queryset.filter(read_at=None).update(read_at=timezone.now(), read_by=request.user)
        said = ngettext("%(count)d marked as read.", "%(count)d marked as read.", count)
        messages.success(request, said % {"count": count})
