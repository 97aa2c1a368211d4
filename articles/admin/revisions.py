"""Every saved text of an article: compared word by word, and brought back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ..compare import differences
from ..models import CLINICAL
from ..preview import reader_page
from .pages import ArticlePages


class Revisions(ArticlePages):
    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/compare/", view(self.compare_view), name="articles_article_compare"),
            path(
                "<int:pk>/versions/<int:number>/",
                view(never_cache(self.version_view)),
                name="articles_article_version",
            ),
            path(
                "<int:pk>/restore/<int:number>/",
                view(require_POST(self.restore_view)),
                name="articles_article_restore",
            ),
            *super().get_urls(),
        ]

    def history_view(self, request, object_id, extra_context=None):
        """List every revision, to compare two of them or to bring one back."""
        article = self.article_or_404(request, object_id)
        return self.page(
            request,
            article,
            "history",
            gettext("Revisions"),
            revisions=list(article.revisions.select_related("by", "restored_from")),
            published=[(row.revision_id, row.number) for row in article.publications.order_by("number")],
        )

    def compare_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        article = self.article_or_404(request, pk)
        old, new = (self.revision_or_404(article, request.GET.get(name, "")) for name in ("old", "new"))
        if old.number > new.number:
            old, new = new, old
        return self.page(
            request,
            article,
            "compare",
            gettext("Revision %(old)d and revision %(new)d") % {"old": old.number, "new": new.number},
            old=old,
            new=new,
            differences=differences(old, new),
        )

    def version_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """Show a version as it was published, whatever stands at its address now."""
        version = get_object_or_404(self.article_or_404(request, pk).publications, number=number)
        return HttpResponse(reader_page(request, version, "articles/version.html", feedback=""))

    def restore_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """Save the words of an earlier revision as a new one; nothing of the history changes."""
        with transaction.atomic():
            article = self.article_or_404(request, pk).hold()
            if not self.has_change_permission(request, article):
                raise PermissionDenied
            revision = self.revision_or_404(article, str(number))
            for name in CLINICAL:  # its address is another matter
                setattr(article, name, getattr(revision, name))
            article.save(by=request.user, restored_from=revision)
            messages.success(request, gettext("Revision %(number)d is back.") % {"number": number})
        return redirect("admin:articles_article_change", article.pk)
