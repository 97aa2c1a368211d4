"""What readers see of an article on its way: versions, days that come and go, addresses, corrections."""

import json
import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from articles import publishing
from articles.models import ChangeKind, Publication, Source
from tests.factories import make_article, make_person, publish, publish_article

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)  # of the tests: see conftest


def page_of(client, article, language="en"):
    return client.get(f"/{language}/articles/{article.slug}/")


@pytest.fixture
def on(monkeypatch):
    """Move today."""

    def on(day):
        monkeypatch.setattr("articles.evidence.today", lambda: day)

    return on


def structured_data(page):
    """Return what the page tells search engines of the article."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.DOTALL)
    return next(node for node in json.loads(found[1])["@graph"] if "MedicalWebPage" in node["@type"])


def due_in(days, **fields):
    """Return a published article whose next review is due in some days from TODAY."""
    article = make_article(**fields)
    publishing.submit(article, by=None)
    for person in publishing.reviewers_waiting(article):
        publishing.sign(article, person=person, by=None, next_review_on=TODAY + timedelta(days=days))
    statement_of_interest()
    publishing.publish(article, by=None, shipped=True)
    return article


def statement_of_interest():
    from articles.models import InterestStatement

    for language in ("en", "ko"):
        InterestStatement.objects.get_or_create(language=language, text="We earn money by this.")


# Versions


def test_readers_go_on_seeing_the_last_version_while_staff_write_the_next(client):
    article = publish_article(title="As it was")

    article.title = "As it will be"
    article.save()

    assert "As it was" in page_of(client, article).text
    assert "As it will be" not in client.get("/en/articles/").text

    publish(article)

    assert "As it will be" in page_of(client, article).text
    assert "As it was" not in client.get("/en/articles/").text


def test_a_version_shows_from_its_moment_on_and_nothing_has_to_run(client, monkeypatch):
    article = publish_article(title="As it was")
    article.title = "As it will be"
    article.save()
    version = publish(article, visible_from=timezone.now() + timedelta(hours=1))
    assert "As it was" in page_of(client, article).text

    monkeypatch.setattr("django.utils.timezone.now", lambda: version.visible_from + timedelta(seconds=1))

    assert "As it will be" in page_of(client, article).text


def test_the_page_says_which_version_it_is_and_what_changed(client):
    article = publish_article()
    article.body = "You are very welcome here.\n"
    article.save()
    publish(article, change_kind=ChangeKind.CORRECTION, change_note="You are more than welcome.")

    page = page_of(client, article).text
    assert "You are more than welcome." in page
    assert 'href="/en/corrections/"' in page


def test_the_page_says_for_whom_its_people_work_and_what_their_interests_are(client):
    said = {"name": "Dr Outside", "is_demonstration": False, "works_for_clinic": False}
    outside = make_person(user=None, interests_en="Fees from a maker of medicines.", **said)
    article = make_article(reviewers=[outside])
    publishing.submit(article, by=None)
    statement_of_interest()
    writer = make_account("writer")
    publishing.sign(article, person=outside, by=writer, paper="Folder 7")
    publishing.publish(article, by=None, shipped=True)

    page = page_of(client, article).text
    assert "Does not work for the clinic." in page
    assert "Fees from a maker of medicines." in page
    assert "Medically reviewed by" in page


def make_account(name):
    from django.contrib.auth import get_user_model

    return get_user_model().objects.create_user(name, is_staff=True)


# Review dates


@pytest.mark.parametrize(
    ("days", "banner", "listed"),
    [(1, False, True), (0, False, True), (-1, True, True), (-30, True, True), (-31, True, False)],
)
def test_an_overdue_review_shows_at_once_and_after_thirty_days_the_page_leaves_the_lists(
    client, on, days, banner, listed
):
    article = due_in(200, title="Reviewed long ago")
    on(TODAY + timedelta(days=200 - days))

    page = page_of(client, article)
    assert page.status_code == 200
    assert ("overdue for its medical review" in page.text) == banner
    for lists in ("/en/articles/", "/en/", "/ko/articles/", "/en/feed.rss", "/en/feed.atom"):
        assert ("Reviewed long ago" in client.get(lists).text) == listed
    assert (f"/en/articles/{article.slug}/" in client.get("/sitemap.xml").text) == listed
    assert ("reviewedBy" in structured_data(page)) == listed
    assert ("lastReviewed" in structured_data(page)) == listed
    assert Publication.objects.public().filter(article=article).exists(), "the page itself stays"


def test_a_lapsed_page_keeps_search_engines_out(client, on, settings):
    article = due_in(200)
    on(TODAY + timedelta(days=231))

    assert 'content="noindex"' in page_of(client, article).text


def test_a_new_review_brings_a_lapsed_page_back(client, on):
    article = due_in(200, title="Reviewed long ago")
    on(TODAY + timedelta(days=300))
    assert "Reviewed long ago" not in client.get("/en/articles/").text

    publish(article, change_kind=ChangeKind.REVIEW, change_note="")

    page = page_of(client, article).text
    assert "overdue" not in page
    assert "Reviewed again, nothing changed" in page
    assert "Reviewed long ago" in client.get("/en/articles/").text


# What the evidence does after the page was published


def test_a_source_that_is_retracted_afterwards_is_named_above_the_text(client, articles):
    address = "/en/articles/risks-and-unknowns/"
    assert "was retracted or withdrawn after" not in client.get(address).text

    Source.objects.filter(key="S28").update(retracted=True, retraction_note="By the journal.")

    page = client.get(address).text
    assert "was retracted or withdrawn after we published it" in page
    assert page.index("retracted or withdrawn") < page.index("On this page")


# Addresses


def test_an_earlier_address_leads_to_the_one_of_now(client):
    article = publish_article(slug="first")
    article.slug = "second"
    article.save()
    assert client.get("/en/articles/first/").status_code == 200, "until the new address is published"
    publish(article)
    article.slug = "third"
    article.save()
    publish(article)

    for slug in ("first", "second"):
        response = client.get(f"/en/articles/{slug}/")
        assert (response.status_code, response.url) == (301, "/en/articles/third/")
    response = client.get("/ko/articles/first/")
    assert (response.status_code, response.url) == (301, "/ko/articles/third/")


def test_an_address_that_another_article_took_over_is_that_articles(client):
    article = publish_article(slug="first")
    article.slug = "second"
    article.save()
    publish(article)
    publish_article(slug="first", title="The new owner")

    assert "The new owner" in client.get("/en/articles/first/").text


def test_the_other_language_is_found_while_one_of_them_has_another_address(client):
    original = publish_article(slug="first")
    publish_article(slug="first", language="ko", translation_of=original, title="한국어 글")
    original.slug = "second"
    original.save()
    publish(original)

    response = client.get("/ko/articles/second/")

    assert (response.status_code, response.url) == (301, "/ko/articles/first/")


def test_a_withdrawn_page_says_when_and_why_and_is_gone(client):
    article = publish_article(title="Wrong from the start")
    publishing.withdraw(article, by=None, reason="The trial it rests on was retracted.")

    page = page_of(client, article)
    assert page.status_code == 410
    assert "The trial it rests on was retracted." in page.text
    assert 'content="noindex"' in page.text
    assert "Wrong from the start" not in client.get("/en/articles/").text


def test_a_withdrawn_translation_says_so_and_leaves_the_original(client):
    original = publish_article(slug="page")
    korean = publish_article(slug="page", language="ko", translation_of=original)
    publishing.withdraw(korean, by=None, reason="The translation was wrong.")

    assert page_of(client, original).status_code == 200
    page = page_of(client, original, "ko")
    assert page.status_code == 410
    assert 'href="/en/articles/page/"' in page.text


# Corrections


def test_corrections_updates_and_withdrawals_are_listed_for_ever(client):
    corrected = publish_article(title="Corrected page")
    corrected.body = "Now it is right.\n"
    corrected.save()
    publish(corrected, change_kind=ChangeKind.CORRECTION, change_note="The dose was wrong by ten.")
    publish(corrected, change_kind=ChangeKind.REVIEW, change_note="")
    gone = publish_article(title="Withdrawn page")
    publishing.withdraw(gone, by=None, reason="It promised too much.")
    soon = publish_article(title="Not yet", visible_from=timezone.now() + timedelta(days=1))
    publish(soon, change_note="A change of tomorrow.", visible_from=timezone.now() + timedelta(days=2))

    page = client.get("/en/corrections/").text
    assert "The dose was wrong by ten." in page
    assert "It promised too much." in page
    assert "Reviewed again" not in page
    assert "A change of tomorrow." not in page
    assert f'href="/en/articles/{corrected.slug}/"' in page
    assert f'href="/en/articles/{gone.slug}/"' not in page
    assert "The dose was wrong by ten." not in client.get("/ko/corrections/").text


def test_the_list_of_corrections_takes_as_many_queries_for_many_as_for_few(
    client, django_assert_max_num_queries
):
    for _number in range(3):
        article = publish_article()
        publish(article, change_note="Said more plainly.")

    client.get("/en/")  # what is kept in memory is built
    with django_assert_max_num_queries(3):  # what may have changed, the list, its people
        client.get("/en/corrections/")


# For machines


def test_the_structured_data_of_a_page_names_its_people_and_has_no_rating(client):
    article = publish_article(title="Cells </script> & <b>", summary="What this page is about.")

    data = structured_data(page_of(client, article))

    assert data["@type"] == ["MedicalWebPage", "Article"]
    assert data["name"] == "Cells </script> & <b>"
    assert data["url"] == f"http://localhost/en/articles/{article.slug}/"
    assert data["lastReviewed"] == "2026-11-23"
    assert [(person["name"], person["jobTitle"]) for person in data["reviewedBy"]] == [("Kim", "Physician")]
    assert "rating" not in json.dumps(data).lower()


def test_the_sitemap_names_both_languages_of_a_page_from_either_side(client):
    original = publish_article(slug="in-two-languages")
    publish_article(slug="in-two-languages", language="ko", translation_of=original)
    publish_article(slug="in-english-alone")

    answer = client.get("/sitemap.xml")

    names = {"": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
    found = {
        entry.find("loc", names).text: {link.get("href") for link in entry.findall("x:link", names)}
        for entry in ElementTree.fromstring(answer.text).findall("url", names)  # noqa: S314 - our own
    }
    assert answer.headers["Content-Type"].startswith("application/xml")
    both = {f"http://localhost/{language}/articles/in-two-languages/" for language in ("en", "ko")}
    assert {
        address: links for address, links in found.items() if "two-languages" in address
    } == dict.fromkeys(both, both)
    assert found["http://localhost/en/articles/in-english-alone/"] == {
        "http://localhost/en/articles/in-english-alone/"
    }


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_a_feed_brings_what_is_new_in_its_language_and_what_changed(client, kind):
    article = publish_article(title="News & <more>")
    publish(article, change_note="Said more plainly.")
    publish_article(title="한국어 글", language="ko")

    answer = client.get(f"/en/feed.{kind}")

    ElementTree.fromstring(answer.text)  # noqa: S314 - our own
    assert "News &amp; &lt;more&gt;" in answer.text
    assert "Said more plainly." in answer.text
    assert "한국어 글" not in answer.text
    assert not answer.cookies
    assert "example.com" not in answer.text
