"""What a reader gets: languages, drafts, lists and the parts of an article."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from articles.models import Article

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
    Article.objects.filter(slug=SLUG).update(published_at=None)
    Article.objects.filter(plan="A04").update(published_at=timezone.now() + timedelta(minutes=5))

    page = client.get("/en/articles/")
    assert "Understanding depression" in page.text
    assert "Risks and unknowns" not in page.text
    assert "What the trials show" not in page.text
    assert client.get(f"/en/articles/{SLUG}/").status_code == 404
    assert client.get(f"/ko/articles/{SLUG}/").status_code == 404


def test_an_article_shows_who_wrote_it_who_checked_it_and_when(client):
    page = client.get(f"/en/articles/{SLUG}/").text

    for text in ["Demonstration author", "Demonstration reviewer", "23 November 2026", "23 May 2027"]:
        assert text in page


def test_the_interest_of_the_clinic_and_the_summary_stand_before_the_text(client):
    page = client.get(f"/en/articles/{SLUG}/").text

    assert page.index("earns money if you choose it") < page.index("Benefit:") < page.index('id="references"')


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
    original.pk, original.language, original.title = None, "ko", "위험과 아직 모르는 것들"
    original.save()

    assert "위험과 아직 모르는 것들" in client.get("/ko/articles/").text
    assert "Risks and unknowns" not in client.get("/ko/articles/").text
    assert "위험과 아직 모르는 것들" not in client.get("/en/articles/").text
    assert client.get(f"/ko/articles/{SLUG}/").text.count("<h1>") == 1


def test_the_list_takes_as_many_queries_for_many_articles_as_for_few(client, django_assert_num_queries):
    with django_assert_num_queries(1):
        client.get("/en/articles/")

    template = Article.objects.get(slug=SLUG)
    for number in range(10):
        template.pk, template.plan, template.slug = None, "", f"copy-{number}"
        template.save()

    with django_assert_num_queries(1):
        client.get("/en/articles/")


@pytest.mark.parametrize(("slug", "queries"), [("understanding-depression-and-anxiety", 1), (SLUG, 2)])
def test_an_article_takes_one_query_and_one_more_for_what_may_change(
    client, django_assert_num_queries, slug, queries
):
    client.get(f"/en/articles/{slug}/")

    with django_assert_num_queries(queries):
        client.get(f"/en/articles/{slug}/")


@pytest.mark.parametrize(
    "query", ["published_at__regex=[", "body__startswith=A", "language__exact=xx", "o=9"]
)
def test_a_strange_address_of_the_list_is_answered(client, editor, query):
    client.force_login(editor)

    assert client.get(f"/admin/articles/article/?{query}").status_code in (200, 302, 400)


def test_an_editor_is_told_which_citation_is_wrong_and_keeps_the_text(client, editor):
    article = Article.objects.get(slug=SLUG)
    url = reverse("admin:articles_article_change", args=[article.pk])
    client.force_login(editor)
    form = client.get(url).context["adminform"].form
    data = {name: "" if value is None else value for name, value in form.initial.items()}
    data |= {"body": "Mine [F99].", "published_at_0": "2026-11-23", "published_at_1": "10:00:00"}

    page = client.post(url, data)

    assert "F99 is not in the evidence ledger." in page.text
    assert "Mine [F99]." in page.text
    article.refresh_from_db()
    assert "Mine" not in article.body
