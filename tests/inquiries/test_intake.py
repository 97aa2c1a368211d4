"""Receiving: once, whole, with consents, and by a date that is kept."""

import os
import re
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from clinic_site.clinic import clinic
from inquiries import wording
from inquiries.identifiers import looks_like_identifier
from inquiries.models import Consent, Event, Inquiry, Status, Step
from inquiries.reply_promise import reply_by
from tests.factories import answers, token

SEOUL = ZoneInfo("Asia/Seoul")


@pytest.mark.django_db
def test_an_inquiry_comes_with_its_consents_and_its_first_event(client):
    client.post("/ko/ask/", answers(language="ko", form_token=token("ko")))

    inquiry = Inquiry.objects.get()
    event = Event.objects.get()
    consents = Consent.objects.all()
    assert (event.inquiry, event.step, event.became, event.by) == (inquiry, Step.RECEIVED, Status.NEW, None)
    assert [consent.key for consent in consents] == ["personal", "sensitive"]
    assert {consent.text_version for consent in consents} == {wording.version()}
    assert {consent.language for consent in consents} == {"ko"}
    assert all(abs(timezone.now() - consent.given_at).total_seconds() < 60 for consent in consents)


@pytest.mark.django_db
def test_a_consent_that_was_not_given_is_not_recorded(client):
    client.post("/en/ask/", answers(sensitive=None, message="", topic="website"))

    assert [consent.key for consent in Consent.objects.all()] == ["personal"]


@pytest.mark.django_db
def test_sending_the_same_form_again_returns_the_first_confirmation(client):
    form = answers()

    first = client.post("/en/ask/", form, follow=True)
    again = client.post("/en/ask/", form, follow=True)

    inquiry = Inquiry.objects.get()
    assert inquiry.reference in first.text
    assert inquiry.reference in again.text
    assert Event.objects.count() == 1
    assert Consent.objects.count() == 2


@pytest.mark.django_db
def test_an_edited_form_sent_again_keeps_both_texts(client):
    form = answers()

    client.post("/en/ask/", form)
    client.post("/en/ask/", form | {"message": "One more thing."})

    first, second = Inquiry.objects.order_by("pk")
    assert (first.message, second.message) == (form["message"], "One more thing.")
    assert first.sent_again_as().get() == second


@pytest.mark.django_db
def test_a_page_that_the_browser_built_anew_sends_the_same_question_once(client):
    """After Back, a browser short of memory restores what was typed into a page with a new token."""
    form = answers()

    client.post("/en/ask/", form)
    client.post("/en/ask/", form | {"form_token": token()})

    assert Inquiry.objects.count() == 1


@pytest.mark.django_db
def test_a_question_that_was_dealt_with_and_is_asked_again_is_a_new_one(client, nurse):
    client.post("/en/ask/", answers())
    Inquiry.objects.get().close("answered", by=nurse)

    client.post("/en/ask/", answers())

    assert sorted(Inquiry.objects.values_list("status", flat=True)) == ["closed", "new"]


@pytest.mark.django_db
def test_a_consent_that_is_given_only_the_second_time_is_kept(client):
    client.post("/en/ask/", answers(topic="cost", message="", sensitive=None))
    client.post("/en/ask/", answers(topic="cost", message=""))

    latest = Inquiry.objects.order_by("-pk")[0]
    assert [consent.key for consent in latest.consents.all()] == ["personal", "sensitive"]


@pytest.mark.django_db
def test_the_same_question_after_a_day_is_a_new_one(client, monkeypatch):
    monkeypatch.setattr("inquiries.intake.REPEAT", timedelta(0))

    client.post("/en/ask/", answers())
    client.post("/en/ask/", answers())

    assert Inquiry.objects.count() == 2


