"""What staff do about mail on the desk: it came back after it had left, or it failed and is sent again."""

import re
from dataclasses import replace

import pytest
from django.core import mail as outbox
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from inquiries import contents
from inquiries.mail import allowed, sending
from inquiries.models import Inquiry, MailKind, MailState, OutgoingMail, Status, Step
from inquiries.models.mail import MOST_ATTEMPTS
from tests.factories import make_inquiry

pytestmark = pytest.mark.django_db


def desk(client, inquiry):
    return client.get(reverse("admin:inquiries_inquiry_change", args=[inquiry.pk]))


def made(state=MailState.SENT, **fields):
    mail = OutgoingMail.objects.enqueue(make_inquiry(**fields), MailKind.ACKNOWLEDGEMENT)
    changes = {"sent_at": timezone.now()} if state == MailState.SENT else {"attempts": MOST_ATTEMPTS}
    OutgoingMail.objects.filter(pk=mail.pk).update(state=state, **changes)
    mail.refresh_from_db()
    return mail


def press(client, mail, act, *, version=None):
    """Press the button as the desk shows it; a forged one where it shows none."""
    url = reverse("admin:inquiries_inquiry_mail", args=[mail.inquiry_id, mail.pk, act])
    version = version or Inquiry.objects.get(pk=mail.inquiry_id).version
    return client.post(url, {"version": version}, follow=True)


def buttons(page):
    return re.findall(r'action="/admin/inquiries/inquiry/\d+/mail/\d+/(\w+)/"', page.text)


def test_mail_that_came_back_later_is_noted_and_pins_and_its_address_is_used_no_more(client, nurse):
    mail = made(status=Status.TAKEN, owner=nurse)
    client.force_login(nurse)
    assert buttons(desk(client, mail.inquiry)) == ["came_back"]

    page = press(client, mail, "came_back")

    inquiry = Inquiry.objects.get()
    mail.refresh_from_db()
    assert mail.state == MailState.BOUNCED
    assert (inquiry.danger_reasons, inquiry.category, inquiry.status) == (
        ["mail_bounced"],
        "T2",
        Status.TAKEN,
    )
    assert inquiry.pinned_at
    event = inquiry.events.get()
    assert (event.step, event.by) == (Step.MAIL_CAME_BACK, nurse)
    assert "Nobody writes to this address until the person changes it." in page.text
    assert "ada@example.org" not in page.text
    assert "Mail to their address came back" in page.text
    assert buttons(page) == []
    with pytest.raises(allowed.Forbidden):
        allowed.email_address(contents.for_staff(inquiry))
    contents.for_staff(inquiry).reply("Our answer.", by=nurse)
    assert OutgoingMail.objects.count() == 1, "the reply is there to be read, and no mail goes nowhere"


def test_another_address_is_written_to_again(client, nurse):
    mail = made()
    client.force_login(nurse)
    press(client, mail, "came_back")

    def write_as(email):
        opened = contents.for_staff(Inquiry.objects.get())
        opened.change_contact(replace(opened.contact, email=email, wishes="Quietly"), "email")
        return Inquiry.objects.get()

    assert not write_as("ada@example.org").may_use("email")
    assert write_as("new@example.org").may_use("email")
    assert 'href="mailto:new@example.org"' in desk(client, mail.inquiry).text


def test_mail_to_the_address_before_does_not_close_the_new_one(client, nurse):
    mail = made()
    opened = contents.for_staff(mail.inquiry)
    opened.change_contact(replace(opened.contact, email="new@example.org"), "email")
    client.force_login(nurse)

    press(client, mail, "came_back")

    inquiry = Inquiry.objects.get()
    assert inquiry.danger_reasons == ["mail_bounced"]
    assert inquiry.may_use("email")


def test_an_address_that_a_server_refuses_is_used_no_more_either():
    mail = made(state=MailState.WAITING)
    mail.did_not_go("SMTPRecipientsRefused 550", came_back=True)

    assert not Inquiry.objects.get().may_use("email")


def test_mail_that_failed_is_sent_again(client, nurse):
    mail = made(state=MailState.FAILED)
    mail.inquiry.pin("mail_failed", Step.MAIL_FAILED)
    ProcrastinateJob.objects.all()._raw_delete("default")
    client.force_login(nurse)
    assert buttons(desk(client, mail.inquiry)) == ["again"]

    page = press(client, mail, "again")
    assert "the mail is sent again." in page.text
    assert [job.args for job in ProcrastinateJob.objects.all()] == [{"mail": mail.pk}]
    sending.send(mail.pk)

    mail.refresh_from_db()
    inquiry = Inquiry.objects.get()
    assert (mail.state, mail.attempts, len(outbox.outbox)) == (MailState.SENT, 1, 1)
    assert (inquiry.danger_reasons, inquiry.pinned_at) == ([], None)
    assert [(event.step, event.by) for event in inquiry.events.all()] == [
        (Step.MAIL_FAILED, None),
        (Step.MAIL_AGAIN, nurse),
    ]


def test_another_reason_keeps_it_on_top(client, nurse):
    mail = made(state=MailState.FAILED, danger_reasons=["word"], category="T1", pinned_at=timezone.now())
    mail.inquiry.pin("mail_failed", Step.MAIL_FAILED)
    client.force_login(nurse)

    press(client, mail, "again")

    inquiry = Inquiry.objects.get()
    assert inquiry.danger_reasons == ["word"]
    assert inquiry.pinned_at


@pytest.mark.parametrize(("state", "act"), [(MailState.SENT, "came_back"), (MailState.FAILED, "again")])
def test_a_button_of_yesterdays_page_changes_nothing(client, nurse, colleague, state, act):
    mail = made(state=state)
    mail.inquiry.take(by=colleague)
    client.force_login(nurse)

    page = press(client, mail, act, version=1)

    mail.refresh_from_db()
    assert page.status_code == 409
    assert "Somebody else changed this inquiry" in page.text
    assert mail.state == state
    assert [event.step for event in Inquiry.objects.get().events.all()] == [Step.TAKE]


@pytest.mark.parametrize(
    ("state", "act", "fields"),
    [
        (MailState.WAITING, "came_back", {}),
        (MailState.FAILED, "came_back", {}),
        (MailState.SENT, "again", {}),
        (MailState.DROPPED, "again", {}),
        (MailState.FAILED, "again", {"status": Status.CLOSED}),  # it would promise a reply
    ],
)
def test_what_makes_no_sense_is_refused(client, nurse, state, act, fields):
    mail = made(state=state, **fields)
    client.force_login(nurse)

    page = press(client, mail, act)

    mail.refresh_from_db()
    assert page.status_code == 409
    assert mail.state == state
    assert not Inquiry.objects.get().events.exists()


def test_nobody_reaches_another_inquirys_mail_or_acts_without_leave(client, nurse, editor):
    mail, other = made(), make_inquiry()
    client.force_login(nurse)
    url = reverse("admin:inquiries_inquiry_mail", args=[other.pk, mail.pk, "came_back"])
    assert client.post(url, {"version": 1}).status_code == 404
    url = reverse("admin:inquiries_inquiry_mail", args=[mail.inquiry_id, mail.pk, "came_back"])
    assert client.get(url).status_code == 405
    assert client.post(url.replace("came_back", "drop"), {"version": 1}).status_code == 404

    client.force_login(editor)
    assert client.post(url, {"version": 1}).status_code == 403
    mail.refresh_from_db()
    assert mail.state == MailState.SENT
