"""Topics, A to Z, people, the editorial policy, and what every public page says of its addresses."""

import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from articles import publishing
from articles.feeds import STANDING_PAGES
from articles.models import Article, Credit, Role, Topic
from articles.topics import initial
from tests.factories import make_article, make_person, publish, publish_article

SITE = "http://localhost"
ATOM = {"": "http://www.w3.org/2005/Atom"}
SITEMAP = {"": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def topic():
    said = {"name_en": "Sleep", "name_ko": "수면", "summary_en": "Nights.", "summary_ko": "밤에 대해."}
    return Topic.objects.create(key="sleep", **said)


@pytest.fixture
def kim():
    return make_person("kim-minji", name_en="Minji Kim", name_ko="김민지", is_demonstration=True)


@pytest.fixture
def site(topic, kim, settings):
    """A site that search engines may show, with a page in two languages and one in English alone."""
    both = publish_article(slug="sleep-well", title="Sleeping well", topic=topic, authors=[kim])
    korean = {"language": "ko", "title": "잘 자기", "translation_of": both}
    publish_article(slug="sleep-well", topic=topic, authors=[kim], **korean)
    publish_article(slug="only-here", title="In English alone", topic=topic, authors=[kim])


def public_paths():
    """Return every kind of public page, in both languages."""
    kinds = [(name, []) for name in STANDING_PAGES]
    kinds += [("topic", ["sleep"]), ("person", ["kim-minji"]), ("articles:detail", ["sleep-well"])]
    paths = []
    for language in ("en", "ko"):
        with translation.override(language):
            paths += [reverse(name, args=arguments) for name, arguments in kinds]
    return [*paths, "/en/articles/only-here/"]


def links(page, rel):
    """Return what the head of a page links to: addresses by language."""
    found = re.findall(rf'<link rel="{rel}"(?: hreflang="([\w-]+)")? href="([^"]+)">', page.text)
    return {language: address.removeprefix(SITE) for language, address in found}


# Every public page


def test_every_page_names_its_own_address_and_its_languages_name_each_other(client, site):
    paths = public_paths()

    pages = {path: client.get(path) for path in paths}

    for path, page in pages.items():
        assert page.status_code == 200, path
        assert links(page, "canonical") == {"": path}
        alternates = links(page, "alternate")
        assert alternates.pop("x-default") == next(iter(alternates.values()))
        assert path in alternates.values()
        for other in alternates.values():
            assert links(pages[other], "alternate").items() >= alternates.items(), (path, other)
    assert set(links(pages["/en/articles/only-here/"], "alternate")) == {"en", "x-default"}
    assert set(links(pages["/ko/articles/sleep-well/"], "alternate")) == {"en", "ko", "x-default"}


def test_the_sitemap_lists_every_page_and_agrees_with_what_the_pages_say(client, site):
    entries = ElementTree.fromstring(client.get("/sitemap.xml").text).findall("url", SITEMAP)  # noqa: S314

    found = {
        entry.find("loc", SITEMAP).text.removeprefix(SITE): {
            link.get("hreflang"): link.get("href").removeprefix(SITE)
            for link in entry.findall("x:link", SITEMAP)
        }
        for entry in entries
    }

    assert set(public_paths()) <= set(found)
    for path, alternates in found.items():
        assert alternates == links(client.get(path), "alternate"), path


def test_no_public_page_sets_a_cookie_and_every_one_may_be_stored(client, site):
    for path in public_paths():
        if "/ask/" in path:
            continue  # the form, which is made for one person
        page = client.get(path)

        assert not page.cookies, path
        assert page.headers["Cache-Control"].startswith("public"), path


def test_every_page_says_what_a_shared_link_shows(client, site):
    for path in public_paths():
        text = client.get(path).text
        said = dict(re.findall(r'<meta property="og:([\w:]+)" content="([^"]*)">', text))

        title = re.search(r"<title>(.*?) – [^<]+</title>", text, re.DOTALL)[1]
        assert said["title"].strip() == title.strip() != ""
        assert f'<meta name="description" content="{said["description"]}">' in text
        assert said["url"] == f"{SITE}{path}"
        assert said["type"] in ("website", "article", "profile")
        assert said["locale"] == {"en": "en_GB", "ko": "ko_KR"}[path[1:3]]
        assert said["site_name"]
    english_alone = client.get("/en/articles/only-here/").text
    assert "og:locale:alternate" not in english_alone


@pytest.mark.parametrize(
    "path",
    ["/en/", "/en/articles/", "/ko/articles/a-to-z/", "/ko/topics/sleep/", "/en/people/", "/sitemap.xml"]
    + ["/en/people/kim-minji/", "/en/editorial-policy/", "/en/articles/sleep-well/"],
)
def test_a_page_takes_as_many_queries_for_many_rows_as_for_few(client, site, topic, kim, path):
    client.get(path)
    with CaptureQueriesContext(connection) as few:
        client.get(path)

    for number in range(5):
        other = Topic.objects.create(key=f"topic-{number}", name_en="A", name_ko="가")
        publish_article(topic=other)
        publish_article(topic=topic, authors=[kim, make_person(is_demonstration=True)])
    client.get(path)
    with CaptureQueriesContext(connection) as many:
        client.get(path)

    assert len(many) == len(few) <= 5


def test_a_page_whose_review_lapsed_is_no_counterpart_for_search_engines(client, site, monkeypatch):
    korean = Article.objects.get(slug="sleep-well", language="ko")
    version = korean.latest_publication()
    day = version.next_review_on.replace(year=version.next_review_on.year + 1)
    english = Article.objects.get(slug="sleep-well", language="en")
    with monkeypatch.context() as then:
        then.setattr("articles.evidence.today", lambda: day)
        english.body += "\nSaid again.\n"
        english.save()
        publish(english)

    monkeypatch.setattr("articles.evidence.today", lambda: day)

    assert set(links(client.get("/en/articles/sleep-well/"), "alternate")) == {"en", "x-default"}
    assert not links(client.get("/ko/articles/sleep-well/"), "alternate")


def test_a_page_that_is_in_one_language_says_so_in_the_readers_own_and_leads_on(client, site):
    page = client.get("/ko/articles/only-here/")

    assert '<html lang="ko">' in page.text
    assert "아직 한국어로" in page.text
    assert '<a href="/en/articles/only-here/" lang="en" hreflang="en">In English alone</a>' in page.text
    assert 'href="/ko/topics/sleep/"' in page.text
    assert 'content="noindex"' in page.text
    assert not links(page, "canonical")
    assert not links(page, "alternate")


# Topics


def test_a_topic_lists_its_pages_with_their_answers_and_says_when_to_get_help(client, site, topic):
    publish_article(title="Of another topic")

    page = client.get("/en/topics/sleep/").text

    assert "Sleeping well" in page
    assert "What this page is about." in page
    assert "minute to read" in page
    assert "Reviewed 23 November 2026" in page
    assert "Of another topic" not in page
    assert page.count('href="/en/help-now/"') >= 2
    assert len(re.findall(r"<h2[^>]*>When to get help</h2>", page)) == 1


def test_a_topic_marks_a_page_that_is_in_the_other_language_only(client, site):
    page = client.get("/ko/topics/sleep/").text

    assert "잘 자기" in page
    assert "Sleeping well" not in page
    assert re.search(r'lang="en" hreflang="en">In English alone</a>.*?영어로만', page, re.DOTALL)


def test_a_topic_without_pages_is_in_no_list_and_not_for_search_engines(client, topic, settings):
    settings.DEMONSTRATION = False

    page = client.get("/en/topics/sleep/")

    assert page.status_code == 200
    assert 'content="noindex"' in page.text
    for path in ("/en/", "/en/articles/", "/sitemap.xml", "/en/search/?q=zzz"):
        assert "/topics/sleep/" not in client.get(path).text
    assert client.get("/en/topics/nothing/").status_code == 404


@pytest.mark.parametrize("path", ["/en/", "/en/articles/", "/en/search/?q=zzz"])
def test_the_topics_are_found_from_home_from_the_list_and_from_a_search_in_vain(client, site, path):
    assert 'href="/en/topics/sleep/"' in client.get(path).text


# A to Z


@pytest.mark.parametrize(
    ("title", "letter"),
    [
        *(("Sleeping well", "S"), ("“exercise”", "E"), ("109 and other lines", "0–9"), ("Ümlaut", "…")),
        *(("가나다", "ㄱ"), ("까치", "ㄱ"), ("우울증", "ㅇ"), ("짧은 답", "ㅈ"), ("힣", "ㅎ"), ("…", "…")),
    ],
)
def test_a_title_stands_under_its_first_letter(title, letter):
    assert initial(title) == letter


@pytest.mark.parametrize(
    ("language", "letters"), [("en", ["A", "S", "ㄱ"]), ("ko", ["ㄱ", "ㅈ", "A"])], ids=["en", "ko"]
)
def test_letters_lead_to_titles_and_there_is_no_letter_without_one(client, site, language, letters):
    publish_article(title="가을", language="ko")
    publish_article(title="Anxiety")
    publishing.withdraw(Article.objects.get(slug="only-here"), by=None, reason="It was wrong.")

    page = client.get(f"/{language}/articles/a-to-z/").text

    assert re.findall(r'<a href="#letter-\d+">(.*?)</a>', page) == letters
    assert re.findall(r'<h2 id="letter-\d+">(.*?)</h2>', page) == letters
    assert re.findall(r'href="#(letter-\d+)"', page) == re.findall(r'<h2 id="(letter-\d+)"', page)
    assert ("Sleeping well" in page) == (language == "en")
    assert ("잘 자기" in page) == (language == "ko")


def test_no_article_takes_the_address_of_the_list_from_a_to_z():
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError) as refused:
        make_article(slug="a-to-z").clean()

    assert "slug" in refused.value.message_dict


