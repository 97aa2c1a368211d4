"""A working day at the triage desk: thirty people write, two nurses and a physician see to them."""

import re
from collections import Counter
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import expect

from inquiries import wording
from inquiries.models import Inquiry, MailState, OutgoingMail, Status
from tests.inquiries import at_the_desk
from tests.inquiries.mail_server import MailServer, Worker
from tests.inquiries.on_duty import OnDuty
from tests.inquiries.thirty_people import DANGER, OTHERS, SHARED, thirty_people_write
from tests.site.checkouts import eventually

pytestmark = pytest.mark.usefixtures("articles")

# What the log says of each at the end of the day: who did what, in this order.
STORIES = {
    "Dana": "received, nurse take, nurse escalate, physician take, physician answer, physician close",
    "Tess": "received, colleague take, colleague draft, physician release, physician close",
    "Liv": "received, nurse restore, nurse take, nurse categorise, nurse answer",
    "Cheap Links": "received, nurse close",
    "Gus": "received, nurse close, colleague reopen, colleague take, colleague categorise, colleague answer",
    "Grace": "received, nurse take, nurse merge, nurse categorise, nurse answer, nurse close",
    "Grace again": "received, nurse merge",
    "Helen": "received, nurse merge, nurse unmerge, nurse take, nurse categorise, nurse ask",
    "Iris": "received, nurse merge, nurse unmerge, colleague take, colleague categorise, colleague answer",
    "Lars": "received, colleague take, colleague categorise, colleague answer",
    "Omar": "received, colleague take, colleague categorise, colleague draft, "
    "physician send_back, colleague draft, physician release",
    "Ada": "received, nurse take, colleague categorise, nurse draft, colleague release",
    "민수": "received, colleague take, colleague categorise, colleague ask, wrote, colleague answer",
}


@pytest.fixture
def mail(transactional_db):
    """A mail server and the worker that sends to it, from morning to evening."""
    server = MailServer().start()
    worker = Worker(server.port)
    yield server
    worker.stop()
    server.stop()


@pytest.fixture
def day(open_page, sign_in, nurse, colleague, physician, mail):
    """The desk before anybody has written."""
    staff = {
        person.username: OnDuty(sign_in(open_page("/admin/", width=1440), person), person)
        for person in (nurse, colleague, physician)
    }
    return SimpleNamespace(**staff, open_page=open_page, mail=mail)


def test_a_working_day(day, nurse):
    day.people, day.receipt = thirty_people_write(day.open_page)
    whoever_may_be_in_danger_comes_first(day, nurse)
    the_late_one_is_seen_and_answered(day)
    what_looks_like_spam_is_looked_at(day)
    two_have_the_same_one_open(day)
    one_person_wrote_twice_and_two_share_an_address(day)
    a_complaint_is_read_by_a_second_person(day)
    somebody_is_asked_and_answers(day)
    handled = the_others_are_answered_side_by_side(day)

    assert {name: story(day, name) for name in STORIES} == STORIES
    assert {name: story(day, name) for name in handled} == handled
    assert len(STORIES) + len(handled) == Inquiry.objects.count() == 30
    the_screen_tells_the_same_story(day)
    the_counts_agree(day)
    everybody_was_written_to(day)
    call_command("audit_queue")


def whoever_may_be_in_danger_comes_first(day, nurse):
    dana, tess = day.people["Dana"], day.people["Tess"]
    assert day.nurse.takes_the_next() == dana
    day.nurse.reads(DANGER)
    expect(day.nurse.step("Close")).to_have_count(0)
    client = Client()
    client.force_login(nurse)
    assert at_the_desk.step(client, dana, "close", reason="answered", note="Done.").status_code == 403
    day.nurse.presses("Call the physician in", Why="@physician She writes of dying.")
    day.nurse.is_told(dana.reference)

    assert day.colleague.takes_the_next() == tess
    day.colleague.drafts(tess, "Please call 119 now.")
    expect(day.colleague.step("Release the reply")).to_have_count(0)

    assert day.physician.takes_the_next() == dana
    day.physician.answered_by_phone(dana, "Called; she is with her sister and has the number of 109.")
    day.physician.closes(dana, "Directed to emergency help", "Her sister stays with her.")
    day.physician.releases(tess, "Please call 119 now.")
    day.physician.closes(tess, "Directed to emergency help", "She went to the hospital.")


