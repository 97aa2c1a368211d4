"""Words that are right as they are, words in one another, and the pages of the site that a name leads to."""

import re

import pytest
import yaml
from django.utils import translation
from django.utils.translation import gettext

from articles import spelling
from articles.concepts import meant_by
from articles.evidence import CONTENT
from articles.models import Synonym
from articles.offers import pages_named
from articles.search import search
from tests.factories import publish_article

pytestmark = pytest.mark.django_db

RIGHT = [
    *("조울증", "산후 우울증", "불면증", "불면", "오시는 길", "강박증", "정신과", "우울증치료제"),
    *("manic depression", "insomnia", "she is 80", "exosome injection face", "my daughter has ocd"),
]


def test_words_that_are_right_are_never_changed(all_articles):
    for words in RIGHT:
        language = "ko" if spelling.is_hangul(words) else "en"
        results = search(words, language)
        assert results.suggestion == "", words
        assert results.searched == words


def test_what_readers_call_an_illness_leads_to_what_the_pages_call_it(all_articles):
    def found(words, language):
        return {hit.page.article.plan for hit in search(words, language).hits}

    assert found("조울증", "ko") == found("양극성", "ko") == {"A04", "A10"}
    assert found("manic depression", "en") == found("bipolar", "en")
    assert "A01" in found("산후우울증", "ko")
    assert search("산후 우울증", "ko").hits[0].page.article.plan == "A01"
    assert search("insomnia", "en").hits[0].page.article.plan == "A06"
    assert search("불면증", "ko").hits[0].page.article.plan == "A06"


def test_a_compound_that_no_page_has_is_found_by_its_parts_and_the_page_says_so(client, all_articles):
    results = search("우울증치료제", "ko")
    assert results.total
    assert not results.all_words

    results = search("우울증약", "ko")
    assert results.hits[0].anchor == "medicines"
    assert results.all_words

    assert search("강박증", "ko").total == 0, "no page is about it"


def test_one_letter_is_put_right_and_more_is_only_asked():
    publish_article(title="A page about the quokka")

    assert meant_by("quoka").surely == "quokka"
    assert meant_by("qwvkka").surely == "qwvkka"
    assert meant_by("qwvkka").perhaps == "quokka"
    assert meant_by("wuokka").surely == "wuokka", "another first letter is another word"


def test_a_word_that_is_far_from_ours_is_asked_about_not_replaced(client):
    publish_article(title="A page about the quokka")

    page = client.get("/en/search/?q=qwvkka").text
    assert "No page for “qwvkka”" in page
    assert 'Did you mean <a href="?q=quokka">quokka</a>?' in page
    assert "A page about the quokka" not in page


# The pages of the site


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("opening hours", "/en/clinic/#open"),
        ("what are your opening hours?", "/en/clinic/#open"),
        ("address", "/en/clinic/#reach"),
        ("the address of the clinic", "/en/clinic/#reach"),
        ("privacy", "/en/privacy/"),
        ("corrections", "/en/corrections/"),
        ("help now", "/en/help-now/"),
        ("people", "/en/people/"),
        ("editorial policy", "/en/editorial-policy/"),
        ("진료시간", "/ko/clinic/#open"),
        ("진료 시간이 어떻게 되나요", "/ko/clinic/#open"),
        ("오시는 길", "/ko/clinic/#reach"),
        ("연락처", "/ko/clinic/#reach"),
        ("개인정보 처리방침", "/ko/privacy/"),
        ("정정", "/ko/corrections/"),
        ("편집 원칙", "/ko/editorial-policy/"),
    ],
)
def test_the_name_of_a_page_of_the_site_leads_to_it(client, query, path):
    page = client.get(f"{path[:4]}search/", {"q": query}).text
    main = page[page.index("<main") :]

    assert f'href="{path}"' in main
    assert client.get(path.partition("#")[0]).status_code == 200
    if anchor := path.partition("#")[2]:
        assert f'id="{anchor}"' in client.get(path).text
    assert "No page for" not in main


