"""What every request must be before Django reads it, and what every answer tells the browser."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import reverse
from django.utils import translation

from articles.kept import one_look
from articles.uploads import OnePicture

from . import views
from .deadline import answered_within

WITH_FILE = "admin:articles_picture_add"
# Set by page_store.py on a request that must not wait for the database.
DATABASE_IS_AWAY = "clinic_site.database_is_away"


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
    charset than UTF-8 fails while it is decoded; a body over the limit need not be read at all. A body
    that ends before its length was cut off on the way: half a question must not pass for a whole one.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        address = request.META.get("QUERY_STRING", "") + request.path
        if "%00" in address or "\x00" in address:
            return views.bad_request(request)
        if request.method == "POST":
            if (request.content_params or {}).get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
                return views.unsupported_media_type(request)
            if _length(request) > _limit(request.path):
                return views.content_too_large(request)
            if _limit(request.path) == settings.PUBLIC_BODY_LIMIT and not _is_whole(request):
                return views.bad_request(request)
        return get_response(request)

    return middleware


def one_look_at_what_is_kept(get_response):
    """Ask once for each request that only reads whether what this process keeps is still right."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return get_response(request)
        with one_look():
            return get_response(request)

    return middleware


def database_away(get_response):
    """Answer at once while others wait for a database that does not answer, so that threads stay free."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.META.get(DATABASE_IS_AWAY):
            return get_response(request)
        if request.method == "POST" and is_inquiry_form(request.path):
            with answered_within(0):
                return get_response(request)  # the form itself gives back what was typed
        return views.unavailable(request)

    return middleware


def is_inquiry_form(path: str) -> bool:
    with translation.override(translation.get_language_from_path(path)):
        return path == reverse("inquiries:ask")


def _limit(path: str) -> int:
    if path == reverse(WITH_FILE):
        return settings.PICTURE_BODY_LIMIT
    staff = path.startswith(reverse("admin:index"))
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE if staff else settings.PUBLIC_BODY_LIMIT


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _is_whole(request: HttpRequest) -> bool:
    try:
        return len(request.body) >= _length(request)
    except UnreadablePostError:
        return False


class Uploads:
    """Let a file in through one form only, from staff who may use it; everywhere else it is passed over."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> HttpResponse | None:
        """Django knows by now who asks, and has not read the form yet."""
        if request.method != "POST" or request.path != reverse(WITH_FILE):
            return None
        if request.user.is_staff and request.user.has_perm("articles.add_picture"):
            request.upload_handlers = [OnePicture(request)]
        elif _length(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return views.content_too_large(request)
        return None


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
