"""Retention: what is erased when, what is refused, and what is told."""

from datetime import datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from articles.models import PageFeedback
from inquiries import broken_promises, contents, jobs, retention
from inquiries.models import ErasedBy, Erasure, Inquiry, MailKind, OutgoingMail, Purge, PurgeOutcome, Status
from inquiries.reply_promise import reply_by
from tests.factories import make_inquiry, publish_article

OUTCOMES = PurgeOutcome


def ago(days):
    return timezone.now() - timedelta(days=days)


def make(number, **fields):
    return [make_inquiry(**fields) for _number in range(number)]


def erased():
    return set(Inquiry.objects.exclude(erased_at=None).values_list("pk", flat=True))


def run(name, *arguments):
    out = StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_each_kind_is_kept_as_long_as_the_consent_texts_say_and_not_longer(nurse):
    closed = {"status": Status.CLOSED}
    kept = [
        make_inquiry(**closed, closed_at=ago(89.9)),
        make_inquiry(**closed, closed_at=ago(6.9), closing_reason="spam"),
        make_inquiry(received_at=ago(364.9)),
        make_inquiry(received_at=ago(364.9), status=Status.ANSWERED, owner=nurse),
        make_inquiry(received_at=ago(8), status=Status.DOUBTFUL),
        make_inquiry(received_at=ago(400), **closed, closed_at=ago(80)),
    ]
    over = [
        make_inquiry(**closed, closed_at=ago(90.1)),
        make_inquiry(**closed, closed_at=ago(7.1), closing_reason="spam"),
        make_inquiry(received_at=ago(365.1)),
        make_inquiry(received_at=ago(365.1), status=Status.DOUBTFUL),
    ]

    done = retention.purge()

    assert erased() == {inquiry.pk for inquiry in over}
    assert (done.outcome, done.found, done.erased) == (OUTCOMES.DONE, 4, 4)
    records = Erasure.objects.order_by("inquiry").values_list("asked_by", "by", "closing_reason")
    reasons = ["answered", "spam", "time_over", "time_over"]
    assert list(records) == [(ErasedBy.CLOCK, None, reason) for reason in reasons]
    assert all(contents.for_staff(inquiry).question for inquiry in kept)
    assert retention.purge().found == 0


@pytest.mark.django_db
def test_staff_are_warned_once_a_month_before_and_closing_gives_more_time(nurse):
    inquiry = make_inquiry(received_at=ago(336))

    assert [retention.purge().warned, retention.purge().warned] == [1, 0]

    warned = Inquiry.objects.get()
    assert warned.danger_reasons == ["expires_soon"]
    assert warned.pinned_at
    assert [event.step for event in warned.events.all()] == ["expires_soon"]
    Inquiry.objects.get().close("not_offered", by=nurse)
    assert not Inquiry.objects.filter(retention.due(timezone.now() + timedelta(days=60)), pk=inquiry.pk)


@pytest.mark.django_db
def test_a_run_that_would_erase_too_many_erases_none_until_somebody_confirms():
    make(11, status=Status.CLOSED, closed_at=ago(91))
    make(20)

    refused = retention.purge()

    assert (refused.outcome, refused.found, refused.erased) == (OUTCOMES.REFUSED, 11, 0)
    assert erased() == set()
    assert broken_promises.broken() == {"purge_refused_or_failed": 1}
    assert "11 would be erased" in (said := run("purge_inquiries", "--dry-run"))
    assert "11 of 31 inquiries are due, more than 5%" in said
    with pytest.raises(CommandError, match="11 of 31 .* --confirm"):
        run("purge_inquiries")
    assert erased() == set()

    assert "11 erased. Backups made before still hold them, for 35 days" in run(
        "purge_inquiries", "--confirm"
    )

    assert len(erased()) == 11
    assert broken_promises.broken() == {}


@pytest.mark.django_db
def test_a_dry_run_changes_nothing():
    make(3, status=Status.CLOSED, closed_at=ago(91))

    said = run("purge_inquiries", "--dry-run")

    assert "3 would be erased" in said
    assert Inquiry.objects.first().reference in said
    assert "Ada" not in said
    assert erased() == set()
    assert not Purge.objects.exists()


