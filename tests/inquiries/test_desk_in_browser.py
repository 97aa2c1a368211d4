"""The screen of one inquiry in a real browser: by keyboard, without JavaScript, and two people at once."""

import re

import pytest
from playwright.sync_api import expect

from inquiries.models import Inquiry, Status
from tests.factories import make_inquiry

pytestmark = pytest.mark.django_db(transaction=True)

MESSAGE = "Is there a trial that I could join?"


def desk_of(inquiry):
    return f"/admin/inquiries/inquiry/{inquiry.pk}/change/"


def test_without_javascript_somebody_reads_and_replies(open_page, sign_in, nurse):
    inquiry = make_inquiry(status=Status.TAKEN, owner=nurse)
    page = sign_in(open_page("/admin/", width=1280, java_script_enabled=False), nurse)
    page.goto(desk_of(inquiry))

    expect(page.get_by_text(MESSAGE)).to_have_count(0)
    page.get_by_role("button", name="Show what they wrote").click()
    expect(page.get_by_text(MESSAGE)).to_be_visible()
    page.get_by_label("What the person reads").fill("The trials are small.")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="This is what Ada will read")).to_be_visible()
    page.get_by_role("button", name="Send this reply").click()
    expect(page.get_by_text(f"{inquiry.reference}: Answered")).to_be_visible()
    assert Inquiry.objects.get().status == Status.ANSWERED


def test_with_the_keyboard_alone_somebody_takes_reads_and_closes(open_page, sign_in, nurse):
    inquiry = make_inquiry()
    page = sign_in(open_page("/admin/", width=1280), nurse)
    page.goto(desk_of(inquiry))

    def tab_to(name):
        for _press in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent.trim()") == name:
                return
        raise AssertionError(f"{name} is not reached by keyboard")

    tab_to("Take")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"{inquiry.reference}: Taken")).to_be_visible()
    expect(page.get_by_text(MESSAGE)).to_be_visible()
    tab_to("Close")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("U")  # under 19: the first reason wants an answer
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"{inquiry.reference}: Closed")).to_be_visible()


def test_two_people_see_each_other_and_the_slower_loses_nothing(open_page, sign_in, nurse, colleague):
    inquiry = make_inquiry(status=Status.TAKEN, owner=nurse)
    slower = sign_in(open_page("/admin/", width=1440), nurse)
    slower.goto(desk_of(inquiry))
    slower.get_by_role("button", name="Show what they wrote").click()
    slower.get_by_label("What the person reads").fill("A long reply.")

    faster = sign_in(open_page("/admin/", width=1024), colleague)
    faster.goto(desk_of(inquiry))
    expect(faster.get_by_text("nurse is looking at this too.")).to_be_visible()
    faster.locator("summary", has_text="Hand over").click()
    faster.get_by_label("To whom?").select_option(label="Physicians")
    faster.get_by_role("button", name="Hand over").click()

    slower.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(slower.get_by_text("It has changed since you opened it.")).to_be_visible()
    slower.get_by_role("button", name="Preview").click()
    expect(slower.get_by_role("heading", name="Somebody else changed this inquiry")).to_be_visible()
    expect(slower.get_by_role("alert")).to_contain_text("colleague")
    expect(slower.get_by_role("textbox", name="What you typed")).to_have_value("A long reply.")


@pytest.mark.parametrize("width", [1024, 1440])
def test_nothing_is_cut_off_however_long_a_name_is(open_page, sign_in, nurse, width):
    inquiry = make_inquiry(preferred_name="Wolfeschlegelstein" * 3, email="x" * 60 + "@" + "y" * 60 + ".org")
    page = sign_in(open_page("/admin/", width=width), nurse)
    page.goto(desk_of(inquiry))

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_one_inquiry_is_worked_by_keys_that_are_listed_and_can_be_switched_off(open_page, sign_in, nurse):
    inquiry = make_inquiry()
    page = sign_in(open_page("/admin/", width=1280), nurse)
    page.goto("/admin/inquiries/inquiry/?tab=new")
    page.goto(desk_of(inquiry))

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Write a reply")
    page.keyboard.press("t")
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    expect(page.get_by_text(f"{inquiry.reference}: Taken")).to_be_visible()
    page.keyboard.press("r")
    expect(page.get_by_label("What the person reads")).to_be_focused()
    page.keyboard.type("turn?")
    expect(page.get_by_label("What the person reads")).to_have_value("turn?")
    page.locator("h1").click()
    page.keyboard.press("n")
    expect(page.locator("[name=note-note]")).to_be_focused()
    page.locator("h1").click()

    page.keyboard.press("?")
    page.get_by_label("These keys work in this browser").uncheck()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("u")
    page.keyboard.press("r")
    expect(page.get_by_label("What the person reads")).not_to_be_focused()
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("These keys work in this browser").check()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("u")
    expect(page).to_have_url(re.compile(r"/inquiry/\?tab=new$"))
