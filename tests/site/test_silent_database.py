"""While PostgreSQL is silent or gone, whoever has typed a question gets it back, and knows what to do."""

import hashlib
import http.client
import os
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest

from .checkouts import eventually
from .running import Running

WITHIN = 10  # seconds: what the person is promised
ANSWERS = {
    "topic": "evidence",
    "message": "Is there a trial that I could join?\nI live far away & <alone>.",
    "asking_for": "self",
    "lives_in": "elsewhere",
    "preferred_name": "Ada of Örebro",
    "language": "en",
    "contact_method": "email",
    "email": "ada@example.org",
    "never": "phone",
    "wishes": "Somebody else reads my telephone.",
    "adult": "on",
    "personal": "on",
    "sensitive": "on",
}
TYPED = ["I live far away &amp; &lt;alone&gt;.", 'value="Ada of Örebro"', 'value="ada@example.org"']
TYPED += ['value="Somebody else reads my telephone."']
TICKED = ["topic", "asking_for", "lives_in", "contact_method", "never", "adult", "personal", "sensitive"]


@pytest.fixture(scope="module")
def running():
    running = Running()
    try:
        running.connect()
        yield running
    finally:
        for connection_ in running.connections:
            connection_.close()
        running.checkout.close()


class Person:
    """Somebody with the form open."""

    def __init__(self, running):
        self.running = running
        self.host = {"Host": f"localhost:{running.port}"}
        connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=30)
        connection.request("GET", "/en/ask/", headers=self.host)
        answer = connection.getresponse()
        page = answer.read().decode()
        self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        self.hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
        connection.close()

    def send(self):
        """Return status, page, and how many seconds it took."""
        connection = http.client.HTTPConnection("127.0.0.1", self.running.port, timeout=60)
        headers = self.host | {
            "Cookie": self.cookie,
            "Origin": f"http://localhost:{self.running.port}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        begun = time.monotonic()
        connection.request("POST", "/en/ask/", urlencode(ANSWERS | self.hidden), headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        connection.close()
        return answer.status, page, time.monotonic() - begun


def postgres_of(running):
    return [
        number
        for number in running.checkout.processes()
        if Path(f"/proc/{number}/comm").read_text().strip() == "postgres"
    ]


@contextmanager
def silent(running):
    """Stop every process of PostgreSQL: its connections stay open, and nobody answers."""
    processes = postgres_of(running)
    assert processes
    for number in processes:
        os.kill(number, signal.SIGSTOP)
    try:
        yield
    finally:
        for number in processes:
            os.kill(number, signal.SIGCONT)


def assert_given_back(status, page, seconds):
    assert status == 503
    assert seconds < WITHIN
    for text in TYPED:
        assert text in page
    for name in TICKED:
        assert re.search(rf'name="{name}"[^>]* checked', page), name
    assert "Nothing you typed has been stored." in page
    assert 'href="tel:109"' in page
    assert 'href="tel:+82200000000"' in page


@pytest.mark.alone
def test_a_database_that_falls_silent_gives_the_form_back_in_time(running):
    person, crowd = Person(running), [Person(running) for _number in range(24)]

    with silent(running):
        assert_given_back(*person.send())  # nobody has noticed before
        with ThreadPoolExecutor(24) as pool:  # more at once than may wait
            for answer in pool.map(Person.send, crowd):
                assert_given_back(*answer)
        assert_given_back(*person.send())

    eventually(lambda: person.send()[0] == 302, seconds=30)


@pytest.mark.alone
def test_a_database_that_is_gone_gives_the_form_back_in_time(running):
    person = Person(running)
    digest = hashlib.sha256(os.fsencode(running.checkout.path)).hexdigest()[:10]
    places = (running.checkout.path / "var", Path(f"/var/tmp/clinic-{digest}"))
    pid = next(
        path for place in places if (path := place / "postgres-throwaway/data/postmaster.pid").exists()
    )
    keeper = [
        number
        for number in running.checkout.processes()
        if b"embedded_postgres.keeper" in Path(f"/proc/{number}/cmdline").read_bytes()
    ]
    for number in keeper:
        os.kill(number, signal.SIGSTOP)  # or it would start the server again
    os.kill(int(pid.read_text().split()[0]), signal.SIGKILL)

    assert_given_back(*person.send())
    assert_given_back(*person.send())

    for number in keeper:
        os.kill(number, signal.SIGCONT)
    eventually(lambda: person.send()[0] == 302, seconds=60)
