"""The queue with many inquiries: nothing that staff open reads a whole table or asks more often."""

import json
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from articles.models import Publication
from clinic_site import roles
from inquiries import contents
from inquiries.invented import filling
from inquiries.models import Inquiry, OutgoingMail, Status, Tag
from inquiries.queue import arrivals
from inquiries.queue.filters import QueueFilter
from inquiries.queue.keyset import IN_QUEUE, NEWEST_FIRST, OLDEST_FIRST

COUNT = 20_000
LARGE = {"inquiries_inquiry", "inquiries_event", "inquiries_consent"}
HANGING = [f"inquiries_{model}" for model in ("note", "message", "draft", "outgoingmail")]
QUEUE = reverse("admin:inquiries_inquiry_changelist")
TABS = [
    "open",
    "pinned",
    "new",
    "mine",
    "named",
    "waiting",
    "drafted",
    "late",
    "answered",
    "doubtful",
    "closed",
    "all",
]
# Session, user and their permissions (two), the clinic's stamp, the filters' own lists (owners, tags,
# articles), the views, the rows, who looks at them, who has written more, two counts. And which promises
# are broken, the oldest that nobody took if any is, and how many name whoever looks, for the header.
MOST = 17


@pytest.fixture(scope="module")
def many(django_db_setup, django_db_blocker):
    """Twenty thousand inquiries and a nurse, for all tests of this file."""
    with django_db_blocker.unblock():
        nurse = get_user_model().objects.create_user("busy-nurse", is_staff=True)
        nurse.groups.add(Group.objects.get(name=roles.TRIAGE_NURSE))
        filling.fill(COUNT)
        tag = Tag.objects.create(key="a-rare-one", name_en="Rare", name_ko="드묾")
        rare = Inquiry.objects.order_by("-pk").values_list("pk", flat=True)[:200:50]
        Inquiry.objects.filter(pk__in=list(rare)).update(tags=[tag.key])
        yield nurse
        Tag.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            for table in ["inquiries_viewing", *HANGING, *LARGE]:
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - named above
            cursor.execute("SET session_replication_role = origin")
            cursor.execute("ANALYZE inquiries_inquiry")
        nurse.delete()


@pytest.fixture
def nurse(db, many):
    return many


@pytest.fixture
def client(nurse):
    client = Client()
    client.force_login(nurse)
    client.get(QUEUE)  # what a process remembers of the clinic, it asks for once
    return client


@contextmanager
def plans():
    """Collect the plan of every question about an inquiry, as PostgreSQL made it for these very values."""
    found = []

    def explained(execute, sql, params, many, context):
        if sql.startswith("SELECT") and "inquiries_" in sql:
            with context["connection"].cursor() as cursor:
                cursor.cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
                (plan,) = cursor.cursor.fetchone()
            found.append((sql, plan if isinstance(plan, list) else json.loads(plan)))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explained):
        yield found


def nodes(plan):
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


def read_whole(found):
    """Return the questions for which a large table is read from end to end."""
    return [
        f"{node['Relation Name']}: {sql}"
        for sql, plan in found
        for node in nodes(plan[0]["Plan"])
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] in LARGE
    ]


def indexes_of(found):
    return {node.get("Index Name") for _sql, plan in found for node in nodes(plan[0]["Plan"])}


def filtered_by_words(found):
    """Return the questions that go along a list and look at the words of each inquiry."""
    return [
        sql
        for sql, plan in found
        for node in nodes(plan[0]["Plan"])
        if "search_hashes" in node.get("Filter", "")
    ]


def shown(page):
    return page.context["cl"].result_list


def ask(client, address, django_assert_max_num_queries, most=MOST):
    with plans() as found, django_assert_max_num_queries(most):
        page = client.get(address)
    assert page.status_code == 200, page
    assert found
    assert read_whole(found) == []
    return page


def test_the_test_sees_a_table_that_is_read_whole(nurse):
    with plans() as found:
        list(Inquiry.objects.filter(time_zone="Mars"))

    assert read_whole(found)


