"""The connection to PostgreSQL ends between COMMIT and its answer: nobody may say that nothing is stored."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress

import pytest
from django.db import connection

from inquiries.models import Inquiry, Message
from tests.factories import answers
from tests.inquiries.coming_back import make_asked

pytestmark = pytest.mark.django_db(transaction=True)

SEND_TWICE = """
import django, json, sys, time
django.setup()
from django.test import Client
path, fields = json.load(sys.stdin)
told = []
for _time in range(2):
    begun = time.monotonic()
    page = Client().post(path, fields)
    told.append([page.status_code, page.text, time.monotonic() - begun])
    if page.status_code == 302:
        told[-1][1] = Client(headers={"cookie": page.cookies.output(header="", sep=";")}).get(page.url).text
json.dump(told, sys.stdout)
"""


class Between:
    """Passes on what is said to PostgreSQL and back, until the first COMMIT of what a person has written."""

    def __init__(self, *, arrives, hangs):
        self.arrives, self.hangs, self.done = arrives, hangs, False
        self.silenced: socket.socket | None = None
        self.answered = threading.Event()
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        self.kept = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with suppress(OSError):
            while True:
                here, _address = self.door.accept()
                facts = connection.settings_dict
                if facts["HOST"].startswith("/"):
                    there = socket.socket(socket.AF_UNIX)
                    there.connect(f"{facts['HOST']}/.s.PGSQL.{facts['PORT']}")
                else:
                    there = socket.create_connection((facts["HOST"], facts["PORT"] or 5432))
                self.kept += [here, there]
                threading.Thread(target=self.carry_back, args=[there, here], daemon=True).start()
                threading.Thread(target=self.carry, args=[here, there], daemon=True).start()

    def carry(self, here, there):
        wrote = False
        with suppress(OSError):
            while said := here.recv(65536):
                wrote = wrote or b'INSERT INTO "inquiries_' in said
                if wrote and not self.done and b"COMMIT" in said:
                    self.done = True
                    return self.cut(here, there, said)
                there.sendall(said)
            there.close()

    def cut(self, here, there, said):
        if self.arrives:
            self.silenced = there
            there.sendall(said)
            assert self.answered.wait(20)
        if not self.hangs:
            here.shutdown(socket.SHUT_RDWR)
        there.shutdown(socket.SHUT_RDWR)

    def carry_back(self, there, here):
        with suppress(OSError):
            while said := there.recv(65536):
                if there is self.silenced:
                    self.answered.set()
                    return
                here.sendall(said)

    def close(self):
        for one in [self.door, *self.kept]:
            one.close()


@contextmanager
def between(**how):
    broken = Between(**how)
    try:
        yield broken
    finally:
        broken.close()


def send_twice(path, fields, **how):
    """Return status, page and seconds of both times, and whether the connection was cut."""
    facts = connection.settings_dict
    with between(**how) as broken:
        secret = f":{facts['PASSWORD']}" if facts["PASSWORD"] else ""
        url = f"postgres://{facts['USER']}{secret}@127.0.0.1:{broken.port}/{facts['NAME']}"
        environment = os.environ | {
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "clinic_site.settings",
            "DEBUG": "true",  # plain names of static files
        }
        done = subprocess.run(
            [sys.executable, "-c", SEND_TWICE],
            env=environment,
            input=json.dumps([path, fields]),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.stdout, done.stderr
        assert broken.done, "the connection was cut"
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("arrives", "hangs"),
    [(True, False), (False, False), (True, True)],
    ids=["stored", "not stored", "stored and silent"],
)
def test_a_question_is_neither_lost_nor_called_lost(arrives, hangs):
    form = answers()

    first, second = send_twice("/en/ask/", form, arrives=arrives, hangs=hangs)

    assert first[0] == 503
    assert first[2] < 10
    told = re.search(r'role="alert" tabindex="-1" autofocus>.*?</div>', first[1], re.DOTALL)[0]
    assert "Your question was not confirmed" in told
    assert "We cannot tell whether your question arrived" in told
    assert "stored" not in told
    assert form["message"] in first[1]
    assert f'value="{form["form_token"]}"' in first[1]
    assert second[0] == 302
    assert Inquiry.objects.get().reference in second[1]


def test_a_message_is_neither_lost_nor_called_lost():
    _, code = make_asked()
    fields = {"receipt": code, "text": "One thing more", "once": "x"}

    first, second = send_twice("/en/ask/follow-up/add/", fields, arrives=True, hangs=False)

    assert first[0] == 503
    assert "We cannot tell whether that was stored" in first[1]
    assert "Nothing was stored" not in first[1]
    assert "One thing more</textarea>" in first[1]
    assert second[0] == 200
    assert Message.objects.count() == 1
