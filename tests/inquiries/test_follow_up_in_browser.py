"""Coming back in a real browser: in both languages, without JavaScript, by keyboard, on a narrow screen."""

import re
import secrets
from contextlib import suppress

import pytest
from playwright.sync_api import Error, expect

from inquiries import receipt, wording
from inquiries.contents import for_staff
from inquiries.models import Erasure, Inquiry, Message, Status
from tests.factories import make_inquiry

LANGUAGES = {"en": "en-GB", "ko": "ko-KR"}


def words(language):
    return wording.wording(language)["follow_up"]


def make_answered(nurse, **fields):
    token = secrets.token_urlsafe(16)
    inquiry = make_inquiry(status=Status.TAKEN, owner=nurse, token=token, message="", **fields)
    for_staff(inquiry).reply("Yes, in Seoul.\nThe team", by=nurse)
    return receipt.show(receipt.from_token(token))


def text_field(page, name):
    return page.get_by_role("textbox", name=name, exact=True)


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_way_back(open_page, nurse, language, javascript):
    code, said = make_answered(nurse, time_zone="Europe/London"), words(language)
    page = open_page(
        f"/{language}/ask/follow-up/",
        locale=LANGUAGES[language],
        width=320,
        java_script_enabled=javascript,
    )
    field = text_field(page, said["receipt"])

    field.fill(code[:-1])
    button(page, said["door"]["button"]).click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text(said["door"]["errors"]["length"])
    expect(field).to_have_value(code[:-1])
    field.fill(code.lower())
    button(page, said["door"]["button"]).click()

    expect(page.get_by_role("heading", level=1)).to_have_text(said["standing"]["title"])
    expect(page.get_by_text("Yes, in Seoul.")).to_be_visible()
    text_field(page, said["add"]["label"]).fill("Thank you")
    box = page.get_by_role("checkbox")  # no consent to health information was given before
    button(page, said["add"]["button"]).click()
    expect(page.get_by_role("alert")).to_contain_text(said["add"]["errors"]["consent"])
    expect(text_field(page, said["add"]["label"])).to_have_value("Thank you")
    box.check()
    button(page, said["add"]["button"]).click()
    expect(page.get_by_role("status").filter(has_text=said["add"]["done_title"])).to_be_focused()
    page.reload()
    assert Message.objects.filter(author="person").count() == 1

    button(page, said["contact"]["change"]).click()
    form = wording.keyed(wording.wording(language)["fields"])
    text_field(page, form["email"]["label"]).fill("new@example.org")
    button(page, said["contact"]["button"]).click()
    expect(page.get_by_text("new@example.org")).to_be_visible()

    button(page, said["copy"]["action"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(said["copy"]["title"])
    with page.expect_download() as download:
        button(page, said["copy"]["download"]).click()
    assert download.value.suggested_filename == "copy.txt"
    assert "Yes, in Seoul." in download.value.path().read_text("utf-8")
    button(page, said["back"]).click()

    button(page, said["withdraw"]["action"]).click()
    button(page, said["withdraw"]["button"]).click()
    expect(page.get_by_role("status").filter(has_text=said["withdraw"]["done"])).to_be_focused()
    button(page, said["erase"]["action"]).click()
    button(page, said["erase"]["button"]).click()
    deleted = wording.wording(language)["pages_and_messages"]["deleted"]["title"]
    expect(page.get_by_role("heading", level=1)).to_have_text(deleted)
    assert Erasure.objects.count() == 1
    assert code.replace("-", "") not in page.url.upper()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_scrolls_sideways_on_a_narrow_screen(open_page, nurse, language):
    code, said = make_answered(nurse, preferred_name="n" * 60), words(language)
    page = open_page(f"/{language}/ask/follow-up/", locale=LANGUAGES[language], width=320)
    text_field(page, said["receipt"]).fill(code)
    button(page, said["door"]["button"]).click()

    for name in [None, said["contact"]["change"], said["copy"]["action"], said["erase"]["action"]]:
        if name:
            button(page, name).click()
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
        if name:
            button(page, said["back"]).click()


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_all_done_by_keyboard(open_page, nurse, language):
    code, said = make_answered(nurse), words(language)
    page = open_page(f"/{language}/ask/follow-up/", locale=LANGUAGES[language])

    def go_to(name):
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent.trim()") == name:
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
                assert outline == "3px", name
                return page.keyboard.press("Enter")
        raise AssertionError(f"not reached: {name}")

    expect(text_field(page, said["receipt"])).to_be_focused()
    page.keyboard.type(code.replace("-", " "))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(said["standing"]["title"])
    go_to(said["withdraw"]["action"])
    expect(page.get_by_role("heading", level=1)).to_have_text(said["withdraw"]["title"])
    go_to(said["withdraw"]["button"])

    expect(page.get_by_role("status").filter(has_text=said["withdraw"]["done"])).to_be_focused()
    assert Inquiry.objects.get().is_withdrawn


@pytest.mark.parametrize("last", ["status", "copy"])
def test_whoever_leaves_finds_no_word_of_it_on_the_way_back(open_page, site, nurse, last):
    code, said = make_answered(nurse), words("en")
    page = open_page("/en/")
    page.goto("/en/ask/follow-up/")
    text_field(page, "Your receipt").fill(code)
    button(page, said["door"]["button"]).click()
    expect(page.get_by_text("Yes, in Seoul.")).to_be_visible()
    if last == "copy":
        button(page, said["copy"]["action"]).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(said["copy"]["title"])
    link = page.locator("[data-leave]")
    link.evaluate("(link, site) => { link.dataset.leave = site + '/healthz' }", site)
    link.click()
    expect(page).to_have_url(re.compile("/healthz$"))

    seen = []
    while not page.url.endswith("/en/") and len(seen) < 5:
        with suppress(Error):  # the browser does not show again what a form led to …
            page.go_back()
        with suppress(Error):  # … unless that form is sent again, and then the receipt is asked for
            page.reload()
        page.wait_for_load_state()
        seen.append(page.locator("html").inner_html())
    assert page.url.endswith("/en/")
    assert len(seen) > (last == "copy")
    assert not [word for word in ["Yes, in Seoul.", code] for text in seen if word in text]


def test_a_screen_reader_hears_name_hint_and_error_of_the_receipt(open_page):
    page = open_page("/en/ask/follow-up/")
    field, said = page.get_by_role("textbox", name="Your receipt"), words("en")["door"]

    expect(field).to_have_accessible_description(said["hint"])
    button(page, said["button"]).click()

    expect(field).to_have_accessible_description(f"{said['hint']} Error: {said['errors']['required']}")
    expect(field).to_have_attribute("aria-invalid", "true")


def test_the_other_language_is_one_press_away(open_page, nurse):
    code = make_answered(nurse)
    page = open_page("/en/ask/follow-up/")
    text_field(page, "Your receipt").fill(code)
    button(page, "Open my question").click()

    button(page, "한국어로 보기").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("내 문의")
    expect(page.get_by_text("Yes, in Seoul.")).to_be_visible()
