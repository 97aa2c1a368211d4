"""Invented inquiries: as many as wanted, and each as good as a real one."""

from collections import Counter
from io import StringIO
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from inquiries import broken_promises, contents, receipt, search_hashes
from inquiries.invented import filling
from inquiries.invented.lives import Staff, live
from inquiries.models import DANGER, TRANSITIONS, Event, Inquiry, MailState, Note, Queue, Status, Step
from inquiries.models.triage import CATEGORIES

pytestmark = pytest.mark.django_db

COUNT = 3000


def indexes():
    """Return indexes and constraints; not their texts, which PostgreSQL writes otherwise the second time."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT relname, amname, indisunique, indnkeyatts, indpred IS NULL, indexprs IS NULL
            FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_am ON pg_am.oid = relam
            WHERE indrelid::regclass::text LIKE 'inquiries_%'
        """)
        found = set(cursor.fetchall())
        cursor.execute("""
            SELECT conname, contype, convalidated, condeferred FROM pg_constraint
            WHERE conrelid::regclass::text LIKE 'inquiries_%'
        """)
        return found | set(cursor.fetchall())


def test_each_opens_with_the_clinics_key_and_is_found_by_its_own_words(nurse):
    filling.fill(COUNT)

    for inquiry in Inquiry.objects.order_by("pk")[::29]:
        hashes = inquiry.search_hashes
        opened = contents.for_staff(inquiry)
        assert opened.question
        assert opened.contact.email or opened.contact.phone
        search_hashes.index(inquiry)
        inquiry.refresh_from_db()
        assert inquiry.search_hashes == hashes, (opened.contact, opened.question)


def test_the_first_ones_open_with_their_receipts(nurse):
    receipts = filling.fill(10)

    assert len(receipts) == 3
    for shown in receipts:
        assert contents.find(receipt.read(shown)).question


def test_they_stand_where_their_events_lead_and_nothing_lies_ahead(nurse):
    filling.fill(COUNT)

    for inquiry in Inquiry.objects.prefetch_related("events", "consents")[::17]:
        events = list(inquiry.events.all())
        status = ""
        for event in events:
            assert event.was == status
            if event.step != Step.RECEIVED:
                assert TRANSITIONS[status][event.step] == event.became
            status = event.became
        assert status == inquiry.status
        assert len(events) == inquiry.version
        assert sorted(event.at for event in events) == [event.at for event in events]
        assert events[0].at == inquiry.received_at
        assert events[-1].at <= timezone.now()
        assert {consent.key for consent in inquiry.consents.all()} == {"personal", "sensitive"}


def test_they_have_been_worked_on_as_at_a_real_desk(nurse, physician, colleague):
    filling.fill(COUNT)

    every = Inquiry.objects.all()
    kinds = Counter(every.values_list("category", flat=True))
    assert set(kinds) == {"", *CATEGORIES}
    assert kinds["T2"] > kinds["T8"] > kinds["T0"]
    assert every.exclude(tags=[]).exists()
    closed = Event.objects.filter(step=Step.CLOSE, inquiry__category__in=DANGER)
    assert {event.by for event in closed} == {physician}
    for event in Event.objects.filter(step=Step.RELEASE).select_related("inquiry"):
        assert event.by == physician != event.inquiry.owner


def test_what_staff_have_sorted_lies_in_the_queue_of_those_whom_it_concerns():
    chance, staff = Random(1), Staff([1, 2, 3], [2, 3])  # noqa: S311 - no secret
    kinds = ["T0", "T2", "T7", "T8"]
    lived = [live(chance, timezone.localtime(), 0.9999, staff, kind) for kind in kinds * 200]

    assert {(life.category, life.queue) for life in lived if life.status == Status.NEW} == {
        *(("", Queue.NURSES), ("T0", Queue.PHYSICIANS), ("T2", Queue.NURSES)),
        *(("T7", Queue.MANAGERS), ("T8", Queue.EDITORS)),
    }
    assert {life.category for life in lived if life.status == Status.DRAFTED} == {"T0", "T7"}


def test_some_people_write_twice(nurse):
    filling.fill(COUNT)

    addresses = Counter(tuple(_addresses(inquiry)) for inquiry in Inquiry.objects.order_by("pk")[:400])
    assert 4 <= sum(times > 1 for times in addresses.values()) <= 30


def _addresses(inquiry):
    contact = contents.for_staff(inquiry).contact
    return contact.email, contact.phone


def test_the_latest_ones_have_their_conversation_a_note_and_mail(nurse, physician, colleague):
    receipts = filling.fill(COUNT)

    talked = Inquiry.objects.filter(messages__isnull=False)
    assert 100 < talked.count() <= 303
    for inquiry in talked[:20]:
        (said,) = contents.for_staff(inquiry).conversation()
        assert said.text
        assert said.message.at >= inquiry.received_at
        (note,) = Note.objects.filter(event__inquiry=inquiry)
        assert note.text(inquiry.data_key())
        if inquiry.contact_method == "email":
            assert {mail.state for mail in inquiry.mails.all()} == {MailState.SENT}
            assert inquiry.mails.count() == 2
    for inquiry in Inquiry.objects.filter(status=Status.DRAFTED):
        draft, text = contents.for_staff(inquiry).draft()
        assert draft.by == inquiry.owner
        assert text
    assert contents.find(receipt.read(receipts[0])).conversation()


def test_they_are_of_every_kind_and_come_in_the_order_of_their_ids(nurse, physician):
    filling.fill(COUNT)

    every = Inquiry.objects.all()
    assert set(every.values_list("status", flat=True)) | {Status.DRAFTED} == set(Status.values) - {
        Status.MERGED
    }
    assert set(every.values_list("language", flat=True)) == {"en", "ko"}
    assert len(Counter(every.values_list("topic", flat=True))) == 9
    share = every.open().count() / COUNT
    assert 0.02 < share < 0.1, share
    assert every.overdue().exists()
    assert every.exclude(pinned_at=None).exists()
    times = list(every.order_by("pk").values_list("received_at", flat=True))
    early = sum(
        later < earlier - timezone.timedelta(hours=2)
        for earlier, later in zip(times, times[1:], strict=False)
    )
    assert early == 0


def test_none_is_kept_too_long_already(nurse):
    filling.fill(COUNT)

    assert "kept_too_long" not in broken_promises.broken()


def test_indexes_and_constraints_are_as_they_were(nurse):
    before = indexes()

    filling.fill(200)
    filling.fill(50)

    assert indexes() == before
    assert Inquiry.objects.count() == 250


def test_the_same_number_gives_the_same_facts(nurse):
    filling.fill(100)
    first = list(Inquiry.objects.order_by("pk").values_list("topic", "language", "status"))
    filling.fill(100)

    assert list(Inquiry.objects.order_by("pk").values_list("topic", "language", "status"))[100:] == first


def test_several_processes_compose_as_one_does(nurse, monkeypatch):
    monkeypatch.setattr(filling, "FEW", 0)

    filling.fill(30)

    assert [bool(contents.for_staff(inquiry).question) for inquiry in Inquiry.objects.all()] == [True] * 30


def test_the_command_says_how_long_it_took(nurse):
    said = StringIO()

    call_command("seed_inquiries", count=5, stdout=said)

    assert "5 invented inquiries in" in said.getvalue()
    assert "Receipts" in said.getvalue()


def test_a_real_site_is_never_filled(settings):
    settings.DEMONSTRATION = False

    with pytest.raises(CommandError, match="demonstration only"):
        call_command("seed_inquiries", count=5)
    assert not Inquiry.objects.exists()
