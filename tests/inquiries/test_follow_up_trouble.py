"""Coming back while something goes wrong, or at the same moment as somebody else."""

import os
import subprocess
import sys
import threading

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinic_site.clinic import clinic
from inquiries import receipt
from inquiries.contents import for_staff
from inquiries.follow_up import door
from inquiries.models import (
    Inquiry,
    MailState,
    Message,
    OutgoingMail,
    Status,
    StepRefused,
)
from tests.inquiries.coming_back import PAGES, contact, hidden, make_asked, send

pytestmark = pytest.mark.django_db


def test_what_was_typed_is_given_back_when_the_receipt_does_not_open(client, monkeypatch):
    never = receipt.from_token("never")

    unknown = send(client, never, "add/", text="Not to be lost", once="x")
    wrong = send(client, never[:-1], "add/", text="Not to be lost", once="x")
    monkeypatch.setattr(door, "MOST", 0)
    too_many = send(client, never, "add/", text="Not to be lost", once="x")

    assert [page.status_code for page in (unknown, wrong, too_many)] == [422, 422, 429]
    for page in (unknown, wrong, too_many):
        assert "Not to be lost</textarea>" in page.text
    assert clinic().phone in too_many.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_everything_typed_is_given_back_while_the_database_refuses(client, language):
    _, code = make_asked()
    typed = contact(wishes="Never", never=["text", "voicemail"])
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    try:
        added = send(client, code, "add/", pages=language, text="Not to be lost", once="x")
        saved = send(client, code, "contact/", pages=language, **typed)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = off")

    assert added.status_code == saved.status_code == 503
    assert "Not to be lost</textarea>" in added.text
    assert hidden(added, "receipt") == code
    assert hidden(added, "once") == "x"
    assert 'value="Never"' in saved.text
    assert saved.text.count('name="never"') == 2
    assert clinic().phone in added.text
    assert 'href="tel:109"' in added.text
    assert not Message.objects.exists()


def test_a_dead_database_gives_everything_back_in_time():
    script = """
import django, time
django.setup()
from django.test import Client
from inquiries.receipt import from_token
start = time.monotonic()
page = Client().post("/en/ask/follow-up/add/", {"receipt": from_token("x"), "text": "Not to be lost"})
kept = "Not to be lost" in page.text and from_token("x") in page.text
print(page.status_code, kept, time.monotonic() - start < 10)
"""
    environment = os.environ | {
        "DATABASE_URL": "postgres://nobody@127.0.0.1:9/nothing",
        "DJANGO_SETTINGS_MODULE": "clinic_site.settings",
        "DEBUG": "true",  # plain names of static files
    }

    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=60
    )

    assert done.stdout.split() == ["503", "True", "True"], done.stderr


@pytest.mark.parametrize("path", ["", "add/"])
def test_a_lost_cookie_gives_everything_back_but_the_receipt(path):
    _, code = make_asked()
    strict = Client(enforce_csrf_checks=True)

    page = send(strict, code, path, text="Not to be lost", once="x")

    assert page.status_code == 403
    assert "no-store" in page["Cache-Control"]
    assert code not in page.text
    assert "Not to be lost</textarea>" in page.text
    fields = {"text": "Not to be lost", "once": "x"} if path else {}
    again = send(strict, code, path, **fields, csrfmiddlewaretoken=hidden(page, "csrfmiddlewaretoken"))
    assert again.status_code == 200
    assert Message.objects.count() == (1 if path else 0)


def test_no_word_of_the_person_is_in_a_statement_a_header_or_a_log(client, caplog):
    inquiry, code = make_asked()
    words = ["Sesamstreet", "Rumpelstiltskin", "jabberwock@example.org"]
    bare = receipt.read(code)

    with caplog.at_level("DEBUG"), CaptureQueriesContext(connection) as asked:
        pages = [
            send(client, code, "add/", text="About Sesamstreet", once="x"),
            send(client, code, "contact/", **contact(email=words[2], wishes="Rumpelstiltskin")),
            *(send(client, code, path) for path in PAGES),
        ]

    statements = "\n".join(query["sql"] for query in asked)
    logged = "\n".join(
        record.getMessage() for record in caplog.records if record.name.startswith(("inq", "django.r"))
    )
    assert statements.count("inquiries_message")
    for word in [*words, code, bare]:
        assert word not in statements
        assert word.encode().hex() not in statements
        assert word not in logged
        assert not any(word in str(page.headers) + page.request["PATH_INFO"] for page in pages)


# At the same moment, with real connections


def at_once(*jobs):
    """Run each job in a thread with a connection of its own, and return what came of them."""
    gate, outcomes = threading.Barrier(len(jobs), timeout=20), {}

    def run(number, job):
        try:
            gate.wait()
            outcomes[number] = job()
        except Exception as error:
            outcomes[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[number, job]) for number, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [outcomes[number] for number in range(len(jobs))]


@pytest.mark.django_db(transaction=True)
def test_one_page_sent_eight_times_at_once_is_one_message():
    inquiry, code = make_asked()

    pages = at_once(*[lambda: send(Client(), code, "add/", text="Once", once="x")] * 8)

    assert [page.status_code for page in pages] == [200] * 8
    assert Message.objects.count() == 1
    assert inquiry.events.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_pages_sent_at_once_are_two_messages():
    inquiry, code = make_asked()

    at_once(
        lambda: send(Client(), code, "add/", text="One", once="x"),
        lambda: send(Client(), code, "add/", text="Two", once="y"),
    )

    assert sorted(said.text for said in for_staff(inquiry).conversation()) == ["One", "Two"]
    inquiry.refresh_from_db()
    assert inquiry.version == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(5))
def test_erasing_while_staff_reply_leaves_no_word(nurse, _round):
    inquiry, code = make_asked(status=Status.TAKEN, owner=nurse)
    mine = Inquiry.objects.get()
    said = hidden(send(Client(), code, "erase/"), "sure")

    page, reply = at_once(
        lambda: send(Client(), code, "erase/", sure=said),
        lambda: for_staff(mine).reply("Yes, in Seoul.", "a note", by=nurse),
    )

    assert page.status_code == 200
    assert isinstance(reply, Message | StepRefused)
    inquiry.refresh_from_db()
    assert inquiry.erased_at
    assert not Message.objects.exists()
    assert not OutgoingMail.objects.filter(state=MailState.WAITING).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(5))
def test_adding_while_erasing_leaves_no_word_and_fails_kindly(_round):
    inquiry, code = make_asked()
    said = hidden(send(Client(), code, "erase/"), "sure")

    page, added = at_once(
        lambda: send(Client(), code, "erase/", sure=said),
        lambda: send(Client(), code, "add/", text="One", once="x"),
    )

    assert page.status_code == 200
    assert added.status_code in (200, 422)
    inquiry.refresh_from_db()
    assert inquiry.erased_at
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(5))
def test_withdrawing_while_staff_close_is_withdrawn(nurse, _round):
    inquiry, code = make_asked()
    mine = Inquiry.objects.get()
    said = hidden(send(Client(), code, "withdraw/"), "sure")

    page, closed = at_once(
        lambda: send(Client(), code, "withdraw/", sure=said),
        lambda: mine.close("not_offered", by=nurse),
    )

    assert page.status_code == 200
    assert closed is None or isinstance(closed, StepRefused)
    inquiry.refresh_from_db()
    assert (inquiry.status, inquiry.closing_reason) == (Status.CLOSED, "withdrawn")
    steps = [event.step for event in inquiry.events.all()]
    assert steps == (["withdrew"] if closed else ["close", "withdrew"])