@pytest.mark.django_db
def test_a_long_pause_erases_not_even_a_few_until_somebody_confirms():
    """After a clock has leapt ahead: a small clinic has fewer inquiries than one run may erase."""
    Purge.objects.create(outcome=OUTCOMES.DONE, found=0, at=ago(400))
    make(5, received_at=ago(400))

    outcomes = [retention.purge().outcome, retention.purge().outcome]

    assert outcomes == [OUTCOMES.REFUSED, OUTCOMES.REFUSED]
    assert "400 days ago" in Purge.objects.first().error
    assert retention.purge(confirmed=True).erased == 5


@pytest.mark.django_db
@pytest.mark.parametrize("days", [-400, 3, 400])
def test_a_clock_that_jumps_breaks_no_page_and_no_job(client, monkeypatch, days):
    make(3)
    make_inquiry(status=Status.CLOSED)
    OutgoingMail.objects.enqueue(Inquiry.objects.first(), MailKind.ACKNOWLEDGEMENT)
    retention.purge()
    then = timezone.now() + timedelta(days=days)
    monkeypatch.setattr(timezone, "now", lambda: then)

    jobs.catch_up(0)
    jobs.purge(0)

    assert erased() == set()
    assert client.get("/readyz").status_code == 200
    assert client.get("/en/ask/").status_code == 200
    broken_promises.broken()


@pytest.mark.django_db
def test_the_worker_erases_once_a_day():
    jobs.purge(0)
    jobs.purge(0)
    assert Purge.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("hours", "time"), [(1, False), (19, False), (21, True), (-9600, True)])
def test_a_run_is_made_up_for_and_one_in_the_future_does_not_count(hours, time):
    Purge.objects.create(outcome=OUTCOMES.DONE, found=0, at=timezone.now() - timedelta(hours=hours))

    assert retention.is_time() == time


@pytest.mark.django_db
def test_who_writes_again_at_the_last_moment_is_kept(monkeypatch):
    inquiry = make_inquiry(status=Status.CLOSED, closed_at=ago(91))
    contents.for_staff(inquiry).write("One more thing")

    assert not retention._erase_if_still_due(inquiry.pk)
    assert erased() == set()


@pytest.mark.django_db
def test_one_that_cannot_be_erased_does_not_keep_the_others(monkeypatch, caplog):
    stuck, fine = make(2, status=Status.CLOSED, closed_at=ago(91))
    Inquiry.objects.filter(pk=stuck.pk).update(closing_reason="answered")
    Erasure.objects.create(
        inquiry=stuck,
        reference=stuck.reference,
        received_at=stuck.received_at,
        closed_at=stuck.closed_at,
        closing_reason="answered",
        asked_by=ErasedBy.CLOCK,
    )

    done = retention.purge()

    assert (done.outcome, done.found, done.erased) == (OUTCOMES.FAILED, 2, 1)
    assert done.error == "IntegrityError"
    assert erased() == {fine.pk}
    assert broken_promises.broken()["purge_refused_or_failed"] == 1


@pytest.mark.django_db
def test_readers_words_about_pages_go_with_the_same_run():
    page = publish_article()
    feedback = PageFeedback.objects.create(
        article=page, version=1, language="en", answer="no", text="Too long"
    )
    PageFeedback.objects.filter(pk=feedback.pk).update(created_at=ago(181))

    assert retention.purge().forgotten == 1
    assert PageFeedback.objects.get().text == ""


@pytest.mark.django_db
def test_a_queue_that_keeps_its_promises_is_quiet(client):
    make_inquiry(received_at=timezone.now() - timedelta(seconds=90))

    assert "oldest_untriaged_seconds: 9" in run("audit_queue")
    answer = client.get("/readyz").json()
    assert answer == {"database": "ok", "migrations": "ok", "promises": "kept"}


