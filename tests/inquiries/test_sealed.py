"""The theft drill: a dump of the database, and everything of the public side, holds no word of a patient."""

import os
import secrets
import subprocess
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.urls import reverse

from clinic_site.embedded_postgres.keeper import installations
from clinic_site.mail_url import mailer
from inquiries import contents, receipt, search_hashes
from inquiries.mail import sending
from inquiries.models import Inquiry, Message, Note, OutgoingMail, Status
from tests.factories import answers, token
from tests.inquiries import at_the_desk
from tests.inquiries.coming_back import contact, send
from tests.inquiries.test_intake import shown

pytestmark = pytest.mark.django_db(transaction=True)

CONTROL = "a-word-that-is-stored-in-plain"


class Markers:
    """Words that appear nowhere else, in either script."""

    def __init__(self):
        self.planted = []

    def __call__(self, *, korean=False):
        number = len(self.planted)
        # Spelt in letters, so that no number of a dump can look like one.
        word = "".join(chr(ord("가" if korean else "a") + int(digit)) for digit in f"{number:03}")
        self.planted.append(f"표시{word}끝" if korean else f"marker{word}end")
        return self.planted[-1]


def dump():
    """Return everything that the database holds, as its own programs write it out."""
    program = next(
        (path / "pg_dump" for path in installations() if (path / "pg_dump").exists()), Path("pg_dump")
    )
    where = connection.get_connection_params()
    environment = {"PATH": os.environ["PATH"], "PGPASSWORD": where.get("password") or ""}
    command = [program, "--dbname", where["dbname"], "--host", where["host"], "--username", where["user"]]
    command += ["--port", str(where.get("port") or 5432), "--no-password"]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def found_in(text: bytes, words):
    """Return the words that stand in a dump: as they are, or as PostgreSQL prints bytes."""
    text = text.lower()
    return [word for word in words if word.encode() in text or word.encode().hex().encode() in text]


def test_no_word_of_a_patient_is_in_a_dump(client, nurse, caplog, settings, tmp_path):
    marker = Markers()
    sent = []
    mailbox = tmp_path / "mail"
    settings.MAILERS = {"default": mailer("", mailbox)}
    with caplog.at_level("DEBUG"):
        for number in range(30):
            korean = bool(number % 2)
            language = "ko" if korean else "en"
            form = answers(
                form_token=token(language),
                language=language,
                message=f"{marker(korean=korean)} {marker(korean=korean)}",
                preferred_name=marker(korean=korean),
                email=f"{marker()}@example.org",
                wishes=marker(korean=korean),
            )
            if korean:
                form |= {"contact_method": "phone", "phone": f"+82 10 9{number:03} 5{number:03}"}
                form |= {"best_time": marker(korean=True)}
                marker.planted.append(f"+82109{number:03}5{number:03}")
            client.post(f"/{language}/ask/", form)
            sent.append((language, form))
            sent[-1] += (shown(client.get(f"/{language}/ask/received/"), "receipt"),)
        receipts = [receipt.read(code) for *_others, code in sent]

        # Edited and sent again; written later; told where else to reach them.
        for language, form, _code in sent[:4]:
            client.post(f"/{language}/ask/", form | {"message": marker(), "preferred_name": marker()})
        for code in receipts[4:8]:
            send(client, code, "add/", text=marker(), once=secrets.token_hex(8))
            send(
                client,
                code,
                "contact/",
                **contact(preferred_name=marker(), email=f"{marker()}@example.org", wishes=marker()),
            )

        # Read, noted, answered and found by staff, and mailed; then the private key leaves this machine.
        client.force_login(nurse)
        for inquiry in Inquiry.objects.order_by("pk")[:5]:
            at_the_desk.show(client, inquiry)
            at_the_desk.step(client, inquiry, "take")
            at_the_desk.send(client, inquiry, marker(), note=marker(), category="T2")
        for inquiry in Inquiry.objects.all():
            search_hashes.index(inquiry)
        for mail in OutgoingMail.objects.all():
            sending.send(mail.pk)
        settings.CLINIC_PRIVATE_KEYS, settings.SEARCH_KEY = [], ""
        desk = client.get(reverse("admin:inquiries_inquiry_change", args=[inquiry.pk]))

    assert len(set(marker.planted)) >= 200
    assert (Inquiry.objects.count(), Inquiry.objects.filter(status=Status.ANSWERED).count()) == (30, 5)
    assert (Message.objects.count(), Note.objects.count()) == (13, 5)
    assert Session.objects.exists()
    codes = [*receipts, *map(receipt.show, receipts), *(form["form_token"] for _l, form, _c in sent)]
    nurse.first_name = CONTROL
    nurse.save()

    everything = dump()

    assert found_in(everything, [CONTROL]) == [CONTROL], "what is stored in plain would be found"
    for table in ["django_session", "inquiries_outgoingmail", "procrastinate_jobs"]:
        assert f"COPY public.{table} ".encode() in everything
    assert found_in(everything, [*marker.planted, *(code.lower() for code in codes)]) == []
    assert found_in(caplog.text.encode(), [*marker.planted, *codes]) == []
    assert found_in(desk.content, marker.planted) == [], "without the key, the desk shows nothing either"
    # The demonstration's mailbox is where mail leaves the clinic: it may say to whom, and no more.
    letters = [file.read_bytes() for file in mailbox.rglob("*") if file.is_file()]
    addresses = {word.removesuffix("@example.org") for word in marker.planted}
    assert letters
    for letter in letters:
        message = message_from_bytes(letter, policy=policy.default)
        del message["To"]
        said = message.as_bytes() + message.get_content().encode()
        assert found_in(said, [*addresses, *codes]) == []


def test_a_word_that_lies_in_bytes_would_be_found(nurse):
    """A control: the dump prints bytes in hexadecimal, and the search above must see through it."""
    from tests.factories import make_inquiry

    make_inquiry(content_digest="표시 marker".encode())

    assert found_in(dump(), ["표시", "marker", "absent"]) == ["표시", "marker"]


def test_everything_on_the_public_side_opens_nothing(client, settings):
    """Whoever has the database and the web process's own settings has no key to what it accepted."""
    from inquiries import vault

    client.post("/en/ask/", answers())
    settings.CLINIC_PRIVATE_KEYS, settings.SEARCH_KEY = [], ""
    inquiry = Inquiry.objects.get()

    with pytest.raises(vault.NoKey):
        contents.for_staff(inquiry)
    for known in [settings.SECRET_KEY, settings.CLINIC_PUBLIC_KEY, inquiry.token_hash.hex()]:
        with pytest.raises(vault.WrongKey):
            contents.for_person(inquiry, receipt.from_token(known))
        for key in [vault.derive(known.encode(), "patient"), inquiry.receipt_hash, inquiry.token_hash]:
            with pytest.raises(vault.WrongKey):
                _ = contents.Contents(inquiry, bytes(key)).question
