"""What every page about one article in the admin shares."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from ..models import Article, Revision


class ArticlePages(admin.ModelAdmin):
    """Find the article of an address, and show a page about it."""

    def article_or_404(self, request: HttpRequest, object_id: object) -> Article:
        """Return the article if this person may see it."""
        article = self.get_object(request, str(object_id))
        if article is None:
            raise Http404
        if not self.has_view_permission(request, article):
            raise PermissionDenied
        return article

    def desk_context(self, request: HttpRequest, article: Article) -> dict[str, Any]:
        """Return what stands beside the form of a saved article; each part of the desk adds its own."""
        return {}

    def revision_or_404(self, article: Article, number: str) -> Revision:
        small = number.isascii() and number.isdecimal() and len(number) < 9
        revision = article.revisions.filter(number=number).first() if small else None
        if revision is None:
            raise Http404
        return revision

    def page(
        self, request: HttpRequest, article: Article, name: str, title: str, *, status: int = 200, **context
    ) -> HttpResponse:
        context |= {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": article,
            "title": title,
            "subtitle": str(article),
            "may_change": self.has_change_permission(request, article),
        }
        return TemplateResponse(request, f"admin/articles/article/{name}.html", context, status=status)
