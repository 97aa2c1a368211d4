"""Mail: what it says, to whom, and when it is not sent."""

import threading
from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.db import connections, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from inquiries import contents, jobs
from inquiries.erasure import erase
from inquiries.mail import allowed, sending
from inquiries.mail.letters import write
from inquiries.models import (
    Channel,
    ErasedBy,
    Inquiry,
    MailKind,
    MailState,
    OutgoingMail,
    Status,
)
from inquiries.models.mail import MOST_ATTEMPTS
from tests.factories import answers, make_inquiry, token

# What whoever passes by must not read in a subject or in the first lines.
TELLING = ["clinic", "dekabi", "cell", "depress", "anxi", "health", "treat", "doctor", "trial", "crisis"]
TELLING += [
    "병원",
    "의원",
    "클리닉",
    "데카비",
    "세포",
    "우울",
    "불안",
    "건강",
    "치료",
    "상담",
    "진료",
    "자살",
]
PREVIEW = 140  # letters, about what the largest mail program shows


def waiting(kind=MailKind.ACKNOWLEDGEMENT, **fields):
    return OutgoingMail.objects.enqueue(make_inquiry(**fields), kind)


def letter(mail):
    message = write(mail)
    return message, f"{message.subject}\n{message.body}"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("kind", MailKind)
def test_a_mail_says_that_something_happened_and_never_what(language, kind):
    said = {"preferred_name": "Markername", "message": "Markerword", "wishes": "Quietly"}
    inquiry = make_inquiry(language=language, **said)
    message, text = letter(OutgoingMail.objects.enqueue(inquiry, kind))

    assert message.to == ["ada@example.org"]
    assert inquiry.reference in message.subject
    assert f"http://localhost/{language}/ask/follow-up/" in text
    assert [word for word in said.values() if word in text] == []
    assert "{" not in text
    shown = f"{message.from_email} {message.subject} {message.body[:PREVIEW]}".lower()
    assert [word for word in TELLING if word in shown] == []


@pytest.mark.django_db
def test_the_promised_day_stands_in_the_mail_in_the_persons_language():
    reply_by = timezone.make_aware(timezone.datetime(2026, 11, 25, 18))

    _message, english = letter(waiting(reply_by=reply_by))
    _message, korean = letter(waiting(reply_by=reply_by, language="ko"))

    assert "25 November 2026, 6\xa0pm (Seoul time)" in english
    assert "2026년 11월 25일" in korean


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "sorry", "received"),
    [
        ("en", "Our reply is later than it should be", "20 November 2026, 9\xa0am (Seoul time)"),
        ("ko", "답변이 늦어져 죄송합니다", "2026년 11월 20일"),
    ],
)
def test_what_leaves_after_the_promised_day_promises_no_day(nurse, language, sorry, received):
    """It waited in quarantine, or the mail server was away."""
    past = timezone.now() - timedelta(hours=1)
    came = timezone.make_aware(timezone.datetime(2026, 11, 20, 9))
    mail = waiting(status=Status.DOUBTFUL, reply_by=past, received_at=came, language=language)
    mail.inquiry.restore(by=nurse)
    sending.send(mail.pk)

    (message,) = outbox.outbox
    assert sorry in message.body
    assert received in message.body
    assert str(timezone.localtime(past).year) not in message.body.replace(received, "")
    shown = f"{message.subject} {message.body[:PREVIEW]}".lower()
    assert [word for word in TELLING if word in shown] == []


@pytest.mark.django_db
def test_a_mail_is_plain_and_says_that_a_machine_wrote_it():
    mail = waiting()
    message = write(mail).message()

    assert message.get_content_type() == "text/plain"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["From"] == "no-reply@messages.example"
    assert message["Message-ID"] == write(mail).message()["Message-ID"]
    assert message["Message-ID"].endswith("@messages.example>")


@pytest.mark.django_db
def test_an_inquiry_its_mail_and_its_jobs_come_together_or_not_at_all(client):
    client.post("/ko/ask/", answers(form_token=token("ko"), language="ko"))
    mail = OutgoingMail.objects.get()
    waking = {(job.task_name, *job.args.items()) for job in ProcrastinateJob.objects.all()}
    assert waking == {
        ("send_mail", ("mail", mail.pk)),
        ("index_inquiry", ("inquiry", mail.inquiry_id)),
    }

    with transaction.atomic():
        waiting()
        transaction.set_rollback(True)
    assert OutgoingMail.objects.count() == 1
    assert ProcrastinateJob.objects.count() == 2


@pytest.mark.django_db
def test_the_worker_sends_a_mail_once():
    mail = waiting()

    sending.send(mail.pk)
    sending.send(mail.pk)

    assert [message.to for message in outbox.outbox] == [["ada@example.org"]]
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.last_error) == (MailState.SENT, 1, "")
    assert mail.sent_at


@pytest.mark.django_db
def test_whoever_gave_a_phone_number_only_gets_no_mail():
    assert waiting(contact_method="phone", email="", phone="+821012345678") is None
    assert not OutgoingMail.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("channel", Channel)
def test_a_forbidden_way_cannot_be_used_by_accident(channel):
    reached = "email" if channel == Channel.EMAIL else "phone"
    contact = {"contact_method": reached, "email": "ada@example.org", "phone": "+821012345678"}
    free, bound = make_inquiry(**contact), make_inquiry(**contact, forbidden_channels=[channel])

    def ask(inquiry):
        opened = contents.for_staff(inquiry)
        return (
            allowed.email_address(opened)
            if channel == Channel.EMAIL
            else allowed.phone_number(opened, channel)
        )

    assert ask(free) in contact.values()
    with pytest.raises(allowed.Forbidden):
        ask(bound)


@pytest.mark.django_db
def test_an_address_behind_a_phone_as_the_way_to_reply_is_not_used():
    inquiry = make_inquiry(contact_method="phone", email="ada@example.org", phone="+821012345678")

    with pytest.raises(allowed.Forbidden):
        allowed.email_address(contents.for_staff(inquiry))


@pytest.mark.django_db
def test_a_wish_that_came_after_the_mail_was_written_down_is_kept():
    mail = waiting()
    opened = contents.for_staff(mail.inquiry)
    opened.change_contact(opened.contact, "email", forbidden=[Channel.EMAIL])

    sending.send(mail.pk)

    assert outbox.outbox == []
    mail.refresh_from_db()
    assert mail.state == MailState.DROPPED


@pytest.mark.django_db
def test_mail_to_a_doubtful_address_waits_until_staff_have_looked(nurse):
    mail = waiting(status=Status.DOUBTFUL)
    sending.send(mail.pk)
    assert outbox.outbox == []

    mail.inquiry.restore(by=nurse)
    sending.send(mail.pk)

    assert len(outbox.outbox) == 1


@pytest.mark.django_db
def test_no_mail_promises_what_is_no_longer_so(nurse):
    answered, spam, gone = waiting(), waiting(), waiting()
    answered.inquiry.take(by=nurse)
    contents.for_staff(answered.inquiry).reply("Yes.", by=nurse)
    spam.inquiry.close("spam", by=nurse)
    erase(gone.inquiry, asked_by=ErasedBy.PERSON)

    for pk in OutgoingMail.objects.values_list("pk", flat=True):
        sending.send(pk)

    sent = OutgoingMail.objects.get(state=MailState.SENT)
    assert (sent.inquiry, sent.kind) == (answered.inquiry, MailKind.REPLY)
    assert OutgoingMail.objects.filter(state=MailState.DROPPED).count() == 3


@pytest.mark.django_db
def test_a_closed_inquirys_reply_is_still_announced(nurse):
    mail = waiting(MailKind.REPLY, status=Status.CLOSED)

    sending.send(mail.pk)

    assert len(outbox.outbox) == 1