# People


def test_a_person_has_a_page_that_says_what_readers_should_know(client):
    fields = {"qualification_en": "Specialist in psychiatry", "interests_en": "Owns shares of the clinic."}
    writer = make_person("jin-park", name_en="Jin Park", is_demonstration=True, **fields)
    outsider = make_person("han", works_for_clinic=False, is_demonstration=True)
    publish_article(title="Written", authors=[writer], reviewers=[outsider])
    writer.is_demonstration = outsider.is_demonstration = False
    writer.save()
    outsider.save()

    page = client.get("/en/people/jin-park/").text

    for said in (
        "Jin Park",
        "Specialist in psychiatry",
        "Ministry of Health",
        "Owns shares",
        "Pages written",
    ):
        assert said in page
    assert "which runs this site" in page
    assert "Pages reviewed" not in page
    assert "invented" not in re.search(r"<main.*</main>", page, re.DOTALL)[0]
    assert "Does not work for the clinic." in client.get("/en/people/han/").text
    assert "Pages reviewed" in client.get("/en/people/han/").text


def test_an_invented_person_is_called_so(client, site):
    for path in ("/en/people/kim-minji/", "/en/people/"):
        assert "invented for the demonstration" in client.get(path).text


def test_a_person_is_public_while_they_stand_on_a_public_page(client, kim):
    article = make_article(authors=[kim])
    assert client.get("/en/people/kim-minji/").status_code == 404
    assert "Minji Kim" not in client.get("/en/people/").text

    publish(article)
    assert client.get("/en/people/kim-minji/").status_code == 200
    assert "Minji Kim" in client.get("/en/people/").text
    assert "김민지" in client.get("/ko/people/").text

    publishing.withdraw(article, by=None, reason="It was wrong.")
    assert client.get("/en/people/kim-minji/").status_code == 404
    assert "Minji Kim" not in client.get("/en/people/").text


def test_the_work_of_a_person_is_listed_once_in_the_readers_language(client, site, kim):
    original = Article.objects.get(slug="sleep-well", language="en")
    translation_ = Article.objects.get(slug="sleep-well", language="ko")
    translator = make_person("choi", is_demonstration=True)
    Credit.objects.create(article=translation_, person=translator, role=Role.TRANSLATOR)
    translation_.title = "더 잘 자기"
    translation_.save()
    publish(translation_)

    korean, english = client.get("/ko/people/kim-minji/").text, client.get("/en/people/kim-minji/").text

    assert "더 잘 자기" in korean
    assert original.title not in korean
    assert "In English alone" in korean
    assert original.title in english
    assert "더 잘 자기" not in english
    # Whoever translated it has nothing in the other language to show.
    assert "더 잘 자기" in client.get("/en/people/choi/").text


def test_a_page_that_lapsed_leaves_the_work_of_its_people_but_its_names_still_lead_somewhere(
    client, kim, monkeypatch
):
    article = publish_article(title="Long ago", authors=[kim])
    due = article.latest_publication().next_review_on
    monkeypatch.setattr("articles.evidence.today", lambda: due.replace(year=due.year + 1))

    page = client.get(f"/en/articles/{article.slug}/").text
    person = client.get("/en/people/kim-minji/")

    assert 'href="/en/people/kim-minji/"' in page
    assert person.status_code == 200
    assert "Long ago" not in person.text


