"""Ways to the pages for readers who do not search: by topic, and from A to Z."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from clinic_site.public import public_page

from . import structured
from .models import Language, Publication, Topic
from .trail import to_articles

# The initial consonant of a syllable, in the order of the code points; double ones stand with the single.
INITIALS = "ㄱㄱㄴㄷㄷㄹㅁㅂㅂㅅㅅㅇㅈㅈㅊㅋㅌㅍㅎ"
FIRST_SYLLABLE, LAST_SYLLABLE, SYLLABLES_AN_INITIAL = "가", "힣", 588
DIGITS, OTHERS = "0–9", "…"


def listed_for(language: str) -> QuerySet[Publication]:
    """Return what lists show to readers of a language: each article once, without its text."""
    return Publication.objects.public().listed().for_readers_of(language).in_list_order().for_cards()


def with_pages() -> QuerySet[Topic]:
    """Return the topics under which a reader finds something, in whatever language."""
    listed = Publication.objects.public().listed().values("article")
    return Topic.objects.filter(articles__in=listed).distinct()


@public_page
@require_safe
def topic(request: HttpRequest, key: str) -> HttpResponse:
    shown = get_object_or_404(Topic, key=key)
    language = get_language()
    articles = list(listed_for(language).filter(article__topic=shown))
    context = {
        "topic": shown,
        "articles": articles,
        "others": with_pages().exclude(pk=shown.pk),
        "trail": to_articles(),
        "structured": [structured.topic_page(shown, language, articles)],
    }
    return render(request, "articles/topic.html", context)


@dataclass(frozen=True)
class Letter:
    """One heading of the list from A to Z."""

    name: str
    pages: list[Publication]


def initial(title: str) -> str:
    """Return the letter under which a title stands: A to Z, ㄱ to ㅎ, or one heading for the rest."""
    first = next((sign for sign in title.upper() if sign.isalnum()), "")
    if FIRST_SYLLABLE <= first <= LAST_SYLLABLE:
        return INITIALS[(ord(first) - ord(FIRST_SYLLABLE)) // SYLLABLES_AN_INITIAL]
    if "A" <= first <= "Z":
        return first
    return DIGITS if first.isdigit() else OTHERS


def by_letter(pages: Iterable[Publication], language: str) -> list[Letter]:
    """Return pages under their letters, those of the reader's own script first."""

    def place(page: Publication) -> tuple[int, str, str]:
        letter = initial(page.title)
        script = Language.KOREAN if letter in INITIALS else Language.ENGLISH
        rank = 2 if letter in (DIGITS, OTHERS) else int(script != language)
        return rank, letter, page.title.casefold()

    groups = groupby(sorted(pages, key=place), key=lambda page: initial(page.title))
    return [Letter(name, list(found)) for name, found in groups]


@public_page
@require_safe
def a_to_z(request: HttpRequest) -> HttpResponse:
    language = get_language()
    context = {"letters": by_letter(listed_for(language), language), "trail": to_articles()}
    return render(request, "articles/a_to_z.html", context)