def test_all_tabs_are_tried(rf, nurse):
    request = rf.get(QUEUE)
    request.user = nurse

    assert list(QueueFilter(request, {}, Inquiry, None).tabs()) == TABS


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize(
    "narrowed",
    [
        "",
        "&topic=website",
        "&topic=evidence",
        "&language=ko",
        "&category=T1",
        "&category=T0",
        "&owner={owner}",
        "&received_since={yesterday}",
        "&received_since={yesterday}&received_until={yesterday}",
        "&received_until={yesterday}",
        "&status=taken",
        "&status=merged",
        "&queue=nurses",
        "&promise=danger_not_seen_to",
        "&queue=physicians",
        "&tag=a-rare-one",
        "&topic=cost&language=en&owner={owner}",
    ],
)
def test_no_tab_and_no_filter_reads_the_whole_table(
    client, nurse, tab, narrowed, django_assert_max_num_queries
):
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    ask(
        client,
        f"{QUEUE}?tab={tab}{narrowed.format(owner=nurse.pk, yesterday=yesterday)}",
        django_assert_max_num_queries,
    )


@pytest.mark.parametrize(
    "tab", [tab for tab in TABS if tab not in ("drafted", "named")]
)  # nobody invents these
def test_pages_far_back_follow_each_other_and_read_no_more(client, tab, django_assert_max_num_queries):
    order = {"doubtful": OLDEST_FIRST, "closed": NEWEST_FIRST, "all": NEWEST_FIRST}.get(tab, IN_QUEUE)
    first = client.get(f"{QUEUE}?tab={tab}").context["cl"]
    every = list(first.queryset)
    middle = len(every) * 2 // 3

    page = ask(client, f"{QUEUE}?tab={tab}&after={order.place(every[middle])}", django_assert_max_num_queries)

    size = first.list_per_page
    assert shown(page) == every[middle + 1 : middle + 1 + size]
    back = ask(client, QUEUE + page.context["cl"].previous, django_assert_max_num_queries)
    assert shown(back) == every[max(middle + 1 - size, 0) : middle + 1]
    again = ask(client, QUEUE + back.context["cl"].following, django_assert_max_num_queries)
    assert shown(again) == shown(page)
    last = ask(client, f"{QUEUE}?tab={tab}&after={order.place(every[-2])}", django_assert_max_num_queries)
    assert shown(last) == every[-1:]
    assert not last.context["cl"].following


def test_all_pages_together_are_the_whole_queue_once(client, nurse):
    address, seen = f"{QUEUE}?tab=answered", []
    while True:
        page = client.get(address).context["cl"]
        seen += page.result_list
        if not page.following:
            break
        address = QUEUE + page.following

    assert seen == list(Inquiry.objects.filter(status=Status.ANSWERED).in_queue_order())


@pytest.mark.parametrize(
    "how", ["common word", "rare word", "name", "email", "phone", "reference", "nothing"]
)
@pytest.mark.parametrize("tab", ["", "&tab=open", "&tab=closed"])
def test_no_search_reads_the_whole_table(client, how, tab, django_assert_max_num_queries):
    by_phone, by_email = (
        contents.for_staff(Inquiry.objects.filter(contact_method=method).order_by("pk")[5])
        for method in ("phone", "email")
    )
    query = {
        "common word": "감사합니다",
        "rare word": "Featherstonehaugh",
        "name": by_email.contact.preferred_name,
        "email": by_email.contact.email,
        "phone": by_phone.contact.phone,
        "reference": by_phone.inquiry.reference.lower().replace("-", ""),
        "nothing": "zyxwvu",
    }[how]

    answer = client.post(reverse("admin:inquiries_inquiry_search"), {"q": query})
    page = ask(client, answer.url + tab, django_assert_max_num_queries, MOST + 1)

    if how not in ("common word", "name"):
        with plans() as found:
            client.get(answer.url + tab)
        assert filtered_by_words(found) == []
    if not tab:
        found = shown(page)
        if how == "reference":
            assert found == [by_phone.inquiry]
        elif how in ("email", "phone"):  # some people have written twice
            whose = by_email if how == "email" else by_phone
            assert whose.inquiry in found
            assert {getattr(contents.for_staff(inquiry).contact, how) for inquiry in found} == {query}
        elif how != "nothing":
            assert found


