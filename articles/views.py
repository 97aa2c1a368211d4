"""The pages that readers see."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from clinic_site.clinic import clinic

from . import live, rendering, statements
from .evidence import EvidenceLevel
from .models import WITH_SUMMARY, Article


@require_safe
def article_list(request: HttpRequest) -> HttpResponse:
    articles = Article.objects.published().for_readers_of(get_language())
    return render(request, "articles/list.html", {"articles": articles})


@require_safe
def article_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show an article; where it does not exist in the reader's language, say so and offer the original."""
    language = get_language()
    article = Article.objects.published().for_readers_of(language).filter(slug=slug).first()
    if article is None:
        raise Http404
    if article.language != language:
        return render(request, "articles/untranslated.html", {"article": article})
    head, body = live.fill(
        head=article.head_html, body=article.body_html, has_status_table=article.kind in WITH_SUMMARY
    )
    context = {
        "article": article,
        "head": head,
        "body": body,
        "coi": clinic().fill(statements.conflict_of_interest(language)),
    }
    return render(request, "articles/detail.html", context)


@require_safe
def evidence(request: HttpRequest) -> HttpResponse:
    """Show the whole table of treatments, with the search and the sources behind it."""
    page = live.evidence_page()
    levels = [level.value for level in EvidenceLevel if level.value in page["levels"]]
    searched_on = page["searches"][0].searched_on if page["searches"] else None
    statement = rendering.evidence_statement(get_language(), searched_on)
    context = page | {"legend": rendering.level_legend(levels), "evidence_statement": statement}
    return render(request, "articles/evidence.html", context)
