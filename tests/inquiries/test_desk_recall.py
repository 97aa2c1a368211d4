"""The pages that lead from a correction to who should hear of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import ChangeKind
from inquiries import contents, merging, recall
from inquiries.models import Inquiry
from tests.factories import make_article, make_inquiry, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def corrected():
    """A page that was corrected after one person had asked from it."""
    first = publish(make_article(title="What it costs"))
    make_inquiry(came_from=first, received_at=timezone.now() - timedelta(hours=1))
    article = first.article
    article.refresh_from_db()
    return publish(article, change_kind=ChangeKind.CORRECTION, change_note="A number was wrong.")


def test_corrections_are_listed_with_how_many_have_not_heard_of_them(client, nurse, corrected):
    client.force_login(nurse)
    assert [(page.readers, page.unheard) for page in recall.corrections_with_readers()] == [(1, 1)]

    inquiry = Inquiry.objects.get()
    inquiry.take(by=nurse)
    contents.for_staff(inquiry).reply("The page has changed.", by=nurse)

    assert [(page.readers, page.unheard) for page in recall.corrections_with_readers()] == [(1, 0)]
    assert "What it costs" in client.get("/admin/desk/corrections/").text
    assert "was written to" in client.get(f"/admin/desk/corrections/{corrected.pk}/").text


def test_the_list_leads_to_the_reply_with_a_neutral_draft(client, nurse, corrected):
    client.force_login(nurse)
    inquiry = Inquiry.objects.get()
    inquiry.take(by=nurse)
    link = f"/admin/inquiries/inquiry/{inquiry.pk}/change/?draft=corrected-{corrected.pk}"

    assert link in client.get(f"/admin/desk/corrections/{corrected.pk}/").text
    show = f"/admin/inquiries/inquiry/{inquiry.pk}/show/?draft=corrected-{corrected.pk}"
    assert show in client.get(link).text
    desk = client.post(show, follow=True).text

    assert "We have corrected a page of our website, “What it costs”: A number was wrong." in desk


def test_who_was_merged_with_another_is_written_to_there(client, nurse, corrected):
    client.force_login(nurse)
    reader, other = Inquiry.objects.get(), make_inquiry()
    merging.merge(reader, other, by=nurse)
    other.refresh_from_db()
    other.take(by=nurse)

    page = client.get(f"/admin/desk/corrections/{corrected.pk}/").text
    assert f"/{other.pk}/change/?draft=corrected-{corrected.pk}" in page
    assert recall.draft_by_key(f"corrected-{corrected.pk}", other)
    contents.for_staff(other).reply("The page has changed.", by=nurse)

    assert [(page.readers, page.unheard) for page in recall.corrections_with_readers()] == [(1, 0)]


def test_a_draft_that_never_left_is_no_word_to_the_person(nurse, physician, corrected):
    inquiry = Inquiry.objects.get()
    inquiry.take(by=nurse)
    inquiry.categorise("T4", by=nurse)
    contents.for_staff(inquiry).reply("The page has changed.", by=nurse)
    contents.for_staff(inquiry).send_back("Shorter, please.", by=physician)

    assert [(page.readers, page.unheard) for page in recall.corrections_with_readers()] == [(1, 1)]


def test_a_correction_that_readers_do_not_see_yet_is_not_offered(client, nurse):
    client.force_login(nurse)
    first = publish(make_article(title="What it costs"))
    inquiry = make_inquiry(came_from=first)
    inquiry.take(by=nurse)
    article = first.article
    article.refresh_from_db()
    change = {"change_kind": ChangeKind.CORRECTION, "change_note": "A number was wrong."}
    to_come = publish(article, visible_from=timezone.now() + timedelta(days=3), **change)

    assert not recall.corrections().exists()
    assert client.get(f"/admin/desk/corrections/{to_come.pk}/").status_code == 404
    assert recall.draft_by_key(f"corrected-{to_come.pk}", inquiry) == ""
    desk = f"/admin/inquiries/inquiry/{inquiry.pk}/change/"
    assert "Corrected since" not in client.get(desk).text
    assert "/desk/corrections/" not in client.get(f"/admin/articles/article/{article.pk}/change/").text


def test_the_desk_leads_to_the_words_they_read_and_to_what_changed(client, nurse, reviewer):
    client.force_login(nurse)
    first = publish(make_article(title="What it cost then"))
    inquiry = make_inquiry(came_from=first)
    article = first.article
    article.refresh_from_db()
    article.title = "What it costs now"
    article.save(by=None)
    publish(article, change_kind=ChangeKind.CORRECTION, change_note="A number was wrong.")
    read = f"/admin/articles/article/{article.pk}/versions/1/"

    desk = client.get(f"/admin/inquiries/inquiry/{inquiry.pk}/change/").text
    page = client.get(read)

    assert f'href="{read}"' in desk
    assert f'href="/admin/articles/article/{article.pk}/compare/?old=1&amp;new=2"' in desk
    assert "<h1>What it cost then</h1>" in page.text
    assert "Version 1, which readers saw from" in page.text
    assert client.get(f"/admin/articles/article/{article.pk}/versions/9/").status_code == 404
    client.logout()
    assert client.get(read).status_code == 302


def test_the_corrected_page_leads_to_the_list(client, nurse, corrected):
    client.force_login(nurse)

    page = client.get(f"/admin/articles/article/{corrected.article_id}/change/")

    assert f'href="/admin/desk/corrections/{corrected.pk}/"' in page.text


def test_taking_it_first_keeps_the_draft(client, nurse, corrected):
    client.force_login(nurse)
    inquiry = Inquiry.objects.get()
    key = f"?draft=corrected-{corrected.pk}"
    step = f"/admin/inquiries/inquiry/{inquiry.pk}/step/take/{key}"
    assert step in client.get(f"/admin/inquiries/inquiry/{inquiry.pk}/change/{key}").text

    desk = client.post(step, {"take-version": inquiry.version, "take-seen": 0}, follow=True)

    assert "We have corrected a page of our website" in desk.text


@pytest.mark.parametrize("key", ["", "corrected-0", "corrected-x", "corrected-999999", "anything"])
def test_another_key_brings_no_draft(nurse, corrected, key):
    assert recall.draft_by_key(key, Inquiry.objects.get()) == ""


def test_who_read_the_corrected_page_gets_no_draft(nurse, corrected):
    later = make_inquiry(came_from=corrected)

    assert recall.draft_by_key(f"corrected-{corrected.pk}", later) == ""


def test_the_lists_take_as_many_queries_for_many_as_for_few(client, nurse, corrected):
    client.force_login(nurse)
    pages = ["/admin/desk/corrections/", f"/admin/desk/corrections/{corrected.pk}/"]
    few = [asked(client, page) for page in pages]
    older = Inquiry.objects.get().came_from
    for _number in range(5):
        make_inquiry(came_from=older, received_at=timezone.now() - timedelta(hours=1))
        article = publish(make_article()).article
        article.refresh_from_db()
        publish(article, change_kind=ChangeKind.CORRECTION, change_note="Another number was wrong.")

    assert [asked(client, page) for page in pages] == few


def asked(client, page):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(page).status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    ("role", "status"),
    [("nurse", 200), ("physician", 200), ("manager", 200), ("auditor", 403), ("author", 403)],
)
def test_only_who_works_at_the_desk_sees_who_read_what(client, request, corrected, role, status):
    client.force_login(request.getfixturevalue(role))

    assert client.get("/admin/desk/corrections/").status_code == status
    assert client.get(f"/admin/desk/corrections/{corrected.pk}/").status_code == status


def test_what_is_no_correction_has_no_list(client, nurse):
    client.force_login(nurse)

    assert client.get(f"/admin/desk/corrections/{publish(make_article()).pk}/").status_code == 404