def test_the_inquiries_of_one_page_are_found_without_reading_all(
    articles, client, django_assert_max_num_queries
):
    page = Publication.objects.first()
    ask(client, f"{QUEUE}?tab=all&came_from={page.pk}", django_assert_max_num_queries, MOST + 1)
    for tab in TABS:
        ask(
            client,
            f"{QUEUE}?tab={tab}&article={page.article_id}",
            django_assert_max_num_queries,
            MOST + 1,
        )


def test_what_is_new_is_counted_without_reading_all(client, django_assert_max_num_queries):
    address = reverse("admin:inquiries_inquiry_arrivals")

    ask(client, f"{address}?since={arrivals.stamp()}", django_assert_max_num_queries, 6)
    ask(client, f"{address}?since=0", django_assert_max_num_queries, 6)


def test_the_next_is_found_without_reading_all(nurse):
    with plans() as found:
        inquiry = Inquiry.objects.take_next(nurse)

    assert inquiry.owner == nurse
    assert read_whole(found) == []


def test_the_screen_of_one_inquiry_reads_only_its_own(client, nurse, django_assert_max_num_queries):
    inquiry = Inquiry.objects.filter(status=Status.CLOSED)[500]

    ask(
        client,
        reverse("admin:inquiries_inquiry_change", args=[inquiry.pk]),
        django_assert_max_num_queries,
        20,
    )


def test_what_the_clock_looks_for_reads_no_whole_table(nurse):
    from inquiries import broken_promises

    with plans() as found:
        broken_promises.broken()
        broken_promises.oldest_untriaged_seconds()
        list(Inquiry.objects.waiting_for_index().order_by("pk")[:500])
        list(OutgoingMail.objects.due()[:500])

    assert read_whole(found) == []
    # All that is open is too much as well: this is asked for every list that somebody opens.
    assert {"inquiry_urgent", "inquiry_next_action", "inquiry_untriaged"} <= indexes_of(found)


def test_who_is_named_finds_it_without_reading_all(client, nurse, django_assert_max_num_queries):
    colleague = get_user_model().objects.create_user("writes-notes", is_staff=True)
    colleague.groups.add(Group.objects.get(name=roles.TRIAGE_NURSE))
    named = list(Inquiry.objects.filter(status=Status.CLOSED)[:40])
    for inquiry in named:
        inquiry.add_note("@busy-nurse", by=colleague)

    page = ask(client, f"{QUEUE}?tab=named", django_assert_max_num_queries)

    assert page.context["cl"].total_text == "40"
    with plans() as found:
        client.get("/admin/")
    assert found
    assert read_whole(found) == []


@pytest.mark.parametrize(
    "narrowed",
    ["", "?q={reference}", "?step=unmerge", "?step=received", "?by={nurse}", "?day={day}", "?p=2"],
)
@pytest.mark.parametrize("page", ["event", "viewing", "erasure"])
def test_the_record_is_read_without_reading_all(client, nurse, django_user_model, page, narrowed):
    auditor = django_user_model.objects.create_user("reads-all", is_staff=True)
    auditor.groups.add(Group.objects.get(name=roles.AUDITOR))
    client.force_login(auditor)
    if "step" in narrowed and page != "event" or "p=" in narrowed and page != "event":
        narrowed = ""
    one = Inquiry.objects.filter(status=Status.CLOSED)[700]
    query = narrowed.format(reference=one.reference, nurse=nurse.pk, day=timezone.localdate().isoformat())

    with plans() as found:
        answer = client.get(reverse(f"admin:inquiries_{page}_changelist") + query)

    assert answer.status_code == 200, answer
    assert read_whole(found) == []
    if page == "event" and narrowed in ("", "?step=received", "?q={reference}"):
        assert answer.context["cl"].result_list


def test_counts_stop_at_a_thousand(client, nurse):
    page = client.get(f"{QUEUE}?tab=closed")

    assert "1000+ inquiries" in page.text
    assert '"?tab=closed" aria-current="page"><span class="name">Closed</span>' in page.text
    assert '<span class="count">1000+</span>' in page.text
