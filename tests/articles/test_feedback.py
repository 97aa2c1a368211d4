"""“Is this page clear?”: anybody may say so, and nothing tells who they are."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from articles import feedback, publishing
from articles.models import PageFeedback
from tests.factories import publish, publish_article

pytestmark = pytest.mark.django_db

HERE = {"sec-fetch-site": "same-origin"}
PATH = "/en/articles/a-page/clear/"


@pytest.fixture
def article():
    return publish_article(slug="a-page", title="A plain page")


@pytest.fixture
def strict():
    """A client before whom Django checks what it checks in production."""
    return Client(enforce_csrf_checks=True)


def send(client, path=PATH, headers=HERE, **data):
    return client.post(path, {"answer": "no", "text": "The second part."} | data, headers=headers)


def test_an_answer_is_stored_with_the_version_and_nothing_about_its_sender(strict, article):
    publish(article)

    response = send(strict)

    assert response.status_code == 302
    assert response.url == "/en/articles/a-page/clear/thanks/"
    said = PageFeedback.objects.get()
    assert (said.article, said.version, said.language) == (article, 2, "en")
    assert (said.answer, said.text) == ("no", "The second part.")
    fields = {field.name for field in PageFeedback._meta.fields}
    known = {"id", "article", "version", "language", "answer", "text", "created_at", "read_at", "read_by"}
    assert fields == known


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_reader_sends_it_without_javascript_and_without_a_cookie(open_page, language):
    publish_article(slug="a-page", language=language)
    locale = {"en": "en-GB", "ko": "ko-KR"}[language]
    page = open_page(f"/{language}/articles/a-page/", locale=locale, java_script_enabled=False)

    page.locator("#clear input[value=partly]").check()
    page.locator("#clear textarea").fill("너무 길어요 <b>")
    page.locator("#clear button").click()

    assert page.url.endswith(f"/{language}/articles/a-page/clear/thanks/")
    assert page.locator("html").get_attribute("lang") == language
    assert page.context.cookies() == []
    said = PageFeedback.objects.get()
    assert (said.answer, said.text) == ("partly", "너무 길어요 <b>")


@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_was_typed_stays_when_something_is_missing(open_page, language):
    publish_article(slug="a-page", language=language)
    locale = {"en": "en-GB", "ko": "ko-KR"}[language]
    page = open_page(f"/{language}/articles/a-page/", locale=locale, java_script_enabled=False)

    page.locator("#clear textarea").fill("The table.")
    page.locator("#clear button").click()

    assert page.title().startswith({"en": "Error: ", "ko": "오류: "}[language])
    assert page.locator(".error-summary a").get_attribute("href") == "#clear-answer_0"
    assert page.locator("#clear textarea").input_value() == "The table."
    assert not PageFeedback.objects.exists()

    page.locator("#clear input[value=no]").check()
    page.locator("#clear button").click()
    assert PageFeedback.objects.get().text == "The table."


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"answer": ""}, "Choose yes, partly or no."),
        ({"answer": "maybe"}, "Choose yes, partly or no."),
        ({"text": "x" * 1001}, "it is 1 characters over the limit"),
        ({"text": "a\x00b"}, "Null characters"),
        ({"website": "https://spam.example"}, "Please empty this box"),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_is_stored(client, article, data, problem):
    response = send(client, **data)

    assert response.status_code == 422
    assert problem in response.text
    assert not PageFeedback.objects.exists()


def test_line_breaks_count_once_and_hidden_marks_go(client, article):
    send(client, text="\r\n" * 2 + "x\r\n" * 500 + "\u202e")

    assert PageFeedback.objects.get().text == ("x\n" * 500).strip()


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site", "origin": "http://testserver"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "https://elsewhere.example"},
        {"origin": "https://testserver"},
        {"origin": "null", "referer": "http://testserver/en/"},
        {"referer": "https://elsewhere.example/http://testserver/"},
        {},
    ],
)
def test_another_site_cannot_send_it(strict, article, headers):
    response = send(strict, headers=headers)

    assert response.status_code == 403
    assert "The second part." in response.text, "what a person typed stays"
    assert not PageFeedback.objects.exists()


@pytest.mark.parametrize(
    "headers", [{"origin": "http://testserver"}, {"referer": "http://testserver/en/articles/a-page/"}]
)
def test_old_browsers_can(strict, article, headers):
    assert send(strict, headers=headers).status_code == 302


def test_words_of_danger_lead_where_all_answers_lead_and_the_help_lines_stand_there_for_everybody(
    client, article
):
    danger, other = send(client, text="I want to die."), send(client, text="The second part.")

    assert danger.url == other.url == "/en/articles/a-page/clear/thanks/"
    assert "Talk to somebody now" in client.get(danger.url).text
    assert "Talk to somebody now" in send(client, answer="", text="I want to die.").text
    assert "Talk to somebody now" not in send(client, answer="").text


def test_many_answers_about_one_page_are_refused_and_said_to_be(client, article, monkeypatch):
    monkeypatch.setattr(feedback, "MOST_IN_AN_HOUR", 2)
    other = publish_article(slug="another")
    send(client)
    send(client)

    response = send(client, text="One too many.")

    assert response.status_code == 429
    assert "<title>Error: Is this page clear?" in response.text
    assert response.headers["Retry-After"]
    assert "was not stored" in response.text
    assert "One too many." in response.text
    assert send(client, "/en/articles/another/clear/").status_code == 302
    PageFeedback.objects.filter(article=article).update(created_at=timezone.now() - timedelta(minutes=61))
    assert send(client).status_code == 302
    assert other.feedback.count() == 1


def test_the_words_are_deleted_after_180_days_and_the_answer_counts_on(client, article):
    send(client)
    send(client, answer="yes", text="Newer.")
    PageFeedback.objects.filter(answer="no").update(created_at=timezone.now() - timedelta(days=181))

    call_command("forget_feedback")

    assert dict(PageFeedback.objects.values_list("answer", "text")) == {"no": "", "yes": "Newer."}
    assert feedback.counts(article, 1) == {"no": 1, "yes": 1}


def test_the_next_answer_deletes_old_words_too(client, article):
    send(client)
    PageFeedback.objects.update(created_at=timezone.now() - timedelta(days=181))

    send(client, text="")

    assert not PageFeedback.objects.exclude(text="").exists()


def test_a_page_that_readers_do_not_see_takes_no_answers(client, article):
    publishing.withdraw(article, by=None, reason="It is wrong in places.")

    assert send(client).status_code == 404
    assert send(client, "/ko/articles/a-page/clear/").status_code == 404
    assert client.get("/en/articles/a-page/clear/thanks/").status_code == 404


def test_whoever_opens_the_address_gets_the_article(client, article):
    assert client.get(PATH).url == "/en/articles/a-page/"


def test_the_form_has_no_byte_for_one_reader(client, article):
    pages = {client.get("/en/articles/a-page/", headers={"cookie": cookie}).text for cookie in ("", "csrf=x")}

    assert len(pages) == 1
    assert "csrf" not in pages.pop()
    assert not client.get(PATH + "thanks/").cookies


@pytest.mark.parametrize("field", [{"answer": "maybe"}, {"language": "fr"}, {"text": "x" * 1001}])
def test_the_database_refuses_what_must_not_be(article, client, field):
    send(client)

    with pytest.raises(IntegrityError), transaction.atomic():
        PageFeedback.objects.update(**field)


def test_staff_read_it_and_change_nothing(client, article, author, editor, nurse):
    send(client, text="The second part.")
    said = PageFeedback.objects.get()
    url = "/admin/articles/pagefeedback/"

    client.force_login(nurse)
    assert client.get(url).status_code == 403
    for reader in (author, editor):
        client.force_login(reader)
        assert "The second part." in client.get(url + "?words=yes&was_read=no&answer=no").text
        assert client.get(f"{url}{said.pk}/change/").status_code == 200
        assert client.post(f"{url}{said.pk}/change/", {"text": "Other."}).status_code == 403
        assert client.get(f"{url}add/").status_code == 403
        assert client.get(f"{url}{said.pk}/delete/").status_code == 403

    client.post(url, {"action": "mark_as_read", "_selected_action": [said.pk]})
    said.refresh_from_db()
    assert (said.read_by, said.text) == (editor, "The second part.")
    assert "The second part." not in client.get(url + "?was_read=no").text


def test_the_desk_says_how_clear_readers_found_the_page(client, article, editor):
    for answer in ("yes", "no", "no"):
        send(client, answer=answer)
    client.force_login(editor)

    desk = client.get(f"/admin/articles/article/{article.pk}/change/").text

    assert "2 of 3 readers say that this version is not clear or partly clear." in desk
