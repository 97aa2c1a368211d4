"""What else the same person asked, beside an inquiry, and the words in which its history is told."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from inquiries import search_hashes
from inquiries.desk.same_person import MOST
from inquiries.desk.words import HAPPENED
from inquiries.models import STAFF_STEPS
from tests.factories import make_inquiry

pytestmark = pytest.mark.django_db

QUEUE = reverse("admin:inquiries_inquiry_changelist")


def of_anna(**changed):
    inquiry = make_inquiry(email="anna@example.org", **changed)
    search_hashes.index(inquiry)
    return inquiry


def beside(client, inquiry):
    """Return the part of the page about the same person."""
    page = client.get(reverse("admin:inquiries_inquiry_change", args=[inquiry.pk])).text
    return page.partition('<section class="module others"')[2].partition("</section>")[0]


def test_what_is_not_listed_is_counted_and_one_press_away(client, nurse):
    all_of_hers = [of_anna() for _number in range(MOST + 2)]
    client.force_login(nurse)

    part = beside(client, all_of_hers[0])

    assert part.count("DK-") == 2 * MOST, "each as a link and as a suggestion for a merge"
    assert "and 1 more: search for all" in part
    found = client.post(
        reverse("admin:inquiries_inquiry_search"),
        {"q": re.search(r'name="q" value="([^"]+)"', part)[1]},
        follow=True,
    )
    assert all(inquiry.reference in found.text for inquiry in all_of_hers)


def test_nothing_is_counted_while_all_are_listed(client, nurse):
    inquiries = [of_anna() for _number in range(MOST + 1)]
    client.force_login(nurse)

    assert " more" not in beside(client, inquiries[0])


def test_those_that_may_be_the_same_question_stand_under_one_heading(client, nurse):
    asked, again, once_more = of_anna(), of_anna(), of_anna()
    long_ago = of_anna(received_at=timezone.now() - timedelta(days=90))
    client.force_login(nurse)

    part = beside(client, asked)

    assert part.count("Possibly the same question") == 1
    places = [part.index(inquiry.reference) for inquiry in (again, once_more, long_ago)]
    assert max(places[:2]) < part.index("Other questions") < places[2]


def test_each_step_of_staff_is_told_as_something_that_happened():
    assert set(HAPPENED) == STAFF_STEPS


def test_an_empty_list_says_so_once(client, nurse):
    client.force_login(nurse)

    page = client.get(f"{QUEUE}?tab=named").text

    assert "Nothing here. All is seen to." in page
    assert "0 inquiries" not in page
