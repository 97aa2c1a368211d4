"""Finding pages: what people type in either language, and what they see for it."""

import re
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import publishing, spelling, vocabulary
from articles.evidence import CONTENT
from articles.models import Publication, SearchEntry, SearchSection, Synonym, Topic
from articles.search import search
from articles.shipped import Loader
from tests.factories import make_article, make_person, publish, publish_article
from tests.site.checkouts import eventually
from tests.stocked import stock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_words_of_another_test(monkeypatch):
    monkeypatch.setattr(vocabulary, "_last", None)


PAGES = yaml.safe_load(Path(__file__).parents[1].joinpath("data/search-pages.yaml").read_text("utf-8"))

# What people type, in which language of the site, and the page that they expect first.
QUERIES = [
    # In their own words
    ("stem cell shot price", "en", "A08"),
    ("how much does it cost", "en", "A08"),
    ("side effects", "en", "A07"),
    ("is it dangerous", "en", "A07"),
    ("can it cause cancer", "en", "A07"),
    ("fat cells liposuction", "en", "A05"),
    ("SVF", "en", "A05"),
    ("feeling blue and panic attacks", "en", "A01"),
    ("do I have depression symptoms", "en", "A01"),
    ("shock therapy", "en", "A02"),
    ("magnet therapy for depression", "en", "A02"),
    ("ketamine", "en", "A02"),
    ("stop taking antidepressants", "en", "A02"),
    ("counseling and exercise", "en", "A06"),
    ("success stories", "en", "A12"),
    ("testimonials", "en", "A12"),
    ("visa for korea", "en", "A11"),
    ("when can I fly home", "en", "A11"),
    ("red flags scam clinic", "en", "A09"),
    ("questions for clinic", "en", "A09"),
    ("refund insurance", "en", "A08"),
    ("is it legal in korea", "en", "A08"),
    ("privacy what I tell you", "en", "A14"),
    ("glossary", "en", "A13"),
    ("faq", "en", "A14"),
    # In a clinician's words
    ("randomised controlled trials mesenchymal depression", "en", "A04"),
    ("autologous adipose", "en", "A05"),
    ("hippocampus neurogenesis", "en", "A03"),
    ("CRP inflammation", "en", "A03"),
    ("pulmonary embolism", "en", "A07"),
    ("CRISPR gene editing", "en", "A10"),
    ("exosomes", "en", "A10"),
    ("STAR*D", "en", "A02"),
    # Misspelt, or not finished
    ("depresion and anxeity", "en", "A01"),
    ("esketamin", "en", "A02"),
    ("autolagous cells", "en", "A05"),
    ("liposucton", "en", "A05"),
    ("travling to seoul", "en", "A11"),
    ("inflamation", "en", "A03"),
    ("embol", "en", "A07"),
    # Korean: particles, spaces or none, misspelt
    ("우울증치료", "ko", "A02"),
    ("줄기세포부작용", "ko", "A07"),
    ("줄기세포 부작용이 궁금해요", "ko", "A07"),
    ("비용이 얼마예요", "ko", "A08"),
    ("합법인가요", "ko", "A08"),
    ("내 세포로 치료", "ko", "A05"),
    ("지방흡입", "ko", "A05"),
    ("불안장애", "ko", "A01"),
    ("공황", "ko", "A01"),
    ("항우울제 끊기", "ko", "A02"),
    ("임상 시험", "ko", "A04"),
    ("유전자가위", "ko", "A10"),
    ("비행기", "ko", "A11"),
    ("우울중", "ko", "A01"),
    ("부자용", "ko", "A07"),
    ("줄기새포 임상시험", "ko", "A04"),
    ("환자 후기", "ko", "A12"),
    ("용어", "ko", "A13"),
    # Mixed
    ("rTMS 자석", "ko", "A02"),
    ("SVF 지방", "ko", "A05"),
    ("ECT 치료", "ko", "A02"),
    ("CRISPR 우울증", "ko", "A10"),
]
MAY_FAIL = 2


