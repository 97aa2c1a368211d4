"""The first page of the admin says what is wrong, to whom it concerns, and leads to every list."""

import re
from datetime import date, timedelta

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from tests.factories import make_article, make_inquiry, publish_article

pytestmark = pytest.mark.django_db

HOME = "/admin/"
QUEUE = reverse("admin:inquiries_inquiry_changelist")
WORKLIST = reverse("admin:articles_article_worklist")
EVERYBODY = ["nurse", "physician", "manager", "auditor", "author", "reviewer", "editor"]
AT_THE_DESK = {"nurse", "physician", "manager"}
ON_ARTICLES = {"author", "reviewer", "editor"}


@pytest.fixture
def role(request):
    return request.param, request.getfixturevalue(request.param)


each_role = pytest.mark.parametrize("role", EVERYBODY, indirect=True)


@pytest.fixture
def something_wrong(monkeypatch):
    """Break a promise, and let one page be overdue, one due, and one translation behind."""
    past = timezone.now() - timedelta(hours=3)
    make_inquiry(reply_by=past, received_at=past - timedelta(days=3))
    original = publish_article(slug="overdue")
    make_article(language="ko", translation_of=original)
    monkeypatch.setattr("articles.evidence.today", lambda: date(2027, 11, 24))


@each_role
def test_each_role_sees_what_is_wrong_in_its_own_work_and_nothing_of_the_other(client, role, something_wrong):
    name, user = role
    client.force_login(user)

    page = client.get(HOME).text

    assert ("Promises not kept" in page) == (name in AT_THE_DESK)
    assert ("promise=overdue_replies" in page) == (name in AT_THE_DESK)
    assert (f'href="{WORKLIST}#overdue">Overdue for review</a>' in page) == (name in ON_ARTICLES)
    assert (f'href="{WORKLIST}#behind"' in page) == (name in ON_ARTICLES)


@each_role
def test_each_role_sees_that_nothing_is_wrong_where_that_concerns_it(client, role):
    name, user = role
    client.force_login(user)

    page = client.get(HOME).text

    assert ("All are kept." in page) == (name in AT_THE_DESK)
    assert ("No review is due" in page) == (name in ON_ARTICLES)
    assert "Recent actions" not in page
    assert "addlink" not in page


@each_role
def test_each_role_reaches_every_list_that_it_may_open_and_no_other(client, role):
    _name, user = role
    client.force_login(user)
    request = RequestFactory().get(HOME)
    request.user = user
    allowed = {
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model, desk in admin.site._registry.items()
        if any(desk.get_model_perms(request).values())
    }

    content = client.get(HOME).text.split('class="module all-lists"')[1]

    links = re.findall(r'<a href="([^"]+)"', content.split("</main>")[0])
    assert sorted(links) == sorted(allowed)
    for link in links:
        assert client.get(link, follow=True).status_code == 200, link


def test_what_is_broken_leads_to_where_it_is_mended(client, nurse, editor, something_wrong):
    client.force_login(nurse)
    page = client.get(HOME).text
    addresses = re.findall(rf'href="({re.escape(QUEUE)}\?tab=[^"]+)"', page)
    assert len(addresses) == 2  # the promise, and the oldest that nobody took
    for address in addresses:
        assert len(client.get(address.replace("&amp;", "&")).context["cl"].result_list) == 1, address

    client.force_login(editor)
    parts = set(re.findall(rf'href="{WORKLIST}#([\w-]+)"', client.get(HOME).text))
    worklist = client.get(WORKLIST).text
    assert parts
    assert all(f'id="{part}"' in worklist for part in parts)


def test_the_page_of_one_app_has_its_lists_alone(client, manager, something_wrong):
    client.force_login(manager)

    page = client.get("/admin/inquiries/").text

    assert QUEUE in page
    assert "Promises not kept" not in page
