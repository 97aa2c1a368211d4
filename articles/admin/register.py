"""The clinic evidence register for editors: what is on file, what is missing, and what readers see."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .. import register
from ..models import ClinicStatement, Document, StatementDocument
from .guarded import FewRows, FixedKey, NobodyDeletes
from .locked import LockedForm


class DocumentForm(LockedForm):
    class Meta:
        model = Document
        fields = Document.WRITTEN


@admin.register(Document)
class DocumentAdmin(NobodyDeletes):
    form = DocumentForm
    list_display = ["title", "kind", "reference", "issued_on", "valid_until", "checked_on", "in_force"]
    list_filter = ["kind"]
    search_fields = ["title", "reference"]
    fields = [*Document.WRITTEN, "checked_by"]
    readonly_fields = ["checked_by"]

    @admin.display(description=_("counts now"), boolean=True)
    def in_force(self, document):
        return document.is_valid()

    def save_form(self, request, form, change):
        """Write down who checked the document: whoever enters the day."""
        document = super().save_form(request, form, change)
        if document.checked_on is None:
            document.checked_by = None
        elif "checked_on" in form.changed_data or document.checked_by_id is None:
            document.checked_by = request.user
        return document


class StatementDocuments(FewRows):
    model = StatementDocument
    extra = 1
    autocomplete_fields = ["document"]


class ClinicStatementForm(LockedForm):
    class Meta:
        model = ClinicStatement
        fields = ["key", *ClinicStatement.WRITTEN]


@admin.register(ClinicStatement)
class ClinicStatementAdmin(FixedKey):
    form = ClinicStatementForm
    list_display = ["topic", "key", "readers_see", "missing"]
    list_filter = ["needs_kind"]
    search_fields = ["key", "topic_en", "topic_ko", "needs"]
    readonly_fields = ["preview", "missing"]
    inlines = [StatementDocuments]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("documents")

    def get_fieldsets(self, request, obj=None):
        state = [] if obj is None else [(_("Now"), {"fields": ["preview", "missing"]})]
        return [
            *state,
            (None, {"fields": ["key", "topic_en", "topic_ko", "needs", "needs_kind"]}),
            (_("Once the document is on file"), {"fields": ["statement_en", "statement_ko"]}),
            (_("Until then"), {"fields": ["fallback_en", "fallback_ko"]}),
        ]

    @admin.display(description=_("topic"))
    def topic(self, statement):
        return statement.said("topic")

    @admin.display(description=_("readers see"))
    def readers_see(self, statement):
        return _("the statement") if statement.document() else _("the text until then")

    @admin.display(description=_("readers see"))
    def preview(self, statement):
        return register.reader_text(statement)[0]

    @admin.display(description=_("what is missing"))
    def missing(self, statement):
        if statement.document():
            return "–"
        papers = [paper for paper in statement.documents.all() if paper.kind == statement.needs_kind]
        if not papers:
            return statement.needs
        return format_html(
            "{} {}",
            statement.needs,
            gettext("A document is on file, but nobody has checked it, or it is not in force."),
        )
