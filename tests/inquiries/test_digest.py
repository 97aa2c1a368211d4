"""The morning mail to staff: what it holds, who gets it, and that it goes out once."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as outbox
from django.core.management import call_command
from django.utils import timezone

from inquiries import digest, jobs
from inquiries.models import Absence, Digest, DigestWish, MailState, Status
from tests.factories import make_inquiry

pytestmark = pytest.mark.django_db

SEOUL = ZoneInfo("Asia/Seoul")
MORNING = datetime(2026, 11, 24, 10, tzinfo=SEOUL)  # a Tuesday


@pytest.fixture(autouse=True)
def now(monkeypatch):
    """A working day at ten; `now[0]` may be moved."""
    moment = [MORNING]
    monkeypatch.setattr(timezone, "now", lambda: moment[0])
    return moment


@pytest.fixture
def desk(nurse, physician, manager):
    """One late and one pinned inquiry in the nurses' queue, one due today that the nurse has."""
    for person in (nurse, physician, manager):
        person.email = f"{person.username}@example.org"
        person.save()
    told = {"preferred_name": "Markername", "message": "Markerword"}
    make_inquiry(reply_by=MORNING - timedelta(hours=1), received_at=MORNING - timedelta(days=3), **told)
    make_inquiry(pinned_at=MORNING, reply_by=MORNING + timedelta(days=2), danger_reasons=["self_harm"])
    today = {"reply_by": MORNING + timedelta(hours=6), "next_action_at": MORNING + timedelta(hours=6)}
    return make_inquiry(status=Status.TAKEN, owner=nurse, **today)


def to(person):
    return [message for message in outbox.outbox if message.to == [person.email]]


def test_it_holds_counts_and_a_link_and_nothing_of_anybody(desk, nurse):
    DigestWish.objects.create(person=nurse, language="en")

    digest.send_all()

    (message,) = to(nurse)
    assert message.subject == "Your desk on 24 November 2026"
    assert "- 1 is late.\n- 1 is pinned.\n- 1 is due today.\n- 0 in quarantine are still" in message.body
    assert "http://localhost/admin/inquiries/inquiry/" in message.body
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    for word in ("Marker", "DK-", "ada@", "self_harm", "evidence", "nurse"):
        assert word not in f"{message.subject} {message.body}"


def test_each_reads_of_what_they_have_and_of_their_queues(desk, nurse, physician):
    assert digest.waiting_for(nurse) == {"late": 1, "pinned": 1, "due": 1, "doubtful": 0}
    assert digest.waiting_for(physician) == {"late": 1, "pinned": 1, "due": 0, "doubtful": 0}


def test_what_lies_in_quarantine_is_told_to_whose_queue_it_is(nurse, physician, editor):
    for person in (nurse, physician, editor):
        person.email = f"{person.username}@example.org"
        person.save()
    DigestWish.objects.create(person=nurse, language="en")
    make_inquiry(status=Status.DOUBTFUL)

    assert digest.waiting_for(editor)["doubtful"] == 0
    digest.send_all()

    (message,) = to(nurse)
    assert "- 1 in quarantine is still to be looked at." in message.body
    assert not to(editor)


def test_it_is_sent_once_however_often_the_clock_strikes(desk, now):
    jobs.send_digests(0)
    now[0] += timedelta(hours=2)
    jobs.send_digests(0)
    call_command("send_digest")

    assert len(outbox.outbox) == 3
    assert {mail.state for mail in Digest.objects.all()} == {MailState.SENT}

    now[0] += timedelta(days=1)
    jobs.send_digests(0)
    assert len(outbox.outbox) == 6


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 22, 10, tzinfo=SEOUL),  # a Sunday
        datetime(2026, 12, 25, 10, tzinfo=SEOUL),
        datetime(2026, 11, 24, 6, tzinfo=SEOUL),
        datetime(2026, 11, 24, 23, tzinfo=SEOUL),
    ],
)
def test_nobody_is_written_to_while_the_clinic_is_closed(desk, now, moment):
    now[0] = moment

    assert digest.send_all() == 0
    assert not Digest.objects.exists()


def test_whoever_wants_none_is_away_or_left_gets_none(desk, nurse, physician, manager):
    DigestWish.objects.create(person=nurse, wanted=False, language="en")
    Absence.objects.create(
        person=physician, starts_at=MORNING - timedelta(1), ends_at=MORNING + timedelta(1), by=manager
    )
    manager.is_active = False
    manager.save()

    assert digest.send_all() == 0


def test_who_does_not_work_at_the_desk_gets_none(desk, auditor, author):
    for person in (auditor, author):
        person.email = f"{person.username}@example.org"
        person.save()

    digest.send_all()

    assert not to(auditor) + to(author)


def test_a_morning_on_which_nothing_waits_brings_no_mail(nurse, now):
    nurse.email = "nurse@example.org"
    nurse.save()

    assert digest.send_all() == 0
    make_inquiry(pinned_at=MORNING)
    now[0] += timedelta(hours=1)
    assert digest.send_all() == 0
    assert Digest.objects.get().state == MailState.DROPPED


def test_without_a_wish_it_speaks_both_languages_and_then_the_chosen_one(desk, nurse, now):
    digest.send_all()
    assert [message.extra_headers["Content-Language"] for message in to(nurse)] == ["en, ko"]

    DigestWish.objects.create(person=nurse, language="ko")
    now[0] += timedelta(days=1)
    digest.send_all()

    last = to(nurse)[-1]
    assert last.extra_headers["Content-Language"] == "ko"
    assert "2026년 11월 25일" in last.subject


def test_what_did_not_go_out_is_tried_again(desk, now, settings):
    good = settings.MAILERS
    settings.MAILERS = {"default": {"OPTIONS": {"host": "127.0.0.1", "port": 9, "timeout": 1}}}
    assert digest.send_all() == 0
    settings.MAILERS = good
    assert digest.send_all() == 0  # somebody else may be trying just now

    now[0] += timedelta(minutes=15)

    assert digest.send_all() == 3


def test_one_sets_what_one_wants(client, nurse):
    client.force_login(nurse)

    client.post("/admin/desk/digest/", {"language": "ko"})

    wish = DigestWish.objects.get()
    assert (wish.person, wish.wanted, wish.language) == (nurse, False, "ko")
    client.post("/admin/desk/digest/", {"language": "fr", "wanted": "on"})
    assert not DigestWish.objects.get().wanted


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("nurse", 200),
        ("physician", 200),
        ("manager", 200),
        ("editor", 200),
        ("auditor", 403),
        ("author", 403),
    ],
)
def test_the_page_is_for_whoever_works_at_the_desk(client, request, role, status):
    client.force_login(request.getfixturevalue(role))

    assert client.get("/admin/desk/digest/").status_code == status