@pytest.mark.django_db
def test_attempts_become_rarer_and_the_last_one_tells_staff(settings):
    settings.MAILERS = {"default": {"OPTIONS": {"host": "127.0.0.1", "port": 9, "timeout": 1}}}
    mail = waiting()
    waits = []

    for _number in range(6):
        sending.send(mail.pk)
        mail.refresh_from_db()
        waits.append(round((mail.due_at - timezone.now()).total_seconds(), -1))
        OutgoingMail.objects.update(due_at=timezone.now())
    assert waits == [30, 60, 120, 240, 240, 240]
    assert (mail.state, mail.last_error) == (MailState.WAITING, "ConnectionRefusedError")
    assert mail.inquiry.pinned_at is None

    OutgoingMail.objects.update(attempts=MOST_ATTEMPTS - 1)
    sending.send(mail.pk)

    mail.refresh_from_db()
    inquiry = Inquiry.objects.get()
    assert mail.state == MailState.FAILED
    assert inquiry.pinned_at
    assert inquiry.danger_reasons == ["mail_failed"]
    assert inquiry.category == "T2"
    assert [event.step for event in inquiry.events.all()] == ["mail_failed"]


@pytest.mark.django_db
def test_a_worker_with_another_key_keeps_the_mail(settings, caplog):
    mail = waiting()
    settings.CLINIC_PRIVATE_KEYS = []

    sending.send(mail.pk)

    mail.refresh_from_db()
    assert (mail.state, mail.last_error) == (MailState.WAITING, "NoKey")
    assert "ada@" not in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize("days", [-400, 3, 400])
def test_a_clock_that_was_wrong_delays_no_mail(days):
    mail = waiting()
    OutgoingMail.objects.update(due_at=timezone.now() + timedelta(days=days))

    jobs.catch_up(0)
    sending.send(mail.pk)

    assert len(outbox.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_gets_a_mail():
    mail = waiting()
    start, got = threading.Barrier(8), []

    def lease():
        start.wait()
        got.append(OutgoingMail.objects.lease(mail.pk))
        connections.close_all()

    workers = [threading.Thread(target=lease) for _number in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert [leased.pk for leased in got if leased] == [mail.pk]


@pytest.mark.django_db
def test_what_a_killed_worker_had_is_found_again_and_asked_for_once():
    """Its lease runs out, and one job waits however often somebody looks."""
    mail = waiting()
    assert OutgoingMail.objects.lease(mail.pk)
    ProcrastinateJob.objects.all()._raw_delete("default")
    jobs.catch_up(0)
    assert not ProcrastinateJob.objects.exists()

    OutgoingMail.objects.update(due_at=timezone.now())
    with transaction.atomic():
        jobs.catch_up(0)

    assert [job.args for job in ProcrastinateJob.objects.all()] == [{"mail": mail.pk}]


@pytest.mark.django_db
def test_the_search_learns_of_new_words_and_of_words_that_were_added():
    inquiry = make_inquiry()
    jobs.index_inquiry(inquiry.pk)
    inquiry.refresh_from_db()
    before = inquiry.search_hashes
    assert before

    contents.for_staff(inquiry).write("Grapefruit")
    inquiry.refresh_from_db()
    assert inquiry.search_hashes is None
    assert ProcrastinateJob.objects.filter(task_name="index_inquiry", args={"inquiry": inquiry.pk}).exists()
    jobs.catch_up(0)

    inquiry.refresh_from_db()
    assert set(before) < set(inquiry.search_hashes)


@pytest.mark.django_db
def test_the_mailbox_is_for_a_demonstrations_staff(client, nurse, settings, tmp_path):
    settings.MAILBOX = tmp_path / "mail"
    settings.MAILERS = {
        "default": {
            "BACKEND": "inquiries.mail.mailbox.Mailbox",
            "OPTIONS": {"folder": settings.MAILBOX},
        }
    }
    sending.send(waiting(language="ko").pk)

    assert client.get("/mailbox/").status_code == 302
    client.force_login(nurse)
    page = client.get("/mailbox/")
    assert "메시지가 접수되었습니다" in page.text
    assert "no-store" in page.headers["Cache-Control"]
    (file,) = settings.MAILBOX.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600

    settings.DEMONSTRATION = False
    assert client.get("/mailbox/").status_code == 404
