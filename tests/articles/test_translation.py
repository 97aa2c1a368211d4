"""A translation begins as the frame of its original, stands beside it, and says when it has fallen behind."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from articles import publishing, translating
from articles.manuscripts import manuscript_of
from articles.marks import cited_facts
from articles.models import Article, Credit, Role, Status, Topic
from articles.publishing import Refused
from tests.factories import make_article, make_person, posted, publish, publish_article

pytestmark = pytest.mark.django_db

TEXT = """\
Welcome. It is so [F31], and more so
on a second line [F43, F45-F47].

## What helps {#help kind=benefit}

- **One.** A thing [F31].
- Two, see [the risks](article:risks-and-unknowns).
  It goes on.

1. First.

{panel medicines}

::: urgent
### Call

Call somebody up to {search_date}.
:::

### Don't wait

| Treatment | What is known |
|---|---|
| A drug | It helps [F05] |
"""

FRAME = """\
… [F31] [F43, F45-F47]

## What helps {#help kind=benefit}

- … [F31]
- … […](article:risks-and-unknowns)

1. …

{panel medicines}

::: urgent
### Call

… {search_date}
:::

### Don't wait {#dont-wait}

| … | … |
|---|---|
| … | … [F05] |
"""


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return client


def address(name, article):
    return reverse(f"admin:articles_article_{name}", args=[article.pk])


def translated(original):
    """Return a published Korean version that says what the original says."""
    translation = make_article(language="ko", translation_of=original, title="쉬운 안내")
    translation.follow_original()
    translation.save()
    publish(translation)
    return translation


def change(article, words):
    article.body = f"{words}\n"
    article.save()
    publish(article)


# The frame


def test_the_frame_keeps_sections_citations_panels_and_cards_and_none_of_the_words():
    assert translating.frame(TEXT) == FRAME
    assert cited_facts(translating.frame(TEXT)) == cited_facts(TEXT)


@pytest.mark.usefixtures("articles")
def test_the_frame_of_every_shipped_article_agrees_with_it_as_rule_c14_asks(editor):
    for article in Article.objects.filter(translation_of=None):
        if article.in_other_language():
            continue
        translation = translating.begin(article, by=editor)
        before, after = (manuscript_of(row) for row in (article, Article.objects.get(pk=translation.pk)))

        assert before.cited_ids == after.cited_ids
        assert before.section_kinds == after.section_kinds
        assert publishing.edition(article).contents == publishing.edition(translation).contents


@pytest.mark.parametrize(
    ("body", "unfilled"),
    [
        ("…\n", True),
        ("Words.\n\n- … [F31]\n", True),
        ("| Words | … |\n", True),
        ("Words, and so on …\n", False),
        ("… 그렇습니다.\n", False),
    ],
)
def test_what_still_waits_for_its_words_is_seen(body, unfilled):
    assert translating.has_gaps(Article(body=body)) == unfilled


def test_a_text_with_gaps_is_not_sent_to_review():
    article = make_article(body="Words.\n\n… [F31]\n")

    with pytest.raises(Refused, match="Some passages are still “…”"):
        publishing.submit(article, by=None)


# Beginning


def test_an_editor_begins_the_korean_version(desk, editor):
    writer = make_person()
    topic = Topic.objects.create(key="care", name_en="Care", name_ko="치료", position=1)
    original = publish_article(
        title="Sleep",
        in_short="Sleep helps.\n",
        body="You are welcome.\n",
        plan="A01",
        topic=topic,
        authors=[writer],
    )
    published = original.latest_revision()
    original.body = "A draft that nobody has read.\n\nOf two paragraphs.\n"
    original.save()
    assert "Write the Korean version" in desk.get(address("change", original)).text

    page = desk.post(address("translate", original), follow=True)

    draft = original.in_other_language()
    assert page.redirect_chain == [(address("change", draft), 302)]
    assert (draft.language, draft.slug, draft.kind, draft.plan, draft.topic) == (
        "ko",
        original.slug,
        original.kind,
        "A01",
        topic,
    )
    assert (draft.translation_of, draft.translated_from) == (original, published)
    assert (draft.title, draft.summary, draft.in_short, draft.body) == ("Sleep", "", "…\n", "…\n")
    assert [(credit.person, credit.role) for credit in draft.credits.all()] == [(writer, Role.AUTHOR)]
    assert (draft.status, draft.latest_revision().by) == (Status.DRAFT, editor)
    assert not draft.is_behind_its_original()


def test_an_editor_begins_a_translation_in_a_browser_and_reads_it_beside_its_original(
    open_page, sign_in, editor
):
    article = publish_article(title="Understanding sleep", body="## Rest {#rest}\n\nSleep well.\n")
    page = sign_in(open_page("/admin/"), editor)

    page.goto(address("change", article))
    page.get_by_role("button", name="Write the Korean version").click()
    page.get_by_text("A draft with the sections and citations of the original.").wait_for()
    assert page.get_by_label("Text:").input_value() == "## Rest {#rest}\n\n…\n"
    page.get_by_role("link", name="Beside its original").click()

    page.get_by_role("cell", name="Sleep well.").wait_for()


def test_a_korean_original_is_written_in_english_from_its_draft(desk):
    original = make_article(language="ko", title="수면", body="환영합니다.\n")
    assert "Write the English version" in desk.get(address("change", original)).text

    desk.post(address("translate", original))

    draft = original.in_other_language()
    assert (draft.language, draft.translated_from) == ("en", original.latest_revision())


def test_whoever_comes_second_is_led_to_the_translation_that_is_there(desk):
    original = make_article()
    translation = make_article(language="ko", translation_of=original)

    assert "Write the Korean version" not in desk.get(address("change", original)).text
    for article, there in ((original, translation), (translation, original)):
        page = desk.post(address("translate", article))
        assert page["Location"] == address("change", there)
    assert Article.objects.count() == 2


def test_an_address_that_is_taken_in_the_other_language_is_said(desk):
    original, _other = make_article(slug="sleep"), make_article(slug="sleep", language="ko")

    page = desk.post(address("translate", original), follow=True)

    assert "Another article has that address in the other language." in page.text


def test_only_who_may_add_articles_begins_a_translation(client, django_user_model, nurse, desk):
    original = make_article()

    assert desk.get(address("translate", original)).status_code == 405
    client.force_login(nurse)  # who may look
    assert "Write the Korean version" not in client.get(address("change", original)).text
    assert client.post(address("translate", original)).status_code == 403


# Falling behind, and following


def test_readers_are_told_until_the_translation_that_follows_is_published(desk, client):
    original = publish_article(slug="sleep", body="Sleep eight hours.\n")
    translation = translated(original)
    korean = "/ko/articles/sleep/"
    client.get(korean)
    told = "panel-overdue"  # whose words depend on the language
    assert told not in client.get(korean).text

    change(original, "Sleep seven hours.")
    assert told in client.get(korean).text

    page = desk.get(address("translation", translation))
    assert "<del>eight </del>" in page.text
    assert "<ins>seven </ins>" in page.text
    revision = re.search(r'name="revision" value="(\d+)"', page.text)[1]
    desk.post(address("follows", translation), {"revision": revision})
    translation.refresh_from_db()
    assert not translation.is_behind_its_original()
    assert translation.status == Status.SIGNED
    assert told in client.get(korean).text  # readers see the old version still

    publishing.publish(translation, by=None, change_kind="review", shipped=True)
    assert told not in client.get(korean).text


def test_a_version_of_the_original_with_the_same_words_leaves_the_translation_as_it_is(client):
    original = publish_article(slug="sleep")
    translation = translated(original)

    publish(original, change_kind="review")

    assert not translation.is_behind_its_original()
    assert "panel-overdue" not in client.get("/ko/articles/sleep/").text


def test_the_box_of_the_form_does_what_the_button_does(desk):
    original = publish_article()
    pressed, ticked = translated(original), None
    change(original, "It says more now.")
    other = publish_article()
    ticked = translated(other)
    change(other, "It says more now.")

    desk.post(address("follows", pressed), {"revision": original.latest_revision().number})
    form = desk.get(address("change", ticked))
    assert desk.post(address("change", ticked), posted(form, follows_original="on")).status_code == 302

    for translation, source in ((pressed, original), (ticked, other)):
        translation.refresh_from_db()
        assert translation.translated_from == source.latest_revision()
        assert (translation.status, translation.revisions.count()) == (Status.SIGNED, 1)


def test_the_box_with_new_words_makes_a_draft(desk):
    original = publish_article()
    translation = translated(original)
    change(original, "It says more now.")

    form = desk.get(address("change", translation))
    desk.post(address("change", translation), posted(form, follows_original="on", body="더 말합니다."))

    translation.refresh_from_db()
    assert (translation.status, translation.is_behind_its_original()) == (Status.DRAFT, False)


def test_an_original_that_changed_again_meanwhile_is_not_followed_unread(desk):
    original = publish_article()
    translation = translated(original)
    change(original, "It says more now.")
    seen = original.latest_revision().number
    change(original, "It says something else.")

    page = desk.post(address("follows", translation), {"revision": seen}, follow=True)

    assert "The original has changed again meanwhile." in page.text
    translation.refresh_from_db()
    assert translation.is_behind_its_original()


def test_only_who_may_change_articles_says_that_a_translation_follows(client, nurse):
    original = publish_article()
    translation = translated(original)
    change(original, "It says more now.")
    client.force_login(nurse)

    assert "The translation says this now" not in client.get(address("translation", translation)).text
    page = client.post(address("follows", translation), {"revision": original.latest_revision().number})

    assert page.status_code == 403


def test_the_two_stand_side_by_side_section_by_section(desk):
    before = Article(title="Sleep", body="One.\n\nTwo.\n\n## Help\n\nThree.\n")
    after = Article(title="수면", body="하나.\n\n## 도움\n\n셋.\n")

    assert translating.side_by_side(before, after) == [
        ("title", [("Sleep", "수면")]),
        ("text", [("One.", "하나."), ("Two.", ""), ("## Help", "## 도움"), ("Three.", "셋.")]),
    ]


def test_the_page_beside_its_original_is_found_from_both(desk):
    original = publish_article(title="Sleep")
    translation = translated(original)

    assert desk.get(address("translation", original))["Location"] == address("translation", translation)
    page = desk.get(address("translation", translation)).text
    assert "Nothing: the translation says what readers see of the original." in page
    assert '<td lang="en">Sleep</td>' in page
    assert '<td lang="ko">쉬운 안내</td>' in page
    alone = make_article()
    assert desk.get(address("translation", alone))["Location"] == address("change", alone)


# One address in every language


def test_a_new_address_of_the_original_becomes_that_of_its_translation(desk, client, editor):
    original = publish_article(slug="sleep")
    translation = translated(original)

    form = desk.get(address("change", original))
    desk.post(address("change", original), posted(form, slug="good-sleep"))

    translation.refresh_from_db()
    assert (translation.slug, translation.status) == ("good-sleep", Status.SIGNED)
    assert (translation.latest_revision().number, translation.latest_revision().by) == (2, editor)
    # Each is published when its own version is.
    assert client.get("/ko/articles/sleep/").status_code == 200
    publishing.publish(
        translation, by=None, change_kind="update", change_note="It has a new address.", shipped=True
    )
    assert client.get("/ko/articles/good-sleep/").status_code == 200
    assert client.get("/en/articles/sleep/").status_code == 200


def test_a_translation_takes_no_other_address(desk):
    original = publish_article(slug="sleep")
    translation = translated(original)

    form = desk.get(address("change", translation))
    page = desk.post(address("change", translation), posted(form, slug="other"))
    assert "Change it on the original." in page.text

    translation.slug = "other"
    translation.save()
    assert translation.slug == "sleep"


def test_a_translation_that_is_added_by_hand_says_which_address_it_has(desk):
    original = make_article(slug="sleep")
    make_article(slug="sleep", language="ko")
    form = posted(desk.get("/admin/articles/article/add/"), kind="condition", title="수면", summary="수면.")
    form |= {"body": "환영합니다.", "language": "ko", "translation_of": str(original.pk)}

    for slug, said in (("other", "here “sleep”"), ("sleep", "already exists")):
        page = desk.post("/admin/articles/article/add/", form | {"slug": slug})
        assert said in page.text


def test_an_address_that_the_translation_could_not_have_is_refused():
    original = make_article(slug="sleep")
    make_article(language="ko", translation_of=original)
    make_article(slug="rest", language="ko")

    original.slug = "rest"

    with pytest.raises(ValidationError, match="in the language of the translation"):
        original.clean()


def test_credits_of_the_original_stay_its_own():
    original = publish_article()
    draft = translating.begin(original, by=None)

    assert not Credit.objects.filter(article=draft, role=Role.REVIEWER).exists()
