"""Articles for editors: the form with what the rules say, and every revision of the text."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from ..compare import Difference, differences
from ..manuscripts import manuscript_of
from ..models import WRITTEN, Article, Revision
from ..quality import Severity, problems
from .guarded import NobodyDeletes


class ArticleForm(forms.ModelForm):
    """The form of an article, refused when somebody else saved the article while it was open."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.latest = self.instance.revisions.first() if self.instance.pk else None
        self.overtaken_by: Revision | None = None
        self.initial["seen"] = self.latest.number if self.latest else 0

    def clean(self):
        cleaned = super().clean()
        if self.latest and cleaned.get("seen") != self.latest.number:
            self.overtaken_by = self.latest
            # Whoever saves once more has seen both texts.
            self.data = dict(self.data.items()) | {self.add_prefix("seen"): self.latest.number}
            raise ValidationError(
                _(
                    "Somebody else saved this article while you had it open. Nothing of yours was saved or "
                    "lost: both texts stand below. Bring them together, then save again."
                ),
                "overtaken",
            )
        return cleaned

    def both_texts(self) -> list[Difference]:
        """Return where what was typed differs from what somebody else saved meanwhile."""
        if self.overtaken_by is None:
            return []
        typed = Article(**{name: self.cleaned_data.get(name, self.data.get(name, "")) for name in WRITTEN})
        return differences(self.overtaken_by, typed)


@admin.register(Article)
class ArticleAdmin(NobodyDeletes):
    form = ArticleForm
    list_display = ["title", "language", "kind", "published_at", "next_review_on"]
    list_filter = ["language", "kind"]
    search_fields = ["title", "summary", "body"]
    fieldsets = [
        (
            None,
            {"fields": ["language", "slug", "plan", "kind", "title", "summary", "in_short", "body", "seen"]},
        ),
        (_("Who and when"), {"fields": ["written_by", "reviewed_by", "reviewed_on", "next_review_on"]}),
        (_("Publishing"), {"fields": ["published_at", "version", "change_note"]}),
    ]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "summary":
            kwargs["widget"] = AdminTextareaWidget(attrs={"rows": 2})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_readonly_fields(self, request, obj=None):
        """Fix what ties an article to its file and its translations, once it exists."""
        return ["language", "plan"] if obj else []

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """Show beside a saved article what the editorial rules say of it."""
        if obj:
            other = Article.objects.filter(slug=obj.slug).exclude(language=obj.language).first()
            found = problems(manuscript_of(Article.objects.get(pk=obj.pk), other))
            context["errors_found"] = [problem for problem in found if problem.severity == Severity.ERROR]
            context["warnings_found"] = [problem for problem in found if problem.severity == Severity.WARNING]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request, obj, form, change):
        obj.save(by=request.user)

    # Revisions

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/compare/", view(self.compare_view), name="articles_article_compare"),
            path(
                "<int:pk>/restore/<int:number>/",
                view(require_POST(self.restore_view)),
                name="articles_article_restore",
            ),
            *super().get_urls(),
        ]

    def history_view(self, request, object_id, extra_context=None):
        """List every revision, to compare two of them or to bring one back."""
        article = self._article(request, object_id)
        revisions = list(article.revisions.select_related("by", "restored_from"))
        return self._page(request, article, "history", gettext("Revisions"), revisions=revisions)

    def compare_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        article = self._article(request, str(pk))
        old, new = (self._revision(article, request.GET.get(name, "")) for name in ("old", "new"))
        if old.number > new.number:
            old, new = new, old
        return self._page(
            request,
            article,
            "compare",
            gettext("Revision %(old)d and revision %(new)d") % {"old": old.number, "new": new.number},
            old=old,
            new=new,
            differences=differences(old, new),
        )

    def restore_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """Save the words of an earlier revision as a new one; nothing of the history changes."""
        article = self._article(request, str(pk))
        if not self.has_change_permission(request, article):
            raise PermissionDenied
        revision = self._revision(article, str(number))
        for name in WRITTEN:
            setattr(article, name, getattr(revision, name))
        try:
            article.full_clean()
        except ValidationError as error:
            # What was right then may not be now: a fact was withdrawn, an address taken.
            messages.error(request, " ".join(error.messages))
        else:
            article.save(by=request.user, restored_from=revision)
            messages.success(request, gettext("Revision %(number)d is back.") % {"number": number})
        return redirect("admin:articles_article_history", article.pk)

    def _article(self, request: HttpRequest, object_id: str) -> Article:
        article = self.get_object(request, object_id)
        if article is None:
            raise Http404
        if not self.has_view_permission(request, article):
            raise PermissionDenied
        return article

    @staticmethod
    def _revision(article: Article, number: str) -> Revision:
        small = number.isascii() and number.isdecimal() and len(number) < 9
        revision = article.revisions.filter(number=number).first() if small else None
        if revision is None:
            raise Http404
        return revision

    def _page(self, request: HttpRequest, article: Article, name: str, title: str, **context) -> HttpResponse:
        context |= {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": article,
            "title": title,
            "subtitle": str(article),
            "may_change": self.has_change_permission(request, article),
        }
        return TemplateResponse(request, f"admin/articles/article/{name}.html", context)
