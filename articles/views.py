"""The pages that readers see."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from clinic_site.clinic import clinic

from . import statements
from .models import Article


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
    context = {
        "article": article,
        "coi": clinic().fill(statements.conflict_of_interest(language)),
    }
    return render(request, "articles/detail.html", context)
