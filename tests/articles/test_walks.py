"""An author, a reviewer and an editor with their own rights, and a reader: in the browser, step by step."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format
from playwright.sync_api import expect

from articles.models import Article, Credit, Person, Role
from tests.factories import make_article, make_person, publish_article

KO = {"language": "ko", "title": "쉬운 안내", "summary": "이 페이지의 내용이에요."}
KO |= {"body": "잘 오셨어요.\n\n{panel not-advice}\n"}
EN = {"title": "A plain page", "summary": "What this page is about."}
BODY = "You are welcome here.\n\n{panel not-advice}\n"
CHANGE = re.compile(r"/admin/articles/article/\d+/change/")


@pytest.fixture
def doctor(reviewer):
    return make_person("lee", name="Dr Lee", user=reviewer)


@pytest.fixture
def writer(author):
    return make_person("ada", name="Ada Kim", user=author)


@pytest.fixture
def staff(open_page, sign_in):
    """Sign somebody in, once, in a browser of their own."""
    pages = {}

    def staff(user):
        if user.username not in pages:
            pages[user.username] = sign_in(open_page(width=1280), user)
        return pages[user.username]

    return staff


@pytest.fixture
def pair(articles, writer, doctor):
    """A draft in English and its Korean translation, both without a problem."""
    make = {"authors": [writer], "reviewers": [doctor], "slug": "a-plain-page"}
    original = make_article(**make, **EN, body=BODY)
    translation = make_article(**make, **KO, translation_of=original)
    translation.translated_from = original.latest_revision()
    translation.save()
    for role in (Role.TRANSLATOR, Role.CHECKER):
        Credit.objects.create(article=translation, person=make_person(name=role.label), role=role)
    return original, translation


def at_desk(page, article):
    page.goto(f"/admin/articles/article/{article.pk}/change/")
    return page


def step(page, name):
    """Press the button of a step, and stand before its page."""
    page.get_by_role("link", name=name, exact=True).click()
    page.wait_for_url(re.compile("/step/"))
    return page


def tick_all(page):
    for box in page.get_by_role("checkbox").all():
        box.check()


def confirm(page, name):
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_url(CHANGE)
    return page


def send_to_review(page, article):
    step(at_desk(page, article), "Send to review")
    tick_all(page)
    return confirm(page, "Send to review")


def sign(page, article):
    step(at_desk(page, article), "Sign")
    tick_all(page)
    return confirm(page, "Sign")


def says(page, text):
    expect(page.get_by_text(text).first).to_be_visible()


def offers(page, name):
    return page.get_by_role("link", name=name, exact=True).count() == 1


def read(page, path):
    answer = page.goto(path)
    return answer.status, page.content()


def bring_to_readers(staff, article, author, reviewer, editor):
    """Walk an article through review and signature to its readers."""
    send_to_review(staff(author), article)
    sign(staff(reviewer), article)
    page = step(at_desk(staff(editor), article), "Publish")
    return confirm(page, "Publish")


def test_an_article_comes_from_its_author_over_its_reviewer_and_an_editor_to_readers(
    staff, open_page, pair, author, reviewer, editor
):
    article, _translation = pair
    reader = open_page("/en/")

    page = at_desk(staff(author), article)
    assert not offers(page, "Publish")
    assert read(reader, "/en/articles/a-plain-page/")[0] == 404

    send_to_review(page, article)
    says(page, "Sent to review.")
    assert not offers(page, "Sign"), "an author signs nothing"

    page = at_desk(staff(editor), article)
    assert not offers(page, "Sign")
    assert not offers(page, "Publish"), "nobody has signed"

    sign(staff(reviewer), article)
    says(staff(reviewer), "Signed.")
    assert not offers(staff(reviewer), "Publish"), "a reviewer publishes nothing"
    assert read(reader, "/en/articles/a-plain-page/")[0] == 404

    page = step(at_desk(staff(editor), article), "Publish")
    confirm(page, "Publish")
    says(page, "Version 1 is published. Readers see it now.")

    status, html = read(reader, "/en/articles/a-plain-page/")
    assert status == 200
    assert "Medically reviewed by Dr Lee" in html
    assert "Written by Ada Kim" in html
    assert "A plain page" in read(reader, "/en/articles/")[1]


def test_a_reviewer_sends_a_text_back_and_the_author_learns_why(staff, pair, author, reviewer):
    article, _translation = pair
    send_to_review(staff(author), article)

    page = step(at_desk(staff(reviewer), article), "Send back")
    page.get_by_role("button", name="Send back").click()
    says(page, "This field is required.")
    page.get_by_label("What is to be mended").fill("Say who can help today.")
    confirm(page, "Send back")

    page = at_desk(staff(author), article)
    assert offers(page, "Send to review")
    page.get_by_text("What happened so far").click()
    says(page, "Say who can help today.")


def test_an_editor_publishes_for_a_later_moment(staff, open_page, pair, author, reviewer, editor):
    article, _translation = pair
    send_to_review(staff(author), article)
    sign(staff(reviewer), article)

    page = step(at_desk(staff(editor), article), "Publish")
    day = timezone.localdate() + timedelta(days=30)
    page.locator("#id_visible_from").fill(f"{day.isoformat()}T09:00")
    confirm(page, "Publish")

    says(page, f"Version 1 is published. Readers see it from {date_format(day, 'SHORT_DATE_FORMAT')}, 09:00.")
    assert read(open_page("/en/"), "/en/articles/a-plain-page/")[0] == 404


def test_an_editor_publishes_a_correction_from_the_admin_alone(
    staff, open_page, pair, author, reviewer, editor
):
    article, _translation = pair
    bring_to_readers(staff, article, author, reviewer, editor)
    reader = open_page("/en/articles/a-plain-page/")

    page = at_desk(staff(editor), article)
    says(page, "Readers see version 1")
    page.get_by_label("Text:").fill("You are very welcome here.\n\n{panel not-advice}\n")
    page.get_by_role("button", name="Save", exact=True).click()
    says(page, "The text below is newer: readers do not see it yet.")
    assert "very welcome" not in read(reader, "/en/articles/a-plain-page/")[1]

    send_to_review(page, article)
    says(page, "Waiting for the signature of")
    sign(staff(reviewer), article)

    page = step(at_desk(page, article), "Publish")
    says(page, "What differs from version 1")
    page.get_by_label("Correction").check()
    page.get_by_role("button", name="Publish").click()
    says(page, "Say in a sentence what changed since the version before.")
    page.get_by_label("What changed").fill("The greeting was too cool for people who are unwell.")
    confirm(page, "Publish")

    says(page, "Version 2 is published. Readers see it now.")
    html = read(reader, "/en/articles/a-plain-page/")[1]
    assert "very welcome" in html
    assert "The greeting was too cool" in html
    assert "The greeting was too cool" in read(reader, "/en/corrections/")[1]


def test_an_editor_brings_an_earlier_text_back(staff, open_page, pair, author, reviewer, editor):
    article, _translation = pair
    bring_to_readers(staff, article, author, reviewer, editor)
    page = at_desk(staff(author), article)
    page.get_by_label("Text:").fill("A wrong turn.\n\n{panel not-advice}\n")
    page.get_by_role("button", name="Save", exact=True).click()

    page = staff(editor)
    page.goto(f"/admin/articles/article/{article.pk}/history/")
    page.get_by_role("button", name=re.compile("Bring back|Bring revision 1 back|revision 1")).first.click()

    says(page, "Revision 1 is back.")
    assert Article.objects.get(pk=article.pk).body == BODY
    assert "You are welcome here." in read(open_page("/en/"), "/en/articles/a-plain-page/")[1]


def test_an_overdue_page_warns_its_readers_and_a_new_review_brings_it_back(
    staff, open_page, pair, author, reviewer, editor, monkeypatch
):
    from datetime import date

    article, _translation = pair
    bring_to_readers(staff, article, author, reviewer, editor)
    reader = open_page("/en/")

    monkeypatch.setattr("articles.evidence.today", lambda: date(2027, 11, 24))
    assert "overdue for its medical review" in read(reader, "/en/articles/a-plain-page/")[1]
    assert "A plain page" in read(reader, "/en/articles/")[1]

    monkeypatch.setattr("articles.evidence.today", lambda: date(2027, 12, 24))
    assert read(reader, "/en/articles/a-plain-page/")[0] == 200
    assert "A plain page" not in read(reader, "/en/articles/")[1]

    page = at_desk(staff(author), article)
    says(page, "Overdue for more than 30 days")
    send_to_review(page, article)
    sign(staff(reviewer), article)
    page = step(at_desk(staff(editor), article), "Publish")
    assert page.get_by_label("Reviewed again, nothing changed").is_checked()
    confirm(page, "Publish")

    assert "overdue" not in read(reader, "/en/articles/a-plain-page/")[1]
    assert "A plain page" in read(reader, "/en/articles/")[1]


def test_readers_of_a_translation_learn_that_the_original_changed_until_it_follows(
    staff, open_page, pair, author, reviewer, editor
):
    article, translation = pair
    bring_to_readers(staff, article, author, reviewer, editor)
    bring_to_readers(staff, translation, author, reviewer, editor)
    reader = open_page("/ko/", locale="ko-KR")
    told = 'hreflang="en">원문 읽기'
    assert told not in read(reader, "/ko/articles/a-plain-page/")[1]

    page = at_desk(staff(author), article)
    page.get_by_label("Text:").fill("You are welcome here, day and night.\n\n{panel not-advice}\n")
    page.get_by_role("button", name="Save", exact=True).click()
    send_to_review(page, article)
    sign(staff(reviewer), article)
    page = step(at_desk(staff(editor), article), "Publish")
    page.get_by_label("Update").check()
    page.get_by_label("What changed").fill("We are here at night as well.")
    confirm(page, "Publish")
    assert told in read(reader, "/ko/articles/a-plain-page/")[1]

    page = at_desk(staff(author), translation)
    says(page, "The original has changed since this was translated.")
    page.get_by_label("Text:").fill("밤낮으로 잘 오셨어요.\n\n{panel not-advice}\n")
    page.get_by_label("This translation says what the original says now").check()
    page.get_by_role("button", name="Save", exact=True).click()
    send_to_review(page, translation)
    sign(staff(reviewer), translation)
    page = step(at_desk(staff(editor), translation), "Publish")
    page.get_by_label("Update").check()
    page.get_by_label("What changed").fill("밤에도 문의하실 수 있다고 적었어요.")
    confirm(page, "Publish")
    assert told not in read(reader, "/ko/articles/a-plain-page/")[1]


def test_an_editor_withdraws_a_page_at_once_and_says_why(staff, open_page, pair, author, reviewer, editor):
    article, _translation = pair
    bring_to_readers(staff, article, author, reviewer, editor)
    reader = open_page("/en/")
    assert not offers(at_desk(staff(author), article), "Withdraw")

    page = step(at_desk(staff(editor), article), "Withdraw")
    page.get_by_label("Why").fill("It promised more than anybody knows.")
    confirm(page, "Withdraw")

    status, html = read(reader, "/en/articles/a-plain-page/")
    assert status == 410
    assert "It promised more than anybody knows." in html
    assert "A plain page" not in read(reader, "/en/articles/")[1]
    assert "It promised more than anybody knows." in read(reader, "/en/corrections/")[1]


def test_an_editor_enters_the_signature_of_somebody_outside(staff, pair, author, reviewer, editor):
    article, _translation = pair
    outside = make_person(name="Dr Outside", works_for_clinic=False)
    Credit.objects.create(article=article, person=outside, role=Role.REVIEWER)
    send_to_review(staff(author), article)
    sign(staff(reviewer), article)
    says(staff(reviewer), "The signature of Dr Outside is still missing.")

    page = step(at_desk(staff(editor), article), "Sign")
    tick_all(page)
    page.get_by_role("button", name="Sign").click()
    says(page, "Say where the signed paper of Dr Outside is kept.")
    page.get_by_label("Where the signed paper is kept").fill("Folder 7")
    confirm(page, "Sign")

    assert offers(page, "Publish")


def test_the_errors_of_a_text_stop_its_publication_on_the_screen(staff, pair, author, reviewer, editor):
    article, _translation = pair
    page = at_desk(staff(author), article)
    page.get_by_label("Text:").fill("In 40% of people it helped.\n\n{panel not-advice}\n")
    page.get_by_role("button", name="Save", exact=True).click()
    send_to_review(page, article)
    sign(staff(reviewer), article)

    page = step(at_desk(staff(editor), article), "Publish")
    says(page, "These stop publication")
    page.get_by_role("button", name="Publish").click()
    says(page, "The editorial rules stop this.")

    assert not article.publications.exists()


def test_people_get_the_desk_that_their_rights_allow(staff, articles, reviewer, nurse):
    article = publish_article(title="For all")
    assert Person.objects.exists()

    page = at_desk(staff(reviewer), article)
    assert page.get_by_role("button", name="Save", exact=True).count() == 0
    page = at_desk(staff(nurse), article)
    assert not offers(page, "Sign")
    assert page.goto(f"/admin/articles/article/{article.pk}/step/withdraw/").status == 403


def test_a_shipped_page_is_corrected_from_the_admin_alone(staff, open_page, articles, reviewer, editor):
    article = Article.objects.get(plan="A01")
    Person.objects.filter(key="demonstration-reviewer").update(user=reviewer)
    page = at_desk(staff(editor), article)
    page.get_by_label("Title:").fill("Understanding low mood and anxiety")
    page.get_by_role("button", name="Save", exact=True).click()
    says(page, "The text below is newer: readers do not see it yet.")

    for warning, answer in (
        ("the other language", "It is being written."),
        ("no glossary", "It comes with it."),
    ):
        rule = page.locator("#rules li", has_text=warning)
        rule.locator("summary", has_text=re.compile("^Answer$")).click()
        rule.get_by_label("Your answer").fill(answer)
    page.locator("#rules").get_by_role("button", name="Save the answer").first.click()
    says(page, "2 answers are saved.")
    send_to_review(page, article)
    sign(staff(reviewer), article)
    page = step(at_desk(page, article), "Publish")
    page.get_by_label("Correction").check()
    page.get_by_label("What changed").fill("The title says low mood, as the text does.")
    confirm(page, "Publish")

    assert "Understanding low mood" in read(open_page("/en/"), "/en/corrections/")[1]
