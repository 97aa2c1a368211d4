"""A real browser before a real server, for journeys: fixtures that tests/conftest.py offers to all."""

import os
import re
import shutil
from collections.abc import Iterator

import pytest
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = ["chromium", "chromium-browser", "google-chrome", "chrome"]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
WAIT_MS = 10_000


def chromium() -> str:
    """Return where Chromium is; without one the test is skipped, or fails if REQUIRE_BROWSER says so."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("REQUIRE_BROWSER=1, and no Chromium is found (Debian: apt install chromium).")
        pytest.skip("no Chromium on this machine")
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def as_it_is(handler):
    return handler


@pytest.fixture
def site(transactional_db) -> Iterator[str]:
    """The address of the site, served by threads of this process from the test's own database."""
    # Static files pass through the site's own middleware, as in production.
    server = LiveServerThread("localhost", static_handler=as_it_is)  # type: ignore[arg-type]  # any callable does
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    yield f"http://localhost:{server.port}"
    server.terminate()


@pytest.fixture
def open_page(browser, site):
    """Open a page as a person would; a console error or a request to elsewhere fails the test."""
    contexts, complaints = [], []

    def open_page(
        path="/", *, locale="en-GB", width=390, failing=False, service_workers="block", **options
    ) -> Page:
        # The worker asks for pages by itself, while a test empties the tables: only where a test is about it.
        context = browser.new_context(
            base_url=site,
            locale=locale,
            viewport={"width": width, "height": 844},
            service_workers=service_workers,
            **options,
        )
        context.set_default_timeout(WAIT_MS)
        contexts.append(context)
        page = context.new_page()
        # A 4xx answer is also logged as an error by the browser; the tests look at those themselves,
        # and at others where something is to fail.
        expected = re.compile("status of [45]" if failing else "status of 4")
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if message.type == "error" and not expected.search(message.text)
                else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: request.url.startswith(site) or complaints.append(request.url))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints
