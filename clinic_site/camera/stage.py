"""The site on its stage: a fresh database, a day that stands still, and a browser before it."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from clinic_site.passing import fresh_database, set_environment

# A Tuesday morning on which the clinic is open, soon after the shipped facts were checked.
MOMENT = datetime(2026, 11, 24, 10, 20, tzinfo=ZoneInfo("Asia/Seoul"))
PASSWORD = "a password for the camera"  # noqa: S105 - its accounts end with it
INVENTED = 400  # inquiries: a morning's queue, and a past that the numbers can show
CHROMIUM = ["chromium", "chromium-browser", "google-chrome", "chrome"]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"]


@contextlib.contextmanager
def stage() -> Iterator[str]:
    """Serve a demonstration of which nothing is left behind, and yield its address."""
    with contextlib.ExitStack() as leaving:
        home = Path(tempfile.mkdtemp(prefix="clinic-camera-"))
        leaving.callback(shutil.rmtree, home, ignore_errors=True)
        set_environment(
            "clinic_site.camera.site",
            CAMERA_DATABASE=f"clinic_camera_{os.getpid()}",
            CAMERA_HOME=str(home),
            DJANGO_ALLOW_ASYNC_UNSAFE="true",  # playwright runs an event loop in this thread
            PAGE_STORE_MEGABYTES="0",
            LOG_LEVEL="ERROR",
        )
        stop_the_clock()
        import django

        django.setup()
        give_out_the_same_numbers()
        leaving.enter_context(fresh_database())
        fill()
        yield leaving.enter_context(served())


class Clock:
    """The time of the stage: it stands still, but for what is said to have happened earlier."""

    def __init__(self) -> None:
        self.moment = MOMENT.astimezone(UTC)

    @contextlib.contextmanager
    def earlier(self, **times: float) -> Iterator[None]:
        self.moment -= timedelta(**times)
        try:
            yield
        finally:
            self.moment += timedelta(**times)


CLOCK = Clock()


def stop_the_clock() -> None:
    """Have all of Django go by that clock, before a model takes its own as a default."""
    from django.utils import timezone

    timezone.now = lambda: CLOCK.moment


class Chance:
    """What a module takes for `secrets`: the same in each run. Nothing that it guards outlives the run."""

    def __init__(self, seed: str):
        self._random = Random(seed)  # noqa: S311 - no secret
        self.choice, self.token_bytes = self._random.choice, self._random.randbytes

    def token_urlsafe(self, size: int) -> str:
        return self._random.randbytes(size).hex()


def give_out_the_same_numbers() -> None:
    """Let references and receipts, which pictures show, be the same in each run."""
    from inquiries.ask import forms
    from inquiries.models import inquiry

    vars(inquiry)["secrets"] = Chance("references")
    vars(forms)["secrets"] = Chance("receipts")


def fill() -> None:
    """Bring in what `make run` and `make seed` bring in."""
    from django.core.management import call_command

    from clinic_site.run import ensure_staff
    from inquiries.invented import filling

    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    call_command("load_articles", verbosity=0)
    ensure_staff(PASSWORD)
    filling.fill(INVENTED)
    from . import cast

    cast.enter()


@contextlib.contextmanager
def served() -> Iterator[str]:
    from django.test.testcases import LiveServerThread

    # Static files pass through the site's own middleware, as in production.
    server = LiveServerThread("localhost", static_handler=lambda handler: handler)  # type: ignore[arg-type]
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    try:
        yield f"http://localhost:{server.port}"
    finally:
        server.terminate()
        server.join()


@contextlib.contextmanager
def browser() -> Iterator[Any]:
    """Open a Chromium: that of CHROMIUM, or the first that is installed."""
    from playwright.sync_api import sync_playwright

    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        raise SystemExit("No Chromium is found (Debian: apt install chromium).")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()
