"""Which step may follow which status: the whole table, allowed and refused; then races and constraints."""

import uuid

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from inquiries.models import (
    STAFF_STEPS,
    TRANSITIONS,
    Consent,
    Event,
    Inquiry,
    Note,
    Status,
    Step,
    StepRefused,
    Viewing,
)
from tests.factories import make_inquiry
from tests.inquiries.at_the_desk import do, fresh, ready

pytestmark = pytest.mark.django_db

DOUBTFUL, NEW, TAKEN, DRAFTED, WAITING, ANSWERED, MERGED, CLOSED = Status

# Written by hand, so that a change of the table is noticed. What leaves the status alone stands below.
ALLOWED = {
    (DOUBTFUL, Step.RESTORE): NEW,
    (DOUBTFUL, Step.CLOSE): CLOSED,
    (NEW, Step.TAKE): TAKEN,
    (NEW, Step.HAND_OVER): TAKEN,
    (NEW, Step.PUT_BACK): NEW,
    (NEW, Step.ESCALATE): NEW,
    (NEW, Step.QUARANTINE): DOUBTFUL,
    (NEW, Step.MERGE): MERGED,
    (NEW, Step.CLOSE): CLOSED,
    (TAKEN, Step.PUT_BACK): NEW,
    (TAKEN, Step.HAND_OVER): TAKEN,
    (TAKEN, Step.ANSWER): ANSWERED,
    (TAKEN, Step.ASK): WAITING,
    (TAKEN, Step.DRAFT): DRAFTED,
    (TAKEN, Step.ESCALATE): NEW,
    (TAKEN, Step.QUARANTINE): DOUBTFUL,
    (TAKEN, Step.MERGE): MERGED,
    (TAKEN, Step.CLOSE): CLOSED,
    (DRAFTED, Step.RELEASE): ANSWERED,
    (DRAFTED, Step.SEND_BACK): TAKEN,
    (DRAFTED, Step.ESCALATE): NEW,
    (DRAFTED, Step.CLOSE): CLOSED,
    (WAITING, Step.TAKE): WAITING,
    (WAITING, Step.HAND_OVER): WAITING,
    (WAITING, Step.PUT_BACK): WAITING,
    (WAITING, Step.ANSWER): ANSWERED,
    (WAITING, Step.ASK): WAITING,
    (WAITING, Step.DRAFT): DRAFTED,
    (WAITING, Step.ESCALATE): NEW,
    (WAITING, Step.MERGE): MERGED,
    (WAITING, Step.CLOSE): CLOSED,
    (ANSWERED, Step.TAKE): ANSWERED,
    (ANSWERED, Step.HAND_OVER): ANSWERED,
    (ANSWERED, Step.PUT_BACK): ANSWERED,
    (ANSWERED, Step.ANSWER): ANSWERED,
    (ANSWERED, Step.ASK): WAITING,
    (ANSWERED, Step.DRAFT): DRAFTED,
    (ANSWERED, Step.ESCALATE): NEW,
    (ANSWERED, Step.MERGE): MERGED,
    (ANSWERED, Step.CLOSE): CLOSED,
    (ANSWERED, Step.REOPEN): NEW,
    (MERGED, Step.UNMERGE): NEW,
    (MERGED, Step.NOTE): MERGED,
    (CLOSED, Step.REOPEN): NEW,
}
for one in (DOUBTFUL, NEW, TAKEN, DRAFTED, WAITING, ANSWERED, CLOSED):
    ALLOWED |= {(one, step): one for step in (Step.NOTE, Step.TAG, Step.UNTAG, Step.CATEGORISE)}
for one in (DOUBTFUL, NEW, TAKEN, DRAFTED, WAITING, ANSWERED):
    ALLOWED |= {(one, Step.PLAN): one}
for one in (NEW, TAKEN, DRAFTED, WAITING, ANSWERED):
    ALLOWED |= {(one, Step.UNPIN): one}

STEPS = sorted(STAFF_STEPS)
# What each role may do with an inquiry about a page (T8), the one kind that editors see.
EDITORS = ["take", "hand_over", "put_back", "answer", "ask", "plan", "note", "tag", "untag", "escalate"]
MAY = {
    "nurse": STEPS,
    "physician": STEPS,
    "manager": STEPS,
    "editor": [*EDITORS, "close", "reopen"],
    "auditor": [],
}


def in_status(status, owner):
    owned = status in (TAKEN, DRAFTED, WAITING, ANSWERED)
    return make_inquiry(status=status, owner=owner if owned else None)


