"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.translation import get_language

from articles.trail import home

from .clinic import clinic, help_lines

OWN_NAMES = {"en": "English", "ko": "한국어"}


def site(request: HttpRequest) -> dict[str, object]:
    links = language_links(request.path)
    return {
        "clinic": clinic(),
        "demonstration": settings.DEMONSTRATION,
        "help_lines": help_lines(),
        "site_url": settings.SITE_URL,
        "language_links": links,
        # Where a page exists, and how one gets there; a view says otherwise.
        "alternates": links,
        "trail": [home()],
    }


def language_links(path: str) -> list[dict[str, object]]:
    """The same page in each language, by the language's own name."""
    return [
        {
            "code": code,
            "name": OWN_NAMES[code],
            "url": translate_url(path, code),
            "current": code == get_language(),
        }
        for code, _ in settings.LANGUAGES
    ]
