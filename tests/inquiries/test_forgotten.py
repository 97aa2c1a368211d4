"""Nothing is forgotten: wherever danger or trouble is told of, it comes before somebody, in time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inquiries import merging
from inquiries.contents import Contact, for_staff
from inquiries.models import (
    OPEN,
    MailKind,
    MailState,
    NextAction,
    OutgoingMail,
    Queue,
    Status,
    Step,
    StepRefused,
    Viewing,
)
from inquiries.models.mail import MOST_ATTEMPTS
from inquiries.screening.danger import Finding
from tests.factories import make_inquiry
from tests.inquiries.at_the_desk import desk, fresh, reply, send, show, step

pytestmark = pytest.mark.django_db

IN_DANGER = [Finding("T0", "suicide")]
BEFORE = [status for status in Status if status != Status.MERGED]


def soon():
    return timezone.now() + timedelta(days=4)  # an hour of work, with a long weekend before it


def burns(inquiry):
    now = fresh(inquiry)
    return bool(now.pinned_at) and now.status in OPEN and now.next_action_at < soon() and now.category == "T0"


def mail_of(inquiry):
    return OutgoingMail.objects.create(inquiry=inquiry, kind=MailKind.REPLY, language="en")


# Words of danger


@pytest.mark.parametrize("status", BEFORE)
def test_danger_told_while_changing_the_contact_comes_before_somebody(status, nurse):
    owner = None if status in (Status.NEW, Status.DOUBTFUL, Status.CLOSED) else nurse
    inquiry = make_inquiry(status=status, owner=owner)

    for_staff(inquiry).change_contact(Contact("Ada", "a@example.org"), "email", findings=IN_DANGER)

    assert burns(inquiry)


def test_danger_told_to_a_merged_one_burns_where_it_was_merged(nurse):
    first, second = make_inquiry(), make_inquiry(status=Status.ANSWERED, owner=nurse)
    merging.merge(first, second, by=nurse, confirmed=True)

    for_staff(first).change_contact(Contact("Ada", "a@example.org"), "email", findings=IN_DANGER)

    assert burns(second)


@pytest.mark.parametrize("status", [Status.NEW, Status.WAITING, Status.ANSWERED])
def test_danger_that_a_nurse_sees_is_acted_on_within_the_hour(status, nurse):
    inquiry = make_inquiry(status=status, owner=None if status == Status.NEW else nurse)

    inquiry.categorise("T0", by=nurse)

    assert burns(inquiry)
    assert status == Status.NEW or inquiry.next_action == NextAction.CALL


def test_danger_in_what_is_closed_is_not_set_without_reopening_it(nurse):
    with pytest.raises(StepRefused, match="Reopen it first"):
        make_inquiry(status=Status.CLOSED).categorise("T0", by=nurse)


def test_who_comes_back_with_a_receipt_is_no_spam():
    inquiry = make_inquiry(status=Status.DOUBTFUL, doubt=9)

    for_staff(inquiry).write("I did ask something real.")

    assert fresh(inquiry).status == Status.NEW


def test_who_was_taken_for_spam_and_writes_again_is_what_they_were_before(nurse):
    inquiry = make_inquiry(category="")
    inquiry.categorise("T4", by=nurse)
    inquiry.close("spam", by=nurse)

    for_staff(inquiry).write("I did ask something real.")

    assert (fresh(inquiry).status, fresh(inquiry).category) == (Status.NEW, "T4")


# Mail that did not arrive


@pytest.mark.parametrize("came_back", [True, False])
def test_a_reply_that_did_not_arrive_opens_what_was_closed(came_back):
    inquiry = make_inquiry(status=Status.CLOSED)
    mail = mail_of(inquiry)
    OutgoingMail.objects.filter(pk=mail.pk).update(attempts=MOST_ATTEMPTS)
    mail.refresh_from_db()

    mail.did_not_go("SMTPRecipientsRefused", came_back=came_back)

    now = fresh(inquiry)
    assert (now.status, now.next_action, now.queue) == (Status.NEW, NextAction.CALL, Queue.NURSES)
    assert now.pinned_at


def test_a_reply_that_came_back_later_opens_what_was_closed(nurse):
    inquiry = make_inquiry(status=Status.CLOSED)
    mail = mail_of(inquiry)
    mail.mark_sent()

    mail.came_back(by=nurse)

    assert (fresh(inquiry).status, fresh(inquiry).next_action) == (Status.NEW, NextAction.CALL)


def test_trouble_with_a_merged_one_pins_what_staff_see(nurse):
    first, second = make_inquiry(), make_inquiry()
    merging.merge(first, second, by=nurse)

    mail_of(first).did_not_go("SMTPRecipientsRefused", came_back=True)

    assert fresh(second).danger_reasons == ["mail_bounced"]
    assert fresh(second).pinned_at


def test_trouble_is_told_again_once_it_was_seen_to(nurse):
    inquiry = make_inquiry(status=Status.TAKEN, owner=nurse)
    inquiry.pin("mail_bounced", Step.MAIL_CAME_BACK)
    fresh(inquiry).unpin(by=nurse)
    assert fresh(inquiry).danger_reasons == []

    inquiry.pin("mail_bounced", Step.MAIL_CAME_BACK)

    assert fresh(inquiry).pinned_at


def test_a_nurse_takes_no_danger_from_the_top_by_sending_a_mail_again(nurse):
    inquiry = make_inquiry(status=Status.TAKEN, owner=nurse, category="")
    inquiry.categorise("T0", by=nurse)
    mail = mail_of(inquiry)
    OutgoingMail.objects.filter(pk=mail.pk).update(state=MailState.FAILED)
    inquiry.pin("mail_failed", Step.MAIL_FAILED)

    OutgoingMail.objects.get(pk=mail.pk).again(by=nurse)

    assert fresh(inquiry).pinned_at


def test_a_pin_that_came_meanwhile_is_not_taken_away_unseen(client, nurse):
    inquiry = make_inquiry(status=Status.TAKEN, owner=nurse, category="T0", pinned_at=timezone.now())
    inquiry.category = "T2"
    inquiry.save()
    opened = fresh(inquiry)
    inquiry.pin("mail_bounced", Step.MAIL_CAME_BACK)

    with pytest.raises(StepRefused, match="Somebody else changed"):
        opened.unpin(by=nurse)

    client.force_login(nurse)
    page = step(client, inquiry, "unpin", seen=0)
    assert "Meanwhile it was pinned for another reason" in page.text
    assert fresh(inquiry).pinned_at


# The second reader, and the physician


def test_nothing_is_replied_before_it_is_said_what_kind_it_is(nurse):
    inquiry = make_inquiry(status=Status.TAKEN, owner=nurse, category="")

    for reply_to in (for_staff(inquiry).reply, for_staff(inquiry).ask):
        with pytest.raises(StepRefused, match="Set the category first"):
            reply_to("Here is our answer.", by=nurse)
    with pytest.raises(StepRefused, match="Set the category first"):
        inquiry.answer("By phone.", by=nurse)


def test_the_composer_asks_what_kind_it_is_and_goes_by_it(client, nurse):
    inquiry = make_inquiry(status=Status.TAKEN, owner=nurse, category="")
    client.force_login(nurse)
    show(client, inquiry)

    assert "Choose a category." in reply(client, inquiry, "preview", text="Our answer.").text
    page = reply(client, inquiry, "preview", text="Our answer.", category="T7")
    assert "A colleague reads it first" in page.text
    send(client, inquiry, "Our answer.", category="T7")

    assert (fresh(inquiry).status, fresh(inquiry).category) == (Status.DRAFTED, "T7")


def test_nobody_decides_alone_that_nobody_needs_to_look(nurse, colleague):
    inquiry = make_inquiry(status=Status.TAKEN, owner=nurse, category="")
    inquiry.categorise("T7", by=colleague)
    inquiry.categorise("T2", by=nurse)

    assert inquiry.needs_second_reader(nurse)
    assert not inquiry.needs_second_reader(colleague)


def test_what_was_merged_brings_its_second_reader_along(nurse):
    complaint, question = make_inquiry(category="T7"), make_inquiry(status=Status.TAKEN, owner=nurse)
    assert not question.needs_second_reader(nurse)

    merging.merge(complaint, question, by=nurse)

    assert fresh(question).needs_second_reader(nurse)


def test_spam_that_was_none_keeps_what_staff_had_said_of_it(nurse):
    inquiry = make_inquiry(category="")
    inquiry.categorise("T7", by=nurse)
    inquiry.close("spam", by=nurse)

    fresh(inquiry).reopen(by=nurse)

    assert fresh(inquiry).category == "T7"


@pytest.mark.parametrize("status", [Status.NEW, Status.TAKEN, Status.DRAFTED, Status.WAITING])
def test_nobody_says_answered_of_what_nobody_answered(status, nurse):
    inquiry = make_inquiry(status=status, owner=None if status == Status.NEW else nurse)

    with pytest.raises(StepRefused, match="Nobody has answered it"):
        inquiry.close("answered", "Told.", by=nurse)


def test_what_the_physician_was_called_for_is_the_physicians(nurse, physician):
    inquiry = make_inquiry(status=Status.TAKEN, owner=nurse)
    inquiry.escalate("She sounds desperate.", by=nurse)

    for refused in (
        lambda: inquiry.unpin(by=nurse),
        lambda: inquiry.quarantine(by=nurse),
        lambda: inquiry.close("not_offered", "Told.", by=nurse),
        lambda: merging.merge(inquiry, make_inquiry(), by=nurse),
    ):
        with pytest.raises(StepRefused):
            refused()

    inquiry.unpin("I spoke with her.", by=physician)
    fresh(inquiry).quarantine(by=nurse)


def test_withdrawn_by_phone_is_withdrawn(nurse):
    inquiry, part = make_inquiry(status=Status.TAKEN, owner=nurse), make_inquiry()
    merging.merge(part, inquiry, by=nurse)
    mail = mail_of(inquiry)

    fresh(inquiry).close("withdrawn", "She phoned.", by=nurse)

    assert OutgoingMail.objects.get(pk=mail.pk).state == MailState.DROPPED
    assert fresh(part).status == Status.NEW
    assert fresh(inquiry).is_withdrawn


# Merging


def test_a_draft_does_not_answer_what_was_merged_after_it_was_written(nurse):
    drafted, question = make_inquiry(status=Status.DRAFTED, owner=nurse, category="T4"), make_inquiry()

    merging.merge(question, drafted, by=nurse)

    assert fresh(drafted).status == Status.TAKEN


def test_a_merge_that_was_a_mistake_leaves_nothing_behind(nurse):
    now = timezone.now()
    pinned = make_inquiry(pinned_at=now, danger_reasons=["mail_bounced"], reply_by=now - timedelta(days=3))
    pinned.plan(NextAction.CALL, now + timedelta(days=2), by=nurse)
    other = make_inquiry(status=Status.TAKEN, owner=nurse)
    told = ["status", "reply_by", "next_action", "next_action_at", "pinned_at", "danger_reasons", "queue"]
    before = [{name: getattr(fresh(one), name) for name in told} for one in (pinned, other)]

    merging.merge(fresh(pinned), fresh(other), by=nurse)
    assert fresh(other).pinned_at
    merging.unmerge(fresh(pinned), by=nurse)

    assert [{name: getattr(fresh(one), name) for name in told} for one in (pinned, other)] == before


@pytest.mark.parametrize(("one", "other"), [("T2", "T8"), ("T8", "T2"), ("", "T8")])
def test_editors_are_shown_nothing_by_a_merge(one, other, nurse):
    with pytest.raises(StepRefused, match="keep them apart"):
        merging.merge(make_inquiry(category=one), make_inquiry(category=other), by=nurse)


def test_editors_are_shown_nothing_by_a_category(nurse):
    into = make_inquiry()
    merging.merge(make_inquiry(), into, by=nurse)

    with pytest.raises(StepRefused, match="Undo the merge first"):
        fresh(into).categorise("T8", by=nurse)


def test_who_reads_what_was_merged_is_on_record_there_too(client, nurse):
    part, into = make_inquiry(), make_inquiry(status=Status.TAKEN, owner=nurse)
    merging.merge(part, into, by=nurse)
    client.force_login(nurse)

    show(client, into)

    assert Viewing.objects.filter(inquiry=part, by=nurse, words=True).exists()


# What was typed


def test_who_may_not_any_more_gets_back_what_they_typed(client, nurse):
    inquiry = make_inquiry(status=Status.TAKEN, owner=nurse)
    client.force_login(nurse)
    before = {"version": inquiry.version, "seen": 0}
    for_staff(inquiry).write("I want to die.", findings=IN_DANGER)

    page = step(client, inquiry, "close", reason="not_offered", note="A long note.", **before)

    assert page.status_code == 409
    assert "A long note." in page.text
    assert fresh(inquiry).status != Status.CLOSED


def test_who_may_not_see_it_any_more_gets_back_what_they_typed_and_nothing_else(client, editor, nurse):
    inquiry = make_inquiry(status=Status.TAKEN, owner=editor, category="T8")
    client.force_login(editor)
    show(client, inquiry)
    before = {"version": inquiry.version, "seen": 0}
    fresh(inquiry).categorise("T2", by=nurse)

    page = reply(client, inquiry, "preview", text="A long reply.", **before)

    assert page.status_code == 403
    assert "A long reply." in page.text
    assert "Is there a trial" not in page.text
    assert client.get(desk(inquiry)).status_code == 403