@pytest.mark.parametrize("role", MAY)
@pytest.mark.parametrize("status", Status)
def test_every_step_from_every_status_by_every_role(status, role, request, colleague):
    person = request.getfixturevalue(role)

    for step in STEPS:
        inquiry = ready(status, step, colleague)
        before = fresh(inquiry)
        case = f"{status} {step} {role}"
        if (status, step) in ALLOWED and step in MAY[role]:
            do(inquiry, step, by=person, other=request.getfixturevalue("reviewing_nurse"))
            stored = fresh(inquiry)
            assert stored.status == ALLOWED[status, step], case
            event = stored.events.last()
            assert (event.step, event.was, event.became, event.by) == (step, status, stored.status, person)
            assert stored.version == before.version + (step != Step.NOTE), case
        else:
            with pytest.raises(StepRefused, match="not possible while|Your role does not"):
                do(inquiry, step, by=person, other=colleague)
            stored = fresh(inquiry)
            assert (stored.status, stored.version) == (status, before.version), case
            assert stored.events.count() == (status == MERGED), case


def test_the_table_offers_exactly_what_is_allowed():
    table = {
        (status, step): became for status, steps in TRANSITIONS.items() for step, became in steps.items()
    }

    assert table == ALLOWED


def test_taking_gives_it_an_owner_and_putting_it_back_takes_the_owner_away(nurse):
    inquiry = make_inquiry()

    inquiry.take(by=nurse)
    assert inquiry.owner == nurse
    inquiry.put_back(by=nurse)
    assert inquiry.owner is None


def test_closing_needs_a_reason_that_exists(nurse):
    inquiry = make_inquiry()

    with pytest.raises(StepRefused, match="Choose a reason"):
        inquiry.close("not_interested", by=nurse)
    inquiry.close("not_offered", "Told on the phone.", by=nurse)

    note = inquiry.events.get().note
    assert (inquiry.closing_reason, note.text(inquiry.data_key())) == ("not_offered", "Told on the phone.")


def test_reopening_makes_a_new_promise_and_leaves_the_history(nurse):
    inquiry = make_inquiry(reply_by=timezone.now() - timezone.timedelta(days=9))
    inquiry.close("not_offered", by=nurse)

    inquiry.reopen("They wrote again.", by=nurse)

    assert not inquiry.is_overdue
    assert (inquiry.closing_reason, inquiry.closed_at, inquiry.owner) == ("", None, None)
    assert [event.step for event in inquiry.events.all()] == [Step.CLOSE, Step.REOPEN]


def test_the_slower_of_two_people_is_refused(nurse, colleague):
    inquiry = make_inquiry()
    stale = Inquiry.objects.get(pk=inquiry.pk)
    inquiry.take(by=nurse)

    with pytest.raises(StepRefused, match="Somebody else"):
        stale.take(by=colleague)

    assert Inquiry.objects.get().owner == nurse
    assert Event.objects.get().by == nurse


def test_the_queue_has_the_oldest_promise_first_and_answered_ones_last(nurse):
    now = timezone.now()
    hour = timezone.timedelta(hours=1)
    later = make_inquiry(reply_by=now + hour)
    answered = make_inquiry(status=ANSWERED, owner=nurse, reply_by=now - 9 * hour)
    late = make_inquiry(status=TAKEN, owner=nurse, reply_by=now - hour)
    make_inquiry(status=CLOSED)

    assert list(Inquiry.objects.open().in_queue_order()) == [late, later, answered]
    assert list(Inquiry.objects.overdue()) == [late]


# The database refuses what must never be, whoever asks.


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"status": "lost"}, "inquiry_status_known"),
        ({"queue": ""}, "inquiry_open_has_owner_or_queue"),
        ({"queue": "plumbers"}, "inquiry_open_has_owner_or_queue"),
        ({"next_action_at": None}, "inquiry_open_has_next_action"),
        ({"next_action": ""}, "inquiry_open_has_next_action"),
        ({"next_action": "dance"}, "inquiry_open_has_next_action"),
        ({"category": "TX"}, "inquiry_category_known"),
        ({"merged_into": F("id")}, "inquiry_merged_into_another"),
        ({"status": MERGED}, "inquiry_merged_into_another"),
        ({"status": MERGED, "merged_into": F("id")}, "inquiry_merged_into_another"),
        ({"status": TAKEN}, "inquiry_in_hand_has_owner"),
        ({"answered_at": "2026-01-01T00:00Z"}, "inquiry_awaiting_reply_is_unanswered"),
        ({"status": CLOSED}, "inquiry_closed_has_reason"),
        ({"closing_reason": "spam"}, "inquiry_closed_has_reason"),
    ],
)
def test_the_database_refuses_nonsense(change, constraint):
    make_inquiry()

    with pytest.raises(IntegrityError, match=constraint):
        Inquiry.objects.update(**change)


