"""Keeping a copy, withdrawing and erasing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inquiries import contents, receipt, sensitivity
from inquiries.contents import for_staff
from inquiries.follow_up import own_copy
from inquiries.models import (
    ErasedBy,
    Erasure,
    Inquiry,
    MailState,
    Message,
    OutgoingMail,
    Status,
    Step,
    StepRefused,
)
from tests.factories import answers
from tests.inquiries.coming_back import hidden, make_asked, send

pytestmark = pytest.mark.django_db


def test_the_copy_has_everything_that_is_theirs(client, nurse):
    inquiry, code = make_asked(
        status=Status.TAKEN, owner=nurse, phone="", best_time="", wishes="Only at noon"
    )
    for_staff(inquiry).reply("Yes, in Seoul.", "a note among staff", by=nurse)
    send(client, code, "add/", text="Thank you\nvery much", once="x")

    page = send(client, code, "copy/")
    file = send(client, code, "copy/text/")

    assert file["Content-Type"] == "text/plain; charset=utf-8"
    assert file["Content-Disposition"] == 'attachment; filename="copy.txt"'
    for text in [page.text, file.text]:
        for word in [
            inquiry.reference,
            "Only at noon",
            "Yes, in Seoul.",
            "very much",
            "Myself",
            "Version 1.0",
        ]:
            assert word in text
        assert "a note among staff" not in text
        assert nurse.username not in text


def test_the_copy_follows_the_map_of_sensitivity():
    shown = {*own_copy.CONTACT, *own_copy.CHOICES, *own_copy.DATES, *own_copy.MEANINGLESS}
    shown |= {"contact_method", "forbidden_channels", "language", "reference", "closing_reason"}
    shown |= {"time_zone", "came_from", "status"}  # the status is what happened with it
    shown |= {"contact_sealed", "question_sealed", "message"}  # opened
    theirs = {name for name, privacy in sensitivity.FIELDS["Inquiry"].items() if privacy.value.exported}
    theirs |= {"message", *sensitivity.SEALED["Inquiry.contact_sealed"]}

    assert theirs - shown == set()
    assert {name for name in shown if name in sensitivity.FIELDS["Inquiry"]} - theirs <= own_copy.MEANINGLESS


# Withdrawing and erasing


def test_withdrawing_stops_the_work_and_the_mail_and_is_done_once(client, nurse):
    inquiry, code = make_asked()
    OutgoingMail.objects.enqueue(inquiry, "received")
    asked = send(client, code, "withdraw/")
    assert "Withdraw your question?" in asked.text
    assert Inquiry.objects.get().status == Status.NEW

    for _ in range(2):
        page = send(client, code, "withdraw/", sure=hidden(asked, "sure"))
        assert "You withdrew this question." in page.text

    inquiry.refresh_from_db()
    assert (inquiry.status, inquiry.closing_reason) == (Status.CLOSED, "withdrawn")
    assert inquiry.events.filter(step=Step.WITHDREW).count() == 1
    assert OutgoingMail.objects.get().state == MailState.DROPPED
    assert not inquiry.next_steps
    with pytest.raises(StepRefused):
        inquiry.reopen(by=nurse)


def test_what_was_closed_before_is_not_kept_longer_for_being_withdrawn(client):
    closed_at = timezone.now() - timedelta(days=80)
    inquiry, code = make_asked(status=Status.CLOSED, closed_at=closed_at)

    contents.find(receipt.read(code)).withdraw()

    inquiry.refresh_from_db()
    assert (inquiry.closed_at, inquiry.closing_reason) == (closed_at, "withdrawn")


def test_nothing_is_added_to_a_withdrawn_question_and_the_text_is_given_back(client):
    inquiry, code = make_asked()
    contents.find(receipt.read(code)).withdraw()

    page = send(client, code, "add/", text="One more thing", once="x")

    assert page.status_code == 409
    assert "You withdrew this question, so we added nothing to it." in page.text
    assert "One more thing</textarea>" in page.text
    assert not Message.objects.exists()


def test_erasing_asks_first_and_leaves_nothing_and_may_be_sent_twice(client):
    inquiry, code = make_asked()
    send(client, code, "add/", text="And in Busan?", once="x")
    asked = send(client, code, "erase/")
    assert "within 35 days" in asked.text
    assert not Erasure.objects.exists()

    for _ in range(2):
        page = send(client, code, "erase/", sure=hidden(asked, "sure"))
        assert page.status_code == 200
        assert "Your question has been deleted" in page.text
        assert "35 days" in page.text

    inquiry.refresh_from_db()
    assert inquiry.erased_at
    assert Erasure.objects.get().asked_by == ErasedBy.PERSON
    assert not Message.objects.exists()
    assert send(client, code).status_code == 422


@pytest.mark.parametrize("page", ["withdraw/", "erase/"])
def test_a_yes_to_another_question_or_of_another_receipt_counts_for_nothing(client, page):
    _, code = make_asked()
    _, other = make_asked()
    other_page = "erase/" if page == "withdraw/" else "withdraw/"

    for said in [
        hidden(send(client, other, page), "sure"),
        hidden(send(client, code, other_page), "sure"),
        "yes",
    ]:
        send(client, code, page, sure=said)

    assert set(Inquiry.objects.values_list("status", flat=True)) == {Status.NEW}


@pytest.mark.parametrize(("title", "line"), [("Your question", "=" * 13), ("내 문의", "=" * 7)])
def test_a_title_in_the_file_is_underlined_as_long_as_it_is(title, line):
    text = own_copy.as_text([own_copy.Section(title, [("Name", "Ada")])])

    assert f"\n{title}\n{line}\n" in text


@pytest.mark.parametrize("page", ["withdraw/", "erase/"])
def test_the_browser_forgets_the_confirmation_of_what_was_withdrawn_or_erased(client, page):
    form = answers()
    client.post("/en/ask/", form)
    code = receipt.show(receipt.from_token(form["form_token"].partition(".")[0]))
    assert "data-receipt" in client.get("/en/ask/received/").text

    send(client, code, page, sure=hidden(send(client, code, page), "sure"))

    for language in ["en", "ko"]:
        assert client.cookies[f"sent-{language}"].value == ""
        confirmation = client.get(f"/{language}/ask/received/").text
        assert "data-receipt" not in confirmation
    assert "unless you have withdrawn or deleted it" in client.get("/en/ask/received/").text


def test_a_confirmation_in_another_browser_does_not_promise_what_was_withdrawn(client):
    form = answers()
    client.post("/en/ask/", form)
    contents.find(receipt.from_token(form["form_token"].partition(".")[0])).withdraw()

    page = client.get("/en/ask/received/").text

    assert "You withdrew your question" in page
    assert "We will reply" not in page
    assert "A nurse reads" not in page
