"""Pictures as readers get them, and which articles show them."""

from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from .evidence import UnknownFact
from .models import Article, Picture
from .rendering import RenderingError, shown_pictures

FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
def picture(request: HttpRequest, name: str, width: str) -> HttpResponse:
    """Answer with one file. Its address is made of its digest, so that it never needs asking for again."""
    content = Picture.objects.stored_bytes(name, int(width))
    if content is None:
        raise Http404
    etag = f'"{name}-{width}"'
    headers = {"Cache-Control": FOR_EVER, "ETag": etag}
    response = HttpResponse(content, content_type="image/webp", headers=headers)
    return get_conditional_response(request, etag=etag, response=response) or response


def articles_by_picture() -> dict[str, list[Article]]:
    """Return, for each picture that any article shows, those articles. One query."""
    showing: dict[str, list[Article]] = defaultdict(list)
    for article in Article.objects.only("language", "slug", "title", "plan", "body"):
        for key in shown_pictures(article.body):
            showing[key].append(article)
    return dict(showing)


def render_again(articles: Iterable[Article]) -> list[Article]:
    """Let stored articles show what a picture says now; return those that cannot be rendered as they are.

    Only what is rendered is written: whoever edits the text meanwhile overwrites nothing and loses nothing.
    """
    held_back = []
    for found in articles:
        with transaction.atomic():
            article = Article.objects.select_for_update().get(pk=found.pk)
            try:
                article.render()
            except (UnknownFact, RenderingError):
                held_back.append(article)
            else:
                rendered = {name: getattr(article, name) for name in ("head_html", "body_html")}
                Article.objects.filter(pk=article.pk).update(**rendered)
    return held_back
