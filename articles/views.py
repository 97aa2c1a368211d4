"""The pages that readers see."""

import re
from functools import partial, wraps
from urllib.parse import quote, urlencode

from django.core import signing
from django.db.models import Case, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from clinic_site.public import public_page

from . import changes, live, marks, preview, rendering, topics, trials
from .evidence import EvidenceLevel, UnknownFact
from .models import Publication
from .offers import offers_for
from .pages import page_context, trail_to
from .search import LONGEST_QUERY, search


@public_page
@require_safe
def article_list(request: HttpRequest) -> HttpResponse:
    context = {"articles": topics.listed_for(get_language()), "topics": topics.with_pages()}
    return render(request, "articles/list.html", context)


@cache_control(private=True, no_store=True)
@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Show the pages that have what somebody typed; nothing of it is kept, here or on the way."""
    asked = {name: request.GET.get(name, "") for name in ("q", "topic", "level")}
    number = request.GET.get("page", "")
    results = search(
        asked["q"],
        get_language(),
        topic=asked["topic"],
        level=asked["level"],
        number=int(number) if re.fullmatch("[0-9]{1,4}", number) else 1,
        anyway=bool(request.GET.get("anyway")),
    )
    lost = not results.total
    return render(
        request,
        "articles/search.html",
        {
            "results": results,
            "offers": [*results.pages, *offers_for(results.concepts)],
            "address_query": _address_query(results.typed, asked["topic"], asked["level"]),
            "longest_query": LONGEST_QUERY,
            "topics": topics.with_pages() if lost else [],
            # A link that narrows the results down keeps what else was chosen, and begins at the first page.
            "chosen_topic": next((facet for facet in results.topics if facet.chosen), None),
            "chosen_level": next((facet for facet in results.levels if facet.chosen), None),
        },
    )


def _address_query(q: str, topic: str, level: str) -> str:
    """Return what an address says of a search, whichever the language."""
    asked = {name: value for name, value in {"q": q, "topic": topic, "level": level}.items() if value}
    return f"?{urlencode(asked, quote_via=quote)}" if q else ""


@public_page
@require_safe
def article_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show an article; lead on from an earlier address; say so where there is none in this language."""
    language = get_language()
    public = Publication.objects.public().select_related("article__topic", "translated_from")
    page = public.with_counterpart().filter(slug=slug, language=language).first()
    if page:
        return render(request, "articles/detail.html", page_context(page))
    known = _known_by(slug, language)
    if known is None:
        raise Http404
    pages = {page.language: page for page in public.filter(original=known.article.original_id)}
    if page := pages.get(language):
        return _lead_on(page.get_absolute_url())
    if known.language == language and known.article.withdrawn_at:
        return _withdrawn(request, known, list(pages.values()))
    if pages:
        (page,) = pages.values()
        if page.slug != slug:
            with translation.override(language):
                return _lead_on(reverse("articles:detail", args=[page.slug]))
        context = {"article": page, "topic": page.article.topic, "trail": trail_to(page.article)}
        return render(request, "articles/untranslated.html", context)
    if known.article.withdrawn_at is None:
        raise Http404  # its day has not come
    return _withdrawn(request, known, [])


def _withdrawn(request: HttpRequest, page: Publication, others: list[Publication]) -> HttpResponse:
    article = page.article
    context = {"article": article, "page": page, "others": others, "trail": trail_to(article)}
    return render(request, "articles/withdrawn.html", context, status=410)


def _known_by(slug: str, language: str) -> Publication | None:
    """Return the latest version that readers have seen at an address, in their language if possible."""
    seen = Publication.objects.seen().filter(slug=slug).select_related("article__topic")
    in_language = Case(When(language=language, then=0), default=1)
    return seen.order_by(in_language, "-visible_from").first()


def _lead_on(address: str) -> HttpResponse:
    """Redirect for good. A browser that keeps it asks again: the address may lead back one day."""
    response = redirect(address, permanent=True)
    patch_cache_control(response, no_cache=True)
    return response


@public_page
@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    return render(request, "articles/corrections.html", {"months": changes.by_month(get_language())})


@public_page
@require_safe
def editorial_policy(request: HttpRequest) -> HttpResponse:
    legend = rendering.level_legend(EvidenceLevel.values)
    return render(request, "articles/editorial_policy.html", {"legend": legend})


def _for_whoever_has_the_link(view):
    """Keep a page whose address is its key out of caches, search engines and the logs of other sites."""

    @wraps(view)
    @never_cache
    def wrapped(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return wrapped


@_for_whoever_has_the_link
@require_safe
def article_preview(request: HttpRequest, token: str) -> HttpResponse:
    """Show a text that is not published to somebody who was given the link, for as long as it holds."""
    try:
        shown = preview.opened(token)
    except signing.SignatureExpired:
        return _no_preview(request, _("This link has expired"), 410)
    except signing.BadSignature:
        return _no_preview(request, _("This link is not complete"), 404)
    try:
        page = shown.page()
    except (UnknownFact, marks.RenderingError) as error:
        return _no_preview(request, _("This text cannot be shown yet"), 409, str(error))
    return HttpResponse(preview.reader_page(request, page, "articles/preview.html", preview=shown))


def _no_preview(request: HttpRequest, title: str, status: int, why: str = "") -> HttpResponse:
    message = why or _("Ask whoever sent it to you for a new one.")
    context = {"status": status, "title": title, "message": message, "trail": [], "others": []}
    return render(request, "error.html", context, status=status)


@partial(public_page, query=trials.PARAMETERS)
@require_safe
def evidence(request: HttpRequest) -> HttpResponse:
    """Show every trial, as the reader chose to see them, and every treatment, with what is behind it."""
    page = live.evidence_page(trials.Choice.of(request.GET.dict()))
    levels = [level.value for level in EvidenceLevel if level.value in page["levels"]]
    searched_on = page["searches"][0].searched_on if page["searches"] else None
    statement = rendering.evidence_statement(get_language(), searched_on)
    context = page | {"legend": rendering.level_legend(levels), "evidence_statement": statement}
    return render(request, "articles/evidence.html", context)
