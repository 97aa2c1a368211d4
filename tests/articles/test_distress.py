"""Words of distress: the help lines come first, and nobody is told that they meant another word."""

import re

import pytest

from articles.search import search
from tests.factories import publish_article

pytestmark = pytest.mark.django_db


def main_of(page):
    return page[page.index("<main") : page.index("</main>")]


@pytest.mark.parametrize(
    "words",
    [
        *(
            "suicide",
            "Suicidal thoughts",
            "I want to die",
            "i wanttodie",
            "kill my self",
            "self-harm",
            "selfharm",
        ),
        *(
            "I don’t want to live",
            "don't want to be here",
            "better off dead",
            "END MY LIFE",
            "ｓｕｉｃｉｄｅ",
        ),
        *(
            "죽고 싶어요",
            "죽고싶다",
            "죽 고 싶 어",
            "자살",
            "자 해",
            "살고 싶지 않아",
            "사라지고 싶다",
            "극단적 선택",
        ),
        *("목숨을 끊고", "너무 힘들어서 끝내고 싶어요"),
        *("my son wants to die", "how to die", "want to disappear", "dying", "cutting myself"),
        *("i am going to kill my self", "뛰어내리고 싶다", "목숨", "사라지고 싶어요", "끝내고 싶다"),
    ],
)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_words_of_distress_bring_the_help_lines_first(client, words, language):
    page = client.get(f"/{language}/search/", {"q": words}).text
    main = page[page.index("<main") :]

    assert main.index('href="tel:109"') < main.index('role="search"')


@pytest.mark.parametrize(
    "words", ["i want to diet", "cell death", "die Zellen", "depression", "조울증", "치료 방법"]
)
def test_other_words_do_not_bring_them(client, words):
    assert 'href="tel:109"' not in main_of(client.get("/en/search/", {"q": words}).text)


MANGLED = [
    *(
        "I want to die",
        "my son wants to die",
        "cutting myself",
        "i am going to kill my self",
        "better off dead",
    ),
    *("dying", "사라지고 싶어요", "살고 싶지 않아", "끝내고 싶다", "죽고싶어요", "뛰어내리고 싶다", "목숨"),
]


@pytest.mark.parametrize("anyway", [False, True])
def test_they_are_never_changed_into_others_nor_marked(client, all_articles, anyway):
    """All in one test, for the articles take long to load."""
    for words in MANGLED:
        for language in ("en", "ko"):
            results = search(words, language, anyway=anyway)
            assert results.distress, words
            assert results.suggestion == "", words
            assert results.searched in ("", words)
            pieces = [piece for hit in results.hits for piece in [*hit.title, *hit.heading, *hit.pieces]]
            assert not any(piece.is_hit for piece in pieces), words


@pytest.mark.parametrize("language", ["en", "ko"])
def test_only_the_sections_that_say_where_help_is_today_are_shown(client, all_articles, language):
    page = main_of(client.get(f"/{language}/search/", {"q": "I want to die"}).text)

    assert "#help-today" in page
    assert page.count("<h3") <= 3
    assert "I want to die”" not in page
    assert "<mark>" not in page
    assert 'id="narrow"' not in page or "topic=" not in page


def test_pages_with_these_words_are_one_link_away(client):
    publish_article(title="Thoughts of suicide, and who helps", body="Call a crisis line today.\n")

    page = main_of(client.get("/en/search/?q=suicide").text)
    assert page.index('href="tel:109"') < page.index("Where to find help today")
    (link,) = re.findall(r'href="(\?[^"]*anyway=1[^"]*)"', page)

    page = main_of(client.get(f"/en/search/{link.replace('&amp;', '&')}").text)
    assert page.index('href="tel:109"') < page.index("Thoughts of suicide, and who helps")
    assert "1 page for “suicide”" in page


def test_the_link_stands_there_where_no_section_says_where_help_is(client):
    page = main_of(client.get("/en/search/?q=suicide").text)

    assert "anyway=1" in page
    assert "No page for" not in page
