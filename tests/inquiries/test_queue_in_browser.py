"""The queue in a real browser: keys, word of what is new, and several at once."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from inquiries.models import Inquiry, Status
from tests.factories import make_inquiry

pytestmark = pytest.mark.django_db(transaction=True)

QUEUE = "/admin/inquiries/inquiry/"


@pytest.fixture
def three(transactional_db):
    now = timezone.now()
    return [
        make_inquiry(preferred_name=name, reply_by=now + timezone.timedelta(hours=hours))
        for hours, name in enumerate(["First", "Second", "Third"], start=1)
    ]


@pytest.fixture
def open_queue(open_page, sign_in, nurse):
    def open_queue(*, clock=False, **options):
        page = sign_in(open_page("/admin/", width=1440, **options), nurse)
        if clock:  # of the page: the test lets its time run ahead
            page.clock.install()
        page.goto(QUEUE)
        return page

    return open_queue


def focused(page):
    return page.evaluate("document.activeElement.innerText || document.activeElement.name || ''")


def test_the_queue_is_worked_by_keyboard(open_queue, three, nurse):
    page = open_queue()

    page.keyboard.press("j")
    assert "First" in focused(page)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert "Second" in focused(page)
    page.keyboard.press("t")
    expect(page.locator(".messagelist")).to_contain_text(f"{three[1].reference}: Taken")
    assert Inquiry.objects.get(pk=three[1].pk).owner == nurse

    page.keyboard.press("/")
    assert focused(page) == "q"
    page.keyboard.type("j?n")
    expect(page.locator("#searchbar")).to_have_value("j?n")
    page.keyboard.press("Escape")
    page.locator("h1").click()

    page.keyboard.press("n")
    expect(page).to_have_url(re.compile(reverse("admin:inquiries_inquiry_change", args=[three[0].pk])))
    page.goto(QUEUE)
    page.keyboard.press("3")
    expect(page).to_have_url(re.compile("tab=new"))
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page).to_have_url(re.compile(rf"/{three[2].pk}/change/"))


def test_keys_are_shown_and_can_be_switched_off(open_queue, three):
    page = open_queue()

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("n")
    page.get_by_label("These keys work in this browser").uncheck()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("n")
    page.reload()
    page.keyboard.press("n")
    page.keyboard.press("?")

    expect(page.get_by_role("dialog")).to_be_hidden()
    assert not Inquiry.objects.exclude(owner=None).exists()
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("These keys work in this browser").check()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("j")
    assert "First" in focused(page)


def test_the_lists_behind_the_ninth_and_the_pages_have_keys_too(open_queue, nurse):
    for _number in range(31):
        make_inquiry()
    page = open_queue()
    tabs = [link.get_attribute("href") for link in page.locator(".queue-tabs a").all()]
    assert len(tabs) == 12

    for key, tab in zip("0-=", tabs[9:], strict=True):
        page.keyboard.press(key)
        expect(page).to_have_url(re.compile(re.escape(tab)))
    page.keyboard.press("1")
    expect(page).to_have_url(re.compile("tab=open"))
    page.keyboard.press(".")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.keyboard.press(",")
    expect(page.locator("[data-row]")).to_have_count(30)


def test_a_korean_keyboard_works_as_well(open_queue, three):
    page = open_queue()

    page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'ㅓ', code: 'KeyJ', bubbles: true}))"
    )

    assert "First" in focused(page)


def test_what_is_new_is_said_without_a_reload_and_moves_nothing(open_queue, three):
    page = open_queue(clock=True)
    page.keyboard.press("j")
    page.keyboard.press("j")
    before = page.locator("[data-row]").all_inner_texts()

    make_inquiry(preferred_name="Fourth")
    status = page.locator("#arrivals")
    expect(status).to_be_empty()
    page.clock.run_for(21_000)
    expect(status).to_have_text("1 new – show")
    assert status.get_attribute("role") == "status"
    assert page.title().startswith("(1 new)")
    assert "Second" in focused(page)
    assert page.locator("[data-row]").all_inner_texts() == before
    page.keyboard.press("r")
    expect(page.locator("[data-row]")).to_have_count(4)
    expect(status).to_be_empty()


def test_each_refusal_of_several_at_once_is_read_with_its_reference(open_queue, three, colleague):
    page = open_queue()
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.get_by_label(f"Choose {three[1].reference}").check()
    expect(page.locator("#chosen")).to_have_text("With the 2 chosen:")
    page.get_by_role("button", name="Spam …").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Close as spam")
    Inquiry.objects.get(pk=three[1].pk).take(by=colleague)

    page.get_by_role("button", name="Close as spam").click()

    messages = page.locator(".messagelist li")
    expect(messages).to_have_count(2)
    expect(messages.nth(0)).to_contain_text(f"{three[0].reference}: Closed")
    expect(messages.nth(1)).to_contain_text(f"{three[1].reference}: Somebody else changed it meanwhile.")
    assert Inquiry.objects.get(pk=three[0].pk).closing_reason == "spam"
    assert Inquiry.objects.get(pk=three[1].pk).status == Status.TAKEN


def test_all_but_keys_and_news_works_without_javascript(open_queue, three, nurse):
    page = open_queue(java_script_enabled=False)

    expect(page.get_by_role("button", name="Keys")).to_be_hidden()
    page.locator("#filters summary").click()
    page.get_by_label("Topic").select_option("evidence")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile(r"\?tab=open&topic=evidence$"))
    page.get_by_role("button", name=f"Take {three[2].reference}").click()
    expect(page).to_have_url(re.compile(r"\?tab=open&topic=evidence$"))
    assert Inquiry.objects.get(pk=three[2].pk).owner == nurse
    page.get_by_label(f"Choose {three[0].reference}").check()
    page.get_by_role("button", name="Assign …").click()
    page.get_by_label("To whom").select_option("physicians")
    page.get_by_role("button", name="Assign").click()
    assert Inquiry.objects.get(pk=three[0].pk).queue == "physicians"


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_nothing_is_cut_at_the_side_and_enough_is_seen(open_queue, width, nurse):
    for number in range(20):
        make_inquiry(
            preferred_name=f"Bartholomew Featherstonehaugh-Cholmondeley {number}",
            pinned_at=timezone.now(),
            category="T1",
            reply_by=timezone.now() - timezone.timedelta(days=2),
        )
    page = open_queue()
    page.set_viewport_size({"width": width, "height": 900})

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width == 1440:
        bottoms = [row.bounding_box() for row in page.locator("[data-row]").all()]
        assert sum(box["y"] + box["height"] <= 900 for box in bottoms) >= 15, (bottoms[0], bottoms[14])