def publish_pages():
    """Publish the pages of the fixture, both languages of each."""
    Loader(CONTENT).load()
    topics = {topic.key: topic for topic in Topic.objects.all()}
    invented = {
        "authors": [make_person(is_demonstration=True)],
        "reviewers": [make_person(is_demonstration=True)],
    }
    for plan, page in PAGES.items():
        original = None
        for language in ("en", "ko"):
            text = page[language]
            article = make_article(
                language=language,
                plan=plan,
                slug=page["slug"],
                topic=topics[page["topic"]],
                kind="condition",
                title=text["title"],
                summary=text["summary"],
                body="\n\n".join(f"## {heading}\n\n{words}" for heading, words in text["sections"]),
                translation_of=original,
                **invented,
            )
            publish(article)
            original = original or article


@pytest.fixture
def pages(db):
    stock(publish_pages)


def first(query, language):
    hits = search(query, language).hits
    return hits[0].page.article.plan if hits else None


def test_what_people_type_leads_to_the_page_that_they_expect(pages):
    found = {(query, language): first(query, language) for query, language, _plan in QUERIES}
    wrong = [
        (query, plan, found[query, language])
        for query, language, plan in QUERIES
        if found[query, language] != plan
    ]

    assert len(QUERIES) >= 40
    assert len(wrong) <= MAY_FAIL, wrong


# The articles that ship


@pytest.mark.parametrize(
    ("query", "slug", "anchor"),
    [
        ("clots in the lungs", "risks-and-unknowns", "serious-harm"),
        ("can I lose my sight", "risks-and-unknowns", "serious-harm"),
        ("is it dangerous", "risks-and-unknowns", ""),
        ("miami trial", "what-the-trials-show", ""),
        ("placebo", "what-the-trials-show", ""),
        ("how common is depression in korea", "understanding-depression-and-anxiety", ""),
        ("부작용", "risks-and-unknowns", ""),
        ("우울증", "understanding-depression-and-anxiety", ""),
        ("임상시험", "what-the-trials-show", ""),
    ],
)
def test_the_shipped_articles_are_found(articles, query, slug, anchor):
    hit = search(query, "ko" if spelling.is_hangul(query) else "en").hits[0]

    assert hit.page.slug == slug
    assert anchor in ("", hit.anchor)


def test_what_is_found_is_shown_as_readers_see_it(articles):
    """No mark of a citation, a panel or Markdown is in the index."""
    text = " ".join(SearchSection.objects.values_list("text", flat=True))

    assert "fever" in text
    assert "Help now" not in text  # the panel, which is the same on every page
    assert not re.search(r"\[F\d|\{panel|\*\*|\]\(|strong evidence\]| \.", text)


# What is public


def titles(query="quokka", language="en"):
    return {hit.page.title for hit in search(query, language).hits}


def test_a_draft_a_scheduled_page_and_a_replaced_text_are_not_found(monkeypatch):
    make_article(title="A draft about the quokka")
    soon = make_article(title="A page of tomorrow about the quokka")
    version = publish(soon, visible_from=timezone.now() + timedelta(hours=1))
    changed = publish_article(title="A page about the quokka")
    changed.title = "Now it is about the wombat"
    changed.save()
    assert titles() == {"A page about the quokka"}

    publish(changed)
    assert titles() == set()
    assert titles("wombat") == {"Now it is about the wombat"}

    monkeypatch.setattr("django.utils.timezone.now", lambda: version.visible_from + timedelta(seconds=1))
    assert titles() == {"A page of tomorrow about the quokka"}


def test_a_scheduled_version_leaves_the_one_before_it_in_place():
    article = publish_article(title="A page about the quokka")
    article.title = "Now it is about the wombat"
    article.save()
    publish(article, visible_from=timezone.now() + timedelta(hours=1))

    assert titles() == {"A page about the quokka"}
    assert titles("wombat") == set()


def test_a_withdrawn_page_is_not_found_until_it_is_published_again():
    article = publish_article(title="A page about the quokka")
    publishing.withdraw(article, by=None, reason="It was wrong.")
    assert titles() == set()

    publish(article)
    assert titles() == {"A page about the quokka"}


