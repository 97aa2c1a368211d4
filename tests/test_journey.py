"""The whole way in a browser: read, ask, be confirmed; then staff take it, answer it and close it."""

import re

import pytest
from playwright.sync_api import expect

from inquiries.contents import for_staff
from inquiries.models import Inquiry
from tests.inquiries.at_the_form import read_for_a_minute
from tests.inquiries.on_duty import OnDuty

pytestmark = pytest.mark.usefixtures("articles")


def fill_in(page):
    read_for_a_minute(page)
    page.get_by_label("What the research shows").check()
    page.get_by_label("Your question (optional)").fill("Is there a trial that I could join?")
    page.get_by_label("Myself").check()
    page.get_by_label("Outside Korea").check()
    page.get_by_label("What should we call you?").fill("Ada")
    page.get_by_role("group", name="How should we reply?").get_by_label("Email").check()
    page.get_by_label("Email address").fill("ada@example.org")
    page.get_by_label("I am 19 or older").check()
    page.get_by_label("I agree", exact=True).check()
    page.get_by_label("I agree to the use of this health information").check()


def test_from_reading_to_closing(open_page, sign_in, nurse):
    page = open_page("/")
    expect(page).to_have_url(re.compile("/en/$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("stem cells")
    page.get_by_role("link", name="What the trials show so far").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("What the trials show so far")
    expect(page.get_by_text("Benefit:")).to_be_visible()
    page.get_by_role("link", name="Reference 1", exact=True).first.click()
    expect(page.locator("#ref-1")).to_be_in_viewport()
    page.get_by_role("link", name="Ask us a question").first.click()

    expect(page.get_by_role("heading", name="Before you write to us")).to_be_visible()
    fill_in(page)
    page.get_by_role("button", name="Send my question").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("We have your question")
    reference = page.locator("[data-reference]").inner_text()
    assert re.fullmatch(r"DK-[2-9A-Z]{4}-[2-9A-Z]{2}", reference)
    expect(page.get_by_text(re.compile(r"We will reply by .*20\d\d.* \(Seoul time\)")).first).to_be_visible()
    page.reload()
    expect(page.locator("[data-reference]")).to_have_text(reference)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("What the trials show so far")
    assert Inquiry.objects.count() == 1

    desk = sign_in(open_page("/admin/", width=1280), nurse)
    desk.locator("main a[href='/admin/inquiries/inquiry/']").first.click()
    row = desk.get_by_role("row").filter(has_text=reference)
    expect(row).to_contain_text("Ada")
    row.get_by_role("link", name=reference).click()
    inquiry = Inquiry.objects.get()
    at_desk = OnDuty(desk, nurse)
    at_desk.shows_the_words()
    at_desk.reads("Is there a trial that I could join?")
    at_desk.presses("Take")
    at_desk.is_told(f"{reference}: Taken")
    at_desk.replies(inquiry, "Dear Ada, the public registers list the open trials.")
    at_desk.closes(inquiry, "Answered")

    desk.goto("/admin/inquiries/inquiry/")
    expect(desk.get_by_text(reference)).to_have_count(0)
    assert [event.step for event in Inquiry.objects.get().events.all()] == [
        "received",
        "take",
        "categorise",
        "answer",
        "close",
    ]


def test_a_mistake_takes_the_person_to_it_and_keeps_what_was_typed(open_page):
    page = open_page("/en/ask/")
    fill_in(page)
    page.get_by_label("Email address").fill("ada")
    page.get_by_role("button", name="Send my question").click()

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))
    summary.get_by_role("link", name="Enter an email address like name@example.com.").click()
    expect(page.get_by_label("Email address")).to_be_focused()
    expect(page.get_by_label("Email address")).to_have_value("ada")
    expect(page.get_by_label("Your question (optional)")).to_have_value("Is there a trial that I could join?")
    page.get_by_label("Email address").fill("ada@example.org")
    page.get_by_role("button", name="Send my question").click()
    expect(page.locator("[data-reference]")).to_be_visible()


def test_only_the_chosen_way_to_reply_is_asked_for(open_page):
    page = open_page("/en/ask/")
    ways = page.get_by_role("group", name="How should we reply?")

    expect(page.get_by_label("Phone number")).to_be_hidden()
    ways.get_by_label("Phone").check()
    expect(page.get_by_label("Phone number")).to_be_visible()
    expect(page.get_by_label("Email address")).to_be_hidden()


def test_a_person_whose_browser_speaks_korean_asks_in_korean(open_page):
    page = open_page("/", locale="ko-KR")
    expect(page).to_have_url(re.compile("/ko/$"))
    page.get_by_role("link", name="문의하기").first.click()
    page.get_by_label("비용과 포함 항목").check()
    page.get_by_label("본인").check()
    page.get_by_label("한국", exact=True).check()
    page.get_by_label("어떻게 불러 드리면 될까요?").fill("민수")
    page.get_by_label("전화", exact=True).check()
    page.get_by_label("전화번호").fill("010-1234-5678")
    page.get_by_label("만 19세 이상이에요").check()
    page.get_by_label("동의합니다", exact=True).check()
    read_for_a_minute(page)
    page.get_by_role("button", name="문의 보내기").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("문의가 접수되었어요")
    expect(page.get_by_text("전화로 답변드려요(답변 언어: 한국어)").first).to_be_visible()
    assert for_staff(Inquiry.objects.get()).contact.phone == "+821012345678"


def test_the_page_fits_a_narrow_screen_without_scrolling_sideways(open_page):
    for path in ["/en/", "/en/articles/what-the-trials-show/", "/en/ask/", "/ko/ask/", "/en/help-now/"]:
        page = open_page(path, width=320)
        assert page.evaluate("document.documentElement.scrollWidth") == 320, path


def test_without_javascript_everything_needed_still_works(open_page):
    page = open_page("/en/ask/", java_script_enabled=False)
    fill_in(page)
    page.get_by_role("button", name="Send my question").click()

    expect(page.locator("[data-reference]")).to_be_visible()
