"""What a reader gets: languages, drafts, lists and the parts of an article."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from articles.models import Article, Status
from tests.factories import make_article, posted, publish_article

pytestmark = pytest.mark.usefixtures("articles")

SLUG = "risks-and-unknowns"


@pytest.mark.parametrize(
    ("accepts", "place"),
    [("ko-KR,ko;q=0.9,en;q=0.8", "/ko/"), ("en-GB", "/en/"), ("fr", "/en/"), ("", "/en/")],
)
def test_the_first_visit_leads_to_the_language_of_the_browser(client, accepts, place):
    response = client.get("/", headers={"accept-language": accepts})

    assert response.url == place
    assert "Accept-Language" in response.headers["Vary"]


@pytest.mark.parametrize("path", ["/en/", "/en/articles/", f"/en/articles/{SLUG}/", "/ko/", "/ko/articles/"])
def test_pages_for_readers_set_no_cookie(client, path):
    response = client.get(path)

    assert response.status_code == 200
    assert not response.cookies


def test_drafts_and_scheduled_articles_are_nowhere(client):
    make_article(slug="a-draft", title="Not ready")
    publish_article(slug="later", title="Not yet", visible_from=timezone.now() + timedelta(minutes=5))

    page = client.get("/en/articles/")
    assert "Understanding depression" in page.text
    assert "Not ready" not in page.text
    assert "Not yet" not in page.text
    for slug in ("a-draft", "later"):
        assert client.get(f"/en/articles/{slug}/").status_code == 404
        assert client.get(f"/ko/articles/{slug}/").status_code == 404


def test_an_article_shows_who_wrote_it_who_checked_it_and_when(client):
    page = client.get(f"/en/articles/{SLUG}/").text

    for text in ["Demonstration author", "Demonstration reviewer", "23 November 2026", "23 May 2027"]:
        assert text in page


def test_the_interest_of_the_clinic_and_the_summary_stand_before_the_text(client):
    page = client.get(f"/en/articles/{SLUG}/").text

    assert page.index("earns money if you choose it") < page.index("Benefit:") < page.index('id="references"')


def test_who_sells_is_said_at_once_and_the_rest_of_the_statement_opens(client):
    assert "Run by a clinic that sells this treatment" in client.get("/en/").text
    said, _end, opened = client.get(f"/en/articles/{SLUG}/").text.partition("</summary>")
    assert "earns money if you choose it." in said.rpartition("<summary>")[2]
    assert opened.index("talk to a doctor who does not profit") < opened.index("</details>")


def test_what_is_about_the_page_comes_before_its_references(client):
    page = client.get(f"/en/articles/{SLUG}/").text

    places = ['id="about-this-page"', 'id="related"', 'id="clear-title"', "Ask us a question</a></p>"]
    found = [page.index(place) for place in [*places, 'id="references"', 'id="evidence-levels"']]
    assert found == sorted(found)


def test_every_drawing_has_a_size_where_no_style_comes(client):
    import re

    for path in ("/en/", "/en/evidence/", "/en/articles/what-the-trials-show/"):
        drawings = re.findall(r"<svg [^>]*>", client.get(path).text)
        assert drawings
        assert not [svg for svg in drawings if ' width="' not in svg or ' height="' not in svg], path


def test_both_feeds_are_announced_and_one_is_linked(client):
    page = client.get("/ko/").text

    for kind in ("atom", "rss"):
        assert f'type="application/{kind}+xml" title="데카비의원" href="/ko/feed.{kind}"' in page
    assert '<a href="/ko/feed.rss"' in page.partition("<footer")[2]


def test_a_description_ends_with_a_sentence_that_search_engines_show(client):
    publish_article(slug="long", summary=f"A first sentence of some length. {'word ' * 30}end.")

    page = client.get("/en/articles/long/")

    assert '<meta name="description" content="A first sentence of some length.">' in page.text


def test_every_citation_leads_to_a_reference_and_back(client):
    import re

    page = client.get(f"/en/articles/{SLUG}/").text
    anchors = set(re.findall(r'id="([\w-]+)"', page))
    targets = set(re.findall(r'href="#([^"]+)"', page))

    assert any(target.startswith("ref-") for target in targets)
    assert any(target.startswith("cite-") for target in targets)
    assert targets <= anchors


def test_an_article_that_is_not_yet_in_korean_says_so_and_offers_the_english_one(client):
    page = client.get(f"/ko/articles/{SLUG}/")

    assert page.status_code == 200
    assert f'href="/en/articles/{SLUG}/"' in page.text
    assert "아직 한국어로" in page.text
    assert 'content="noindex"' in page.text


def test_a_translation_takes_the_place_of_the_original_for_its_readers(client):
    original = Article.objects.get(slug=SLUG)
    publish_article(slug=SLUG, language="ko", title="위험과 아직 모르는 것들", translation_of=original)

    assert "위험과 아직 모르는 것들" in client.get("/ko/articles/").text
    assert "Risks and unknowns" not in client.get("/ko/articles/").text
    assert "위험과 아직 모르는 것들" not in client.get("/en/articles/").text
    assert client.get(f"/ko/articles/{SLUG}/").text.count("<h1>") == 1


def test_the_list_takes_as_many_queries_for_many_articles_as_for_few(client, django_assert_num_queries):
    client.get("/en/articles/")
    with django_assert_num_queries(3):  # what may have changed, the topics, and the articles
        client.get("/en/articles/")

    for number in range(10):
        publish_article(slug=f"copy-{number}")
    client.get("/en/")  # what is kept in memory is built anew

    with django_assert_num_queries(3):
        client.get("/en/articles/")


def test_an_article_takes_three_queries_and_a_translation_one_more(client, django_assert_num_queries):
    publish_article(slug=SLUG, language="ko", translation_of=Article.objects.get(slug=SLUG))
    for language in ("en", "ko"):
        client.get(f"/{language}/articles/{SLUG}/")

    with django_assert_num_queries(3):  # the page, what may have changed, what to read next
        client.get(f"/en/articles/{SLUG}/")
    with django_assert_num_queries(4):  # and the original
        client.get(f"/ko/articles/{SLUG}/")


@pytest.mark.parametrize("query", ["status__regex=[", "body__startswith=A", "language__exact=xx", "o=9"])
def test_a_strange_address_of_the_list_is_answered(client, editor, query):
    client.force_login(editor)

    assert client.get(f"/admin/articles/article/?{query}").status_code in (200, 302, 400)


def test_an_editor_is_told_which_citation_is_wrong_and_keeps_the_text(client, editor):
    article = Article.objects.get(slug=SLUG)
    url = reverse("admin:articles_article_change", args=[article.pk])
    client.force_login(editor)

    page = client.post(url, posted(client.get(url), body="Mine [F99]."), follow=True)

    assert "F99 is not in the evidence ledger." in page.text
    article.refresh_from_db()
    assert article.body == "Mine [F99].\n", "a draft may be unfinished"
    assert article.status == Status.DRAFT
    assert "Mine" not in client.get(f"/en/articles/{SLUG}/").text
