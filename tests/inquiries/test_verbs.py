"""What the verbs of the desk ask for, and what they leave behind."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from inquiries import contents, wording
from inquiries.contents import for_staff
from inquiries.models import (
    Draft,
    Inquiry,
    Mention,
    Message,
    NextAction,
    OutgoingMail,
    Queue,
    Status,
    Step,
    StepRefused,
)
from inquiries.receipt import from_token
from inquiries.reply_promise import TARGET_DAYS, TARGET_HOURS, act_by
from inquiries.screening.danger import Finding
from tests.factories import make_inquiry
from tests.inquiries.at_the_desk import fresh

pytestmark = pytest.mark.django_db

TAKEN = {"status": Status.TAKEN}
SEOUL = ZoneInfo("Asia/Seoul")


# Second reader


@pytest.mark.parametrize("category", ["T0", "T1", "T4", "T7"])
@pytest.mark.parametrize("verb", ["reply", "ask"])
def test_a_reply_of_these_categories_waits_for_another_person(category, verb, nurse, colleague):
    inquiry = make_inquiry(**TAKEN, owner=nurse, category=category, token="mine")

    draft = getattr(for_staff(inquiry), verb)("Here is our answer.", by=nurse)

    assert isinstance(draft, Draft)
    assert (inquiry.status, inquiry.next_action) == (Status.DRAFTED, NextAction.SECOND_READING)
    assert not Message.objects.exists()
    assert not OutgoingMail.objects.exists()
    with pytest.raises(StepRefused, match="Somebody else than its writer"):
        for_staff(inquiry).release(by=nurse)

    for_staff(inquiry).release(by=colleague)

    message = Message.objects.get()
    assert (message.by, message.second_reader) == (nurse, colleague)
    assert inquiry.status == (Status.ANSWERED if verb == "reply" else Status.WAITING)
    assert contents.find(from_token("mine")).conversation()[0].text.startswith("Here is our answer.")
    assert not Draft.objects.exists()
    assert OutgoingMail.objects.count() == 1


@pytest.mark.parametrize("category", ["T2", "T3", "T5", "T6", "T8", "T9"])
def test_other_replies_go_out_at_once(category, nurse):
    inquiry = make_inquiry(**TAKEN, owner=nurse, category=category)

    assert isinstance(for_staff(inquiry).reply("Here it is.", by=nurse), Message)
    assert inquiry.status == Status.ANSWERED


def test_who_answers_such_a_one_by_phone_says_what_was_said(nurse):
    inquiry = make_inquiry(**TAKEN, owner=nurse, category="T0")

    with pytest.raises(StepRefused, match="what the person was told"):
        inquiry.answer(" ", by=nurse)
    inquiry.answer("Called; an ambulance is on its way.", by=nurse)

    assert inquiry.status == Status.ANSWERED


def test_a_draft_that_is_sent_back_is_its_writers_again_and_is_not_lost(nurse, colleague):
    inquiry = make_inquiry(**TAKEN, owner=nurse, category="T7")
    for_staff(inquiry).reply("A first try.", by=nurse)

    with pytest.raises(StepRefused, match="what is to be changed"):
        for_staff(inquiry).send_back("", by=colleague)
    for_staff(inquiry).send_back("Kinder, please.", by=colleague)

    assert (inquiry.status, inquiry.owner) == (Status.TAKEN, nurse)
    assert for_staff(inquiry).draft()[1].startswith("A first try.")
    for_staff(inquiry).reply("A second try.", by=nurse)
    assert for_staff(inquiry).draft()[1].startswith("A second try.")


def test_a_draft_does_not_go_out_once_the_person_wrote_again(nurse, colleague):
    inquiry = make_inquiry(**TAKEN, owner=nurse, category="T7", token="mine")
    for_staff(inquiry).reply("A first try.", by=nurse)

    contents.find(from_token("mine")).write("One thing more.")

    assert (fresh(inquiry).status, fresh(inquiry).owner) == (Status.TAKEN, nurse)
    with pytest.raises(StepRefused, match="not possible while"):
        for_staff(fresh(inquiry)).release(by=colleague)


# Closing


@pytest.mark.parametrize("category", ["T0", "T1"])
def test_only_the_responsible_physician_closes_what_is_about_danger(category, nurse, manager, physician):
    inquiry = make_inquiry(category=category)

    for person in (nurse, manager):
        with pytest.raises(StepRefused, match="Your role does not"):
            inquiry.close("directed_to_emergency", "Called.", by=person)
        with pytest.raises(StepRefused, match="Your role does not"):
            inquiry.categorise("T2", by=person)
    with pytest.raises(StepRefused, match="what was done"):
        inquiry.close("directed_to_emergency", "", by=physician)
    for reason in ("spam", "duplicate"):
        with pytest.raises(StepRefused, match="neither spam nor a duplicate"):
            inquiry.close(reason, "Called.", by=physician)
    inquiry.close("directed_to_emergency", "Called 119.", by=physician)

    assert inquiry.status == Status.CLOSED


def test_spam_is_told_by_its_category_and_a_mistake_keeps_the_first_promise(nurse):
    inquiry = make_inquiry()
    promised = inquiry.reply_by
    inquiry.close("spam", by=nurse)
    assert inquiry.category == "T9"

    inquiry.reopen("A real person.", by=nurse)

    assert (inquiry.status, inquiry.category, inquiry.reply_by) == (Status.NEW, "", promised)


def test_what_was_answered_is_no_spam(nurse):
    with pytest.raises(StepRefused, match="no spam"):
        make_inquiry(status=Status.ANSWERED, owner=nurse).close("spam", by=nurse)


# Queues and owners


def test_who_has_it_already_and_who_may_not_have_it(nurse, colleague, auditor):
    inquiry = make_inquiry(**TAKEN, owner=nurse)

    for person, why in [(nurse, "already"), (auditor, "may not work on it")]:
        with pytest.raises(StepRefused, match=why):
            inquiry.hand_over(person, by=nurse)
    inquiry.hand_over(colleague, "You know her.", by=nurse)
    assert (inquiry.owner, inquiry.queue) == (colleague, "")
    assert inquiry.events.last().to == colleague
    inquiry.hand_over(Queue.PHYSICIANS, by=nurse)
    assert (inquiry.status, inquiry.owner, inquiry.queue) == (Status.NEW, None, "physicians")


def test_editors_get_only_what_is_about_pages(nurse, editor):
    inquiry = make_inquiry(category="T2")

    with pytest.raises(StepRefused, match="about pages"):
        inquiry.put_back(Queue.EDITORS, by=nurse)
    inquiry.categorise("T8", by=nurse)
    inquiry.put_back(Queue.EDITORS, by=nurse)
    other = make_inquiry(category="T2")

    assert list(Inquiry.objects.visible_to(editor)) == [inquiry]
    assert Inquiry.objects.take_next(editor) == inquiry
    with pytest.raises(StepRefused, match="Your role does not"):
        other.take(by=editor)


def test_escalating_pins_it_for_the_physicians_within_the_hour(nurse, physician):
    inquiry = make_inquiry(status=Status.ANSWERED, owner=nurse)

    with pytest.raises(StepRefused, match="Say why"):
        inquiry.escalate("", by=nurse)
    inquiry.escalate("She sounds desperate.", by=nurse)

    assert (inquiry.status, inquiry.queue, inquiry.pinned) == (Status.NEW, Queue.PHYSICIANS, True)
    assert (inquiry.answered_at, inquiry.next_action) == (None, NextAction.CALL)
    assert inquiry.due_at == inquiry.next_action_at < inquiry.reply_by
    assert Inquiry.objects.take_next(nurse) is None
    assert Inquiry.objects.take_next(physician) == inquiry


def test_escalating_puts_off_nothing_that_is_due_sooner(nurse):
    soon = timezone.now() + timedelta(minutes=1)
    inquiry = make_inquiry(category="T0", next_action_at=soon)

    inquiry.escalate("She sounds desperate.", by=nurse)

    assert inquiry.due_at == inquiry.next_action_at == soon


def test_nobody_puts_aside_what_may_be_about_danger(nurse, physician):
    inquiry = make_inquiry(category="T1")

    for person in (nurse, physician):
        with pytest.raises(StepRefused, match="not put aside"):
            inquiry.quarantine(by=person)


def test_put_aside_and_restored_it_keeps_its_time(nurse):
    inquiry = make_inquiry(**TAKEN, owner=nurse)
    promised, received = inquiry.reply_by, inquiry.received_at
    inquiry.quarantine("Looks like an advert.", by=nurse)
    assert (inquiry.owner, inquiry.queue) == (None, Queue.NURSES)

    inquiry.restore(by=nurse)

    assert (inquiry.status, inquiry.reply_by, inquiry.received_at) == (Status.NEW, promised, received)


def test_the_most_pressing_comes_next(nurse):
    now = timezone.now()
    later = make_inquiry(reply_by=now + timedelta(hours=9))
    sooner = make_inquiry(reply_by=now + timedelta(hours=3))
    pinned = make_inquiry(reply_by=now + timedelta(hours=20), pinned_at=now)
    make_inquiry(queue=Queue.PHYSICIANS, reply_by=now)
    make_inquiry(status=Status.DOUBTFUL, reply_by=now)
    planned = make_inquiry(reply_by=now + timedelta(hours=30), next_action_at=now + timedelta(hours=1))

    taken = [Inquiry.objects.take_next(nurse) for _time in range(5)]

    assert taken == [pinned, planned, sooner, later, None]
    assert pinned.events.get().by == nurse


def test_whose_role_serves_no_queue_is_told(auditor):
    with pytest.raises(StepRefused, match="serves no queue"):
        Inquiry.objects.take_next(auditor)


# What is due next


def test_the_targets_are_those_of_the_wording():
    said = {kind["key"]: kind["target"] for kind in wording.everything()["triage"]["categories"]}
    hours = {key: f"{count} working hour" for key, count in TARGET_HOURS.items()}
    days = {key: f"{count} working day" + "s" * (count > 1) for key, count in TARGET_DAYS.items()}
    others = dict.fromkeys(["T2", "T3", "T4"], "2 working days") | {"T9": "none"}

    assert {key: text.removesuffix(" to acknowledge") for key, text in said.items()} == hours | days | others


@pytest.mark.parametrize(
    ("since", "due"),
    [
        ((2026, 11, 23, 10, 0), (2026, 11, 23, 11, 0)),  # a Monday
        ((2026, 11, 23, 17, 40), (2026, 11, 24, 9, 40)),
        ((2026, 11, 21, 12, 0), (2026, 11, 23, 10, 0)),  # a Saturday
        ((2026, 11, 23, 3, 0), (2026, 11, 23, 10, 0)),
    ],
)
def test_a_working_hour_is_one_of_opening_hours(since, due):
    assert act_by("T0", datetime(*since, tzinfo=SEOUL)) == datetime(*due, tzinfo=SEOUL)


def test_a_plan_moves_it_up_and_never_beyond_the_promise(nurse):
    inquiry = make_inquiry(**TAKEN, owner=nurse)
    soon = timezone.now() + timedelta(minutes=30)

    inquiry.plan(NextAction.CALL, soon, "After work.", by=nurse)
    assert (inquiry.due_at, inquiry.next_action) == (soon, NextAction.CALL)
    inquiry.plan(NextAction.CALL, inquiry.reply_by + timedelta(days=9), by=nurse)
    assert inquiry.due_at == inquiry.reply_by
    event = inquiry.events.last()
    assert (event.reason, event.planned_at) == (NextAction.CALL, inquiry.next_action_at)
    for moment in (timezone.now() - timedelta(minutes=1), timezone.now() + timedelta(days=400)):
        with pytest.raises(StepRefused, match="Choose a time"):
            inquiry.plan(NextAction.CALL, moment, by=nurse)


def test_what_waits_for_the_person_comes_up_after_a_week_and_is_late_then(nurse):
    inquiry = make_inquiry(**TAKEN, owner=nurse)
    for_staff(inquiry).ask("From which city would you come?", by=nurse)

    week = timezone.now() + timedelta(days=7)
    assert abs(inquiry.due_at - week) < timedelta(minutes=1)
    assert inquiry.next_action == NextAction.REMIND
    Inquiry.objects.update(next_action_at=timezone.now() - timedelta(hours=1))
    assert list(Inquiry.objects.late()) == [inquiry]
    assert not Inquiry.objects.overdue()


def test_danger_is_pinned_when_somebody_sees_it_and_unpinned_by_the_physician(nurse, physician):
    inquiry = make_inquiry()

    inquiry.categorise("T0", by=nurse)

    assert inquiry.pinned
    assert inquiry.next_action_at <= act_by("T0", timezone.now())
    with pytest.raises(StepRefused, match="Your role does not"):
        inquiry.unpin(by=nurse)
    inquiry.unpin("Spoke to her, she is safe.", by=physician)
    assert not inquiry.pinned


# Notes


def test_a_note_tells_the_colleagues_whom_it_names(nurse, colleague, reviewing_nurse):
    inquiry = make_inquiry()
    stale = fresh(inquiry)
    inquiry.take(by=colleague)

    note = stale.add_note("@colleague, ada@nurse.example and @reviewing-nurse. @nobody", by=nurse)

    assert {mention.person for mention in note.mentions.all()} == {colleague, reviewing_nurse}
    assert Mention.objects.unseen(colleague).count() == 1
    assert note.text(inquiry.data_key()).startswith("@colleague, ")
    assert fresh(inquiry).version == 2
    event = inquiry.events.last()
    assert (event.step, event.was, event.became) == (Step.NOTE, Status.TAKEN, Status.TAKEN)


def test_an_empty_note_is_none(nurse):
    with pytest.raises(StepRefused):
        make_inquiry().add_note("  ", by=nurse)


def test_no_reply_is_said_after_two_attempts_a_week_apart(nurse):
    inquiry = make_inquiry(status=Status.TAKEN, owner=nurse)
    with pytest.raises(StepRefused, match="Two attempts"):
        inquiry.close("no_reply", by=nurse)
    for_staff(inquiry).ask("From which city?", by=nurse)
    for_staff(inquiry).ask("Did you get our question?", by=nurse)
    with pytest.raises(StepRefused, match="Two attempts"):
        inquiry.close("no_reply", by=nurse)
    inquiry.events.create(
        step=Step.ASK,
        was=Status.TAKEN,
        became=Status.WAITING,
        by=nurse,
        at=timezone.now() - timedelta(days=7, minutes=1),
    )

    inquiry.close("no_reply", by=nurse)

    assert fresh(inquiry).closing_reason == "no_reply"


def test_what_only_erasing_or_the_person_says_is_not_said_lightly(nurse):
    inquiry = make_inquiry()
    for reason, why in [
        ("time_over", "Choose a reason"),
        ("data_deleted", "Choose a reason"),
        ("withdrawn", "how the person withdrew"),
        ("price too high", "Choose a reason"),
    ]:
        with pytest.raises(StepRefused, match=why):
            inquiry.close(reason, by=nurse)
    assert fresh(inquiry).status == Status.NEW


def test_what_is_no_longer_about_a_page_leaves_the_editors(nurse, editor):
    lying = make_inquiry(category="T8", queue="editors")
    taken = make_inquiry(category="T8", status=Status.TAKEN, owner=editor)
    asked = make_inquiry(category="T8", status=Status.WAITING, owner=editor)

    for inquiry in (lying, taken, asked):
        inquiry.categorise("T2", by=nurse)

    assert [(one.status, one.owner, one.queue) for one in map(fresh, (lying, taken, asked))] == [
        (Status.NEW, None, "nurses"),
        (Status.NEW, None, "nurses"),
        (Status.WAITING, None, "nurses"),
    ]


def test_danger_that_an_editors_correspondent_tells_of_comes_to_the_desk(editor, nurse):
    inquiry = make_inquiry(category="T8", status=Status.ANSWERED, owner=editor)

    inquiry.heard(Step.WROTE, findings=[Finding("T0", "self-harm")])

    assert (inquiry.status, inquiry.owner, inquiry.pinned) == (Status.NEW, None, True)
    assert Inquiry.objects.take_next(nurse) == inquiry