def test_a_page_whose_review_lapsed_is_not_found(monkeypatch):
    publish_article(title="A page about the quokka")
    monkeypatch.setattr("articles.evidence.today", lambda: date(2028, 11, 23))

    assert titles() == set()


def test_what_invented_people_signed_is_found_in_the_demonstration_only(settings):
    publish_article(title="A page about the quokka")
    settings.DEMONSTRATION = False

    assert titles() == set()


def test_a_word_of_a_page_that_is_not_public_is_never_suggested():
    publish(make_article(title="The quokka"), visible_from=timezone.now() + timedelta(hours=1))

    assert search("quoka", "en").suggestion == ""


def test_the_index_can_be_built_anew_and_is_the_same():
    publish_article(title="A page about the quokka")
    publish(make_article(title="Tomorrow"), visible_from=timezone.now() + timedelta(hours=1))
    before = list(SearchEntry.objects.order_by("pk").values())

    call_command("reindex", verbosity=0)

    assert list(SearchEntry.objects.order_by("pk").values()) == before
    assert titles() == {"A page about the quokka"}


# Languages


def test_a_page_that_the_readers_language_lacks_is_offered_with_a_note(client):
    publish_article(title="A page about the quokka")

    page = client.get("/ko/search/?q=quokka").text
    assert "A page about the <mark>quokka</mark>" in page
    assert re.search(r'<h3 lang="en"><a href="/en/articles/[^"]+" hreflang="en">', page)


def test_of_two_translations_only_the_one_of_the_reader_is_found():
    original = publish_article(title="A page about the quokka")
    publish_article(title="쿼카 quokka", language="ko", translation_of=original)

    assert titles(language="en") == {"A page about the quokka"}
    assert titles(language="ko") == {"쿼카 quokka"}


# Words


def test_staff_change_what_lay_words_find():
    publish_article(title="A page about the quokka")
    assert titles("happiest animal") == set()

    synonym = Synonym.objects.create(
        key="happy", language="en", words="happiest animal", terms="quokka, 쿼카"
    )
    assert titles("the happiest animals") == {"A page about the quokka"}

    synonym.delete()
    assert titles("happiest animal") == set()


def test_an_editor_writes_lay_words_in_the_admin_and_an_author_only_reads_them(client, editor, author):
    words = {"key": "happy", "language": "en", "words": "happiest animal", "terms": "quokka", "seen": ""}
    client.force_login(editor)
    assert client.post("/admin/articles/synonym/add/", words).status_code == 302
    assert Synonym.objects.get(key="happy").terms == "quokka"

    client.force_login(author)
    assert client.get("/admin/articles/synonym/").status_code == 200
    assert client.get("/admin/articles/synonym/add/").status_code == 403


def test_lay_words_that_staff_edited_stay_as_they_left_them(articles):
    Synonym.objects.filter(key="injection").update(terms="infusion")

    call_command("load_articles", verbosity=0)

    assert Synonym.objects.get(key="injection").terms == "infusion"


def test_what_was_not_found_is_searched_as_it_was_meant(client):
    publish_article(title="A page about the quokka")

    page = client.get("/en/search/?q=qoukka").text
    assert "We found nothing for “qoukka”. These pages have “quokka”." in page
    assert "A page about the <mark>quokka</mark>" in page


@pytest.mark.parametrize(
    ("a", "b", "away"),
    [
        ("", "", 0),
        ("abc", "abc", 0),
        ("abc", "acb", 1),
        ("abc", "ab", 1),
        ("abc", "xyz", 3),
        ("ca", "abc", 3),
    ],
)
def test_the_distance_of_two_words_counts_a_swap_once(a, b, away):
    assert spelling.distance(a, b, 3) == away


def test_a_korean_word_is_misspelt_by_its_letters_not_its_syllables():
    known = {"우울증": 3, "불안": 2, "부작용": 1}

    assert spelling.nearest("우울중", known) == "우울증"
    assert spelling.nearest("부자용", known) == "부작용"
    assert spelling.nearest("비행기", known) is None