def test_outside_the_demonstration_an_invented_person_has_no_page(client, site, settings):
    settings.DEMONSTRATION = False

    assert client.get("/en/people/kim-minji/").status_code == 404
    assert "Minji Kim" not in client.get("/en/people/").text


# The editorial policy


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_policy_shows_every_level_of_evidence_and_where_to_report_an_error(client, language):
    page = client.get(f"/{language}/editorial-policy/").text

    assert len(re.findall(r"<dt>", page)) == 8 + 5  # levels, and how often each kind of page is reviewed
    assert f'href="/{language}/corrections/"' in page
    assert f'href="/{language}/ask/?topic=website"' in page
    assert "Dekabi Clinic" in page or "데카비의원" in page


def test_both_languages_of_the_policy_have_the_same_parts(client):
    english, korean = (
        re.findall(r'<h2 id="([\w-]+)">', client.get(f"/{language}/editorial-policy/").text)
        for language in ("en", "ko")
    )

    assert [name for name in english if name != "help-now-title"] == [
        name for name in korean if name != "help-now-title"
    ]
    assert len(english) > 8


# Feeds


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_rss_feed_keeps_the_rules_that_readers_of_feeds_rely_on(client, site, language):
    answer = client.get(f"/{language}/feed.rss")
    channel = ElementTree.fromstring(answer.content).find("channel")  # noqa: S314 - our own

    assert answer.headers["Content-Type"].startswith("application/rss+xml")
    for name in ("title", "link", "description"):
        assert channel.findtext(name).strip()
    assert channel.findtext("language") == language
    (own,) = channel.findall("{http://www.w3.org/2005/Atom}link")
    assert (own.get("rel"), own.get("href")) == ("self", f"{SITE}/{language}/feed.rss")
    assert parsedate_to_datetime(channel.findtext("lastBuildDate")).tzinfo
    items = channel.findall("item")
    assert len(items) == (2 if language == "en" else 1)
    for item in items:
        assert item.findtext("title")
        assert item.findtext("link").startswith(f"{SITE}/{language}/articles/")
        assert item.find("guid").get("isPermaLink") == "false"
        assert parsedate_to_datetime(item.findtext("pubDate")).tzinfo
    assert len({item.findtext("guid") for item in items}) == len(items)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_atom_feed_has_an_id_a_day_and_an_author_for_every_entry(client, site, language):
    answer = client.get(f"/{language}/feed.atom")
    feed = ElementTree.fromstring(answer.content)  # noqa: S314 - our own

    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    own = {link.get("rel"): link.get("href") for link in feed.findall("link", ATOM)}
    assert own["self"] == f"{SITE}/{language}/feed.atom"
    assert own["alternate"] == f"{SITE}/{language}/articles/"
    entries = feed.findall("entry", ATOM)
    assert len(entries) == (2 if language == "en" else 1)
    for part in (feed, *entries):
        assert re.match("(https?|urn|tag):", part.findtext("id", namespaces=ATOM))
        assert part.findtext("title", namespaces=ATOM)
        assert datetime.fromisoformat(part.findtext("updated", namespaces=ATOM)).tzinfo
    for entry in entries:
        assert entry.find("link", ATOM).get("href").startswith(SITE)
        assert entry.findtext("author/name", namespaces=ATOM)
    ids = {entry.findtext("id", namespaces=ATOM) for entry in (feed, *entries)}
    assert len(ids) == len(entries) + 1


def test_a_feed_with_nothing_in_it_is_a_feed(client, db):
    for kind in ("rss", "atom"):
        ElementTree.fromstring(client.get(f"/ko/feed.{kind}").content)  # noqa: S314 - our own
