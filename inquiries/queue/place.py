"""Where somebody was in the queue, so that they come back to the same list."""

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from ..models import FILTERS

LIST = "admin:inquiries_inquiry_changelist"
COOKIE = "queue"
LONGEST = 1000


def is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def filters(query: str) -> dict[str, str]:
    """Return what an address narrows the list to."""
    said = QueryDict(query[:LONGEST]).dict()
    return {name: str(value) for name, value in said.items() if name in FILTERS and value}


def remember(request, response: HttpResponse) -> None:
    """Let the browser keep the list as it is narrowed, until somebody leaves the admin."""
    address = request.GET.urlencode()
    if address and len(address) <= LONGEST:
        response.set_cookie(
            COOKIE,
            address,
            path=reverse("admin:index"),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Strict",
        )
    elif COOKIE in request.COOKIES:
        response.delete_cookie(COOKIE, path=reverse("admin:index"), samesite="Strict")


def address(request) -> str:
    """Return the address of the list as somebody left it."""
    return _list(request.COOKIES.get(COOKIE, ""))


def back(request) -> HttpResponseRedirect:
    """Lead back to the list as a form that was sent says it was narrowed."""
    return redirect(_list(request.POST.get("back", "")))


def _list(query: str) -> str:
    known = QueryDict(query[:LONGEST]).dict()
    return reverse(LIST, query=known or None)
