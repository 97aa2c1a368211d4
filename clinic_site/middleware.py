"""What every request must be before Django reads it, and what every answer tells the browser."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from . import views


def trusted_proxies(get_response):
    """Drop what a client says of itself in the name of a proxy, unless it is one of ours."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.META.get("REMOTE_ADDR") not in settings.TRUSTED_PROXIES:
            for name in [name for name in request.META if name.startswith("HTTP_X_FORWARDED_")]:
                del request.META[name]
        return get_response(request)

    return middleware


def request_guard(get_response):
    """Refuse requests that no browser sends and that Django would answer with a 500.

    A NUL in the address reaches PostgreSQL through the admin's filters; a form in another
    charset than UTF-8 fails while it is decoded; a body over the limit need not be read at all.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        address = request.META.get("QUERY_STRING", "") + request.path
        if "%00" in address or "\x00" in address:
            return views.bad_request(request)
        if request.method == "POST":
            if (request.content_params or {}).get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
                return views.unsupported_media_type(request)
            staff = request.path.startswith(reverse("admin:index"))
            limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE if staff else settings.PUBLIC_BODY_LIMIT
            if _length(request) > limit:
                return views.content_too_large(request)
        return get_response(request)

    return middleware


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def browser_isolation(get_response):
    """Keep other sites from embedding, opening or reading our pages, and switch off what we never use."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()"
        )
        if settings.DEMONSTRATION:
            response.headers.setdefault("X-Robots-Tag", "noindex")
        return response

    return middleware
