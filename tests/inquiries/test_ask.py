"""Asking in a real browser: each path, in both languages, with and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from articles.models import Publication
from inquiries import contents
from inquiries.models import Channel, Inquiry

from .at_the_form import WORDS, fill_in, read_for_a_minute, send

pytestmark = pytest.mark.usefixtures("articles")

BOTH = pytest.mark.parametrize("language", ["en", "ko"])
WITH_AND_WITHOUT = pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
LOCALE = {"en": "en-GB", "ko": "ko-KR"}


@pytest.fixture
def open_form(open_page):
    def open_form(language="en", script=True, **options):
        return open_page(f"/{language}/ask/", locale=LOCALE[language], java_script_enabled=script, **options)

    return open_form


@BOTH
@WITH_AND_WITHOUT
def test_somebody_asks_and_is_confirmed(open_form, language, script):
    page = open_form(language, script, timezone_id="America/New_York")
    fill_in(page, language)
    send(page, language)

    expect(page.get_by_role("heading", level=1)).to_have_text(WORDS[language]["sent"])
    expect(page).to_have_url(re.compile(f"/{language}/ask/received/$"))
    expect(page.locator("main dd").get_by_text("Is there a trial that I could join?")).to_be_visible()
    inquiry = Inquiry.objects.get()
    assert (inquiry.status, inquiry.doubt_reasons) == ("new", [])
    assert inquiry.time_zone == ("America/New_York" if script else "")
    assert inquiry.forbidden_channels == [Channel.PHONE]
    assert not inquiry.may_use(Channel.PHONE)
    assert contents.for_staff(inquiry).contact.wishes == "Somebody else reads my telephone."


@BOTH
@WITH_AND_WITHOUT
def test_a_mistake_takes_the_focus_and_loses_nothing(open_form, language, script):
    page = open_form(language, script)
    fill_in(page, language)
    page.locator("[name=email]").fill("ada")
    page.evaluate("window.stays = true")
    send(page, language)

    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(page).to_have_title(re.compile("^(Error:|오류:) "))
    assert page.evaluate("window.stays === true") == script, "with a script the page is never left"
    expect(page.locator("[name=message]")).to_have_value("Is there a trial that I could join?")
    expect(page.locator("[name=wishes]")).to_have_value("Somebody else reads my telephone.")
    expect(page.get_by_label(WORDS[language]["call"])).to_be_checked()
    summary.get_by_role("link").first.click()
    expect(page.locator("[name=email]")).to_be_focused()
    page.locator("[name=email]").fill("ada@example.org")
    send(page, language)
    expect(page.get_by_role("heading", level=1)).to_have_text(WORDS[language]["sent"])
    assert Inquiry.objects.count() == 1


@BOTH
@WITH_AND_WITHOUT
def test_the_keyboard_is_enough_on_the_smallest_screen(open_form, language, script):
    page = open_form(language, script, width=320)
    read_for_a_minute(page)

    def reach(name, value=""):
        """Press Tab until the control has the focus, as somebody without a mouse would."""
        for _press in range(60):
            page.keyboard.press("Tab")
            if page.evaluate(
                "([name, value]) => document.activeElement.name === name"
                " && (!value || document.activeElement.form.elements[name].value !== undefined)",
                [name, value],
            ):
                break
        else:
            pytest.fail(f"{name} cannot be reached")
        focused = page.locator(":focus")
        assert focused.bounding_box()["width"] > 0
        return focused

    reach("topic")
    page.keyboard.press("Space")
    reach("message")
    page.keyboard.type("Is there a trial?")
    reach("asking_for")
    page.keyboard.press("Space")
    reach("lives_in")
    page.keyboard.press("ArrowDown")
    reach("preferred_name")
    page.keyboard.type("Ada")
    reach("contact_method")
    page.keyboard.press("ArrowDown")
    reach("phone")
    page.keyboard.type("+1 212 555 0123")
    reach("never")
    page.keyboard.press("Space")
    for box in ("adult", "personal", "sensitive"):
        reach(box)
        page.keyboard.press("Space")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text(WORDS[language]["sent"])
    inquiry = Inquiry.objects.get()
    assert (inquiry.contact_method, inquiry.lives_in) == ("phone", "elsewhere")
    assert inquiry.forbidden_channels == [Channel.VOICEMAIL]
    assert inquiry.may_use(Channel.PHONE)
    assert not inquiry.may_use(Channel.VOICEMAIL)
    assert contents.for_staff(inquiry).contact.phone == "+12125550123"
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@WITH_AND_WITHOUT
def test_the_other_language_keeps_what_was_typed(open_form, script):
    page = open_form("en", script)
    fill_in(page)
    if script:
        page.locator(".languages a").click()
    else:
        page.get_by_role("button", name="한국어로 보기").click()

    expect(page).to_have_url(re.compile("/ko/ask/$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(WORDS["ko"]["title"])
    expect(page.locator(".error-summary")).to_have_count(0)
    expect(page.locator("[name=message]")).to_have_value("Is there a trial that I could join?")
    expect(page.get_by_label(WORDS["ko"]["topic"])).to_be_checked()
    expect(page.get_by_label(WORDS["ko"]["call"])).to_be_checked()
    expect(page.locator("[name=personal]")).not_to_be_checked()
    assert not Inquiry.objects.exists()
    page.locator("[name=personal]").check()
    page.locator("[name=sensitive]").check()
    send(page, "ko")
    expect(page.get_by_role("heading", level=1)).to_have_text(WORDS["ko"]["sent"])
    assert Inquiry.objects.get().consents.first().language == "ko"


@pytest.mark.parametrize(
    ("language", "message", "category"),
    [("en", "I want to kill myself", "T0"), ("ko", "죽고 싶 어요", "T0")],
)
def test_words_of_danger_never_block_and_put_help_on_top(open_form, language, message, category):
    page = open_form(language)
    fill_in(page, language, message=message)
    send(page, language)

    expect(page.get_by_role("heading", level=1)).to_have_text(WORDS[language]["sent"])
    help_ = page.locator("main section.care").first
    expect(help_.get_by_role("link", name="109")).to_be_visible()
    assert help_.bounding_box()["y"] < page.get_by_role("heading", level=1).bounding_box()["y"]
    inquiry = Inquiry.objects.get()
    assert inquiry.pinned_at
    assert inquiry.category == category
    assert inquiry.danger_reasons


def test_whoever_fills_in_what_nobody_sees_gets_the_same_answer_and_waits_apart(open_form):
    page = open_form()
    fill_in(page)
    page.locator("[name=homepage]").evaluate("field => { field.value = 'https://cheap.example' }")
    send(page)

    expect(page.get_by_role("heading", level=1)).to_have_text(WORDS["en"]["sent"])
    inquiry = Inquiry.objects.get()
    assert inquiry.status == "doubtful"
    assert inquiry.doubt_reasons == ["trap"]


@BOTH
@WITH_AND_WITHOUT
def test_whoever_is_under_19_is_told_where_else_to_go(open_form, language, script):
    page = open_form(language, script)
    fill_in(page, language)
    page.locator("[name=adult]").uncheck()
    expect(page.locator("#under-19").get_by_role("link", name="1388")).to_be_hidden()
    send(page, language)

    expect(page.locator(".error-summary").get_by_role("link")).to_have_text(WORDS[language]["adult"])
    expect(page.locator("#under-19").get_by_role("link", name="1388")).to_be_visible()
    assert not Inquiry.objects.exists()


def test_a_contradiction_is_shown_with_every_box(open_form):
    page = open_form()
    fill_in(page)
    page.locator("[name=contact_method][value=phone]").check()
    page.locator("[name=phone]").fill("+82 10 1234 5678")
    expect(page.get_by_label("Do not call me")).to_be_visible()  # ticked: it must not get out of sight
    send(page)

    expect(page.locator(".error-summary")).to_contain_text("and never to use it")
    assert not Inquiry.objects.exists()


def test_a_question_remembers_the_version_of_the_page_it_came_from(open_page):
    page = open_page("/en/articles/risks-and-unknowns/")
    page.locator("main .next a").click()
    expect(page.get_by_text("we see which page you came from")).to_be_visible()
    fill_in(page)
    page.locator("[name=personal]").uncheck()
    send(page)
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator("[name=personal]").check()
    send(page)

    expect(page.get_by_role("heading", level=1)).to_have_text(WORDS["en"]["sent"])
    assert Inquiry.objects.get().came_from == Publication.objects.get(
        slug="risks-and-unknowns", language="en"
    )


def test_a_server_that_died_takes_nothing_away(browser, site):
    context = browser.new_context(base_url=site)
    page = context.new_page()
    page.goto("/en/ask/")
    fill_in(page)
    page.route("**/ask/", lambda route: route.abort())
    send(page)

    expect(page.locator("#not-heard")).to_be_focused()
    expect(page.locator("#not-heard").get_by_role("link", name="109")).to_be_visible()
    expect(page.locator("[name=message]")).to_have_value("Is there a trial that I could join?")
    page.unroute("**/ask/")
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(WORDS["en"]["sent"])
    context.close()
    assert Inquiry.objects.count() == 1


def test_a_server_that_says_nothing_is_given_up_within_ten_seconds(open_form):
    page = open_form()
    fill_in(page)
    page.route("**/ask/", lambda route: None)  # takes the question and never answers
    send(page)

    expect(page.locator("#not-heard")).to_be_focused(timeout=10_000)
    expect(page.locator("[name=message]")).to_have_value("Is there a trial that I could join?")


def test_the_count_follows_what_is_typed(open_form):
    page = open_form()
    line = page.locator("[data-count]")

    page.locator("[name=message]").fill("가" * 990)
    expect(line).to_have_text("10 characters left")
    page.locator("[name=message]").fill("\n".join("나" * 501))
    expect(line).to_have_text("1 characters too many")


@pytest.mark.parametrize("path", ["/en/ask/", "/ko/ask/", "/en/help-now/", "/ko/unwell-after-treatment/"])
def test_the_way_out_leaves_no_way_back(open_page, site, path):
    page = open_page("/en/")
    page.goto(path)
    link = page.locator("[data-leave]")
    expect(link).to_have_attribute("data-leave", re.compile("^https://www.(bbc.com|weather.go.kr)/"))
    link.evaluate(
        "(link, site) => { link.dataset.leave = site + '/healthz' }", site
    )  # no test leaves this machine
    for _press in range(3):
        page.keyboard.press("Escape")

    expect(page).to_have_url(re.compile("/healthz$"))
    page.go_back()
    expect(page).to_have_url(re.compile("/en/$"))


def test_whoever_has_asked_and_leaves_finds_neither_text_nor_receipt_again(open_page, site):
    page = open_page("/en/")
    page.goto("/en/ask/")
    fill_in(page)
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(WORDS["en"]["sent"])
    link = page.locator("[data-leave]")
    link.evaluate("(link, site) => { link.dataset.leave = site + '/healthz' }", site)
    link.click()

    expect(page).to_have_url(re.compile("/healthz$"))
    page.go_back()
    expect(page).to_have_url(re.compile("/en/$"))
    page.goto("/en/ask/received/")
    expect(page.locator("[data-receipt]")).to_have_count(0)
