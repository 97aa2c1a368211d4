"""Say of a page that it is the same for everybody, so that it may be kept and shared."""

from collections.abc import Callable, Iterable
from functools import wraps

from django.http import HttpRequest, HttpResponse

# A browser asks again each time and mostly hears 304. A proxy in front may answer for a second by
# itself, and for a day while nobody behind it answers.
FOR_EVERYBODY = "public, max-age=0, s-maxage=1, stale-if-error=86400"
SHARED = (200, 301, 302, 410)


def public_page(
    view: Callable[..., HttpResponse], *, query: Iterable[str] = ()
) -> Callable[..., HttpResponse]:
    """Promise that a page depends on its path, on what is stored, and on the `query` parameters, alone.

    It must not look at cookies, at headers or at who asks: page_store.py asks for it with none of these
    and gives the answer to every reader. Every table that it reads writes a stamp: articles/kept.py.
    """

    @wraps(view)
    def public(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if request.method in ("GET", "HEAD") and response.status_code in SHARED and not response.cookies:
            response.headers.setdefault("Cache-Control", FOR_EVERYBODY)
        return response

    public.public_query = frozenset(query)  # type: ignore[attr-defined]  # read by page_store.py
    return public