def test_a_name_with_a_star_is_one_word_and_no_misspelling():
    publish_article(title="Where to start")
    assert titles("STAR*D") == set()
    assert search("STAR*D", "en").suggestion == ""

    publish_article(title="What STAR*D showed")
    assert titles("STAR*D") == titles("star*d") == {"What STAR*D showed"}


def test_the_passage_is_the_one_with_most_of_what_was_asked():
    publish_article(
        title="Animals",
        body="## Quokkas {#a}\n\nThe quokka, quokkas and a quokka.\n\n"
        "## Neighbours {#b}\n\nBeside the quokka lives the numbat.\n",
    )

    assert search("quokka", "en").hits[0].anchor == "a"
    hit = search("quokka numbat", "en").hits[0]
    assert hit.anchor == "b"
    assert {piece.text for piece in hit.pieces if piece.is_hit} == {"quokka", "numbat"}


# The page


def test_the_page_says_how_many_there_are_and_shows_why_each_was_found(client, pages):
    page = client.get("/en/search/?q=liposuction").text

    assert re.search(r"\d pages for “liposuction”", page)
    assert "by <mark>liposuction</mark>." in page
    assert "/en/articles/your-own-cells-and-the-procedure/#taking-and-processing" in page
    assert 'content="noindex"' in page
    assert 'value="liposuction"' in page


def test_forms_of_a_word_are_marked_in_english_and_parts_of_a_word_in_korean(client, pages):
    assert "<mark>infusions</mark>" not in client.get("/en/search/?q=infusions").text
    assert "<mark>infusion</mark>" in client.get("/en/search/?q=infusions").text
    assert "<mark>지방흡입</mark>으로" in client.get("/ko/search/?q=지방 흡입을").text


def test_topics_and_levels_of_evidence_narrow_the_results_and_keep_the_words(client, articles):
    page = client.get("/en/search/?q=depression").text
    assert "3 pages for" in page
    address = "?q=depression&amp;topic=stem-cell-treatment"
    assert f'href="{address}"' in page

    narrowed = client.get("/en/search/?q=depression&topic=stem-cell-treatment").text
    assert "2 pages for" in narrowed
    assert 'href="?q=depression"' in narrowed
    assert "1 page for" in client.get("/en/search/?q=depression&topic=depression-and-anxiety").text
    assert "No page for" in client.get("/en/search/?q=depression&topic=no-such-topic").text
    assert "pages for" in client.get("/en/search/?q=depression&level=official").text


def test_what_was_typed_is_shown_as_text(client):
    publish_article(title="Angles", body="Less than <b>bold</b> & quokka.\n")

    page = client.get("/en/search/", {"q": "<script>alert(1)</script> quokka"}).text
    assert "<script>alert" not in page
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; <mark>quokka</mark>" in page


ODD = [
    *("'", "\\", "a & | ! ( ) :* <->", "%", "🙂", "\ue000x\ue001", "\u200b", "ㅈㅜㄱ", "Ω≈ç", "a" * 5000),
    *("한" * 5000, "to be or not to be", "-", "1.5e10", "https://example.org/?q=1", "f31", "\ud800", "ﷺ"),
    *("\u202eabc", "stem " * 60, "ⅷ", "가", "약", "\x1b[31m", "\r\n\t"),
]


def test_nothing_that_is_typed_is_an_error(client, pages):
    for query in ODD:
        typed = quote(query, errors="surrogatepass")
        for rest in ("", "&page=x&topic=%27&level=%22", "&page=9999"):
            assert client.get(f"/en/search/?q={typed}{rest}").status_code == 200, query


def test_a_nul_is_refused_kindly(client):
    assert client.get("/en/search/?q=%00").status_code == 400


def test_an_overlong_query_is_cut_and_says_so(client):
    page = client.get("/en/search/", {"q": "quokka " * 50}).text

    assert "We searched for the first 100 characters." in page


