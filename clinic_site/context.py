"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.translation import get_language

from articles import evidence
from articles.trail import home

from .clinic import clinic, help_lines, korean_line

OWN_NAMES = {"en": "English", "ko": "한국어"}


def site(request: HttpRequest) -> dict[str, object]:
    links = language_links(request.path)
    today = evidence.today()
    return {
        "clinic": clinic(),
        # With its date: a page that is read after midnight, or from elsewhere, stays true.
        "today": today,
        "hours_today": clinic().on_day(today),
        "demonstration": settings.DEMONSTRATION,
        "help_lines": help_lines(),
        "korean_line": korean_line(),
        "site_url": settings.SITE_URL,
        "language_links": links,
        # Where a page exists, and how one gets there; a view says otherwise.
        "alternates": links,
        "trail": [home()],
        # What a link to the form carries: an article says which it is.
        "ask_query": "",
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
