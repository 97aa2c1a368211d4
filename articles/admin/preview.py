"""The page as readers will see it, before they do; what the rules say of it; and a link to show it by."""

from dataclasses import dataclass
from typing import Any, Self

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from .. import captions, statements
from ..evidence import UnknownFact, ledger
from ..manuscripts import plan_of, problems_of
from ..marks import CARE_LEVELS, LIVE_PANELS, RenderingError
from ..measures import measures_of
from ..models import WRITTEN, Article
from ..preview import HOLDS_FOR, link_to, reader_page, typed
from ..publishing import edition
from ..quality import Problem, Severity
from .pages import ArticlePages
from .rules import comes_later

LIVE = "admin/articles/article/live.html"


@dataclass(frozen=True)
class Shown:
    """A page as readers would see it, or why it cannot be shown."""

    html: str = ""
    why: str = ""

    @classmethod
    def of(cls, request: HttpRequest, article: Article) -> Self:
        try:
            return cls(html=reader_page(request, edition(article, strict=False), "articles/framed.html"))
        except (UnknownFact, RenderingError) as error:
            return cls(why=str(error))


class Previews(ArticlePages):
    def get_urls(self):
        def address(route, view, name):
            return path(route, self.admin_site.admin_view(never_cache(view)), name=f"articles_article_{name}")

        return [
            address("preview/", require_POST(self.preview_view), "preview_new"),
            address("<int:pk>/preview/", require_POST(self.preview_view), "preview"),
            address("<int:pk>/preview-link/", self.preview_link_view, "preview_link"),
            *super().get_urls(),
        ]

    def desk_context(self, request, article):
        return super().desk_context(request, article) | {
            "preview_address": reverse("admin:articles_article_preview", args=[article.pk]),
            "shown": Shown.of(request, article),
            "measures": measures_of(article),
            "help": writing_help(article),
        }

    def new_context(self) -> dict[str, Any]:
        """Return what stands beside the form of an article that is yet to be saved."""
        return {
            "preview_address": reverse("admin:articles_article_preview_new"),
            "help": writing_help(Article(language="en")),
        }

    def preview_view(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Answer with the page that readers would get of what stands in the form. Nothing is saved.

        A script gets JSON, with what the rules say and what is counted; a browser the page alone. The text
        comes in the body of the request: it is in no address, and so in no log.
        """
        if pk is None and not self.has_view_permission(request):
            raise PermissionDenied
        article = Article() if pk is None else self.article_or_404(request, pk)
        # Whoever may only read gets what is stored.
        if self.has_change_permission(request, article) if pk else self.has_add_permission(request):
            typed(article, request.POST)
        if article.language:
            shown = Shown.of(request, article)
        else:
            shown = Shown(why=gettext("Choose the language first."))
        if request.accepts("text/html"):
            return self._as_page(request, shown)
        answer = {"page": shown.html, "why": shown.why}
        return JsonResponse(answer | (self._said_of(article) if article.language else {}))

    @staticmethod
    def _as_page(request: HttpRequest, shown: Shown) -> HttpResponse:
        if shown.html:
            return HttpResponse(shown.html)
        context = {"status": 422, "title": gettext("This text cannot be shown yet"), "message": shown.why}
        context |= {"others": []}
        return render(request, "error.html", context, status=422)

    @staticmethod
    def _said_of(article: Article) -> dict[str, str]:
        found = [problem for problem in problems_of(article) if problem.is_open and not comes_later(problem)]
        return {
            "problems": render_to_string(f"{LIVE}#problems", {"problems": found, "fields": WRITTEN}),
            "count": count_of(found),
            "measures": render_to_string(f"{LIVE}#measures", {"measures": measures_of(article)}),
        }

    def preview_link_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a link to the saved text, for a reviewer without an account."""
        article = self.article_or_404(request, pk)
        if not self.has_change_permission(request, article):
            raise PermissionDenied
        if request.method != "POST":  # somebody reloaded it, or signed in on the way
            return redirect("admin:articles_article_change", pk)
        revision = article.latest_revision()
        return self.page(
            request,
            article,
            "preview_link",
            gettext("Preview link"),
            link=request.build_absolute_uri(link_to(revision)),
            revision=revision,
            days=HOLDS_FOR.days,
        )


def count_of(problems: list[Problem]) -> str:
    """Return in words how much is to be done."""
    errors = sum(problem.severity == Severity.ERROR for problem in problems)
    warnings = len(problems) - errors
    if not problems:
        return gettext("Nothing to mend")
    said = [
        errors and ngettext("%(count)d to mend", "%(count)d to mend", errors) % {"count": errors},
        warnings and ngettext("%(count)d to check", "%(count)d to check", warnings) % {"count": warnings},
    ]
    return ", ".join(part for part in said if part)


def writing_help(article: Article) -> dict[str, Any]:
    """Return what an editor may write into an article besides words."""
    plan = plan_of(article)
    names = statements.panel_names()
    return {
        "panels": [(name, statements.panel(name, article.language)) for name in names],
        "live_panels": ["help-now", *LIVE_PANELS],
        "clinic_panels": sorted(ledger().clinic_statements or ()),
        "figures": [(name, captions.title(name)) for name in captions.names()],
        "pictures": sorted(ledger().pictures),
        "required_panels": plan["required_panels"],
        "required_section_kinds": plan["required_section_kinds"],
        "care_levels": CARE_LEVELS,
    }