@pytest.mark.parametrize(
    ("status", "change", "constraint"),
    [
        (NEW, {"owner": True}, "inquiry_in_hand_has_owner"),
        (TAKEN, {"owner": None, "queue": "nurses"}, "inquiry_in_hand_has_owner"),
        (ANSWERED, {"owner": None}, "inquiry_open_has_owner_or_queue"),
        (ANSWERED, {"queue": "nurses"}, "inquiry_open_has_owner_or_queue"),
        (WAITING, {"answered_at": "2026-01-01T00:00Z"}, "inquiry_awaiting_reply_is_unanswered"),
        (ANSWERED, {"answered_at": None}, "inquiry_awaiting_reply_is_unanswered"),
        (CLOSED, {"closed_at": None}, "inquiry_closed_has_reason"),
        (CLOSED, {"closing_reason": ""}, "inquiry_closed_has_reason"),
    ],
)
def test_the_database_refuses_nonsense_the_other_way_round(status, change, constraint, nurse):
    in_status(status, nurse)
    change = {name: nurse if value is True else value for name, value in change.items()}

    with pytest.raises(IntegrityError, match=constraint):
        Inquiry.objects.update(**change)


WRITTEN_BY_THE_PERSON = {
    "reference": "DK-2222-22",
    "uid": uuid.uuid4(),
    "received_at": timezone.now(),
    "token_hash": b"x",
    "receipt_hash": b"x",
    "content_digest": b"x",
    "key_for_patient": b"x",
    "question_sealed": b"x",
    "topic": "cost",
    "asking_for": "other_adult",
    "lives_in": "korea",
}


@pytest.mark.parametrize("name", WRITTEN_BY_THE_PERSON)
def test_the_database_keeps_what_the_person_wrote(name):
    inquiry = make_inquiry()
    other = WRITTEN_BY_THE_PERSON[name]

    with pytest.raises(DatabaseError, match="pgtrigger: Cannot update"):
        Inquiry.objects.filter(pk=inquiry.pk).update(**{name: other})


def test_the_database_refuses_a_second_consent_of_the_same_kind_and_an_unknown_language():
    consent = {"inquiry": make_inquiry(), "key": "personal", "text_version": "1.0", "text_digest": "0"}
    Consent.objects.create(**consent, language="en")

    with pytest.raises(IntegrityError, match="consent_once_per_text"), transaction.atomic():
        Consent.objects.create(**consent, language="en")
    with pytest.raises(IntegrityError, match="consent_language_known"):
        Consent.objects.create(**consent | {"key": "sensitive"}, language="fr")


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"language": "fr"}, "inquiry_language_known"),
        ({"language": ""}, "inquiry_language_known"),
        ({"contact_method": "fax"}, "inquiry_reached_by_email_or_phone"),
        ({"contact_method": ""}, "inquiry_reached_by_email_or_phone"),
        ({"content_digest": None}, "inquiry_whole_or_erased"),
        ({"erased_at": timezone.now()}, "inquiry_whole_or_erased"),
    ],
)
def test_the_database_refuses_what_the_form_would_never_send(fields, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        make_inquiry(**fields)


def test_the_database_refuses_the_same_reference_twice():
    first = make_inquiry()

    with pytest.raises(IntegrityError, match="inquiry_reference_once"):
        make_inquiry(reference=first.reference)


def test_the_database_refuses_the_same_form_twice():
    make_inquiry(token="one")

    with pytest.raises(IntegrityError, match="token_hash"):
        make_inquiry(token="one")


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"step": "vanish", "by": None}, "event_step_known"),
        ({"step": Step.TAKE, "was": "lost"}, "event_statuses_known"),
        ({"step": Step.TAKE, "by": None}, "event_of_staff_has_a_name"),
        ({"step": Step.RECEIVED}, "event_of_staff_has_a_name"),
    ],
)
def test_the_database_refuses_an_event_of_nobody(fields, constraint, nurse):
    with pytest.raises(IntegrityError, match=constraint):
        make_inquiry().events.create(**{"became": TAKEN, "by": nurse} | fields)


@pytest.mark.parametrize(
    ("model", "statement"),
    [
        *(
            (model, words)
            for model in (Event, Viewing, Consent, Note)
            for words in ("UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE")
        ),
        (Inquiry, "DELETE FROM {}"),
        (Inquiry, "TRUNCATE {} CASCADE"),
    ],
)
def test_what_happened_can_be_added_to_and_never_changed(model, statement, nurse):
    inquiry = make_inquiry(status=TAKEN, owner=nurse)
    inquiry.answer("By phone.", by=nurse)
    Consent.objects.create(
        inquiry=inquiry, key="personal", text_version="1.0", text_digest="0", language="en"
    )
    Viewing.objects.create(inquiry=inquiry, by=nurse)
    before = model.objects.count()

    with (
        pytest.raises(DatabaseError, match="pgtrigger: Cannot"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        # TRUNCATE refuses to run before pending checks.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; " + statement.format(model._meta.db_table))

    assert model.objects.count() == before == 1
