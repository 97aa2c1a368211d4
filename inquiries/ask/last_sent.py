"""Which form this browser sent last: an encrypted cookie, for an hour and for the pages of the form only.

It shows the confirmation again after a reload, and tells a repeat from a page that was built anew after Back.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse, translate_url

from .. import vault

COOKIE = "sent-{}"  # one per language: the pages have an address in each
SECONDS = 3600
PURPOSE = "last-sent"
MOST = 3  # of the forms that were sent within the hour


def remember(request: HttpRequest, response: HttpResponse, token: str) -> None:
    """Let the browser keep the token until it closes, at most an hour, before those it has."""
    ask = reverse("inquiries:ask")
    earlier = [sealed for known, sealed in _known(request).items() if known != token]
    for language, _name in settings.LANGUAGES:
        response.set_cookie(
            COOKIE.format(language),
            ".".join([vault.seal_for_browser(token, PURPOSE), *earlier][:MOST]),
            path=translate_url(ask, language),
            secure=settings.HTTPS,
            httponly=True,
            samesite="Strict",
        )


def forget(response: HttpResponse) -> None:
    """Take the token back from the browser, in each language."""
    ask = reverse("inquiries:ask")
    for language, _name in settings.LANGUAGES:
        response.delete_cookie(COOKIE.format(language), path=translate_url(ask, language), samesite="Strict")


def token(request: HttpRequest) -> str:
    """Return the token of the form that was sent last, or nothing."""
    return next(iter(_known(request)), "")


def earlier(request: HttpRequest) -> list[str]:
    """Return the tokens of the forms that were sent before the last one, within the hour."""
    return list(_known(request))[1:]


def _known(request: HttpRequest) -> dict[str, str]:
    """Return the tokens, the newest first, each with its sealed form, which knows its own hour."""
    parts = request.COOKIES.get(COOKIE.format(request.LANGUAGE_CODE), "").split(".")[:MOST]
    opened = {part: vault.unseal_from_browser(part, PURPOSE, seconds=SECONDS) for part in parts if part}
    return {token: part for part, token in opened.items() if token}
