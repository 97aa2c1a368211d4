"""After the first question: what the person adds, what the clinic answers, and how they may be reached."""

import pytest
from django.db import DatabaseError, IntegrityError
from django.utils import timezone

from inquiries import contents
from inquiries.contents import Contact, for_staff
from inquiries.models import (
    Author,
    Channel,
    Inquiry,
    MailKind,
    MailState,
    Message,
    OutgoingMail,
    Status,
    Step,
    StepRefused,
)
from inquiries.receipt import from_token
from inquiries.reply_promise import reply_by
from tests.factories import make_inquiry

pytestmark = pytest.mark.django_db

PERSON = {"token": "mine"}
PHONE = {"contact_method": "phone", "email": "", "phone": "+821012345678"}


def opened():
    """Return what the person's receipt opens."""
    return contents.find(from_token("mine"))


@pytest.mark.parametrize(
    ("status", "became"),
    [
        (Status.DOUBTFUL, Status.NEW),  # who has a receipt is a person
        (Status.NEW, Status.NEW),
        (Status.TAKEN, Status.TAKEN),
        (Status.ANSWERED, Status.TAKEN),
        (Status.WAITING, Status.TAKEN),
        (Status.DRAFTED, Status.TAKEN),
        (Status.CLOSED, Status.NEW),
    ],
)
def test_what_the_person_adds_is_heard_whatever_the_status(status, became, nurse):
    owner = None if status in (Status.DOUBTFUL, Status.NEW, Status.CLOSED) else nurse
    make_inquiry(status=status, owner=owner, **PERSON)

    opened().write("One thing more.")

    inquiry = Inquiry.objects.get()
    assert (inquiry.status, inquiry.owner) == (became, owner)
    assert [said.text for said in for_staff(inquiry).conversation()] == ["One thing more."]
    event = inquiry.events.get()
    assert (event.step, event.was, event.became, event.by) == (Step.WROTE, status, became, None)


def test_an_answered_inquiry_gets_a_new_promise_and_one_that_waits_keeps_its_own(nurse):
    long_ago = timezone.now() - timezone.timedelta(days=20)
    make_inquiry(status=Status.ANSWERED, owner=nurse, reply_by=long_ago, **PERSON)

    opened().write("And now?")
    promised = Inquiry.objects.get().reply_by
    assert promised == reply_by(timezone.now())
    Inquiry.objects.update(reply_by=long_ago)
    opened().write("Still there?")

    assert Inquiry.objects.get().reply_by == long_ago


def test_what_one_form_brings_twice_is_kept_once():
    make_inquiry(**PERSON)

    first, again = opened().write("Hello", once="form 1"), opened().write("Hello", once="form 1")
    other = opened().write("Hello", once="form 2")

    assert first
    assert again is None
    assert other
    assert Message.objects.count() == 2


def test_a_new_address_replaces_the_old_one_and_the_record_tells_neither():
    make_inquiry(**PERSON)

    opened().change_contact(
        Contact("Ada", phone="+821012345678", wishes="Never at work."), "phone", forbidden=["voicemail"]
    )

    inquiry = Inquiry.objects.get()
    contact = for_staff(inquiry).contact
    assert (contact.email, contact.phone_text, contact.wishes) == ("", "+82 10-1234-5678", "Never at work.")
    assert inquiry.may_use(Channel.PHONE)
    assert not inquiry.may_use(Channel.VOICEMAIL)
    assert not inquiry.may_use(Channel.EMAIL)
    assert inquiry.events.get().step == Step.CHANGED_CONTACT


def test_who_withdraws_is_closed_by_their_own_word(nurse):
    make_inquiry(status=Status.TAKEN, owner=nurse, **PERSON)

    opened().withdraw()

    inquiry = Inquiry.objects.get()
    assert (inquiry.status, inquiry.closing_reason) == (Status.CLOSED, "withdrawn")
    assert (inquiry.events.get().step, inquiry.events.get().by) == (Step.WITHDREW, None)


def test_staff_who_read_before_the_person_wrote_are_told(nurse):
    inquiry = make_inquiry(**PERSON)
    opened().write("One thing more.")

    with pytest.raises(StepRefused, match="Somebody else"):
        inquiry.take(by=nurse)


def test_a_reply_is_read_with_the_receipt_and_announced_once(nurse):
    inquiry = make_inquiry(status=Status.TAKEN, owner=nurse, language="ko", **PERSON)

    for_staff(inquiry).reply("Our answer.", by=nurse)

    (said,) = opened().conversation()
    mail = OutgoingMail.objects.get()
    assert said.text.startswith("Our answer.\n\n")  # and what the rules add
    assert (said.message.author, said.message.by) == (Author.CLINIC, nurse)
    assert (mail.kind, mail.language, mail.state) == (MailKind.REPLY, "ko", MailState.WAITING)
    assert list(OutgoingMail.objects.due()) == [mail]


def test_a_reply_that_is_refused_leaves_no_message_and_no_mail(nurse):
    inquiry = make_inquiry()

    with pytest.raises(StepRefused):
        for_staff(inquiry).reply("Our answer.", by=nurse)

    assert not Message.objects.exists()
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("fields", [{"forbidden_channels": ["email"]}, PHONE])
def test_nobody_is_written_to_who_does_not_want_it(fields, nurse):
    inquiry = make_inquiry(status=Status.TAKEN, owner=nurse, **fields)

    for_staff(inquiry).reply("Our answer.", by=nurse)

    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"author": "nobody"}, "message_author_known"),
        ({"kind": "shouted"}, "message_kind_known"),
        ({"author": Author.CLINIC}, "message_of_the_clinic_has_a_writer"),
    ],
)
def test_the_database_refuses_a_message_of_nobody(fields, constraint):
    fields = {"author": Author.PERSON, "text_sealed": b"x"} | fields

    with pytest.raises(IntegrityError, match=constraint):
        Message.objects.create(inquiry=make_inquiry(), **fields)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"kind": "advert"}, "mail_kind_known"),
        ({"state": "lost"}, "mail_state_known"),
        ({"language": "fr"}, "mail_language_known"),
        ({"state": MailState.SENT}, "mail_sent_at_some_time"),
    ],
)
def test_the_database_refuses_mail_of_no_kind(fields, constraint):
    fields = {"kind": MailKind.REPLY, "language": "en"} | fields

    with pytest.raises(IntegrityError, match=constraint):
        OutgoingMail.objects.create(inquiry=make_inquiry(), **fields)


def test_a_message_may_be_read_and_never_changed():
    make_inquiry(**PERSON)
    opened().write("Hello")

    Message.objects.update(read_at=timezone.now())

    with pytest.raises(DatabaseError, match="pgtrigger: Cannot update"):
        Message.objects.update(text_sealed=b"x")
