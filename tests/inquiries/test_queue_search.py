"""The search of the queue: found by what people say on the phone, and nothing personal in an address."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from inquiries import jobs, search_hashes
from inquiries.models import Status
from inquiries.queue import search
from tests.factories import make_inquiry

pytestmark = pytest.mark.django_db

QUEUE = "/admin/inquiries/inquiry/"
SEARCH = reverse("admin:inquiries_inquiry_search")


@pytest.fixture
def staff(client, nurse):
    client.force_login(nurse)
    return client


def indexed(**fields):
    inquiry = make_inquiry(**fields)
    search_hashes.index(inquiry)
    return inquiry


def found(client, query):
    return client.post(SEARCH, {"q": query}, follow=True).context["cl"].result_list


@pytest.mark.parametrize("query", ["zoë", "kim.zoe@example.org", "Zoë lidocaine"])
def test_staff_find_whom_they_look_for_whatever_the_status(staff, query):
    indexed()
    inquiry = indexed(
        preferred_name="Zoë",
        email="kim.zoe@example.org",
        message="About lidocaine.",
        status=Status.CLOSED,
    )

    assert found(staff, query) == [inquiry]


@pytest.mark.parametrize("change", [str, str.lower, lambda text: text.replace("-", ""), " {} ".format])
def test_a_reference_is_found_however_it_is_typed(staff, change):
    indexed()
    inquiry = indexed(status=Status.DOUBTFUL)

    assert found(staff, change(inquiry.reference)) == [inquiry]


def test_a_number_is_found_by_its_last_digits(staff):
    inquiry = indexed(contact_method="phone", email="", phone="+821012345678")

    assert found(staff, "5678") == [inquiry]


def test_the_address_tells_nothing_of_what_was_searched_for(staff):
    answer = staff.post(SEARCH, {"q": "Featherstonehaugh"})

    assert answer.status_code == 302
    assert "eather" not in answer.url
    page = staff.get(answer.url)
    assert 'value="Featherstonehaugh"' in page.text
    assert f"{answer.url.partition('?')[2]}&amp;tab=open" in page.text, "the search is kept"
    (sealed,) = parse_qs(urlsplit(answer.url).query)["found"]
    assert f'name="found" value="{sealed}"' in page.text, "by the filters as well"


def test_the_same_search_has_another_address_each_time(staff):
    assert staff.post(SEARCH, {"q": "Ada"}).url != staff.post(SEARCH, {"q": "Ada"}).url


def test_an_address_of_another_session_says_that_it_is_not_known(staff, client, nurse):
    indexed()
    address = staff.post(SEARCH, {"q": "Ada"}).url
    client.logout()
    client.force_login(nurse)

    page = client.get(address, follow=True)

    assert "This search is no longer known." in page.text
    assert 'value="Ada"' not in page.text


def test_nobody_can_read_what_was_searched_for_in_a_session_that_ended(staff):
    address = staff.post(SEARCH, {"q": "Featherstonehaugh"}).url
    sealed = parse_qs(urlsplit(address).query)["found"][0]
    (session,) = Session.objects.all()
    assert search.unseal(sealed, session.session_key) == "Featherstonehaugh"
    Session.objects.update(expire_date=timezone.now())

    jobs.purge(0)

    assert not Session.objects.exists()
    assert search.unseal(sealed, "") is None


def test_an_action_on_what_was_found_reaches_it(staff, nurse):
    inquiry = indexed(preferred_name="Zoë")
    address = staff.post(SEARCH, {"q": "Zoë"}).url

    form = {"action": "take_selected", "index": "0", "_selected_action": [inquiry.pk]}
    page = staff.post(address, form, follow=True)

    assert f"{inquiry.reference}: Taken" in page.text
    assert page.context["cl"].query == "Zoë", "the search is kept"


def test_without_its_key_the_search_says_so(staff, settings):
    settings.SEARCH_KEY = ""

    page = staff.post(SEARCH, {"q": "Ada"}, follow=True)

    assert "SEARCH_KEY is missing" in page.text
    assert not page.context["cl"].result_list


def test_nothing_searched_for_is_the_queue(staff):
    assert staff.post(SEARCH, {"q": " "}).url == QUEUE


def test_an_editor_finds_only_what_is_about_pages(client, editor):
    about_page, other = make_inquiry(category="T8"), make_inquiry()
    for one in (about_page, other):
        search_hashes.index(one)
    client.force_login(editor)

    page = client.post(SEARCH, {"q": "Ada"}, follow=True)

    assert page.context["cl"].result_list == [about_page]
    assert other.reference not in page.text


@pytest.mark.parametrize(
    "query",
    [
        *(
            "found=x",
            "after=",
            "after=x",
            "after=-.0.0",
            "after=1.2.3",
            "after=0.0.9" + "9" * 30,
        ),
        *(
            "after=0.-.1.1",
            "after=2.0.1",
            "before=0.99999999999999999999.1",
            "before=１.1.1",
            "tab=all&after=1.1",
        ),
        *(
            "owner=x",
            "category=T10",
            "received_since=2",
            "received_until=9999-99-99",
            "tag=x",
            "article=x",
            "status=x",
            "came_from=x",
            "came_from=99999999",
        ),
        *("q=Ada", "tab=closed&after=0", "tab=doubtful&before=1"),
    ],
)
def test_a_strange_address_is_answered(staff, query):
    make_inquiry()

    assert staff.get(f"{QUEUE}?{query}", follow=True).status_code == 200


@pytest.mark.parametrize("query", ["found=%00", "topic=%00", "select_across=1", "email=a@example.org"])
def test_an_address_that_no_list_has_is_refused(staff, query):
    assert staff.get(f"{QUEUE}?{query}").status_code == 400


def test_what_nobody_has_seen_cannot_be_chosen(staff):
    inquiry = make_inquiry()
    form = {"action": "take_selected", "index": "0", "_selected_action": [inquiry.pk], "select_across": "1"}

    assert staff.post(QUEUE, form).status_code == 400
