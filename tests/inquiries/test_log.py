"""The record of what was done and looked at, as an auditor reads it: no word of anybody stands there."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from clinic_site import roles
from inquiries import contents, erasure
from inquiries.models import ErasedBy, ErasedConsents, ErasedInquiries, Event, Inquiry, Purge, Status, Viewing
from tests.factories import make_inquiry

pytestmark = pytest.mark.django_db

MARKER = "Zaunkönig"
PAGES = {
    right.removeprefix("inquiries.view_")
    for right in roles.PERMISSIONS[roles.AUDITOR]
    if right.startswith("inquiries.view_")
}


def address(page):
    return reverse(f"admin:inquiries_{page}_changelist")


@pytest.fixture
def past(nurse, manager):
    """An inquiry in which every word that anybody can write is the marker, and another that was erased."""
    words = {"preferred_name": MARKER, "message": MARKER, "wishes": MARKER, "email": "zaunkönig@example.org"}
    inquiry = make_inquiry(**words)
    inquiry.take(by=nurse)
    contents.for_staff(inquiry).ask(MARKER, by=nurse)
    inquiry.add_note(f"@manager {MARKER}", by=nurse)
    inquiry.escalate(MARKER, by=nurse)
    Viewing.objects.create(inquiry=inquiry, by=nurse, words=True)
    gone = make_inquiry(status=Status.CLOSED, **words)
    erasure.erase(gone, asked_by=ErasedBy.STAFF, by=manager)
    call_command("purge_inquiries", verbosity=0)
    ErasedConsents.objects.get_or_create(key="personal", text_version="1", language="en")
    return inquiry


@pytest.mark.parametrize("page", sorted(PAGES))
def test_every_right_of_an_auditor_to_look_opens_a_page_without_a_word_of_anybody(
    client, auditor, past, page
):
    client.force_login(auditor)

    answer = client.get(address(page))

    assert answer.status_code == 200
    rows = answer.context["cl"].result_list
    assert "_facets" not in answer.text, "whose counts read the whole table"
    assert rows or page in ("export", "dangerwordchange")
    for row in rows[:1]:
        one = client.get(reverse(f"admin:inquiries_{page}_change", args=[row.pk]))
        assert one.status_code == 200
        assert MARKER.casefold() not in one.text.casefold()
        for act in ("change", "delete"):
            posted = client.post(reverse(f"admin:inquiries_{page}_{act}", args=[row.pk]), {"post": "yes"})
            assert posted.status_code == 403
        assert client.post(reverse(f"admin:inquiries_{page}_add")).status_code == 403
    assert MARKER.casefold() not in answer.text.casefold()


@pytest.mark.parametrize("page", ["event", "viewing", "erasure", "purge", "erasedinquiries"])
def test_nobody_else_reads_the_record(client, nurse, editor, page):
    for person in (nurse, editor):
        client.force_login(person)
        assert client.get(address(page)).status_code == 403


def test_the_record_is_found_by_reference_step_person_and_day(client, auditor, nurse, colleague):
    one, other = make_inquiry(), make_inquiry()
    one.take(by=nurse)
    other.take(by=colleague)
    other.put_back("managers", by=colleague)
    old = Event.objects.create(
        inquiry=one, step="wrote", became="taken", at=timezone.now() - timedelta(days=40)
    )
    client.force_login(auditor)

    def steps(**query):
        rows = client.get(address("event"), query).context["cl"].result_list
        return [(row.inquiry.reference, row.step) for row in rows]

    mine, theirs = one.reference, other.reference
    assert steps() == [(theirs, "put_back"), (theirs, "take"), (mine, "take"), (mine, "wrote")]
    assert steps(q=f" {theirs.lower()} ") == [(theirs, "put_back"), (theirs, "take")]
    assert steps(q=theirs[:5]) == []
    assert steps(step="take", by=nurse.pk) == [(mine, "take")]
    assert steps(day=timezone.localdate(old.at).isoformat()) == [(mine, "wrote")]
    page = client.get(address("event"), {"q": theirs, "step": "take"})
    assert '<input type="hidden" name="step" value="take">' in page.text, "a day narrows further"
    assert [row.step for row in page.context["cl"].result_list] == ["take"]


def test_what_was_read_and_erased_is_found_by_reference(client, auditor, past):
    client.force_login(auditor)

    viewed = client.get(address("viewing"), {"q": past.reference}).context["cl"].result_list
    gone = Inquiry.objects.exclude(erased_at=None).get()
    erased = client.get(address("erasure"), {"q": gone.reference}).context["cl"].result_list

    assert [row.inquiry for row in viewed] == [past]
    assert [row.inquiry for row in erased] == [gone]
    assert not client.get(address("erasure"), {"q": past.reference}).context["cl"].result_list


def test_there_is_something_to_read_on_every_page(past):
    assert ErasedInquiries.objects.exists()
    assert Purge.objects.exists()
