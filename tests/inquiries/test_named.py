"""Whoever is named in a note finds it, and its writer hears whom it did not reach."""

import re

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from inquiries.models import Mention, Note, Status
from tests.factories import make_inquiry
from tests.inquiries.at_the_desk import desk, step

pytestmark = pytest.mark.django_db

QUEUE = reverse("admin:inquiries_inquiry_changelist")


def said(page):
    return [str(message) for message in page.context["messages"]]


def test_who_is_named_finds_it_in_a_tab_and_in_the_header_until_they_have_seen_it(client, nurse, colleague):
    named = make_inquiry(status=Status.CLOSED)
    make_inquiry().add_note("@nurse", by=colleague)
    named.add_note("Please call, @colleague.", by=nurse)
    client.force_login(colleague)

    page = client.get("/admin/")
    assert "not seen yet:</span> 1</span>" in page.text
    page = client.get(QUEUE, {"tab": "named"})
    assert page.context["cl"].result_list == [named]
    tab = re.search(r'href="\?tab=named" aria-current="page">(.*?)</a>', page.text, re.DOTALL)[1]
    assert re.sub(r"<.*?>", "", tab).split() == ["Named", "1"]

    client.get(desk(named))

    assert client.get(QUEUE, {"tab": "named"}).context["cl"].result_list == []
    assert "not seen yet:" not in client.get("/admin/").text


def test_the_writer_of_a_note_hears_which_names_it_did_not_reach(client, nurse, colleague, editor, auditor):
    inquiry = make_inquiry(category="T2")
    client.force_login(nurse)

    page = step(client, inquiry, "note", note="@colleague @kim @editor @auditor, please look.")

    assert Note.objects.count() == 1
    assert [mention.person for mention in Mention.objects.all()] == [colleague]
    (warning,) = [words for words in said(page) if "not told" in words]
    assert "@auditor, @editor, @kim were not told" in warning
    page = step(client, make_inquiry(category="T8"), "note", note="@editor please correct.")
    assert not [words for words in said(page) if "not told" in words]


def test_a_note_at_another_step_and_at_several_at_once_is_no_exception(client, nurse):
    one, other, third = make_inquiry(), make_inquiry(), make_inquiry()
    client.force_login(nurse)

    page = step(client, one, "escalate", note="Sounds serious, @kim.")
    versions = {f"version-{row.pk}": row.version for row in (other, third)}
    answer = client.post(
        QUEUE,
        {"index": "0", "action": "assign_selected", "_selected_action": [other.pk, third.pk]}
        | {"confirmed": "1", "to": "physicians", "note": "For @kim"}
        | versions,
    )

    assert any("@kim was not told" in words for words in said(page))
    told = [str(words) for words in get_messages(answer.wsgi_request) if "@kim was not told" in str(words)]
    assert [words.partition(":")[0] for words in told] == [other.reference, third.reference]