@pytest.mark.django_db
@pytest.mark.parametrize("sent", ["", "Bearer ", "Bearer wrong", "Basic secret"])
def test_who_has_no_token_reads_that_a_promise_is_broken_and_not_which(client, settings, sent):
    settings.MONITOR_TOKEN = "secret" if sent else ""
    make_inquiry(category="T1", next_action_at=ago(0.1), received_at=ago(0.13))

    answer = client.get("/readyz", headers={"Authorization": sent})

    assert answer.status_code == 200
    told = {"promises": "not kept", "oldest_untriaged_hours": 3}
    assert answer.json() == {"database": "ok", "migrations": "ok"} | told


@pytest.mark.django_db
def test_a_monitor_reads_everything(client, settings):
    settings.MONITOR_TOKEN = "secret"
    make_inquiry(category="T1", next_action_at=ago(0.1), received_at=timezone.now() - timedelta(seconds=90))

    answer = client.get("/readyz", headers={"Authorization": "Bearer secret"}).json()

    assert answer["broken_promises"] == {"danger_not_seen_to": 1}
    assert answer["oldest_untriaged_seconds"] in range(90, 100)


@pytest.mark.django_db
def test_whoever_asks_often_does_not_have_it_counted_anew(client, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(broken_promises, "KEPT_FOR", 60)
    broken_promises._kept.clear()
    client.get("/readyz")

    with django_assert_num_queries(2):  # the database answers, and has every migration
        client.get("/readyz")
    broken_promises._kept.clear()


@pytest.mark.django_db
def test_who_waits_is_timed_from_when_it_came_to_the_queue_or_to_quarantine(nurse):
    closed = make_inquiry(received_at=ago(300), status=Status.CLOSED)
    assert broken_promises.oldest_untriaged_seconds() is None
    closed.reopen(by=nurse)
    assert broken_promises.oldest_untriaged_seconds() < 60

    make_inquiry(status=Status.DOUBTFUL, received_at=ago(1))

    assert broken_promises.oldest_untriaged_seconds() >= 86400


@pytest.mark.django_db
def test_who_waits_longest_is_found_behind_many_who_came_first_and_were_put_back_today(nurse, monkeypatch):
    monkeypatch.setattr(broken_promises, "AT_ONCE", 2)
    for days in (300, 299, 298, 297, 296):
        make_inquiry(received_at=ago(days), status=Status.CLOSED).reopen(by=nurse)
    make_inquiry(received_at=ago(3))
    make_inquiry(received_at=ago(2))

    assert 3 * 86400 <= broken_promises.oldest_untriaged_seconds() < 3 * 86400 + 60


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "hour", "warned"), [(24, 10, False), (25, 17, False), (25, 19, True), (26, 9, True)]
)
def test_quarantine_is_called_before_the_promise_is_broken(monkeypatch, day, hour, warned):
    tuesday = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Asia/Seoul"))
    make_inquiry(status=Status.DOUBTFUL, received_at=tuesday, reply_by=reply_by(tuesday))
    monkeypatch.setattr(timezone, "now", lambda: tuesday.replace(day=day, hour=hour))

    assert ("doubtful_not_looked_at" in broken_promises.broken()) == warned


@pytest.mark.django_db
def test_the_audit_fails_for_each_promise_that_is_broken(nurse):
    make_inquiry(reply_by=ago(0.1))
    make_inquiry(reply_by=ago(0.1), status=Status.DOUBTFUL)
    make_inquiry(status=Status.CLOSED, closed_at=ago(92))
    make_inquiry(category="T1", next_action_at=ago(0.1))
    make_inquiry(status=Status.WAITING, owner=nurse, next_action_at=ago(5))
    OutgoingMail.objects.enqueue(make_inquiry(), MailKind.ACKNOWLEDGEMENT)
    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(minutes=6))

    with pytest.raises(SystemExit) as end:
        run("audit_queue")

    assert end.value.code == 1
    kinds = ["overdue_replies", "doubtful_not_looked_at", "mail_not_sent", "kept_too_long"]
    kinds += ["danger_not_seen_to", "forgotten"]
    assert broken_promises.broken() == dict.fromkeys(kinds, 1)
