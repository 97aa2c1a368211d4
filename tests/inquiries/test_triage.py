"""Which step may follow which status: the whole table, allowed and refused; then races and constraints."""

import threading

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.utils import timezone

from inquiries.models import TRANSITIONS, Consent, Event, Inquiry, Note, Status, Step, StepRefused, Viewing
from inquiries.models.inquiry import WRITTEN_BY_THE_PERSON
from tests.factories import make_inquiry

pytestmark = pytest.mark.django_db

NEW, TAKEN, ANSWERED, CLOSED = Status

# Written by hand, so that a change of the table is noticed.
ALLOWED = {
    (NEW, Step.TAKE): TAKEN,
    (NEW, Step.CLOSE): CLOSED,
    (TAKEN, Step.PUT_BACK): NEW,
    (TAKEN, Step.ANSWER): ANSWERED,
    (TAKEN, Step.CLOSE): CLOSED,
    (ANSWERED, Step.CLOSE): CLOSED,
    (ANSWERED, Step.REOPEN): NEW,
    (CLOSED, Step.REOPEN): NEW,
}
STEPS = [step for step in Step if step != Step.RECEIVED]


def in_status(status, owner):
    return make_inquiry(status=status, owner=owner if status in (TAKEN, ANSWERED) else None)


def do(inquiry, step, by):
    words = {"reason": "answered"} if step == Step.CLOSE else {}
    getattr(inquiry, step)(**words, by=by)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("status", Status)
def test_every_step_from_every_status(status, step, nurse):
    inquiry = in_status(status, nurse)

    if (status, step) in ALLOWED:
        do(inquiry, step, nurse)
        stored = Inquiry.objects.get()
        assert stored.status == inquiry.status == ALLOWED[status, step]
        assert stored.version == 2
        event = stored.events.get()
        assert (event.step, event.was, event.became, event.by) == (step, status, stored.status, nurse)
    else:
        with pytest.raises(StepRefused, match="not possible while"):
            do(inquiry, step, nurse)
        stored = Inquiry.objects.get()
        assert (stored.status, stored.version) == (status, 1)
        assert not stored.events.exists()


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
    inquiry.close("no_reply", "Tried twice.", by=nurse)

    assert (inquiry.closing_reason, inquiry.events.get().note.text) == ("no_reply", "Tried twice.")


def test_reopening_makes_a_new_promise_and_leaves_the_history(nurse):
    inquiry = make_inquiry(reply_by=timezone.now() - timezone.timedelta(days=9))
    inquiry.close("answered", by=nurse)

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


@pytest.mark.django_db(transaction=True)
def test_of_eight_people_who_take_it_at_once_exactly_one_has_it(django_user_model):
    inquiry = make_inquiry()
    people = [django_user_model.objects.create_user(f"nurse{number}") for number in range(8)]
    gate, outcomes = threading.Barrier(8, timeout=20), []

    def take(person):
        mine = Inquiry.objects.get(pk=inquiry.pk)
        connections.close_all()  # the pool is smaller than the crowd
        gate.wait()
        try:
            mine.take(by=person)
            outcomes.append(person)
        except StepRefused:
            outcomes.append(None)
        connections.close_all()

    threads = [threading.Thread(target=take, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    winners = [person for person in outcomes if person]
    assert len(outcomes) == 8
    assert len(winners) == 1
    assert Inquiry.objects.get().owner == winners[0]
    assert Event.objects.get().by == winners[0]


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
        (ANSWERED, {"owner": None}, "inquiry_in_hand_has_owner"),
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


@pytest.mark.parametrize("name", WRITTEN_BY_THE_PERSON)
def test_the_database_keeps_what_the_person_wrote(name):
    inquiry = make_inquiry()
    other = timezone.now() if name == "received_at" else "ko" if name == "language" else "x"

    with pytest.raises(DatabaseError, match="pgtrigger: Cannot update"):
        Inquiry.objects.filter(pk=inquiry.pk).update(**{name: other})


def test_the_database_refuses_a_second_consent_of_the_same_kind_and_an_unknown_language():
    consent = {"inquiry": make_inquiry(), "key": "personal", "text_version": "1.0", "text_digest": "0"}
    Consent.objects.create(**consent, language="en")

    with pytest.raises(IntegrityError, match="consent_once_per_inquiry"), transaction.atomic():
        Consent.objects.create(**consent, language="en")
    with pytest.raises(IntegrityError, match="consent_language_known"):
        Consent.objects.create(**consent | {"key": "sensitive"}, language="fr")


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"language": "fr"}, "inquiry_language_known"),
        ({"email": ""}, "inquiry_one_way_to_reply"),
        ({"phone": "+821012345678"}, "inquiry_one_way_to_reply"),
        ({"contact_method": "phone", "phone": "+821012345678"}, "inquiry_one_way_to_reply"),
        ({"contact_method": "fax"}, "inquiry_one_way_to_reply"),
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
    first = make_inquiry()

    with pytest.raises(IntegrityError, match="inquiry_sent_once"):
        make_inquiry(form_token=first.form_token, content_digest=first.content_digest)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"step": "vanish"}, "event_step_known"),
        ({"step": Step.TAKE, "was": "lost"}, "event_statuses_known"),
        ({"step": Step.TAKE, "by": None}, "event_by_staff_unless_received"),
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
            for model in (Event, Viewing)
            for words in ("UPDATE {} SET id = id", "DELETE FROM {}")
        ),
        *((model, "TRUNCATE {} CASCADE") for model in (Event, Viewing)),
        *((model, "UPDATE {} SET id = id") for model in (Consent, Note)),
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
