"""What a reader has without a connection, in a real browser with its worker."""

import re

import pytest
from playwright.sync_api import Page, expect

from articles import publishing
from articles.models import Article
from clinic_site.models import HelpLine

pytestmark = pytest.mark.usefixtures("articles")

RISKS = "articles/risks-and-unknowns/"
KEPT = """async (path) => {
  for (const name of await caches.keys()) if (await (await caches.open(name)).match(path)) return true;
  return false;
}"""
ALL_KEPT = """async () => {
  const kept = [];
  for (const name of await caches.keys())
    for (const { url } of await (await caches.open(name)).keys()) kept.push(new URL(url).pathname);
  return kept;
}"""


@pytest.fixture
def reader(open_page):
    """Open a page with the worker, and wait until the worker has kept what it keeps."""

    def reader(path: str, **options) -> Page:
        page = open_page(path, service_workers="allow", **options)
        page.evaluate("navigator.serviceWorker.ready.then(() => {})")
        page.wait_for_function(KEPT, arg=f"{path[:4]}help-now/")
        return page

    return reader


def read(page: Page, path: str) -> None:
    """Open a page that shall be kept, and wait until it is."""
    page.goto(path)
    page.wait_for_function(KEPT, arg=path)


@pytest.mark.parametrize(("path", "day"), [(f"/en/{RISKS}", r"\d:\d\d"), ("/ko/privacy/", r"\d년 \d+월")])
def test_what_was_read_is_read_again_without_a_connection(reader, path, day):
    page = reader(path)
    page.wait_for_function(KEPT, arg=path)  # the first page of the visit was there before the worker
    expect(page.locator("[data-saved]")).to_be_hidden()
    title = page.locator("h1").text_content()

    page.context.set_offline(True)
    page.reload()

    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator("[data-saved]")).to_be_visible()
    expect(page.locator("[data-saved] b")).to_contain_text(re.compile(day))
    ground = page.evaluate("getComputedStyle(document.querySelector('.strip-emergency')).backgroundColor")
    assert ground != "rgba(0, 0, 0, 0)", "the style sheet came too"


def test_help_lines_are_there_though_nobody_opened_them(reader):
    page = reader(f"/en/{RISKS}")

    page.context.set_offline(True)
    page.goto("/en/help-now/")
    expect(page.locator("h1")).to_have_text("Help now")
    expect(page.locator('main a[href="tel:109"]').first).to_be_visible()
    page.goto("/en/unwell-after-treatment/")

    expect(page.locator("h1")).to_contain_text("Unwell")


def test_a_page_that_is_not_kept_gives_numbers_to_call_and_what_can_be_read(reader):
    page = reader("/en/")
    read(page, f"/en/{RISKS}")

    page.context.set_offline(True)
    page.goto("/en/evidence/")

    expect(page.locator("h1")).to_have_text("No connection")
    expect(page.locator('main a[href="tel:119"]').first).to_be_visible()
    page.get_by_role("link", name="Risks and unknowns").click()
    expect(page.locator("h1")).to_have_text("Risks and unknowns")


def test_nothing_of_the_form_of_a_search_or_of_staff_is_kept(reader):
    page = reader("/en/")

    for path in (
        "/en/ask/",
        "/en/ask/follow-up/",
        "/en/ask/received/",
        "/en/search/?q=fever",
        "/admin/login/",
    ):
        page.goto(path)
    read(page, f"/en/{RISKS}")
    kept = page.evaluate(ALL_KEPT)

    assert f"/en/{RISKS}" in kept
    assert not [path for path in kept if re.search(r"/ask/|/search/|/admin/", path)]
    page.context.set_offline(True)
    page.goto("/en/ask/")
    expect(page.locator("h1")).to_have_text("No connection")
    expect(page.locator("form")).to_have_count(0)


def test_a_page_that_changed_is_new_as_soon_as_there_is_a_connection(reader):
    page = reader("/en/help-now/")
    assert "I changed" not in page.content()

    HelpLine.objects.filter(country="KR").update(text_en="I changed: call {109}.")
    page.reload()

    expect(page.locator("main")).to_contain_text("I changed")
    expect(page.locator("[data-saved]")).to_be_hidden()


def test_a_withdrawn_article_is_gone_from_the_device_too(reader):
    page = reader("/en/")
    read(page, f"/en/{RISKS}")

    article = Article.objects.get(slug="risks-and-unknowns", language="en")
    publishing.withdraw(article, by=None, reason="It was wrong in places.")
    page.goto(f"/en/{RISKS}")
    page.wait_for_function(f"async (path) => !(await ({KEPT})(path))", arg=f"/en/{RISKS}")

    page.context.set_offline(True)
    page.goto(f"/en/{RISKS}")
    expect(page.locator("h1")).to_have_text("No connection")


@pytest.mark.parametrize("script", [True, False], ids=["script", "header"])
def test_leaving_takes_every_kept_page_along(reader, script):
    page = reader(f"/en/{RISKS}")
    page.goto("/en/help-now/")
    page.evaluate("document.querySelector('[data-leave]').dataset.leave = '/healthz'")  # not into the world

    if script:
        for _press in range(3):
            page.keyboard.press("Escape")
        page.wait_for_url("**/healthz")
    else:
        page.evaluate("fetch('/en/ask/leave/?stay')")
        page.goto("/healthz")

    page.wait_for_function("async () => (await caches.keys()).length === 0")
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0


def test_the_oldest_of_many_pages_goes(reader):
    page = reader("/en/")
    page.evaluate(
        """async () => {
          const pages = await caches.open("pages /en/");
          const headers = { date: new Date().toUTCString() };
          for (let i = 0; i < 40; i++) await pages.put(`/en/made-up-${i}/`, new Response("", { headers }));
        }"""
    )

    read(page, f"/en/{RISKS}")
    page.wait_for_function("async () => (await (await caches.open('pages /en/')).keys()).length <= 33")

    kept = page.evaluate(ALL_KEPT)
    assert f"/en/{RISKS}" in kept
    assert "/en/made-up-39/" in kept
    assert "/en/made-up-0/" not in kept
    assert "/en/help-now/" in kept


def test_the_worker_may_serve_readers_pages_and_asks_nobody_else(client):
    answer = client.get("/sw.js")

    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert "max-age=0" in answer.headers["Cache-Control"]
    assert "connect-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "worker-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers
