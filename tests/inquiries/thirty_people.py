"""Thirty people who write to the clinic on one day: some in a browser, most by what a browser posts."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from inquiries.models import Inquiry
from inquiries.screening.spam import STAMP_SALT
from tests.factories import answers
from tests.inquiries import at_the_form

DANGER = "I want to kill myself"
WRITTEN = {
    "Tess": "Chest pain since the infusion on Monday.",
    "Liv": "My husband does web design and found http://a.example and http://b.example. Is that true?",
    "Cheap Links": "<a href='http://x.example'>Rank on Google</a>",
    "Gus": "I lost my job at the casino and have been low ever since.",
    "Grace": "What would an assessment cost?",
    "Grace again": "I forgot to say: for two people.",
    "Helen": "Is sleeping badly a sign of depression?",
    "Iris": "My mother sleeps badly. What can I do?",
    "Lars": "Do I have to fly to Seoul?",
    "Omar": "Nobody called me back last month.",
}
SHARED = {"Grace again": "grace@example.org", "Iris": "helen@example.org"}
OTHERS = ["Ben", "Chloe", "Emil", "Fay", "Hugo", "Ines", "Jon", "Kofi", "Lena", "Mia", "Nils", "Pia"]
OTHERS += ["Quinn", "Rosa", "Sven", "Tom", "Uma"]


def thirty_people_write(open_page):
    """Return the inquiry of each by name, and the receipt that 민수 was shown."""
    uses_the_form(open_page, "Ada", "en")
    receipt = uses_the_form(open_page, "민수", "ko", message="진료비가 궁금해요.", email="minsu@example.org")
    uses_the_form(open_page, "Dana", "en", message=DANGER, email="dana@example.org")
    opened = at_the_form.AMinuteAgo(salt=STAMP_SALT).sign("")
    for number, name in enumerate([*WRITTEN, *OTHERS]):
        email = SHARED.get(name, f"{name.split()[0].lower()}@example.org")
        message = WRITTEN.get(name, "Is there a trial that I could join?")
        form = answers(preferred_name=name, email=email, message=message, opened=opened)
        with days_ago(12 if name == "Lars" else 0):
            page = Client(REMOTE_ADDR=f"203.0.{number}.1").post("/en/ask/", form)
        assert page.status_code == 302
    names = ["Ada", "민수", "Dana", *WRITTEN, *OTHERS]
    return dict(zip(names, Inquiry.objects.order_by("pk"), strict=True)), receipt


def uses_the_form(open_page, name, language, **written):
    """Ask as a person does, and return the receipt."""
    page = open_page(f"/{language}/ask/", locale={"en": "en-GB", "ko": "ko-KR"}[language])
    at_the_form.fill_in(page, language, preferred_name=name, **written)
    at_the_form.send(page, language)
    expect(page.get_by_role("heading", level=1)).to_have_text(at_the_form.WORDS[language]["sent"])
    return page.locator("[data-receipt]").inner_text()


@contextmanager
def days_ago(days):
    """Let it be another day: nobody can wait until a promise is broken."""
    now = timezone.now() - timedelta(days=days)
    with pytest.MonkeyPatch.context() as patch:
        if days:
            patch.setattr(timezone, "now", lambda: now)
        yield
