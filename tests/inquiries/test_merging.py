"""Two inquiries of one person: one piece of work, two receipts, and back again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inquiries import contents, merging, retention
from inquiries.contents import for_staff
from inquiries.erasure import erase
from inquiries.follow_up.standing import standing
from inquiries.models import (
    Author,
    ErasedBy,
    Inquiry,
    Message,
    OutgoingMail,
    Status,
    Step,
    StepRefused,
)
from inquiries.receipt import from_token
from tests.factories import make_inquiry
from tests.inquiries.at_the_desk import fresh

pytestmark = pytest.mark.django_db

PHONE = {"contact_method": "phone", "email": "", "phone": "+821012345678"}


def opened(token):
    """Return what a person's receipt opens."""
    return contents.find(from_token(token))


@pytest.fixture
def both(nurse):
    """Return a second inquiry and the first one, which a nurse has and it is merged into."""
    first = make_inquiry(status=Status.TAKEN, owner=nurse, token="first", message="Is there a trial?")
    second = make_inquiry(token="second", message="And what does it cost?")
    merging.merge(second, first, by=nurse)
    return second, first


def test_both_conversations_stand_in_one_line(both, nurse):
    second, first = both
    opened("first").write("Are you there?")
    opened("second").write("It is me again.")

    for_staff(fresh(first)).reply("Here is all of it.", by=nurse)

    lines = merging.conversation(fresh(first))
    texts = [line.text.split("\n")[0] for line in lines]
    assert texts == [
        "Is there a trial?",
        "And what does it cost?",
        "Are you there?",
        "It is me again.",
        "Here is all of it.",
    ]
    assert [line.inquiry for line in lines] == [first, second, first, second, first]
    steps = [(event.inquiry, event.step) for event in merging.history(first)]
    assert (second, Step.MERGE) in steps
    assert (first, Step.MERGE) in steps


def test_either_receipt_opens_the_reply_and_one_mail_tells_of_it(both, nurse):
    _second, first = both

    for_staff(first).reply("Here is all of it.", by=nurse)

    for token in ("first", "second"):
        (said,) = opened(token).read()
        assert said.text.startswith("Here is all of it.")
        assert (said.message.author, said.message.by) == (Author.CLINIC, nurse)
    assert OutgoingMail.objects.count() == 1


def test_what_the_person_writes_with_the_other_receipt_comes_to_whoever_has_the_first(both, nurse):
    second, first = both
    for_staff(first).reply("Here is all of it.", by=nurse)

    opened("second").write("One thing more.")

    assert (fresh(first).status, fresh(first).owner) == (Status.TAKEN, nurse)
    assert fresh(second).status == Status.MERGED
    assert fresh(first).events.last().step == Step.WROTE


def test_the_person_is_told_with_either_receipt_where_it_stands(both, nurse):
    second, first = both

    assert standing(fresh(second), []) == standing(fresh(first), [])
    for_staff(first).ask("From which city?", by=nurse)
    assert "waiting for your answer" in standing(fresh(second), []).text


def test_parted_again_each_is_what_it_was(both, nurse, colleague):
    second, first = both
    third = make_inquiry(status=Status.TAKEN, owner=colleague)
    merging.merge(third, first, by=nurse)
    before = fresh(first)

    merging.unmerge(second, by=nurse)
    merging.unmerge(third, by=nurse)

    second, third, first = fresh(second), fresh(third), fresh(first)
    assert (second.status, second.owner, second.merged_into, second.queue) == ("new", None, None, "nurses")
    assert (third.status, third.owner, third.queue) == (Status.TAKEN, colleague, "")
    assert (first.status, first.owner, first.reply_by) == (before.status, nurse, before.reply_by)
    assert [event.other for event in second.events.all()] == [first, first]
    assert [line.text for line in merging.conversation(first)] == ["Is there a trial?"]


def test_what_was_written_while_merged_is_answered_after_parting(nurse):
    first = make_inquiry(status=Status.TAKEN, owner=nurse, token="first")
    long_ago = timezone.now() - timedelta(days=9)
    second = make_inquiry(status=Status.ANSWERED, owner=nurse, token="second", reply_by=long_ago)
    merging.merge(second, first, by=nurse)
    opened("second").write("Still a question.")

    merging.unmerge(fresh(second), by=nurse)

    assert (fresh(second).status, fresh(second).answered_at) == (Status.TAKEN, None)
    assert not fresh(second).is_overdue


def test_the_earlier_promise_and_the_pin_go_along(nurse):
    now = timezone.now()
    first = make_inquiry(reply_by=now + timedelta(hours=20))
    second = make_inquiry(reply_by=now + timedelta(hours=2), pinned_at=now)

    merging.merge(second, first, by=nurse)

    assert (first.reply_by, first.due_at, first.pinned) == (second.reply_by, second.reply_by, True)


