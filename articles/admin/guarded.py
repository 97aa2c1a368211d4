"""Stock admin without its side doors; the base of every admin class of the product."""

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import SuspiciousOperation
from django.db import connection

LOOKUP_ENDINGS = ("", "__exact", "__id__exact", "__isnull")


class GuardedAdmin(admin.ModelAdmin):
    """Answer what the list offers, and refuse every other question to the database.

    Django lets an address filter by any field and any lookup: a broken regular expression is a 500,
    and `?field__startswith=` reads a hidden field letter by letter.
    """

    def lookup_allowed(self, lookup, value, request):
        names = [getattr(entry, "parameter_name", entry) for entry in self.get_list_filter(request)]
        return lookup in {f"{name}{ending}" for name in names for ending in LOOKUP_ENDINGS}

    def response_action(self, request, queryset, **where):
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if not all(key.isascii() and key.isdecimal() and len(key) < 19 for key in chosen):
            raise SuspiciousOperation("A selection that the list does not offer.")
        return super().response_action(request, queryset, **where)


class FewRows(admin.TabularInline):
    """Rows inside a form, no more than anybody needs: Django takes two thousand, and draws them all."""

    max_num = 20

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.absolute_max = self.max_num + 5
        return formset


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
