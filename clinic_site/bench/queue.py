"""How long staff wait for the queue with many inquiries, beside the same pages with ten thousand."""

import os
import statistics
import time
from argparse import Namespace
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.models import Group, User
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import connections
from django.test import Client, RequestFactory
from django.urls import reverse

from clinic_site.roles import TRIAGE_NURSE
from inquiries.admin import InquiryAdmin
from inquiries.invented import filling
from inquiries.models import OPEN, Inquiry
from inquiries.queue.keyset import IN_QUEUE, NEWEST_FIRST
from inquiries.queue.rows import Row

FEW = 10_000
SMALL = "clinic_bench_small"
OURS, STOCK = "our list", "stock list"  # without what stands around every view
QUEUE = "admin:inquiries_inquiry_changelist"


def measure(wanted: Namespace, report: Any) -> None:
    """Compare two databases page by page, taking turns: what else the machine does hits both alike."""
    nurse = User.objects.create_user("nurse", is_staff=True)
    nurse.groups.add(Group.objects.get(name=TRIAGE_NURSE))
    client = Client(headers={"host": "localhost"})
    client.force_login(nurse)
    print(f"Inventing {FEW} inquiries, and then {wanted.queue} …", flush=True)
    filling.fill(FEW)
    with copied() as small:
        seed(wanted.queue - FEW, report)
        databases = (small, connections["default"])
        for connection in databases:
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
        print("Measuring …", flush=True)
        ours, theirs = admin.site.get_model_admin(Inquiry), Stock(Inquiry, AdminSite("stock"))
        lists = {OURS: partial(bare, ours), STOCK: partial(bare, theirs)}
        taken: defaultdict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
        for number in range(wanted.rounds + 1):
            addresses = []
            for connection in databases:
                connections["default"] = connection
                addresses.append(pages(client))
            for name in [*addresses[0], *lists]:
                for place in (0, 1) if number % 2 else (1, 0):
                    connections["default"] = databases[place]
                    spent = lists[name](nurse) if name in lists else waited(client, addresses[place][name])
                    if number:  # the first round is for warmth
                        taken[name][place].append(spent)
    tell(taken, wanted.queue, report)


def seed(count: int, report: Any) -> None:
    begun, before = time.perf_counter(), os.times()
    filling.fill(count, chance=2)
    wall, after = time.perf_counter() - begun, os.times()
    cpu = sum(after[:4]) - sum(before[:4])  # ours and our children's, user and system
    told = f"{wall:.0f} s for {count}, {cpu:.0f} s of CPU to compose them"
    report.say("S12 seeding a million inquiries", "≤ 120 s", told, wall / count * 1_000_000 <= 120)


def waited(client: Client, path: str) -> float:
    """Return how long a page takes, in milliseconds."""
    begun = time.perf_counter()
    answer = client.get(path)
    spent = (time.perf_counter() - begun) * 1000
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer}")
    return spent


def tell(taken: dict[str, tuple[list[float], list[float]]], count: int, report: Any) -> None:
    medians = {name: tuple(map(statistics.median, both)) for name, both in taken.items()}
    for name, (few, many) in medians.items():
        if name not in (OURS, STOCK):
            goal = 1.3 if name == "first page" else 1.2
            told = f"{many / few:.2f} × ({few:.0f} → {many:.0f} ms)"
            report.say(f"S7 {name}, {count} beside {FEW}", f"≤ {goal} ×", told, many <= goal * few)
    for what, ours, theirs in zip((FEW, count), medians[OURS], medians[STOCK], strict=True):
        told = f"{ours / theirs:.2f} × ({ours:.0f} of {theirs:.0f} ms)"
        report.say(f"S8 the list beside stock admin's, {what}", "≤ 0.6 ×", told, ours <= 0.6 * theirs)


def pages(client: Client) -> dict[str, str]:
    """Return what is asked for: every tab, filters, searches, pages far back, one inquiry."""
    queue = reverse(QUEUE)
    found = {"first page": queue}
    tabs = ["pinned", "new", "mine", "waiting", "drafted", "late", "doubtful", "answered", "closed", "all"]
    found |= {f"tab {tab}": f"{queue}?tab={tab}" for tab in tabs}
    found |= {f"filter {rule}": f"{queue}?{rule}" for rule in ("topic=website", "language=ko")}
    found["filter closed, topic=cost"] = f"{queue}?tab=closed&topic=cost"
    opened = Inquiry.objects.open().in_queue_order()
    back = IN_QUEUE.place(opened[opened.count() * 2 // 3])
    found["open, far back"] = f"{queue}?after={back}"
    newest = Inquiry.objects.order_by("-pk").values_list("pk", flat=True)[0]
    back = NEWEST_FIRST.place(Inquiry.objects.filter(pk__lte=newest // 3).order_by("-pk")[0])
    found["all, far back"] = f"{queue}?tab=all&after={back}"
    words = {"common word": "감사합니다", "rare word": "Featherstonehaugh", "phone": "0043"}
    for name, query in words.items():
        answer = client.post(reverse("admin:inquiries_inquiry_search"), {"q": query})
        found[f"search, {name}"] = answer["Location"]
    found["one inquiry"] = reverse("admin:inquiries_inquiry_change", args=[newest - FEW // 2])
    return found


def bare(model_admin: ModelAdmin, user: User) -> float:
    """Return how long a list takes without middleware, in milliseconds."""
    only = {} if isinstance(model_admin, InquiryAdmin) else {"status__in": ",".join(OPEN)}
    request = RequestFactory(headers={"host": "localhost"}).get(reverse(QUEUE), only)
    SessionMiddleware(lambda request: None).process_request(request)  # type: ignore[arg-type]
    request.user = user
    begun = time.perf_counter()
    model_admin.changelist_view(request).render()  # type: ignore[attr-defined]
    return (time.perf_counter() - begun) * 1000


class Stock(ModelAdmin):
    """Django's own list of the same rows and columns, with the same action."""

    change_list_template = "admin/change_list.html"  # not ours, which knows our list alone
    list_display = ["urgency", "reference", "name", "topic_text", "age", "due", "owner", "action"]
    list_select_related = ["owner"]
    list_per_page = InquiryAdmin.list_per_page
    list_filter = ["status", "category", "topic", "language", "owner"]
    search_fields = ["reference"]
    ordering = ["-pinned", "due_at", "pk"]


def _told(name: str) -> Any:
    return lambda self, inquiry: getattr(Row(inquiry, may_take=False), name)


for _name, _from in {
    "urgency": "reasons",
    "name": "name",
    "topic_text": "topic",
    "age": "age",
    "due": "reply",
    "action": "action_by",
}.items():
    setattr(Stock, _name, _told(_from))


@contextmanager
def copied() -> Iterator[Any]:
    """Copy the database as it is now, and give a connection to the copy."""
    large: Any = connections["default"]
    large.close()
    large.close_pool()
    with large._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {SMALL} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {SMALL} TEMPLATE {large.settings_dict['NAME']}")
    small: Any = large.copy()
    small.settings_dict["NAME"] = SMALL
    # Connections of one alias share one pool: its own database would not be asked.
    del small.settings_dict["OPTIONS"]["pool"]
    try:
        yield small
    finally:
        connections["default"] = large
        small.close()
        with large._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {SMALL} WITH (FORCE)")
