"""`make run` as a newcomer meets it: one process group on a copy of the checkout."""

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import threading
import time

import pytest

from .checkouts import ROOT, Checkout, eventually

PARTS = [".env.example", "manage.py", "clinic_site", "articles", "inquiries", "templates", "static", "locale"]
LAST_LINES = (
    r"Mail: http://localhost:{port}/mailbox/\n"
    r"Site: http://localhost:{port}/\n"
    r"Admin: http://localhost:{port}/admin/\n"
    r"Sign in: demo / (?P<password>\S+)\n"
    r"Sign in: nurse / (?P=password)\n"
    r"Sign in: physician / (?P=password)\n"
    r"Sign in: manager / (?P=password)\n"
    r"Sign in: auditor / (?P=password)\n"
    r"Sign in: author / (?P=password)\n"
    r"Sign in: reviewer / (?P=password)\n"
    r"Sign in: editor / (?P=password)\n"
)


@pytest.fixture(scope="module")
def checkout():
    checkout = Checkout(*PARTS)
    yield checkout
    checkout.close()


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def run(checkout, port):
    """Start the site, and read on until it says that it is ready or stops."""
    started = []

    def run(*arguments, **environment):
        process = checkout.start("-m", "clinic_site.run", *arguments, PORT=str(port), **environment)
        watchdog = threading.Timer(120, process.kill)
        watchdog.start()
        started.append(process)
        said = ""
        for line in process.stdout:
            said += line
            if line.startswith("Sign in: editor"):
                break
        watchdog.cancel()
        return process, said

    yield run
    for process in started:
        process.terminate()
        process.wait(timeout=10)


def status(port, path):
    """Ask for a page. Half a minute is no promise: a busy machine needs seconds for a worker's first page."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        try:
            connection.request("GET", path, headers={"Host": f"localhost:{port}"})
            return connection.getresponse().status
        except OSError:
            return None


def workers(checkout):
    """Give the processes that serve: granian's own children, which multiprocessing has spawned."""
    return {
        number
        for number in checkout.processes()
        if b"spawn_main" in (line := read(f"/proc/{number}/cmdline")) and b"resource" not in line
    }


def mail_worker(checkout):
    """Give the process that sends the mail, or none."""
    return {number for number in checkout.processes() if b"work\0--until" in read(f"/proc/{number}/cmdline")}


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def test_a_first_run_shows_the_site_and_a_second_changes_nothing(checkout, run, port):
    process, said = run()

    first = re.search(LAST_LINES.format(port=port) + r"\Z", said)
    assert first, said
    assert status(port, "/en/") == 200
    assert status(port, "/admin/login/") == 200
    for secret in ("var/demonstration.json", ".env"):
        assert (checkout.path / secret).stat().st_mode & 0o777 == 0o600
    change = (
        "from django.contrib.auth.models import User\n"
        "nurse = User.objects.get(username='nurse')\n"
        "nurse.set_password('her own long password')\n"
        "nurse.save()"
    )
    assert checkout.start("manage.py", "shell", "-c", change).wait() == 0
    os.killpg(process.pid, signal.SIGINT)  # as the terminal does with Ctrl-C
    assert "Traceback" not in process.communicate()[0]
    assert process.returncode == 0
    assert eventually(lambda: not checkout.processes()) < 3

    begun = time.monotonic()
    process, said = run()
    assert time.monotonic() - begun < 40  # it does not set up again, on however busy a machine
    assert "style sheets" not in said
    assert "manage.py changepassword nurse" in said
    assert said.endswith(
        f"Sign in: demo / {first['password']}\n"
        "Sign in: nurse / (the password you set)\n"
        f"Sign in: physician / {first['password']}\n"
        f"Sign in: manager / {first['password']}\n"
        f"Sign in: auditor / {first['password']}\n"
        f"Sign in: author / {first['password']}\n"
        f"Sign in: reviewer / {first['password']}\n"
        f"Sign in: editor / {first['password']}\n"
    )
    process.terminate()
    assert "Traceback" not in process.communicate()[0]
    assert eventually(lambda: not checkout.processes()) < 3


