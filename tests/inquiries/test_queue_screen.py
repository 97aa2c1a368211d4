"""The list of the queue: what a row says, what one press does, and that no refusal is silent."""

import json
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from inquiries import search_hashes, vault
from inquiries.models import FILTERS, Absence, Inquiry, NextAction, Presence, Queue, SavedView, Status, Tag
from inquiries.queue import arrivals, filters
from tests.factories import make_inquiry

pytestmark = pytest.mark.django_db

QUEUE = reverse("admin:inquiries_inquiry_changelist")
ACTION = {"index": "0"}


@pytest.fixture
def staff(client, nurse):
    client.force_login(nurse)
    return client


def address(name):
    return reverse(f"admin:inquiries_inquiry_{name}")


def text(page):
    """Return what a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.split("<main", 1)[1]).split())


def said(page):
    return [str(message) for message in get_messages(page.wsgi_request)]


def chosen(action, *inquiries, **more):
    return {"index": "0", "action": action, "_selected_action": [row.pk for row in inquiries]} | more


def confirmed(action, *inquiries, **more):
    versions = {f"version-{row.pk}": row.version for row in inquiries}
    return chosen(action, *inquiries, confirmed="1", **versions, **more)


def test_a_row_says_all_that_is_needed_to_choose(staff, nurse, colleague):
    now = timezone.now()
    inquiry = make_inquiry(
        preferred_name="김하늘",
        language="ko",
        time_zone="Pacific/Kiritimati",
        topic="cost",
        category="T1",
        pinned_at=now,
        danger_reasons=["escalated"],
        reply_by=now - timedelta(hours=2),
        received_at=now - timedelta(days=3),
        next_action=NextAction.CALL,
        next_action_at=now + timedelta(hours=1),
    )
    Presence.objects.look(inquiry, colleague)
    Presence.objects.look(inquiry, nurse)

    row = text(staff.get(QUEUE)).split("Next action", 1)[1]

    for words in [
        "Pinned",
        "Late",
        "T1: unwell after a treatment, Call the physician in",
        "김하늘",
        inquiry.reference,
        "한",
        "there",
        "3 days",
        "2 h late",
        "Nurses",
        "New",
        "colleague is looking",
        "Call the person",
        "by ",
    ]:
        assert words in row, words
    assert "nurse is looking" not in row, "nobody needs to be told of themselves"


def test_a_row_says_which_ways_are_forbidden(staff):
    make_inquiry(forbidden_channels=["voicemail", "text"])

    assert "Never by: Voicemail, Text message" in text(staff.get(QUEUE))


def test_a_row_says_how_many_more_there_are_of_the_same_person(staff):
    for _number in range(3):
        search_hashes.index(make_inquiry(email="anna@example.org"))
    search_hashes.index(make_inquiry(email="berta@example.org"))
    search_hashes.index(make_inquiry(email="", phone="+821012345678", contact_method="phone"))
    search_hashes.index(make_inquiry(email="", phone="+821012345678", contact_method="phone"))

    page = text(staff.get(QUEUE))

    assert page.count("2 more of the same person") == 3
    assert page.count("1 more of the same person") == 2


def test_who_sees_some_inquiries_only_is_not_told_of_others(client, editor):
    for _number in range(2):
        search_hashes.index(make_inquiry(email="anna@example.org", category="T8"))
    client.force_login(editor)

    page = text(client.get(QUEUE))

    assert page.count("Ada") == 2
    assert "of the same person" not in page


def test_the_clock_of_the_person_is_shown_where_it_is_another(staff):
    make_inquiry(time_zone="Asia/Tokyo")
    make_inquiry(time_zone="Nowhere/At_All")
    assert " there" not in text(staff.get(QUEUE)).split("Next action", 1)[1].split("Take ", 1)[0]

    make_inquiry(time_zone="America/New_York")
    there = timezone.localtime(timezone=ZoneInfo("America/New_York"))
    assert f"{there:%H:%M} there" in text(staff.get(QUEUE))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("tab=pinned", {"Pinned"}),
        ("tab=waiting", {"Waiting"}),
        ("tab=drafted", {"Drafted"}),
        ("tab=late", {"Planned"}),
        ("status=waiting", {"Waiting"}),
        ("category=T4", {"Drafted"}),
        ("queue=physicians", {"Pinned"}),
        ("language=ko", {"Planned"}),
        ("topic=cost", {"Waiting"}),
        ("tag=fee", {"Waiting"}),
        ("received_until=2026-01-31&tab=all", {"Planned"}),
        ("received_since=2026-01-31&received_until=2026-01-31&tab=all", {"Planned"}),
        ("received_until=2026-01-30&tab=all", set()),
    ],
)
def test_each_tab_and_filter_shows_its_own(staff, nurse, colleague, query, names):
    now = timezone.now()
    Tag.objects.create(key="fee", name_en="Fee", name_ko="비용")
    make_inquiry(preferred_name="Pinned", pinned_at=now, queue=Queue.PHYSICIANS)
    make_inquiry(preferred_name="Waiting", status=Status.WAITING, owner=nurse, topic="cost", tags=["fee"])
    make_inquiry(preferred_name="Drafted", status=Status.DRAFTED, owner=colleague, category="T4")
    make_inquiry(
        preferred_name="Planned",
        status=Status.ANSWERED,
        owner=nurse,
        language="ko",
        next_action_at=now - timedelta(minutes=3),
        received_at=timezone.make_aware(timezone.datetime(2026, 1, 31, 23, 30)),
    )

    page = staff.get(f"{QUEUE}?{query}")

    assert {row.name for row in page.context["cl"].rows} == names
    for title, _text, without in page.context["cl"].narrowed:
        assert title
        assert ("tab=" in without) == ("tab=" in query), "the list stays"


def test_what_was_not_chosen_does_not_stand_in_the_address(staff):
    page = staff.get(f"{QUEUE}?tab=new&topic=&owner=&language=ko")

    assert page.status_code == 302
    assert parse_qs(urlsplit(page.url).query) == {"tab": ["new"], "language": ["ko"]}


def test_filters_are_kept_when_coming_back_from_an_inquiry(staff):
    inquiry = make_inquiry()
    desk = reverse("admin:inquiries_inquiry_change", args=[inquiry.pk])

    staff.get(f"{QUEUE}?tab=new&topic=evidence")
    assert f'href="{QUEUE}?tab=new&amp;topic=evidence"' in staff.get(desk).text

    staff.get(QUEUE)
    assert f'href="{QUEUE}"' in staff.get(desk).text


# Taking


def test_one_press_takes_the_row_and_stays_in_the_list(staff, nurse):
    inquiry = make_inquiry()

    page = staff.post(address("take"), {"take": inquiry.pk, "back": "tab=new&topic=evidence"})

    assert page.url == f"{QUEUE}?tab=new&topic=evidence"
    assert Inquiry.objects.get().owner == nurse
    assert said(page) == [f"1 inquiry done. {inquiry.reference}: Taken"]


def test_taking_what_a_colleague_took_is_refused_in_words(staff, colleague):
    inquiry = make_inquiry()
    Inquiry.objects.get().take(by=colleague)

    page = staff.post(address("take"), {"take": inquiry.pk})

    (refusal,) = said(page)
    assert refusal.startswith(f"{inquiry.reference}: ")
    assert Inquiry.objects.get().owner == colleague


def test_the_next_is_the_most_pressing_that_nobody_has(staff, nurse, colleague):
    now = timezone.now()
    make_inquiry(reply_by=now + timedelta(hours=1))
    make_inquiry(pinned_at=now, status=Status.TAKEN, owner=colleague)
    pinned = make_inquiry(pinned_at=now)

    page = staff.post(address("next"))

    assert page.url == reverse("admin:inquiries_inquiry_change", args=[pinned.pk])
    assert Inquiry.objects.get(pk=pinned.pk).owner == nurse


def test_where_nothing_waits_the_next_says_so(staff):
    page = staff.post(address("next"), {"back": "tab=mine"})

    assert page.url == f"{QUEUE}?tab=mine"
    assert said(page) == ["Nothing waits for anybody in your queues."]


@pytest.mark.parametrize("name", ["next", "take", "save-view", "forget-view"])
def test_what_changes_something_is_never_a_link(staff, name):
    assert staff.get(address(name)).status_code == 405


@pytest.mark.parametrize("name", ["next", "take", "save-view", "forget-view"])
def test_whoever_reaches_no_inquiry_takes_none(client, auditor, name):
    inquiry = make_inquiry()
    client.force_login(auditor)

    assert client.post(address(name), {"take": inquiry.pk}).status_code == 403
    assert client.get(address("arrivals")).status_code == 403
    assert Inquiry.objects.get().owner is None


# Several at once


def test_several_are_taken_and_each_refusal_is_said(staff, nurse, colleague):
    mine, gone, closed = make_inquiry(), make_inquiry(), make_inquiry(status=Status.CLOSED)
    Inquiry.objects.get(pk=gone.pk).take(by=colleague)

    page = staff.post(f"{QUEUE}?tab=new", chosen("take_selected", mine, gone, closed))

    assert page.url == f"{QUEUE}?tab=new"
    done, *refused = said(page)
    assert done == f"1 inquiry done. {mine.reference}: Taken"
    assert {words.split(":")[0] for words in refused} == {gone.reference, closed.reference}


def test_what_is_out_of_reach_is_said_too(staff):
    page = staff.post(QUEUE, ACTION | {"action": "take_selected", "_selected_action": ["987654"]})

    assert said(page) == ["No. 987654: It is not in your reach any more."]


def test_choosing_nothing_is_said(staff):
    make_inquiry()

    page = staff.post(QUEUE, ACTION | {"action": "take_selected"})

    assert len(said(page)) == 1


@pytest.mark.parametrize("action", ["assign_selected", "tag_selected", "close_as_spam", "close_as_duplicate"])
def test_nothing_is_done_before_it_is_confirmed(staff, action):
    inquiry = make_inquiry()

    page = staff.post(QUEUE, chosen(action, inquiry))

    assert page.status_code == 200
    assert inquiry.reference in page.text
    assert Inquiry.objects.get().version == inquiry.version


def test_several_are_assigned_to_a_person_or_a_queue(staff, colleague, auditor):
    inquiries = [make_inquiry(), make_inquiry()]
    page = staff.post(QUEUE, chosen("assign_selected", *inquiries))
    assert f'value="{colleague.pk}"' in page.text
    assert f'value="{auditor.pk}"' not in page.text

    staff.post(QUEUE, confirmed("assign_selected", *inquiries, to=colleague.pk))
    assert {inquiry.owner for inquiry in Inquiry.objects.all()} == {colleague}

    staff.post(QUEUE, confirmed("assign_selected", *Inquiry.objects.all(), to="physicians"))
    assert {inquiry.queue for inquiry in Inquiry.objects.all()} == {Queue.PHYSICIANS}


def test_only_who_works_at_the_desk_and_is_there_is_offered(staff, nurse, colleague, physician, editor):
    now = timezone.now()
    Absence.objects.create(person=colleague, starts_at=now, ends_at=now + timedelta(days=1), by=colleague)
    physician.is_staff = False
    physician.save()

    page = staff.post(QUEUE, chosen("assign_selected", make_inquiry()))

    (_queues, (_label, people)) = page.context["form"].fields["to"].choices[1:]
    assert [name for _key, name in people] == ["editor", "nurse"]


def test_without_a_key_each_is_tried_and_what_was_done_is_said(staff, settings, colleague):
    sealed = make_inquiry()
    fresh = vault.new_keys()
    settings.CLINIC_PRIVATE_KEYS = [fresh["CLINIC_PRIVATE_KEYS"]]
    settings.CLINIC_PUBLIC_KEY = fresh["CLINIC_PUBLIC_KEY"]
    open_to_us = make_inquiry()

    page = staff.post(
        QUEUE, confirmed("assign_selected", sealed, open_to_us, to=colleague.pk, note="Knows her.")
    )

    assert page.status_code == 302
    assert said(page)[0] == f"1 inquiry done. {open_to_us.reference}: Taken"
    assert said(page)[1].startswith(f"{sealed.reference}: This server does not hold the key")
    assert Inquiry.objects.get(pk=sealed.pk).owner is None


def test_the_list_a_view_and_the_record_of_exports_know_the_same_filters():
    assert [one.parameter_name for one in filters.FILTERS] == FILTERS


def test_an_assignment_to_nobody_asks_again_and_forgets_no_choice(staff):
    inquiry = make_inquiry()

    page = staff.post(QUEUE, confirmed("assign_selected", inquiry, to="", note="Knows her."))

    assert page.status_code == 422
    assert "Choose a person or a queue." in page.text
    assert "Knows her." in page.text
    assert f'name="_selected_action" value="{inquiry.pk}"' in page.text


@pytest.mark.parametrize(
    ("action", "reason"), [("close_as_spam", "spam"), ("close_as_duplicate", "duplicate")]
)
def test_several_are_closed_but_nothing_about_danger(staff, action, reason):
    ordinary, danger = make_inquiry(), make_inquiry(category="T1", pinned_at=timezone.now())

    page = staff.post(QUEUE, confirmed(action, ordinary, danger))

    assert Inquiry.objects.get(pk=ordinary.pk).closing_reason == reason
    assert Inquiry.objects.get(pk=danger.pk).status == Status.NEW
    assert [words.split(":")[0] for words in said(page)[1:]] == [danger.reference]


def test_what_changed_since_it_was_shown_is_not_closed(staff, colleague):
    inquiry = make_inquiry()
    Inquiry.objects.get().take(by=colleague)

    page = staff.post(f"{QUEUE}?tab=new", confirmed("close_as_spam", inquiry))

    assert said(page) == [f"{inquiry.reference}: Somebody else changed it meanwhile. Look at it once more."]
    assert Inquiry.objects.get().status == Status.TAKEN


def test_several_are_tagged(staff):
    Tag.objects.create(key="fee", name_en="Fee", name_ko="비용")
    tagged, bare = make_inquiry(tags=["fee"]), make_inquiry()

    page = staff.post(QUEUE, confirmed("tag_selected", tagged, bare, tag="fee"))

    assert Inquiry.objects.get(pk=bare.pk).tags == ["fee"]
    assert said(page)[1] == f"{tagged.reference}: Choose another tag."


def test_whoever_may_only_look_has_no_buttons_and_forges_nothing(client, django_user_model):
    from django.contrib.auth.models import Permission

    looker = django_user_model.objects.create_user("looker", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_inquiry"))
    inquiry = make_inquiry()
    client.force_login(looker)

    page = client.get(QUEUE)

    assert inquiry.reference in page.text
    assert not re.search(r'name="(action|take|_selected_action)"', page.text)
    client.post(QUEUE, chosen("take_selected", inquiry))
    client.post(QUEUE, confirmed("close_as_spam", inquiry))
    assert Inquiry.objects.get().version == 1


# Saved views


def test_a_view_keeps_filters_and_stands_in_the_address(staff, nurse):
    make_inquiry(preferred_name="Cost", topic="cost")
    make_inquiry(preferred_name="Evidence")
    page = staff.get(f"{QUEUE}?tab=new&topic=cost")

    filters = page.context["cl"].kept_query
    page = staff.post(address("save-view"), {"name": "Costs", "filters": filters}, follow=True)

    assert parse_qs(page.request["QUERY_STRING"]) == {"tab": ["new"], "topic": ["cost"]}
    assert [row.name for row in page.context["cl"].rows] == ["Cost"]
    assert '<a class="pressable" href="?tab=new&amp;topic=cost" aria-current="true">Costs</a>' in page.text
    assert SavedView.objects.get().owner == nurse


def test_a_view_keeps_no_words_of_a_search(staff):
    staff.post(address("save-view"), {"name": "Ada", "filters": "tab=new&found=abc&q=Ada&x=1"})

    assert SavedView.objects.get().filters == {"tab": "new"}


def test_only_a_manager_shares_a_view_and_takes_it_away(staff, client, manager):
    staff.post(address("save-view"), {"name": "Ours", "filters": "tab=late", "shared": "on"})
    assert not SavedView.objects.exists()

    client.force_login(manager)
    client.post(address("save-view"), {"name": "Ours", "filters": "tab=late", "shared": "on"})
    view = SavedView.objects.get(shared=True)

    client.post(address("forget-view"), {"view": view.pk})
    assert not SavedView.objects.exists()


def test_nobody_deletes_the_view_of_another(staff, colleague):
    private = SavedView.objects.keep("Mine", {"tab": "new"}, by=colleague)

    assert "Mine</a>" not in staff.get(QUEUE).text
    page = staff.post(address("forget-view"), {"view": private.pk})

    assert said(page) == ["This view is not yours to delete."]
    assert SavedView.objects.exists()


# What is new


def test_what_is_new_is_told_in_numbers_alone(staff, colleague):
    make_inquiry(preferred_name="Before", received_at=timezone.now() - timedelta(minutes=5))
    since = arrivals.stamp()
    make_inquiry(preferred_name="Ada")
    make_inquiry(preferred_name="Advert", status=Status.DOUBTFUL)
    make_inquiry(pinned_at=timezone.now())
    taken = make_inquiry()
    taken.take(by=colleague)

    answer = staff.get(address("arrivals"), {"since": since})

    assert json.loads(answer.content) == {"says": "2 new, 1 more in quarantine, 1 pinned"}
    assert "no-store" in answer["Cache-Control"]
    assert staff.get(address("arrivals"), {"since": arrivals.stamp()}).json() == {"says": ""}


@pytest.mark.parametrize("since", ["", "x", "-1", "9" * 40, "１", "0"])
def test_a_strange_moment_is_answered(staff, since):
    assert staff.get(address("arrivals"), {"since": since}).status_code == 200
