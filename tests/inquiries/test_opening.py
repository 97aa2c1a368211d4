"""When the form is open, what links to it say, and what it lets nobody make up."""

import logging
import re
from datetime import date

import pytest
from django.contrib.admin.models import LogEntry
from django.core.checks import run_checks
from django.test import Client

from articles import asked_from
from articles.models import LegalReview, Publication
from articles.models.register import Document
from clinic_site import checks
from clinic_site.models import ClinicProfile
from inquiries import contents
from inquiries.ask import opening
from inquiries.models import Inquiry, Message
from inquiries.screening import spam
from tests.factories import answers, posted, token
from tests.inquiries.coming_back import make_asked, send

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("fact", ["privacy_contact_ko", "processors_en", "legal_name_en"])
def test_the_form_stays_closed_while_a_text_has_a_hole(client, fact):
    ClinicProfile.objects.update(**{fact: ""})

    for language in ("en", "ko"):
        page = client.get(f"/{language}/ask/")
        assert page.status_code == 503
        assert "<form" not in page.text.partition("<main")[2].partition("</main>")[0]
        assert 'href="tel:+82200000000"' in page.text
        assert 'href="tel:109"' in page.text
    assert client.post("/en/ask/", answers()).status_code == 503
    assert not Inquiry.objects.exists()
    (problem,) = checks.the_texts_of_the_form_are_complete(None)
    assert problem.id == "clinic.E020"
    assert fact[:-3] in problem.msg.replace("clinic_legal_name", "legal_name")


def test_staff_close_the_form_at_once_and_say_why(client, admin_client):
    change = "/admin/clinic_site/clinicprofile/1/change/"
    assert "<form" in main(client.get("/en/ask/"))

    form = posted(admin_client.get(change)) | {"intake_closed_en": "We are moving.", "intake_closed_ko": ""}
    form.pop("intake_open")
    assert admin_client.post(change, form).status_code == 302

    page = client.get("/en/ask/")
    assert page.status_code == 503
    assert "<form" not in main(page)
    for words in ("We are moving.", 'href="tel:+82200000000"', 'href="tel:109"'):
        assert words in page.text
    page = client.get("/ko/ask/")
    assert page.status_code == 503
    assert "We are moving." not in page.text
    (entry,) = LogEntry.objects.all()
    assert "the form takes questions" in entry.get_change_message().lower()


def test_whoever_had_the_form_open_when_it_was_closed_keeps_what_was_typed(client):
    ClinicProfile.objects.update(intake_open=False, intake_closed_en="We are moving.")

    page = client.post("/en/ask/", answers(message="A long question."))

    assert page.status_code == 503
    assert not Inquiry.objects.exists()
    assert "A long question.</textarea>" in page.text
    assert "ada@example.org" in page.text
    for words in ("This form has been closed", "We are moving.", 'href="tel:+82200000000"', 'href="tel:109"'):
        assert words in page.text

    ClinicProfile.objects.update(intake_open=True)
    again = dict(re.findall(r'name="(form_token)"[^>]*value="([^"]+)"', page.text))
    assert client.post("/en/ask/", answers(message="A long question.") | again).status_code == 302


def test_a_conversation_goes_on_while_the_form_is_closed(client):
    _inquiry, code = make_asked()
    ClinicProfile.objects.update(intake_open=False)

    assert send(client, code, "add/", text="One more thing", once="x").status_code == 200
    assert Message.objects.exists()


def main(page):
    return page.text.partition("<main")[2].partition("</main>")[0]


def test_the_form_is_open_with_the_shipped_facts():
    assert opening.missing_facts() == []
    assert not checks.the_texts_of_the_form_are_complete(None)


def test_only_staff_hear_that_no_lawyer_has_read_the_form(client, nurse):
    assert "lawyer" not in client.get("/en/ask/").text

    client.force_login(nurse)
    assert "A lawyer must read this page first." in client.get("/en/ask/").text
    (problem,) = [
        one for one in run_checks(tags=["database"], databases=["default"]) if one.id == "clinic.E021"
    ]
    assert "lawyer" in problem.msg

    read = {"scope": "form", "reviewer": "Kim", "looked_at": "All of it", "is_demonstration": True}
    LegalReview.objects.create(reviewed_on=date(2026, 11, 1), **read)
    assert "lawyer" not in client.get("/en/ask/").text


