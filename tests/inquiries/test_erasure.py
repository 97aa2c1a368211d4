"""Erasing: keys, contents and whatever leads to the person go; that it was done remains."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from inquiries import contents, search_hashes, sensitivity
from inquiries.erasure import erase
from inquiries.models import (
    Consent,
    ErasedBy,
    ErasedConsents,
    ErasedInquiries,
    Erasure,
    Event,
    Inquiry,
    MailState,
    Message,
    Note,
    OutgoingMail,
    Status,
    Step,
    Tag,
    Viewing,
)
from inquiries.receipt import from_token
from tests.factories import answers, make_inquiry

pytestmark = pytest.mark.django_db


@pytest.fixture
def lived(client, nurse):
    """An inquiry with everything that can hang on one."""
    form = answers()
    client.post("/en/ask/", form)
    client.post("/en/ask/", form | {"message": "One more thing."})
    inquiry = Inquiry.objects.get()
    search_hashes.index(inquiry)
    inquiry.take(by=nurse)
    inquiry.categorise("T2", by=nurse)
    contents.for_staff(inquiry).reply("Our answer.", "By the book.", by=nurse)
    Viewing.objects.create(inquiry=inquiry, by=nurse)
    return Inquiry.objects.get()


def test_nothing_is_left_that_leads_to_the_person_or_opens_their_words(lived):
    erase(lived, asked_by=ErasedBy.PERSON)

    left = Inquiry.objects.get()
    for name, empty in sensitivity.emptied(Inquiry).items():
        assert getattr(left, name) == empty, name
    assert not Message.objects.exists()
    assert not Note.objects.exists()
    assert not Consent.objects.exists()


def test_what_was_done_remains_without_a_word_of_the_person(lived):
    before = Event.objects.count()

    erase(lived, asked_by=ErasedBy.PERSON)

    record = Erasure.objects.get()
    left = Inquiry.objects.get()
    assert (record.reference, record.received_at) == (lived.reference, lived.received_at)
    assert (record.closing_reason, record.asked_by, record.by) == ("data_deleted", "person", None)
    assert record.closed_at == record.at == left.erased_at == left.closed_at
    assert (left.status, left.next_steps) == (Status.CLOSED, [])
    assert Event.objects.count() == before + 1
    assert Event.objects.last().step == Step.ERASED
    assert Viewing.objects.count() == 1


def test_consents_are_counted_before_they_go(client, lived):
    erase(lived, asked_by=ErasedBy.CLOCK)
    client.post("/en/ask/", answers(message="", sensitive=None))
    erase(Inquiry.objects.last(), asked_by=ErasedBy.CLOCK)

    counts = {row.key: row.count for row in ErasedConsents.objects.all()}
    assert counts == {"personal": 2, "sensitive": 1}


def test_a_closed_inquiry_keeps_why_and_when_it_was_closed(nurse):
    inquiry = make_inquiry()
    inquiry.close("not_offered", by=nurse)

    record = erase(inquiry, asked_by=ErasedBy.STAFF, by=nurse)

    assert (record.closing_reason, record.closed_at) == ("not_offered", inquiry.closed_at)
    assert (record.by, Event.objects.last().by) == (nurse, nurse)


def test_no_category_tag_or_health_can_be_told_from_the_record(nurse, physician):
    Tag.objects.create(key="spam", name_en="Selling", name_ko="판매")
    inquiry, colleague = make_inquiry(), physician
    inquiry.tag("spam", by=nurse)
    inquiry.categorise("T0", by=nurse)
    inquiry.untag("spam", by=nurse)
    inquiry.take(by=colleague)
    inquiry.close("directed_to_emergency", "An ambulance came.", by=colleague)
    steps = list(inquiry.events.values_list("step", "was", "became", "by", "at"))

    record = erase(inquiry, asked_by=ErasedBy.PERSON)

    inquiry.refresh_from_db()
    assert {event.reason for event in inquiry.events.all()} == {""}
    assert record.closing_reason == inquiry.closing_reason == "answered"
    assert list(inquiry.events.values_list("step", "was", "became", "by", "at"))[:-1] == steps
    counted = ErasedInquiries.objects.filter(what="closing_reason")
    assert [row.value for row in counted] == ["directed_to_emergency"]


def test_how_the_work_ended_stays_on_record(nurse):
    inquiry = make_inquiry()
    inquiry.close("not_offered", by=nurse)

    erase(inquiry, asked_by=ErasedBy.CLOCK)

    assert inquiry.events.get(step=Step.CLOSE).reason == "not_offered"


def test_the_database_empties_a_reason_of_what_was_erased_and_changes_nothing_else(nurse):
    inquiry = make_inquiry()
    inquiry.categorise("T5", by=nurse)
    event = Event.objects.filter(pk=inquiry.events.get().pk)
    for changes in [{"reason": ""}, {"reason": "T4"}, {"step": Step.NOTE}]:
        with pytest.raises(DatabaseError, match="pgtrigger: Cannot update"), transaction.atomic():
            event.update(**changes)

    erase(inquiry, asked_by=ErasedBy.CLOCK)

    for changes in [{"reason": "T4"}, {"reason": "", "step": Step.NOTE}, {"by": None}]:
        with pytest.raises(DatabaseError, match="pgtrigger: Cannot update"), transaction.atomic():
            event.update(**changes)
    with pytest.raises(DatabaseError, match="pgtrigger: Cannot update or delete"):
        event.delete()


def test_erasing_twice_is_erasing_once():
    inquiry = make_inquiry()

    assert erase(inquiry, asked_by=ErasedBy.PERSON) == erase(inquiry, asked_by=ErasedBy.CLOCK)
    assert Event.objects.count() == 1


def test_mail_that_waits_is_not_sent_any_more(lived):
    erase(lived, asked_by=ErasedBy.PERSON)

    assert {mail.state for mail in OutgoingMail.objects.all()} == {MailState.DROPPED}


def test_the_receipt_of_an_erased_inquiry_opens_nothing():
    inquiry = make_inquiry(token="mine")

    erase(inquiry, asked_by=ErasedBy.PERSON)

    assert contents.find(from_token("mine")) is None


def test_staff_are_told_and_have_no_step_to_take(client, nurse, lived):
    erase(lived, asked_by=ErasedBy.PERSON)
    client.force_login(nurse)

    desk = client.get(f"/admin/inquiries/inquiry/{lived.pk}/change/")
    queue = client.get("/admin/inquiries/inquiry/?tab=closed")

    assert "What the person wrote was erased on" in desk.text
    assert "/step/" not in desk.text
    assert lived.reference in queue.text


# The database lets go what it guards at this moment, and at no other.


@pytest.mark.parametrize("model", [Message, Note, Consent])
def test_the_database_keeps_what_hangs_on_an_inquiry_until_it_is_erased(lived, model):
    table = model._meta.db_table
    for words in ["DELETE FROM {}", "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE {} CASCADE"]:
        with (
            pytest.raises(DatabaseError, match="pgtrigger: Cannot"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(words.format(table))

    assert model.objects.count() > 0


def test_half_an_erasure_is_refused():
    make_inquiry()

    for changes in [
        {"erased_at": timezone.now(), "question_sealed": None},
        {"erased_at": timezone.now()} | sensitivity.emptied(Inquiry),  # and still in the queue
    ]:
        with pytest.raises(IntegrityError, match="inquiry_whole_or_erased"), transaction.atomic():
            Inquiry.objects.update(**changes)


@pytest.mark.parametrize("changes", [{"erased_at": None}, {"topic": "cost"}, {"question_sealed": b"x"}])
def test_what_was_erased_stays_erased(changes):
    erase(make_inquiry(), asked_by=ErasedBy.PERSON)

    with pytest.raises(DatabaseError, match="pgtrigger: Cannot update"):
        Inquiry.objects.update(**changes)


def test_an_erasure_is_on_record_for_good():
    erase(make_inquiry(), asked_by=ErasedBy.PERSON)

    with pytest.raises(DatabaseError, match="pgtrigger: Cannot"):
        Erasure.objects.all().delete()
