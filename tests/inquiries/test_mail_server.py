"""Mail through a real SMTP server that is down, hangs, refuses or dies, and a worker that is killed."""

import threading
import time

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from inquiries import jobs
from inquiries.mail import sending
from inquiries.models import Inquiry, MailKind, MailState, OutgoingMail
from tests.factories import make_inquiry
from tests.inquiries.mail_server import MailServer, Worker, silent
from tests.site.checkouts import eventually


@pytest.fixture
def server():
    server = MailServer().start()
    yield server
    server.stop()


@pytest.fixture
def through(settings):
    """Have mail go through a port of this machine."""

    def through(port):
        settings.MAILERS = {"default": {"OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 1}}}

    return through


def waiting(number=1):
    for place in range(number):
        said = {"preferred_name": f"Markername{place}", "message": f"Markerword{place}"}
        inquiry = make_inquiry(email=f"person{place}@example.org", **said)
        OutgoingMail.objects.enqueue(inquiry, MailKind.ACKNOWLEDGEMENT)


def try_all():
    """Let time pass until every mail is due again, and try each."""
    OutgoingMail.objects.update(due_at=timezone.now())
    for pk in OutgoingMail.objects.values_list("pk", flat=True):
        sending.send(pk)


def arrived(server):
    return sorted(message["To"] for message in server.got)


@pytest.mark.django_db
def test_a_mail_arrives_as_it_was_written(server, through):
    through(server.port)
    waiting()

    try_all()

    (message,) = server.got
    mail = OutgoingMail.objects.get()
    assert message["To"] == "person0@example.org"
    assert message["Message-ID"] == f"<{mail.uid}@messages.example>"
    assert "Marker" not in message.as_string()
    assert mail.state == MailState.SENT


@pytest.mark.django_db
def test_after_a_server_that_was_down_or_hung_every_mail_is_sent(server, through, caplog):
    waiting(5)
    through(9)
    try_all()
    hung = silent()
    through(hung.getsockname()[1])
    try_all()
    hung.close()
    errors = set(OutgoingMail.objects.values_list("state", "last_error"))
    assert errors <= {(MailState.WAITING, "TimeoutError"), (MailState.WAITING, "SMTPServerDisconnected")}

    through(server.port)
    try_all()

    assert arrived(server) == [f"person{place}@example.org" for place in range(5)]
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {MailState.SENT}
    assert "person" not in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("MAIL", "451 4.3.0 Later, please"),
        ("MAIL", "550 5.7.1 We do not know this sender"),
        ("RCPT", "450 4.2.1 person0@example.org is busy"),
        ("DATA", "451 4.3.0 Markerword0"),
    ],
)
def test_what_a_server_may_take_later_is_tried_later(server, through, caplog, command, answer):
    through(server.port)
    server.refusals = {command: answer}
    waiting()

    try_all()

    mail = OutgoingMail.objects.get()
    assert mail.state == MailState.WAITING
    assert mail.last_error.endswith(answer[:3])
    server.refusals = {}
    try_all()
    assert arrived(server) == ["person0@example.org"]
    assert "person0" not in caplog.text
    assert "Marker" not in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("command", "name"), [("RCPT", "SMTPRecipientsRefused 550"), ("DATA", "SMTPDataError 550")]
)
def test_a_mail_that_comes_back_is_on_top_of_the_queue(server, through, caplog, command, name):
    through(server.port)
    server.refusals = {command: "550 5.1.1 person0@example.org is unknown"}
    waiting()

    try_all()
    server.refusals = {}
    try_all()

    mail, inquiry = OutgoingMail.objects.get(), Inquiry.objects.in_queue_order().first()
    assert (mail.state, mail.last_error) == (MailState.BOUNCED, name)
    assert (inquiry.danger_reasons, inquiry.category) == (["mail_bounced"], "T2")
    assert inquiry.pinned_at
    assert [event.step for event in inquiry.events.all()] == ["mail_came_back"]
    assert server.got == []
    assert "person0" not in caplog.text + mail.last_error


@pytest.mark.django_db
def test_an_address_that_cannot_be_written_to_is_in_no_log(through, server, caplog):
    through(server.port)
    OutgoingMail.objects.enqueue(make_inquiry(email="per son\r\nBcc: x@example.org"), MailKind.REPLY)

    try_all()

    assert OutgoingMail.objects.get().last_error == "ValueError"
    assert server.got == []
    assert "per son" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_in_the_middle_loses_no_mail(server):
    """Killed while the server has the mail and has not said yes yet: the one moment when two may arrive."""
    ProcrastinateJob.objects.all()._raw_delete("default")
    caught, release = threading.Event(), threading.Event()

    def hold():
        caught.set()
        release.wait(20)

    server.before_yes = hold
    waiting(3)
    worker = Worker(server.port)
    try:
        assert caught.wait(40), worker.kill()
        said = worker.kill()
        release.set()
        server.before_yes = lambda: None
        assert OutgoingMail.objects.filter(state=MailState.SENT).count() == 0
        before = len(server.got)

        OutgoingMail.objects.update(due_at=timezone.now())  # its leases have run out
        jobs.catch_up(0)
        worker = Worker(server.port)
        eventually(lambda: not OutgoingMail.objects.exclude(state=MailState.SENT).exists(), 40)
    finally:
        said += worker.stop()

    assert set(arrived(server)) == {f"person{place}@example.org" for place in range(3)}
    assert len(server.got) == before + 3
    assert len({message["Message-ID"] for message in server.got}) == 3
    assert "Marker" not in said
    assert "person" not in said
    assert "Marker" not in "".join(message.as_string() for message in server.got)


@pytest.mark.django_db(transaction=True)
def test_a_worker_hears_of_new_mail_at_once_and_of_new_words(server):
    worker = Worker(server.port)
    try:
        waiting()
        eventually(lambda: server.got, 40)
        begun = time.monotonic()
        inquiry = make_inquiry(email="second@example.org")
        OutgoingMail.objects.enqueue(inquiry, MailKind.REPLY)
        eventually(lambda: len(server.got) == 2, 10)
        took = time.monotonic() - begun
        inquiry.heard("wrote")
        eventually(lambda: Inquiry.objects.get(pk=inquiry.pk).search_hashes is not None, 10)
    finally:
        said = worker.stop()

    assert took < 4  # it listens; asking every five seconds would take longer on the average
    assert worker.process.returncode == 0, said
    assert "Traceback" not in said
