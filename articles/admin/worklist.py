"""What waits for whom, by date, on one page."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext

from ..worklist import everything
from .pages import ArticlePages


class Worklist(ArticlePages):
    def get_urls(self):
        view = self.admin_site.admin_view(self.worklist_view)
        return [path("worklist/", view, name="articles_article_worklist"), *super().get_urls()]

    def worklist_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Worklist"),
            "work": everything(request.user),
        }
        return TemplateResponse(request, "admin/articles/article/worklist.html", context)
