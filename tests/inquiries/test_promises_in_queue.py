"""What was promised and not kept stands above the queue, and leads to the inquiries that it is about."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from inquiries import broken_promises
from inquiries.models import MailKind, OutgoingMail, Purge, PurgeOutcome, Queue, Status
from inquiries.queue import capped, strip
from tests.factories import make_inquiry

pytestmark = pytest.mark.django_db

QUEUE = reverse("admin:inquiries_inquiry_changelist")


def ago(days):
    return timezone.now() - timedelta(days=days)


def test_nothing_is_shown_while_all_promises_are_kept(client, nurse):
    make_inquiry()
    client.force_login(nurse)

    assert "Promises not kept" not in client.get(QUEUE).text


def test_each_broken_promise_leads_to_what_it_is_broken_for(client, nurse):
    kept = make_inquiry()
    about = {
        "overdue_replies": make_inquiry(reply_by=ago(0.1), received_at=ago(3.2)),
        "doubtful_not_looked_at": make_inquiry(reply_by=ago(0.1), status=Status.DOUBTFUL),
        "kept_too_long": make_inquiry(status=Status.CLOSED, closed_at=ago(92)),
        "danger_not_seen_to": make_inquiry(category="T1", next_action_at=ago(0.1)),
        "forgotten": make_inquiry(status=Status.WAITING, owner=nurse, next_action_at=ago(5)),
    }
    OutgoingMail.objects.enqueue(kept, MailKind.ACKNOWLEDGEMENT)
    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(minutes=6))
    Purge.objects.create(outcome=PurgeOutcome.REFUSED, found=3, error="Too many.")
    client.force_login(nurse)

    page = client.get(QUEUE)

    shown = page.text.split('class="queue-promises"')[1].split("</section>")[0]
    assert page.text.index("queue-promises") < page.text.index('class="queue-tabs"')
    assert "The oldest that nobody took: 3 days" in shown
    assert len(broken_promises.broken()) == 7
    assert len(re.findall(r'<strong class="count">1<', shown)) == 6
    assert "The last erasing was refused or failed</li>" in shown
    links = re.findall(r'href="(\?tab=\w+&amp;promise=(\w+))"', shown)
    assert {promise for _address, promise in links} == set(about)
    for address, promise in links:
        listed = client.get(QUEUE + address.replace("&amp;", "&")).context["cl"].result_list
        assert listed == [about[promise]], promise


def test_every_promise_has_a_name_at_the_desk():
    assert set(strip.TABS) == set(broken_promises.broken_for()) < set(strip.NAMES)


def test_editors_are_not_told_of_what_they_do_not_see(client, editor):
    make_inquiry(reply_by=ago(0.1))
    make_inquiry(category="T8", queue=Queue.EDITORS, reply_by=ago(0.1))
    client.force_login(editor)

    assert "Promises not kept" not in client.get(QUEUE).text


def test_what_is_broken_is_counted_in_one_question_that_stops_early(monkeypatch):
    monkeypatch.setattr(capped, "MOST_COUNTED", 2)
    for _number in range(4):
        make_inquiry(reply_by=ago(0.1))

    with CaptureQueriesContext(connection) as asked:
        assert broken_promises.broken() == {"overdue_replies": 3}
    # When the clinic is open is kept in each process, but for a transaction such as a test's.
    assert sum("inquiries_" in query["sql"] for query in asked) == 1
    assert strip.strip()["broken"][0].count == "2+"
