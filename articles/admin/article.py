from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.utils.translation import gettext_lazy as _

from ..manuscripts import manuscript_of
from ..models import Article
from ..quality import Severity, problems


@admin.register(Article)
class ArticleAdmin(admin.ModelAdmin):
    list_display = ["title", "language", "kind", "published_at", "next_review_on"]
    list_filter = ["language", "kind"]
    search_fields = ["title", "summary", "body"]
    fieldsets = [
        (None, {"fields": ["language", "slug", "plan", "kind", "title", "summary", "in_short", "body"]}),
        (_("Who and when"), {"fields": ["written_by", "reviewed_by", "reviewed_on", "next_review_on"]}),
        (_("Publishing"), {"fields": ["published_at", "version", "change_note"]}),
    ]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "summary":
            kwargs["widget"] = AdminTextareaWidget(attrs={"rows": 2})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """Show beside a saved article what the editorial rules say of it."""
        if obj:
            other = Article.objects.filter(slug=obj.slug).exclude(language=obj.language).first()
            found = problems(manuscript_of(Article.objects.get(pk=obj.pk), other))
            context["errors_found"] = [problem for problem in found if problem.severity == Severity.ERROR]
            context["warnings_found"] = [problem for problem in found if problem.severity == Severity.WARNING]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def lookup_allowed(self, lookup, value, request):
        """Allow the filters of the list, and no other question to the database."""
        return lookup in {"language__exact", "kind__exact"}

    def get_readonly_fields(self, request, obj=None):
        """Fix what ties an article to its file and its translations, once it exists."""
        return ["language", "plan"] if obj else []

    def has_delete_permission(self, request, obj=None):
        """Keep every article: taking the publishing date away hides it."""
        return False
