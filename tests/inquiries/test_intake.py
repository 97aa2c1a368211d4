"""Receiving: once, whole, with consents, and by a date that is kept."""

import os
import re
import subprocess
import sys
import threading
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from clinic_site.clinic import clinic
from inquiries import contents, receipt, wording
from inquiries.ask import intake
from inquiries.ask.forms import InquiryForm
from inquiries.contents import for_staff
from inquiries.models import Author, Consent, Event, Inquiry, MessageKind, OutgoingMail, Status, Step
from inquiries.reply_promise import reply_by
from inquiries.screening.identifiers import looks_like_identifier
from tests.factories import answers, token

SEOUL = ZoneInfo("Asia/Seoul")


def shown(page, name):
    """Return the reference or the receipt of a confirmation."""
    return re.search(rf"data-{name}>([^<]+)<", page.text)[1]


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

    inquiry = Inquiry.objects.get()
    opened = for_staff(inquiry)
    (again,) = opened.conversation()
    assert (opened.question, again.text) == (form["message"], "One more thing.")
    assert (again.message.kind, again.message.author) == (MessageKind.SENT_AGAIN, Author.PERSON)
    assert [event.step for event in inquiry.events.all()] == [Step.RECEIVED, Step.SENT_AGAIN]


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
    Inquiry.objects.get().close("not_offered", by=nurse)

    client.post("/en/ask/", answers())

    assert sorted(Inquiry.objects.values_list("status", flat=True)) == ["closed", "new"]


@pytest.mark.django_db
def test_a_consent_that_is_given_only_the_second_time_is_kept(client):
    form = answers(topic="cost", message="", sensitive=None)

    client.post("/en/ask/", form)
    client.post("/en/ask/", form | {"sensitive": "on"})

    inquiry = Inquiry.objects.get()
    assert [consent.key for consent in inquiry.consents.all()] == ["personal", "sensitive"]


@pytest.mark.django_db
def test_the_same_question_after_an_hour_is_a_new_one(client, monkeypatch):
    monkeypatch.setattr("inquiries.ask.last_sent.SECONDS", -1)

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