@pytest.mark.django_db
def test_consents_to_texts_that_have_changed_since_are_asked_for_again(client):
    opened = answers()
    edited = wording.wording("en")["consents"]["items"][0]
    before, edited["text"] = edited["text"], edited["text"] + " And one thing more."
    try:
        page = client.post("/en/ask/", opened)
    finally:
        edited["text"] = before

    assert page.status_code == 422
    assert "The texts that you agree to have changed." in page.text
    assert opened["message"] in page.text
    assert not re.search(r'name="(personal|sensitive)"[^>]* checked', page.text)
    assert not Inquiry.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same_form", [True, False])
def test_eight_posts_of_one_question_at_once_make_one_row(same_form):
    form, statuses, gate = answers(), [], threading.Barrier(8, timeout=20)

    def post():
        sent = form if same_form else form | {"form_token": token()}
        gate.wait()
        statuses.append(Client().post("/en/ask/", sent).status_code)
        connections.close_all()

    threads = [threading.Thread(target=post) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [302] * 8
    assert Inquiry.objects.count() == 1
    assert Event.objects.count() == 1
    assert Consent.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_question_that_cannot_be_stored_is_given_back(client):
    """The database is real, and refuses to write for a moment, as after a failover."""
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    try:
        page = client.post("/en/ask/", answers())
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = off")

    assert page.status_code == 503
    assert "Nothing you typed has been stored." in page.text
    assert answers()["message"] in page.text
    assert clinic().phone in page.text
    assert not Inquiry.objects.exists()


def test_the_form_opens_and_gives_back_what_was_typed_while_there_is_no_database():
    script = """
import django, sys
django.setup()
from django.test import Client
from tests.factories import answers, token
form = Client().get("/en/ask/")
sent = Client().post("/en/ask/", answers())
print(form.status_code, sent.status_code, answers()["message"] in sent.text)
"""
    environment = os.environ | {
        "DATABASE_URL": "postgres://nobody@127.0.0.1:9/nothing",
        "DJANGO_SETTINGS_MODULE": "clinic_site.settings",
        "DEBUG": "true",  # plain names of static files
    }

    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=60
    )

    assert done.stdout.split() == ["200", "503", "True"], done.stderr
    assert answers()["message"] not in done.stderr


@pytest.mark.parametrize(
    ("received", "promised"),
    [
        ("2026-11-23T10:00", "2026-11-25T18:00"),  # Monday
        ("2026-11-23T23:59", "2026-11-25T18:00"),
        ("2026-11-26T09:00", "2026-11-30T18:00"),  # Thursday: Friday and Monday
        ("2026-11-28T09:00", "2026-12-01T18:00"),  # Saturday
        ("2026-09-23T09:00", "2026-09-29T18:00"),  # before Chuseok, 24 to 26 September
        ("2026-12-31T09:00", "2027-01-05T18:00"),  # New Year's Day is a Friday
        ("2026-08-14T09:00", "2026-08-19T18:00"),  # 15 August is a Saturday: Monday is its substitute
    ],
)
def test_the_promise_counts_working_days_of_seoul(received, promised):
    moment = datetime.fromisoformat(received).replace(tzinfo=SEOUL)

    assert reply_by(moment) == datetime.fromisoformat(promised).replace(tzinfo=SEOUL)


@pytest.mark.parametrize(
    "text",
    [
        "900101-1234567",
        "900101 2234567",
        "9001011234567",
        "여권 M12345678 입니다",
        "M123A4567",
        "4111 1111 1111 1111",
        "４１１１-1111-1111-1111",
    ],
)
def test_numbers_that_must_not_be_held_are_recognised(text):
    assert looks_like_identifier(f"it is {text}, ok?")


@pytest.mark.parametrize(
    "text",
    [
        "+82 10 1234 5678",
        "NCT03265808",
        "ChiCTR2600122690",
        "1234 5678 9012 3456",
        "F31, 2,696 people",
        "2026-11-23",
        "900101",
    ],
)
def test_other_numbers_are_left_alone(text):
    assert not looks_like_identifier(f"it is {text}, ok?")