def test_a_worker_that_was_killed_is_replaced(checkout, run, port):
    process, said = run()
    before = workers(checkout)
    assert len(before) == 2

    os.kill(min(before), signal.SIGKILL)

    eventually(lambda: len(workers(checkout) - before) == 1)
    eventually(lambda: status(port, "/healthz") == 200)
    process.kill()
    assert eventually(lambda: not checkout.processes()) < 6


def test_the_worker_is_started_again_and_goes_with_the_site(checkout, run, port):
    process, said = run()
    eventually(lambda: mail_worker(checkout), 20)
    before = mail_worker(checkout)
    assert len(before) == 1

    os.kill(min(before), signal.SIGKILL)

    eventually(lambda: mail_worker(checkout) - before, 20)
    assert len(mail_worker(checkout)) == 1
    process.kill()
    assert eventually(lambda: not checkout.processes()) < 6


def test_bodies_that_trickle_in_do_not_keep_others_waiting(checkout, run, port):
    process, said = run()
    stalled = [socket.create_connection(("127.0.0.1", port)) for _number in range(8)]
    for connection in stalled:
        connection.sendall(
            b"POST /en/ask/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\na=1"
        )

    assert status(port, "/healthz") == 200
    assert status(port, "/en/") == 200

    for connection in stalled:
        connection.close()
    process.kill()
    assert eventually(lambda: not checkout.processes()) < 6


def test_the_development_server_shows_the_same_lines(checkout, run, port):
    process, said = run("--dev")

    assert f"Site: http://localhost:{port}/\nAdmin: http://localhost:{port}/admin/\nSign in: demo / " in said
    assert status(port, "/en/") == 200
    os.killpg(process.pid, signal.SIGINT)
    assert "Traceback" not in process.communicate()[0]
    assert eventually(lambda: not checkout.processes()) < 3


def test_a_port_that_is_taken_is_named_with_a_way_out(checkout, run, port):
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", port))
        somebody.listen()

        process, said = run()

    assert said == f"Port {port} is taken: choose another with make run PORT={port + 1}\n"
    assert process.wait() == 1


@pytest.mark.parametrize("address", ["127.0.0.1:{port}", "127.0.0.1:not-a-number", "nowhere.invalid"])
def test_a_database_that_cannot_be_reached_is_one_line_without_its_password(checkout, run, port, address):
    url = f"postgres://clinic:such-a-secret@{address.format(port=port)}/clinic"

    process, said = run(DATABASE_URL=url)

    assert process.wait() == 1
    lines = said.splitlines()
    assert lines[0] == "Preparing the database …"
    assert lines[1].startswith(
        ("The database of DATABASE_URL does not answer: ", "DATABASE_URL cannot be read: ")
    )
    assert len(lines) == 2
    assert "such-a-secret" not in said


def test_a_real_site_is_not_taken_for_a_demonstration(checkout, run, port):
    process, said = run(DEMONSTRATION="false")

    assert process.wait() == 1
    assert "DEMONSTRATION is false" in said
    assert "Traceback" not in said


def test_make_explains_its_targets():
    said = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True).stdout

    assert "make run" in said
    assert "PORT" in said


def test_what_was_sealed_under_the_keys_of_env_is_not_left_without_them(checkout):
    """A lost var/ makes up other keys: those that inquiries are sealed under stay the ones that count."""
    script = (
        "from clinic_site import run; run.set_environment(8000, False)\n"
        "from django.conf import settings; print(settings.CLINIC_PRIVATE_KEYS)"
    )
    first = checkout.start("-c", script).communicate()[0]
    kept = checkout.path / "var/demonstration.json"
    before = kept.read_text()
    kept.unlink()

    assert len(first.strip()) == len("['']") + 64
    assert checkout.start("-c", script).communicate()[0] == first
    kept.write_text(before)  # other tests sign in with its password