@pytest.mark.parametrize(
    "query", ["depression", "how many people have depression", "privacy of donors", "", "?"]
)
def test_other_words_lead_to_no_page_of_the_site(query):
    assert pages_named(query) == []


def test_every_page_of_the_site_is_there_and_has_a_korean_name(client):
    for page in yaml.safe_load((CONTENT / "standing-pages.yaml").read_text("utf-8"))["pages"]:
        (offer,) = [one for one in pages_named(page["words"]["en"][0]) if one.page == page["url"]][:1]
        assert client.get(offer.url).status_code == 200
        with translation.override("ko"):
            assert gettext(page["name"]) != page["name"]


@pytest.mark.parametrize("name", ["search-words", "real-words", "standing-pages", "synonyms"])
def test_no_word_in_a_list_is_read_as_something_else(name):
    """YAML takes `on` and `no` for truth values."""

    def leaves(value):
        if isinstance(value, (dict, list)):
            for one in value.values() if isinstance(value, dict) else value:
                yield from leaves(one)
        else:
            yield value

    assert all(isinstance(leaf, str) for leaf in leaves(spelling.read(CONTENT / f"{name}.yaml")))


# Why a page was found


@pytest.mark.parametrize(
    ("query", "language"),
    [("liposuction", "en"), ("정신과", "ko"), ("지방흡입", "ko"), ("panic attacks", "en")],
)
def test_every_hit_shows_why_it_was_found(all_articles, query, language):
    for hit in search(query, language).hits:
        shown = [*hit.title, *hit.heading, *hit.pieces]
        assert hit.instead or any(piece.is_hit for piece in shown), hit.page.title


def test_a_page_that_has_another_word_for_it_says_which(client, all_articles):
    page = client.get("/en/search/?q=liposuction").text

    assert "Our word for it here:" in page
    assert "taking and processing</span>" in page


def test_a_word_that_many_pages_have_for_it_is_said_once_above_them(client):
    Synonym.objects.create(key="numbat", language="en", words="numbat", terms="quokka")
    for number in range(2):
        publish_article(title=f"Page {number}", body="Of the quokka.\n")

    page = client.get("/en/search/?q=numbat").text

    assert page.count("Our word for it here:") == 1
    assert page.index("Our word for it here:") < page.index('class="hits"')


def test_another_form_of_what_was_typed_is_no_other_word(client):
    for number in range(2):
        publish_article(title=f"Page {number}", body="Of quokka plans, and of a plan.\n")

    page = client.get("/en/search/?q=planned").text

    assert "<mark>plans</mark>" in page
    assert "Our word for it here:" not in page


def test_the_cells_of_a_table_are_searched_and_not_quoted(client):
    table = "| Animal | Planned / joined |\n|---|---|\n| quokka | 80 / 1 |\n"
    publish_article(
        title="One", body=f"## Trials {{#trials}}\n\nThese are the trials.\n\n{table}\nNo more.\n"
    )
    publish_article(
        title="Two", summary="What is in it.", body=f"## Quolls {{#quolls}}\n\n{table}\n## End\n\nAll.\n"
    )

    page = client.get("/en/search/?q=quokka").text

    assert "<p>These are the trials. No more.</p>" in page
    assert "<p>What is in it.</p>" in page
    assert "Planned" not in page


def test_the_title_shows_why_a_page_was_found(client):
    publish_article(title="A page about the quokka", body="Something else.\n")

    assert "about the <mark>quokka</mark></a></h3>" in client.get("/en/search/?q=quokka").text


def test_a_hit_names_the_strongest_and_the_weakest_evidence_only(client, all_articles):
    page = client.get("/en/search/?q=depression").text

    assert re.search("Evidence: from [^<]+ to [^<]+</span>", page)
    assert all(len(hit.levels) <= 2 for hit in search("depression", "en").hits)
