"""Stock admin without its side doors; the base of every admin class of the product."""

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import SuspiciousOperation
from django.db import connection
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from . import inputs

LOOKUP_ENDINGS = ("", "__exact", "__id__exact", "__isnull")


class GuardedAdmin(admin.ModelAdmin):
    """Answer what the list offers, and refuse every other question to the database.

    Django lets an address filter by any field and any lookup: a broken regular expression is a 500,
    and `?field__startswith=` reads a hidden field letter by letter.
    """

    formfield_overrides = inputs.BY_KIND

    def lookup_allowed(self, lookup, value, request):
        # A field may come with a filter of its own.
        entries = (entry[0] if isinstance(entry, tuple) else entry for entry in self.get_list_filter(request))
        names = [getattr(entry, "parameter_name", entry) for entry in entries]
        return lookup in {f"{name}{ending}" for name in names for ending in LOOKUP_ENDINGS}

    def changelist_view(self, request, extra_context=None):
        """Head a list with its own name: Django asks to "select one to change"."""
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, title | (extra_context or {}))

    def render_change_form(self, request, context, *args, **kwargs):
        """Leave Korean labels without the colon that no Korean form has."""
        if get_language() == "ko":
            context["adminform"].form.label_suffix = ""
        return super().render_change_form(request, context, *args, **kwargs)

    def response_action(self, request, queryset, **where):
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if not all(key.isascii() and key.isdecimal() and len(key) < 19 for key in chosen):
            raise SuspiciousOperation("A selection that the list does not offer.")
        return super().response_action(request, queryset, **where)


class FewRows(admin.TabularInline):
    """Rows inside a form, no more than anybody needs: Django takes two thousand, and draws them all."""

    formfield_overrides = inputs.BY_KIND
    max_num = 20

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.absolute_max = self.max_num + 5
        return formset


class ReasonedChanges(admin.TabularInline):
    """What became of a row, and why: shown below it, and changed by nobody."""

    fields = ["at", "field", "was", "became", "reason", "by"]
    extra = 0
    can_delete = False
    verbose_name_plural = _("what changed, and why")

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class NobodyDeletes(GuardedAdmin):
    """Keep every row: what was once said must stay explainable."""

    def has_delete_permission(self, request, obj=None):
        return False

    def get_object(self, request, object_id, from_field=None):
        """Hold the row while it is being saved, so that two people save one after the other."""
        if not connection.in_atomic_block or request.method != "POST":
            return super().get_object(request, object_id, from_field)
        held = (
            self.model.objects.select_for_update(no_key=True).filter(pk=object_id)
            if object_id.isdecimal()
            else None
        )
        return held.first() if held is not None else None


class FixedKey(NobodyDeletes):
    """Fix the key of a row once it exists: files and articles know it by that."""

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), *(["key"] if obj else [])]
