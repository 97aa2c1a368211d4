"""Coming back with a receipt: the door, and where it stands."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic_site.clinic import clinic
from inquiries import receipt, wording
from inquiries.contents import for_staff
from inquiries.erasure import erase
from inquiries.follow_up import door
from inquiries.models import (
    ErasedBy,
    Inquiry,
    Message,
    OutgoingMail,
    RateCount,
    Status,
)
from tests.factories import answers
from tests.inquiries.coming_back import DOOR, PAGES, make_asked, send

pytestmark = pytest.mark.django_db


def test_the_receipt_of_the_confirmation_opens_the_question(client):
    client.post("/en/ask/", answers())
    confirmation = client.get("/en/ask/received/").text
    code = re.search(r"data-receipt>([^<]+)<", confirmation)[1]

    page = send(Client(), code.lower().replace("-", " "))

    assert page.status_code == 200
    assert "Is there a trial that I could join?" in page.text
    assert Inquiry.objects.get().reference in page.text
    assert f"Version {wording.version()} of the text, in English" in page.text


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_no_page_is_kept_and_none_opens_without_a_receipt(client, path, language):
    address = f"/{language}/ask/follow-up/{path}"

    page = client.get(address, follow=True)

    assert page.status_code == 200
    assert page.request["PATH_INFO"] == f"/{language}/ask/follow-up/"
    assert "no-store" in page["Cache-Control"]
    assert client.post(address, {}).status_code == 422


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_kept_nowhere_and_leaves_no_session(client, path):
    _, code = make_asked()

    page = send(client, code, path)

    assert page.status_code == (422 if path == "add/" else 200)
    assert "no-store" in page["Cache-Control"]
    assert "session" not in client.cookies
    assert code.replace("-", "") not in str(page.headers)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter your receipt."),
        ("4F7Q", "A receipt has 20 letters and digits."),
        ("wrong", "One of the letters or digits is wrong"),
    ],
)
def test_a_mistyped_receipt_is_told_apart_without_asking_the_database(client, typed, said):
    _, code = make_asked()
    if typed == "wrong":
        typed = code[:-1] + ("2" if code[-1] != "2" else "3")
    client.get(DOOR)

    with CaptureQueriesContext(connection) as asked:
        page = send(client, typed)

    assert page.status_code == 422
    assert said in page.text
    assert "<title>Error: " in page.text
    assert typed in page.text
    assert not [query for query in asked if "inquiries_" in query["sql"]]


def test_what_never_was_and_what_was_erased_have_one_answer(client):
    inquiry, code = make_asked()
    erase(inquiry, asked_by=ErasedBy.PERSON)
    never = receipt.show(receipt.from_token("never"))

    pages = {}
    for typed in [code, never]:
        with CaptureQueriesContext(connection) as asked:
            page = send(client, typed)
        statements = [re.sub(r"\\x[0-9a-f]+|'[^']*'", "?", query["sql"]) for query in asked]
        pages[typed] = (page.status_code, page.text.replace(typed, ""), statements)

    def same(page):
        return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)

    assert pages[code][0] == pages[never][0] == 422
    assert same(pages[code][1]) == same(pages[never][1])
    assert "We have no question with this receipt." in pages[code][1]
    assert pages[code][2] == pages[never][2]


def test_only_receipts_that_nobody_knows_are_counted_and_the_wait_is_short(client, monkeypatch):
    _, code = make_asked()
    for _ in range(3):
        assert send(client, code).status_code == 200
    assert not RateCount.objects.exists()

    for number in range(door.MOST):
        assert send(client, receipt.from_token(str(number))).status_code == 422
    unknown = receipt.show(receipt.from_token("one more"))
    refused = send(client, unknown)

    assert refused.status_code == 429
    assert clinic().phone in refused.text
    assert unknown in refused.text
    assert client.post(DOOR, {"receipt": unknown}, REMOTE_ADDR="198.51.100.7").status_code == 422
    assert send(client, code).status_code == 200, "a stranger keeps nobody out"
    later = timezone.now() + timedelta(minutes=10)
    monkeypatch.setattr("inquiries.rates.timezone.now", lambda: later)
    assert send(client, unknown).status_code == 422


def test_many_who_guess_together_do_not_keep_out_whoever_has_a_receipt(client, monkeypatch):
    monkeypatch.setattr(door, "MOST_OF_ALL", 4)
    _, code = make_asked()
    for number in range(5):
        client.post(DOOR, {"receipt": receipt.from_token(str(number))}, REMOTE_ADDR="203.0.113.9")

    one_more = {"receipt": receipt.from_token("one more")}
    assert client.post(DOOR, one_more, REMOTE_ADDR="203.0.113.9").status_code == 429
    assert client.post(DOOR, one_more, REMOTE_ADDR="198.51.100.7").status_code == 422
    assert client.post(DOOR, {"receipt": code}, REMOTE_ADDR="203.0.113.9").status_code == 200


# Where it stands


def test_the_promise_is_told_in_the_persons_time_and_in_seouls(client):
    _, code = make_asked(
        time_zone="Europe/London", reply_by=timezone.now() + timedelta(days=1), status=Status.DOUBTFUL
    )

    page = send(client, code)

    assert "We have your question. We will reply by" in page.text
    assert "(London time)" in page.text
    assert "(Seoul time)" in page.text


def test_a_browser_that_keeps_to_utc_is_not_told_of_a_utc_time(client):
    _, code = make_asked(time_zone="UTC")

    page = send(client, code)

    assert re.search(r"\d\xa0[ap]m \(UTC\)", page.text)
    assert "UTC time" not in page.text


@pytest.mark.parametrize("zone", ["", "Asia/Seoul", "Asia/Tokyo", "../../etc/passwd", "No/Where"])
def test_a_time_zone_that_is_unknown_or_the_same_shows_seouls_alone(client, zone):
    _, code = make_asked(time_zone=zone)

    page = send(client, code)

    assert page.status_code == 200
    assert "(Seoul time)" in page.text
    assert page.text.count('class="time"') == 2


def test_a_promise_that_was_not_kept_is_said_with_the_phone(client):
    inquiry, code = make_asked(reply_by=timezone.now() - timedelta(minutes=1))

    page = send(client, code)

    assert "We are late" in page.text
    said = page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert f"call {clinic().phone} and give your reference, {inquiry.reference}" in said


def test_a_reply_is_read_here_and_is_new_once(client, nurse):
    inquiry, code = make_asked(status=Status.TAKEN, owner=nurse)
    for_staff(inquiry).reply("There is one in <Seoul> & Busan.", by=nurse)

    first, second = send(client, code), send(client, code)

    assert "There is one in &lt;Seoul&gt; &amp; Busan." in first.text
    assert "We have replied." in first.text
    assert ">New</strong>" in first.text
    assert ">New</strong>" not in second.text
    assert Message.objects.get().read_at
    assert OutgoingMail.objects.get().kind == "reply"


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("status", Status)
def test_every_status_is_said_in_plain_words(client, nurse, status, language):
    owner = nurse if status in (Status.TAKEN, Status.ANSWERED) else None
    _, code = make_asked(status=status, owner=owner)

    page = send(client, code, pages=language)

    assert page.status_code == 200
    for word in ["doubtful", "spam", "{", "}"]:
        assert word not in page.text.lower().partition("<main")[2].partition("</main")[0]