def at_once(forms):
    """Post the forms at the same moment, each from a browser of its own; return statuses and receipts."""
    statuses, receipts, gate = [], set(), threading.Barrier(len(forms), timeout=20)

    def post(form):
        client = Client()
        gate.wait()
        statuses.append(client.post("/en/ask/", form).status_code)
        receipts.add(shown(client.get("/en/ask/received/"), "receipt"))
        connections.close_all()

    threads = [threading.Thread(target=post, args=[form]) for form in forms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses, receipts


@pytest.mark.django_db(transaction=True)
def test_eight_posts_of_one_form_at_once_make_one_row_and_give_one_receipt():
    statuses, receipts = at_once([answers()] * 8)

    assert statuses == [302] * 8
    assert len(receipts) == 1
    assert contents.find(receipt.read(receipts.pop())).inquiry == Inquiry.objects.get()
    assert Event.objects.count() == 1
    assert Consent.objects.count() == 2
    assert OutgoingMail.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_eight_edits_of_one_form_at_once_are_all_kept_on_one_inquiry():
    form = answers()

    statuses, receipts = at_once([form | {"message": f"Version {number // 2}"} for number in range(8)])

    opened = for_staff(Inquiry.objects.get())
    said = [opened.question, *(text.text for text in opened.conversation())]
    assert statuses == [302] * 8
    assert len(receipts) == 1
    assert sorted(said) == [f"Version {number}" for number in range(4)]
    assert OutgoingMail.objects.count() == 1


@dataclass(frozen=True)
class Found:
    """What danger.py finds, and spam.py thinks."""

    reason: str = "self_harm"
    category: str = "T0"
    score: int = 9
    reasons: tuple = ("links",)
    doubtful: bool = True


def received(**changed):
    form = InquiryForm(answers(**changed.pop("answers", {})))
    assert form.is_valid(), form.errors
    return intake.receive(form, language="en", **changed).inquiry


@pytest.mark.django_db
def test_what_may_be_about_danger_is_pinned_with_its_reason():
    calm = received()
    inquiry = received(findings=[Found(category="T1", reason="fever"), Found()], time_zone="Asia/Tokyo")

    assert (inquiry.category, inquiry.danger_reasons) == ("T0", ["fever", "self_harm"])
    assert inquiry.time_zone == "Asia/Tokyo"
    assert list(Inquiry.objects.open().in_queue_order()) == [inquiry, calm]


@pytest.mark.django_db
def test_what_is_doubtful_is_put_aside_unless_it_may_be_about_danger():
    doubtful = received(judgement=Found())
    danger = received(judgement=Found(), findings=[Found()])

    assert (doubtful.status, doubtful.doubt, doubtful.doubt_reasons) == (Status.DOUBTFUL, 9, ["links"])
    assert danger.status == Status.NEW
    assert list(Inquiry.objects.open()) == [danger]


@pytest.mark.django_db
def test_danger_in_an_edited_form_pins_it_again_and_brings_it_into_the_queue():
    sent = {"form_token": token()}
    first = received(answers=sent, judgement=Found())

    again = received(answers=sent | {"message": "I cannot go on."}, findings=[Found()])

    assert again == first
    assert (again.status, again.category, again.danger_reasons) == (Status.NEW, "T0", ["self_harm"])


@pytest.mark.django_db
def test_an_edited_form_for_an_inquiry_that_was_closed_opens_it_again(nurse):
    sent = {"form_token": token()}
    first = received(answers=sent)
    first.close("not_offered", by=nurse)

    again = received(answers=sent | {"message": "But one thing more."})

    assert (again.status, again.closing_reason, again.owner) == (Status.NEW, "", None)
    assert again.reply_by == reply_by(timezone.now())


@pytest.mark.django_db
@pytest.mark.parametrize("edited", [{}, {"message": "One more thing."}])
def test_a_form_of_a_withdrawn_inquiry_adds_nothing_and_may_be_sent_anew(client, edited):
    sent = answers()
    client.post("/en/ask/", sent)
    withdrawn = Inquiry.objects.get()
    contents.find(receipt.from_token(sent["form_token"].partition(".")[0])).withdraw()

    page = client.post("/en/ask/", sent | edited)

    assert page.status_code == 409
    assert "You withdrew this question" in page.text
    withdrawn.refresh_from_db()
    assert withdrawn.is_withdrawn
    assert not withdrawn.messages.exists()
    anew = re.search(r'name="form_token" value="([^"]+)"', page.text)[1]
    assert client.post("/en/ask/", sent | edited | {"form_token": anew}).status_code == 302
    assert Inquiry.objects.exclude(pk=withdrawn.pk).get().status == Status.NEW


@pytest.mark.django_db
def test_a_corrected_address_counts_and_is_acknowledged():
    sent = {"form_token": token()}
    received(answers=sent | {"email": "adda@example.org"})

    inquiry = received(answers=sent | {"email": "ada@example.org"})

    assert for_staff(inquiry).contact.email == "ada@example.org"
    assert OutgoingMail.objects.count() == 2
    assert "changed_contact" in [event.step for event in inquiry.events.all()]


@pytest.mark.django_db
def test_an_edited_form_is_judged_again_and_writes_to_two_addresses_at_most(client):
    sent = {"form_token": token()}
    received(answers=sent)

    inquiry = received(answers=sent | {"email": "stranger@example.org"}, judgement=Found())
    assert (inquiry.status, inquiry.doubt, inquiry.doubt_reasons) == (Status.NEW, 9, ["links"])
    assert inquiry.mails.count() == 1, "spam does not write to a stranger"

    for number in range(intake.MOST_EDITS - 1):
        received(answers=sent | {"email": f"ada{number}@example.org"})
    page = client.post("/en/ask/", answers(**sent, email="eve@example.org"))

    assert page.status_code == 409
    assert "with changes many times" in page.text
    assert 'value="eve@example.org"' in page.text
    assert inquiry.mails.count() == intake.MOST_ACKNOWLEDGEMENTS
    assert for_staff(Inquiry.objects.get()).contact.email == "ada8@example.org"
    assert inquiry.messages.count() == intake.MOST_EDITS


@pytest.mark.django_db
def test_no_mail_is_noted_for_somebody_who_wants_to_be_called():
    received(answers={"contact_method": "phone", "phone": "+82 10 1234 5678"})

    assert not OutgoingMail.objects.exists()


@pytest.mark.django_db
def test_a_site_without_its_public_key_stores_nothing_and_gives_everything_back(client, settings):
    settings.CLINIC_PUBLIC_KEY = ""

    page = client.post("/en/ask/", answers())

    assert page.status_code == 503
    assert answers()["message"] in page.text
    assert not Inquiry.objects.exists()


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


@pytest.mark.django_db
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


@pytest.mark.django_db(transaction=True)
def test_a_stored_question_keeps_its_receipt_while_the_database_is_silent(client):
    sent = client.post("/en/ask/", answers(), follow=True)

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE inquiries_inquiry RENAME TO inquiries_elsewhere")
    try:
        page = client.get("/en/ask/received/")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE inquiries_elsewhere RENAME TO inquiries_inquiry")

    assert page.status_code == 503
    assert shown(page, "receipt") == shown(sent, "receipt")
    assert "you do not need to send it again" in page.text


@pytest.mark.django_db
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