def test_without_words_there_is_the_form_and_where_else_to_look(client, articles):
    for address in ("/en/search/", "/en/search/?q=", "/en/search/?q=%20"):
        page = client.get(address)
        assert page.status_code == 200
        assert 'name="q"' in page.text
        assert "Stem cell treatment" in page.text


def test_an_empty_result_helps_on(client, articles):
    page = client.get("/en/search/?q=zyxwvu").text

    assert "No page for “zyxwvu”" in page
    assert 'href="/en/articles/"' in page
    assert 'href="/en/ask/"' in page
    assert 'href="/en/topics/stem-cell-treatment/"' in page


def test_more_results_than_a_page_holds_are_turned_over(client):
    for number in range(12):
        publish_article(title=f"The quokka, part {number}")

    page = client.get("/en/search/?q=quokka").text
    assert page.count("<h3") - page.count("<h3 id=") == 10
    assert 'href="?q=quokka&amp;page=2"' in page
    assert "Page 2 of 2" in client.get("/en/search/?q=quokka&page=2").text


def test_the_search_box_stands_on_the_list_and_a_link_in_every_header(client):
    assert 'action="/ko/search/"' in client.get("/ko/articles/").text
    assert 'href="/en/search/"' in client.get("/en/help-now/").text


def test_the_language_switch_keeps_the_words(client):
    assert 'href="/ko/search/?q=fat%20cells%26"' in client.get("/en/search/?q=fat+cells%26").text


def test_the_language_switch_keeps_topic_and_level(client):
    page = client.get("/en/search/?q=quokka&topic=stem-cell-treatment&level=strong").text

    assert 'href="/ko/search/?q=quokka&amp;topic=stem-cell-treatment&amp;level=strong"' in page


def test_what_would_narrow_nothing_is_not_offered(client, articles):
    page = client.get("/en/search/?q=depression").text
    assert 'href="?q=depression&amp;topic=' in page

    page = client.get("/en/search/?q=shanghai").text
    assert "1 page for" in page
    assert "topic=" not in page
    assert "level=" not in page
    assert "Fewer results" not in page


@pytest.mark.parametrize("query", ["", "?q=quokka", "?q=zyxwvu"])
def test_no_answer_of_the_search_is_kept_anywhere(client, query):
    publish_article(title="A page about the quokka")

    assert client.get(f"/en/search/{query}").headers["Cache-Control"] == "private, no-store"


def test_a_search_sets_no_cookie_writes_nothing_and_logs_no_word(client, pages, caplog):
    with caplog.at_level("DEBUG"), CaptureQueriesContext(connection) as queries:
        response = client.get("/en/search/?q=liposuction")

    assert not response.cookies
    assert all(query["sql"].startswith("SELECT") for query in queries)
    said = [record for record in caplog.records if record.name != "django.db.backends"]
    assert "liposuction" not in "".join(record.getMessage() for record in said)


def test_a_search_takes_four_queries_whatever_it_finds(client, pages, django_assert_max_num_queries):
    client.get("/en/search/?q=warm")

    for query in ("liposuction", "stem cell depression trial", "liposucton", "zyxwvu", "zyx cell", ""):
        with django_assert_max_num_queries(4):
            client.get("/en/search/", {"q": query})


# Many articles


@pytest.mark.django_db(transaction=True)
def test_among_many_pages_nobody_waits_while_the_words_are_counted_anew(monkeypatch):
    monkeypatch.setattr(vocabulary, "MANY", 1)
    publish_article(title="The quokka")
    assert "quokka" in vocabulary.vocabulary().counts

    publish_article(title="The numbat")

    assert "numbat" not in vocabulary.vocabulary().counts
    eventually(lambda: "numbat" in vocabulary.vocabulary().counts)
    assert vocabulary.vocabulary().pages == {"en": 2}


def test_made_up_articles_are_found_and_are_made_in_the_demonstration_only(settings):
    call_command("seed_articles", count=20, verbosity=0)
    assert Publication.objects.public().listed().count() == 20
    assert search("the", "en").total or search("depression", "en").total

    settings.DEMONSTRATION = False
    with pytest.raises(CommandError):
        call_command("seed_articles", count=1, verbosity=0)
