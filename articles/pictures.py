"""Pictures as readers get them, and which articles show them."""

from collections import defaultdict

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from clinic_site.public import public_page

from .marks import shown_pictures
from .models import Article, Picture, Publication

FOR_EVER = "public, max-age=31536000, immutable"


@public_page
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


def pages_by_picture() -> dict[str, list[Publication]]:
    """Return, for each picture on a page that readers see, those pages. One query."""
    showing: dict[str, list[Publication]] = defaultdict(list)
    for page in Publication.objects.public().select_related("article").defer("head_html", "body_html"):
        for key in shown_pictures(page.body):
            showing[key].append(page)
    return dict(showing)
