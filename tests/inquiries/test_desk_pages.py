"""What staff keep for the desk: reply templates, tags, absences."""

import pytest
from django.utils import timezone

from inquiries.models import Absence, Inquiry, Queue, ReplyTemplate, Status, StepRefused, Tag
from tests.factories import make_inquiry

pytestmark = pytest.mark.django_db


def away(person, deputy=None):
    now = timezone.localtime()
    until = now + timezone.timedelta(days=2)
    return {
        "person": person.pk,
        "starts_at": now.strftime("%Y-%m-%dT00:00"),
        "ends_at": until.strftime("%Y-%m-%dT18:00"),
        "deputy": deputy.pk if deputy else "",
    }


def test_a_manager_writes_a_template_and_a_variable_that_there_is_not_is_refused(client, manager):
    client.force_login(manager)
    form = {"name": "Trials", "language": "en", "topic": "evidence", "body": "Dear {first_name},"}

    page = client.post("/admin/inquiries/replytemplate/add/", form)
    assert "There is no such variable: first_name" in page.text

    client.post("/admin/inquiries/replytemplate/add/", form | {"body": "Dear {preferred_name},"})
    assert ReplyTemplate.objects.get(body="Dear {preferred_name},").topic == "evidence"


def test_a_manager_makes_a_tag_and_a_nurse_does_not(client, manager, nurse):
    form = {"key": "press", "name_en": "Press", "name_ko": "언론"}
    client.force_login(nurse)
    assert client.post("/admin/inquiries/tag/add/", form).status_code == 403

    client.force_login(manager)
    client.post("/admin/inquiries/tag/add/", form)
    assert str(Tag.objects.get()) == "Press"


def test_who_marks_themselves_away_hands_over_at_once(client, nurse, colleague):
    inquiry = make_inquiry(status=Status.TAKEN, owner=nurse)
    client.force_login(nurse)

    page = client.post("/admin/inquiries/absence/add/", away(nurse, colleague), follow=True)

    assert page.status_code == 200
    assert Inquiry.objects.get(pk=inquiry.pk).owner == colleague
    assert Absence.objects.get().by == nurse


def test_only_a_manager_marks_somebody_else_and_nobody_but_they_end_it(client, nurse, colleague, manager):
    client.force_login(nurse)
    page = client.post("/admin/inquiries/absence/add/", away(colleague))
    assert "Only a manager marks somebody else as away." in page.text

    client.force_login(manager)
    client.post("/admin/inquiries/absence/add/", away(colleague))
    end = f"/admin/inquiries/absence/{Absence.objects.get().pk}/delete/"
    client.force_login(nurse)
    assert client.post(end, {"post": "yes"}).status_code == 403
    client.force_login(colleague)
    page = client.post(end, {"post": "yes"}, follow=True)
    assert "The absence has ended." in page.text
    absence = Absence.objects.get()  # why everything was moved stays on record
    assert absence.ends_at <= timezone.now()
    assert not Absence.objects.now().exists()
    assert client.get(end).status_code == 403


def test_an_absence_is_ended_not_deleted_in_words_too(client, nurse):
    client.force_login(nurse)
    client.post("/admin/inquiries/absence/add/", away(nurse))
    absence = Absence.objects.get()

    page = client.get(f"/admin/inquiries/absence/{absence.pk}/change/")
    confirm = client.get(f"/admin/inquiries/absence/{absence.pk}/delete/")

    assert "End the absence" in page.text
    assert ">Delete<" not in page.text
    assert "nurse is back from now on" in confirm.text


def test_an_editor_marks_themselves_away_and_what_is_about_pages_goes_to_the_editors(client, editor):
    about_page = make_inquiry(status=Status.TAKEN, owner=editor, category="T8")
    client.force_login(editor)

    page = client.post("/admin/inquiries/absence/add/", away(editor), follow=True)

    assert page.status_code == 200
    inquiry = Inquiry.objects.get(pk=about_page.pk)
    assert (inquiry.status, inquiry.owner, inquiry.queue) == (Status.NEW, None, Queue.EDITORS)


def test_only_who_may_work_on_it_stands_in(client, nurse, colleague, editor, auditor, author):
    client.force_login(nurse)
    form = client.get("/admin/inquiries/absence/add/").context["adminform"].form

    offered = set(form.fields["deputy"].queryset)
    refused = client.post("/admin/inquiries/absence/add/", away(nurse, editor))
    nobody = client.post("/admin/inquiries/absence/add/", away(nurse, auditor))

    assert offered == {nurse, colleague, editor}
    assert "editor may not work on what nurse has." in refused.text
    assert nobody.status_code == 200
    assert not Absence.objects.exists()
    now = timezone.now()
    with pytest.raises(StepRefused, match="may not work on what"):
        Absence.objects.mark(nurse, now, now + timezone.timedelta(days=1), deputy=auditor, by=nurse)
    client.force_login(editor)
    client.post("/admin/inquiries/absence/add/", away(editor, nurse))
    assert Absence.objects.get().deputy == nurse


def test_an_auditor_sees_nothing_of_it(client, auditor):
    client.force_login(auditor)

    for page in ("replytemplate", "tag", "absence"):
        assert client.get(f"/admin/inquiries/{page}/").status_code == 403
