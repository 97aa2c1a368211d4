"""Seeing how it goes: the numbers of the desk, which outlast the people in them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inquiries import retention
from inquiries.erasure import erase
from inquiries.models import ErasedBy, ErasedFact, Inquiry, Status, Step
from inquiries.statistics import charts, numbers
from inquiries.statistics.first_reply import Within, soonness
from inquiries.statistics.numbers import Period
from tests.factories import make_article, make_inquiry, publish

pytestmark = pytest.mark.django_db

SEOUL = ZoneInfo("Asia/Seoul")
PAGE = "/admin/desk/numbers/"
MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))


def at(day, hour=10):
    return datetime(2026, 3, day, hour, tzinfo=SEOUL)


def asked(nurse, day, *, hour=10, replied=None, step=Step.ANSWER, reason="answered", **fields):
    """Return a closed inquiry of March 2026, replied to so many hours after it came."""
    received = at(day, hour)
    closed = {"status": Status.CLOSED, "closing_reason": reason, "closed_at": at(31), "answered_at": None}
    inquiry = make_inquiry(received_at=received, **closed, **fields)
    if replied is not None:
        became = Status.WAITING if step == Step.ASK else Status.ANSWERED
        when = received + timedelta(hours=replied)
        inquiry.events.create(step=step, was=Status.TAKEN, became=became, by=nurse, at=when)
    return inquiry


@pytest.fixture
def march(nurse):
    page = publish(make_article(title="What it costs"))
    return [
        asked(nurse, 2, replied=2, came_from=page),
        asked(nurse, 3, replied=20, step=Step.ASK, language="ko", topic="cost"),
        asked(nurse, 4, replied=30, came_from=page),
        asked(nurse, 5, hour=23, replied=200),
        asked(nurse, 6, reason="no_reply"),
        asked(nurse, 6, reason="spam"),
    ]


def seen(found):
    """Return all numbers in a form that can be compared."""
    about = {
        fact: [(row.key, row.arrived, row.replied, row.median, row.ninth) for row in rows]
        for fact, rows in found.about.items()
    }
    return found.whole, found.by_unit, found.by_weekday, about, found.titles


def test_arrivals_and_replies_are_measured_against_the_promise(march):
    whole = numbers.count(MARCH).whole

    assert (whole.arrived, whole.spam, whole.replied) == (5, 1, 4)
    assert (whole.in_time, whole.late, whole.percent_in_time) == (3, 1, 60)
    assert (whole.missed, whole.owed) == (1, 5)
    assert whole.median == 25 * 3600
    assert whole.ninth == pytest.approx((30 + 0.7 * 170) * 3600)


def test_who_was_never_answered_is_not_left_out_of_what_was_in_time(nurse):
    for _number in range(5):
        asked(nurse, 2, replied=2)
        make_inquiry(received_at=at(2))  # nobody has looked at it since
    taken_back = {"status": Status.CLOSED, "closing_reason": "withdrawn"}
    make_inquiry(received_at=at(3), closed_at=at(3, 11), **taken_back)
    make_inquiry(received_at=at(3), closed_at=at(30), **taken_back)  # too late: it was owed by then

    whole = numbers.count(MARCH).whole

    assert (whole.arrived, whole.in_time, whole.missed, whole.percent_in_time) == (12, 5, 6, 45)


def test_who_may_still_wait_is_not_counted_yet():
    make_inquiry()

    whole = numbers.count(numbers.usual_period()).whole

    assert (whole.arrived, whole.missed, whole.percent_in_time) == (1, 0, None)


def merged(nurse, day, into, hour=10):
    inquiry = make_inquiry(received_at=at(day, hour), status=Status.MERGED, merged_into=into)
    merge = {"step": Step.MERGE, "was": Status.NEW, "became": Status.MERGED, "other": into}
    inquiry.events.create(**merge, by=nurse, at=at(day, hour + 1))
    return inquiry


def test_a_reply_to_what_it_was_merged_with_is_a_reply(nurse):
    other = asked(nurse, 2, replied=5)
    one = merged(nurse, 2, other)
    late = merged(nurse, 3, other)  # merged after the reply
    before = seen(numbers.count(MARCH))

    assert (soonness(one), soonness(late)) == (Within.DAY, Within.NEVER)
    assert numbers.count(MARCH).whole.replied == 2

    erase(one, asked_by=ErasedBy.PERSON)
    erase(other, asked_by=ErasedBy.PERSON)
    assert seen(numbers.count(MARCH)) == before


def test_a_reply_after_the_merge_was_undone_is_none(nurse):
    other = asked(nurse, 2, replied=5)
    one = merged(nurse, 2, other)
    undone = {"step": Step.UNMERGE, "was": Status.MERGED, "became": Status.NEW, "other": other}
    one.events.create(**undone, by=nurse, at=at(2, 12))

    assert soonness(one) == Within.NEVER


def test_what_is_closed_as_answered_or_sent_to_help_was_told_so(nurse, physician):
    there, helped, selling = make_inquiry(category="T2"), make_inquiry(), make_inquiry()
    there.take(by=nurse)
    there.answer("By telephone.", by=nurse)
    there.close("answered", by=nurse)
    helped.take(by=physician)
    helped.close("directed_to_emergency", "An ambulance came.", by=physician)
    selling.close("spam", by=nurse)
    before = numbers.count(numbers.usual_period()).whole

    assert (before.replied, before.in_time, before.spam) == (2, 2, 1)
    for inquiry in (there, helped, selling):
        erase(inquiry, asked_by=ErasedBy.CLOCK)
    assert numbers.count(numbers.usual_period()).whole == before


def test_a_day_is_a_day_in_seoul(nurse):
    asked(nurse, 1, hour=0)
    make_inquiry(received_at=at(1, 0) - timedelta(minutes=1))

    found = numbers.count(MARCH)

    assert found.by_unit[date(2026, 3, 1)].arrived == found.whole.arrived == 1
    assert found.by_weekday[7].arrived == 1


def test_only_what_reached_the_person_is_a_reply(nurse):
    inquiry = asked(nurse, 2)
    draft = {"step": Step.DRAFT, "was": Status.TAKEN, "became": Status.DRAFTED}
    inquiry.events.create(**draft, by=nurse, at=at(2, 11))
    inquiry.events.create(step=Step.ANSWER, was=Status.TAKEN, became=Status.DRAFTED, by=nurse, at=at(2, 12))
    assert soonness(inquiry) == Within.NEVER

    release = {"step": Step.RELEASE, "was": Status.DRAFTED, "became": Status.ANSWERED}
    inquiry.events.create(**release, by=nurse, at=at(4, 10))

    assert numbers.count(MARCH).whole.median == 48 * 3600
    assert soonness(inquiry) == Within.THREE_DAYS


def test_topics_languages_and_articles_are_counted(march):
    about = numbers.count(MARCH).about

    topics = [(row.key, row.arrived, row.replied, row.median) for row in about[ErasedFact.TOPIC]]
    assert topics == [("evidence", 4, 3, "within 3 days"), ("cost", 1, 1, "within a day")]
    assert [(row.key, row.arrived) for row in about[ErasedFact.LANGUAGE]] == [("en", 4), ("ko", 1)]
    article = march[0].came_from.article_id
    assert [(row.key, row.arrived) for row in about[ErasedFact.PAGE]] == [(str(article), 2), ("", 3)]


def test_the_numbers_stay_the_same_when_people_are_erased(march):
    before = seen(numbers.count(MARCH))

    erase(march[0], asked_by=ErasedBy.PERSON)
    erase(march[3], asked_by=ErasedBy.STAFF, by=march[3].events.get().by)
    assert seen(numbers.count(MARCH)) == before
    retention.purge(confirmed=True)

    assert not Inquiry.objects.filter(erased_at=None).exists()
    assert seen(numbers.count(MARCH)) == before


def test_the_page_asks_the_database_as_often_for_many_as_for_few(client, nurse, march):
    client.force_login(nurse)
    path = f"{PAGE}?from=2026-03&to=2026-03"
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(path)
    for day in range(1, 29):
        asked(nurse, day, replied=day, came_from=publish(make_article()) if day % 9 == 0 else None)
        make_inquiry(received_at=timezone.now() - timedelta(days=day))

    with CaptureQueriesContext(connection) as many:
        client.get(path)

    assert len(many) == len(few) <= 13


@pytest.mark.parametrize("role", ["nurse", "physician", "manager", "auditor"])
def test_who_works_at_the_desk_or_reads_its_record_sees_the_page(client, request, march, role):
    client.force_login(request.getfixturevalue(role))

    page = client.get(f"{PAGE}?from=2026-03&to=2026-03")

    assert page.status_code == 200
    assert "What it costs" in page.text
    assert "60%" in page.text
    assert ">1 Mar</text>" in page.text
    assert "style=" not in page.text


@pytest.mark.parametrize("role", ["author", "editor", "reviewer"])
def test_others_do_not(client, request, role):
    client.force_login(request.getfixturevalue(role))

    assert client.get(PAGE).status_code == 403


def test_nobody_outside_sees_it(client):
    assert client.get(PAGE).status_code == 302


@pytest.mark.parametrize(
    ("asked_for", "first", "until"),
    [
        ("?from=2026-03&to=2026-05", (2026, 3), (2026, 6)),
        ("?from=2026-12&to=2026-12", (2026, 12), (2027, 1)),
        ("?from=2026-05&to=2026-03", (2026, 3), (2026, 6)),
        ("?from=2001-01&to=2026-12", (2024, 1), (2027, 1)),
        ("?from=x&to=2026-13", None, None),
        ("", None, None),
    ],
)
def test_the_period_is_chosen_by_months(client, nurse, asked_for, first, until):
    client.force_login(nurse)

    period = client.get(PAGE + asked_for).context["period"]

    if first is None:
        assert period == numbers.usual_period()
        assert period.months == 3
    else:
        assert period == Period(date(*first, 1), date(*until, 1))


def test_an_empty_desk_says_so(client, nurse):
    client.force_login(nurse)

    page = client.get(PAGE)

    assert "Nothing arrived in this period." in page.text
    assert "Nothing is open." in page.text
    assert "No reply in this period." in page.text


def test_what_is_open_is_counted_by_age_and_by_whose_turn_it_is(nurse):
    now = timezone.now()
    make_inquiry()
    make_inquiry(status=Status.WAITING, owner=nurse, received_at=now - timedelta(days=2))
    make_inquiry(status=Status.DOUBTFUL, received_at=now - timedelta(days=40))
    make_inquiry(status=Status.CLOSED)

    found = numbers.count(numbers.usual_period())

    assert [row["ours"] for row in found.backlog] == [1, 0, 0, 0, 0]
    assert [row["theirs"] for row in found.backlog] == [0, 1, 0, 0, 0]
    assert [row["doubtful"] for row in found.backlog] == [0, 0, 0, 0, 1]
    assert found.oldest_at == now - timedelta(days=40)


@pytest.mark.parametrize(
    ("most", "marks"), [(0, [0, 1]), (3, [0, 1, 2, 3]), (12, [0, 5, 10, 15]), (101, [0, 50, 100, 150])]
)
def test_the_scale_of_a_picture_has_round_numbers(most, marks):
    assert charts.ticks(most) == marks


def test_a_line_breaks_where_nothing_is_known():
    picture = charts.lines({"median": [1, 2, None, 4]}, ["a", "b", "c", "d"], "%(n)d h")

    assert [len(points.split()) for points in picture.lines["median"]] == [2, 1]
    assert len(picture.dots["median"]) == 3
