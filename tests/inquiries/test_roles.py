"""What each role may do at the desk besides the steps: the whole table, allowed and refused."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inquiries.models import Absence, Inquiry, Queue, SavedView, Status, StepRefused
from tests.factories import make_inquiry
from tests.inquiries.at_the_desk import fresh

pytestmark = pytest.mark.django_db

DESK = ["view_inquiry", "change_inquiry", "read_inquiry", "release_reply", "view_replytemplate", "view_tag"]
# Written by hand, so that a change of clinic_site/roles.py is noticed. What is not here is refused.
RIGHTS = {
    "nurse": DESK,
    "physician": [*DESK, "decide_on_danger"],
    "manager": [
        *DESK,
        *("manage_desk", "export_inquiry", "view_export", "erase_inquiry", "audit_inquiry"),
        *("add_replytemplate", "change_replytemplate", "add_tag", "change_tag"),
    ],
    "editor": ["answer_page_questions", "view_replytemplate", "add_replytemplate", "change_replytemplate"],
    "auditor": [
        *("audit_inquiry", "view_event", "view_viewing", "view_erasure", "view_purge", "view_export"),
        *("view_erasedconsents", "view_erasedinquiries"),
    ],
    "author": [],
    "reviewer": [],
}
QUEUES = {
    "nurse": {Queue.NURSES},
    "physician": {Queue.NURSES, Queue.PHYSICIANS},
    "manager": {Queue.NURSES, Queue.MANAGERS},
    "editor": {Queue.EDITORS},
    "auditor": set(),
    "author": set(),
    "reviewer": set(),
}
SEE_ALL = ("nurse", "physician", "manager")
by_every_role = pytest.mark.parametrize("role", RIGHTS)


@by_every_role
def test_every_right_of_every_role(role, request):
    person = request.getfixturevalue(role)
    held = {
        right.removeprefix("inquiries.") for right in person.get_all_permissions() if "inquiries." in right
    }

    # Words of danger are the clinicians' own list, with tests of its own.
    assert {right for right in held if "dangerword" not in right} == set(RIGHTS[role])
    assert not [right for right in held if right.startswith("delete_") or right == "add_inquiry"]


@by_every_role
def test_who_sees_which_inquiries(role, request, client):
    person = request.getfixturevalue(role)
    about_page, other = make_inquiry(category="T8"), make_inquiry(category="T2")

    seen = set(Inquiry.objects.visible_to(person))

    assert seen == ({about_page, other} if role in SEE_ALL else {about_page} if role == "editor" else set())
    client.force_login(person)
    queue = client.get("/admin/inquiries/inquiry/?tab=all")
    there = [client.get(f"/admin/inquiries/inquiry/{one.pk}/change/") for one in (about_page, other)]
    assert queue.status_code == (200 if seen else 403)
    assert {one for one in (about_page, other) if one.reference in queue.text} == seen
    assert [answer.status_code for answer in there] == [
        200 if one in seen else 403 for one in (about_page, other)
    ]


def test_editors_have_a_queue_that_they_can_work_from(client, editor):
    about_page, other = make_inquiry(category="T8", queue=Queue.EDITORS), make_inquiry()
    client.force_login(editor)

    page = client.get("/admin/inquiries/inquiry/")
    client.post("/admin/inquiries/inquiry/next/")

    assert about_page.reference in page.text
    assert other.reference not in page.text
    assert "/admin/desk/export/" not in page.text
    assert fresh(about_page).owner == editor
    assert fresh(other).owner is None
    assert client.post("/admin/desk/export/").status_code == 403
    assert client.get(f"/admin/inquiries/inquiry/{other.pk}/history/").status_code in (302, 403, 404)


@by_every_role
def test_whose_next_comes_from_which_queues(role, request):
    person = request.getfixturevalue(role)
    lying = {queue: make_inquiry(queue=queue, category="T8") for queue in Queue}

    if not QUEUES[role]:
        with pytest.raises(StepRefused, match="serves no queue"):
            Inquiry.objects.take_next(person)
    else:
        while Inquiry.objects.take_next(person):
            pass

    taken = {queue for queue, inquiry in lying.items() if fresh(inquiry).owner == person}
    assert taken == QUEUES[role]
    assert Inquiry.objects.filter(status=Status.NEW).count() == len(Queue) - len(taken)


@by_every_role
def test_only_a_manager_speaks_for_others(role, request, colleague):
    person = request.getfixturevalue(role)
    now = timezone.now()

    def does(call):
        try:
            call()
        except StepRefused:
            return False
        return True

    manages = role == "manager"
    away = (now, now + timedelta(days=1))
    assert does(lambda: Absence.objects.mark(colleague, *away, by=person)) == manages
    assert does(lambda: Absence.objects.mark(person, *away, by=person))
    assert does(lambda: SavedView.objects.keep("Late", {"tab": "late"}, by=person, shared=True)) == manages
    assert does(lambda: SavedView.objects.keep("Late", {"tab": "late"}, by=person))