def test_a_reading_of_more_than_a_year_ago_counts_no_more():
    read = {"scope": "form", "reviewer": "Kim", "looked_at": "All of it", "is_demonstration": True}
    LegalReview.objects.create(reviewed_on=date(2025, 11, 22), **read)

    assert "more than twelve months ago" in opening.legal_review_problem()


@pytest.mark.usefixtures("articles")
def test_each_version_of_a_page_marks_its_links_alike_for_every_reader(client):
    page = Publication.objects.get(slug="risks-and-unknowns", language="en")
    path = "/en/articles/risks-and-unknowns/"

    first, second = client.get(path).text, Client().get(path).text

    assert first == second
    marks = set(re.findall(r'href="/en/ask/\?from=([^"&]+)', first))
    assert len(marks) == 1
    assert asked_from.page_of(marks.pop().replace("%3A", ":")) == page


@pytest.mark.usefixtures("articles")
@pytest.mark.parametrize("mark", ["1", "1:forged", "x" * 5000, "0:", ""])
def test_a_mark_that_is_not_ours_is_passed_over(client, mark):
    client.post("/en/ask/", answers(came_from=mark))

    assert Inquiry.objects.get().came_from is None


@pytest.mark.parametrize(
    ("told", "kept"),
    [("Asia/Seoul", "Asia/Seoul"), ("Mars/Olympus", ""), ("../etc/passwd", ""), ("x" * 900, ""), ("\0", "")],
)
def test_only_a_real_time_zone_is_kept(client, told, kept):
    client.post("/en/ask/", answers(time_zone=told))

    assert Inquiry.objects.get().time_zone == kept


def test_a_number_that_we_must_not_hold_is_refused_and_given_back_but_never_logged(client, caplog):
    with caplog.at_level(logging.DEBUG):
        page = client.post("/en/ask/", answers(message="It is 900101-1234568, thanks."))

    assert page.status_code == 422
    assert "This looks like an ID or card number." in page.text
    assert "It is 900101-1234568, thanks." in page.text
    assert "900101" not in caplog.text
    assert not Inquiry.objects.exists()


@pytest.mark.parametrize("stamp", ["", "forged", spam.page_stamp])
def test_a_page_that_says_nothing_of_its_age_is_answered_like_any_other(client, stamp):
    sent = client.post("/en/ask/", answers(opened=stamp() if callable(stamp) else stamp), follow=True)

    assert "We have your question" in sent.text


def test_the_appointment_note_stands_until_a_plan_is_on_file(client, nurse):
    note = "We do not offer the procedure for this condition until a reviewed treatment plan is on file."
    assert note in client.get("/en/ask/").text

    Document.objects.create(
        kind="treatment_plan",
        title="Plan",
        checked_by=nurse,
        condition="depression",
        reference="1",
        issued_on=date(2026, 1, 1),
        checked_on=date(2026, 11, 1),
        valid_until=date(2027, 1, 1),
    )
    assert note not in client.get("/en/ask/").text


def test_a_forbidden_way_stays_forbidden_when_the_form_is_edited_and_sent_again(client):
    token_ = token()
    client.post("/en/ask/", answers(form_token=token_, never=["phone"], wishes="Only on weekdays."))
    assert Inquiry.objects.get().forbidden_channels == ["phone"]

    client.post("/en/ask/", answers(form_token=token_, message="Edited.", never=["text"]))
    inquiry = Inquiry.objects.get()
    assert inquiry.forbidden_channels == ["phone", "text"]
    assert contents.for_staff(inquiry).contact.wishes == "Only on weekdays."

    by_phone = {"contact_method": "phone", "phone": "+82 10 1234 5678", "never": ["text"]}
    client.post("/en/ask/", answers(form_token=token_, message="Call me after all.", **by_phone))
    assert Inquiry.objects.get().forbidden_channels == ["text"]


def test_a_way_that_is_chosen_and_forbidden_is_asked_about(client):
    page = client.post("/en/ask/", answers(never=["email"]))

    assert page.status_code == 422
    assert "never to use it" in page.text