def the_late_one_is_seen_and_answered(day):
    lars = day.people["Lars"]
    said = StringIO()
    with pytest.raises(SystemExit):
        call_command("audit_queue", stdout=said)
    assert "overdue_replies: 1\n" in said.getvalue()

    day.colleague.looks_at()
    expect(day.colleague.rows().first).to_contain_text(lars.reference)
    day.colleague.looks_at("late")
    expect(day.colleague.rows()).to_have_count(1)
    expect(day.colleague.row_of(lars).locator(".reply")).to_contain_text("late")
    assert day.colleague.takes_the_next() == lars
    day.colleague.replies(lars, "No. We can talk by video first.")
    day.colleague.looks_at("late")
    expect(day.colleague.rows()).to_have_count(0)


def what_looks_like_spam_is_looked_at(day):
    liv, spam, gus = day.people["Liv"], day.people["Cheap Links"], day.people["Gus"]
    day.nurse.looks_at("doubtful")
    expect(day.nurse.rows()).to_have_count(2)
    day.nurse.opens(liv)
    day.nurse.shows_the_words()
    day.nurse.reads("Is that true?")
    day.nurse.presses("Put into the queue")
    day.nurse.is_told(f"{liv.reference}: New")
    day.nurse.takes(liv)
    day.nurse.replies(liv, "Those pages leave out how small the trials are.")
    day.nurse.closes_as_spam(spam, tab="doubtful")
    day.nurse.closes_as_spam(gus, tab="new")  # which is a mistake

    promised = Inquiry.objects.get(pk=gus.pk).reply_by
    day.colleague.looks_at("closed")
    day.colleague.row_of(gus).get_by_role("link").click()
    day.colleague.presses("Reopen", Note="He asks for help.")
    day.colleague.is_told(f"{gus.reference}: New")
    assert Inquiry.objects.get(pk=gus.pk).reply_by == promised
    day.colleague.takes(gus)
    day.colleague.replies(gus, "Thank you for writing. You are not alone with this.")


def two_have_the_same_one_open(day):
    ada = day.people["Ada"]
    day.nurse.takes(ada)
    expect(day.nurse.page.get_by_text("Somebody else reads my telephone.")).to_be_visible()
    day.nurse.writes("A long reply about trials.")
    day.colleague.opens(ada)
    expect(day.colleague.page.get_by_text("nurse is looking at this too.")).to_be_visible()
    day.colleague.presses("Set the category", Category="T4: First appointment")
    day.colleague.is_told(ada.reference)

    day.nurse.previews()
    conflict = day.nurse.page.get_by_role("alert")
    expect(conflict).to_contain_text("Somebody else changed this inquiry")
    expect(conflict).to_contain_text("colleague")
    expect(day.nurse.page.get_by_label("What the person reads")).to_have_value("A long reply about trials.")
    day.nurse.previews()
    day.nurse.sends("Put before a second reader")
    day.nurse.is_told("Waits for a second reader")
    expect(day.nurse.step("Release the reply")).to_have_count(0)
    day.colleague.releases(ada, "A long reply about trials.")


def one_person_wrote_twice_and_two_share_an_address(day):
    grace, again = day.people["Grace"], day.people["Grace again"]
    helen, iris = day.people["Helen"], day.people["Iris"]
    eventually(lambda: not Inquiry.objects.waiting_for_index().exists(), 30)
    day.nurse.takes(grace)
    day.nurse.opens(again)
    expect(day.nurse.page.locator(".others")).to_contain_text(grace.reference)
    day.nurse.presses("Merge with another", It_becomes_a_part=grace.reference)
    assert day.nurse.has_got() == grace
    day.nurse.reads("for two people")
    day.nurse.replies(grace, "For two people it is twice that.")
    day.nurse.closes(grace, "Answered")

    day.nurse.opens(iris)
    day.nurse.presses("Merge with another", It_becomes_a_part=helen.reference)
    assert day.nurse.has_got() == helen
    day.nurse.shows_the_words()
    day.nurse.reads("My mother sleeps badly.")  # they are two people
    day.nurse.presses("Undo the merge with " + iris.reference)
    day.nurse.is_told(f"{iris.reference}: New")
    day.nurse.takes(helen)
    day.nurse.asks(helen, "Since when do you sleep badly?")
    day.colleague.takes(iris)
    expect(day.colleague.page.get_by_text("Is sleeping badly a sign")).to_have_count(0)
    day.colleague.replies(iris, "Ask her to write to us herself.")


def a_complaint_is_read_by_a_second_person(day):
    omar = day.people["Omar"]
    day.colleague.takes(omar)
    day.colleague.presses("Set the category", Category="T7: Complaint or data request")
    day.colleague.drafts(omar, "We will call you tomorrow.")
    day.physician.opens(omar)
    day.physician.presses("Send back to the writer", What_is_to_be_changed="Say that we are sorry.")
    day.physician.is_told(f"{omar.reference}: Taken")
    day.colleague.opens(omar)
    expect(day.colleague.page.get_by_label("What the person reads")).to_have_value(
        re.compile("We will call you tomorrow")
    )
    day.colleague.drafts(omar, "We are sorry, and will call you tomorrow.")
    day.physician.releases(omar, "We are sorry")