def test_two_addresses_need_somebody_who_made_sure(nurse):
    first, second = make_inquiry(), make_inquiry(**PHONE)

    with pytest.raises(StepRefused, match="The addresses differ"):
        merging.merge(second, first, by=nurse)
    assert fresh(second).status == Status.NEW
    merging.merge(second, first, by=nurse, confirmed=True)

    assert fresh(second).status == Status.MERGED


@pytest.mark.parametrize("address", [PHONE, {"email": "ADA@example.org"}])
def test_the_same_address_is_the_same_person(address):
    assert merging.same_person(make_inquiry(**address), make_inquiry(**address | {"preferred_name": "A."}))


def test_the_more_urgent_one_stays(nurse):
    first, danger = make_inquiry(), make_inquiry(category="T0")

    with pytest.raises(StepRefused, match="more urgent"):
        merging.merge(danger, first, by=nurse)
    merging.merge(first, danger, by=nurse)

    assert fresh(first).merged_into == danger


def test_no_chains_no_circles_and_nothing_into_what_is_closed(both, nurse):
    second, first = both
    other, closed = make_inquiry(), make_inquiry(status=Status.CLOSED)

    for one, into, why in [
        (first, other, "Others were merged"),
        (other, second, "Only an open inquiry"),
        (other, closed, "Only an open inquiry"),
        (other, other, "Choose another"),
    ]:
        with pytest.raises(StepRefused, match=why):
            merging.merge(fresh(one), fresh(into), by=nurse)


def test_who_withdraws_one_stops_that_one_and_staff_are_told(both):
    second, first = both

    opened("second").withdraw()

    assert (fresh(second).status, fresh(second).closing_reason) == (Status.CLOSED, "withdrawn")
    assert (fresh(first).status, fresh(first).pinned) == (Status.TAKEN, True)
    assert fresh(first).events.last().step == Step.OTHER_GONE


def test_who_withdraws_the_one_has_not_withdrawn_the_other(both):
    second, first = both

    opened("first").withdraw()

    assert (fresh(second).status, fresh(second).queue) == (Status.NEW, "nurses")
    assert [event.step for event in second.events.all()] == [Step.MERGE, Step.OTHER_GONE]
    assert "withdrew" not in standing(fresh(second), []).text


def test_erasing_the_one_before_it_was_answered_brings_the_other_back(both):
    second, first = both

    erase(first, asked_by=ErasedBy.PERSON)

    assert (fresh(second).status, fresh(second).merged_into) == (Status.NEW, None)
    assert fresh(second).due_at <= second.reply_by


def test_a_new_question_merged_into_what_was_answered_is_still_answered(nurse):
    first = make_inquiry(status=Status.TAKEN, owner=nurse)
    first.answer(by=nurse)
    answered_at = first.answered_at
    second = make_inquiry()

    merging.merge(second, first, by=nurse)

    assert (first.status, first.owner, first.reply_by) == (Status.TAKEN, nurse, second.reply_by)

    merging.unmerge(second, by=nurse)

    first = fresh(first)
    assert (first.status, fresh(second).status) == (Status.ANSWERED, Status.NEW)
    assert abs(first.answered_at - answered_at) < timedelta(seconds=5)


def test_what_was_done_since_the_merge_stands_when_it_is_undone(nurse):
    first, second = make_inquiry(status=Status.WAITING, owner=nurse), make_inquiry()
    merging.merge(second, first, by=nurse)
    first.answer(by=nurse)

    merging.unmerge(second, by=nurse)

    assert fresh(first).status == Status.ANSWERED
    first, second = make_inquiry(status=Status.WAITING, owner=nurse), make_inquiry()
    merging.merge(second, first, by=nurse)
    merging.unmerge(second, by=nurse)
    assert fresh(first).status == Status.WAITING


def test_erasing_what_was_closed_closes_what_was_merged_with_it(both, nurse):
    second, first = both
    fresh(first).close("not_offered", by=nurse)

    erase(first, asked_by=ErasedBy.PERSON)

    assert (fresh(second).status, fresh(second).closing_reason) == (Status.CLOSED, "duplicate")
    assert opened("second").question == "And what does it cost?"


def test_erasing_what_was_merged_leaves_the_other(both, nurse):
    second, first = both
    for_staff(first).reply("Here is all of it.", by=nurse)

    erase(second, asked_by=ErasedBy.PERSON)

    assert Message.objects.get().inquiry == first
    assert fresh(first).pinned


def test_what_was_merged_is_not_kept_longer_than_the_other(both, nurse):
    second, first = both
    fresh(first).close("not_offered", by=nurse)
    due = Inquiry.objects.filter(retention.due(timezone.now() + timedelta(days=91)))
    not_yet = Inquiry.objects.filter(retention.due(timezone.now() + timedelta(days=89)))

    assert {*due} == {first, second}
    assert not not_yet