def somebody_is_asked_and_answers(day):
    minsu = day.people["민수"]
    day.colleague.takes(minsu)
    day.colleague.asks(minsu, "어느 도시에서 오시나요?")

    said = wording.wording("ko")["follow_up"]
    page = day.open_page("/ko/ask/follow-up/", locale="ko-KR")
    page.get_by_role("textbox", name=said["receipt"]).fill(day.receipt)
    page.get_by_role("button", name=said["door"]["button"]).click()
    expect(page.get_by_text("어느 도시에서 오시나요?")).to_be_visible()
    page.get_by_role("textbox", name=said["add"]["label"]).fill("부산이에요.")
    page.get_by_role("button", name=said["add"]["button"]).click()
    expect(page.get_by_role("status").filter(has_text=said["add"]["done_title"])).to_be_visible()

    day.colleague.looks_at("mine")
    day.colleague.row_of(minsu).get_by_role("link").click()
    day.colleague.reads("부산이에요.")
    day.colleague.replies(minsu, "부산에서도 진료받으실 수 있어요.")


def the_others_are_answered_side_by_side(day):
    """Answer whoever is left, and return the story of each."""
    both, handled = [day.nurse, day.colleague], {}

    def answered(who, name):
        handled[name] = f"received, {who.name} take, {who.name} categorise, {who.name} answer"

    for who in both:
        who.looks_at()
    for who in both:
        who.presses_for_the_next()
    got = [who.has_got() for who in both]
    assert got[0] != got[1]
    for who, inquiry in zip(both, got, strict=True):
        who.replies(inquiry, "There is none that we know of.")
        answered(who, name_of(day, inquiry))

    several = [day.people[name] for name in OTHERS[-2:]]
    day.nurse.takes_at_once(*several)
    for inquiry in several:
        day.nurse.opens(inquiry)
        day.nurse.answered_by_phone(inquiry, "Told by phone.")
        answered(day.nurse, name_of(day, inquiry))

    for turn in range(Inquiry.objects.unowned().count()):
        who = both[turn % 2]
        inquiry = who.takes_the_next()
        who.answered_by_phone(inquiry, "Told by phone.")
        answered(who, name_of(day, inquiry))
    day.physician.looks_at()
    day.physician.presses_for_the_next()
    day.physician.is_told("Nothing waits for anybody in your queues.")
    return handled


def name_of(day, inquiry):
    return next(name for name, one in day.people.items() if one == inquiry)


def story(day, name):
    events = day.people[name].events.select_related("by").order_by("at", "pk")
    return ", ".join(f"{event.by or ''} {event.step}".strip() for event in events)


def the_screen_tells_the_same_story(day):
    day.nurse.opens(day.people["Ada"])
    assert day.nurse.history() == [
        "Received",
        "Taken nurse",
        "Category set colleague",
        "Put before a second reader nurse",
        "Reply released colleague",
    ]


def the_counts_agree(day):
    """Every list holds what the database holds, and the numbers page counts the same."""
    inquiries = Inquiry.objects.all()
    statuses = Counter(inquiries.values_list("status", flat=True))
    assert statuses == {Status.ANSWERED: 24, Status.CLOSED: 4, Status.WAITING: 1, Status.MERGED: 1}
    mine = inquiries.filter(owner__username="nurse", status__in=[Status.ANSWERED, Status.WAITING]).count()
    lists = {"Open": 25, "Mine": mine, "Waiting for patient": 1, "Answered": 24, "Closed": 4}
    assert {name: count for name, count in day.nurse.counts().items() if count} == lists

    day.nurse.page.goto("/admin/desk/numbers/")
    figures = day.nurse.page.locator(".figures")
    expect(figures).to_contain_text(re.compile(r"Arrived\s*29\s*and 1 spam"))
    expect(figures).to_contain_text("28 of 29; 0 without a reply")
    expect(figures).to_contain_text(re.compile(r"Wait for us now\s*0"))


def everybody_was_written_to(day):
    """The worker has sent all there was to send, and nothing to whoever sent spam."""
    eventually(lambda: not OutgoingMail.objects.filter(state=MailState.WAITING).exists(), 30)
    sent = Counter(message["To"] for message in day.mail.got)
    assert "cheap@example.org" not in sent
    assert len(sent) == 30 - 1 - len(SHARED)
    assert sent["minsu@example.org"] == 3  # that it came, a question, a reply
    assert sent["ada@example.org"] == 2
