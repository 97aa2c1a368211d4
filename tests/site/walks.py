"""Every kind of page that there is, and how somebody comes to it: walks for the checks of pages.

Whoever walks looks around at each page: with axe, or to keep its HTML.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.auth.models import Group, User
from django.test import RequestFactory
from playwright.sync_api import Page, Response, Route

from articles import publishing
from articles.models import ChangeKind
from articles.preview import link_to
from clinic_site import roles, views
from clinic_site.models import ClinicProfile
from inquiries.contents import for_staff
from inquiries.models import Status
from tests.factories import make_article, publish, publish_article
from tests.inquiries import at_the_form
from tests.inquiries.coming_back import make_asked

TEXT = "You are welcome here.\n\n## What to expect\n\nA first talk.\n"
READING = {
    "home": "",
    "all articles": "articles/",
    "article with a table": "articles/what-the-trials-show/",
    "article with figures": "articles/how-stem-cells-might-work/",
    "article with prices": "articles/cost-availability-and-the-rules/",
    "article with cards": "articles/understanding-depression-and-anxiety/",
    "questions and answers": "articles/frequently-asked-questions/",
    "glossary": "articles/glossary/",
    "a to z": "articles/a-to-z/",
    "topic": "topics/stem-cell-treatment/",
    "people": "people/",
    "person": "people/demonstration-author/",
    "how we write": "editorial-policy/",
    "evidence": "evidence/",
    "corrections": "corrections/",
    "search": "search/",
    "search with results": "search/?q=depression",
    "search with results in Korean": "search/?q=우울증",
    "search within a topic": "search/?q=depression&topic=stem-cell-treatment",
    "search without results": "search/?q=zzzz",
    "search in distress": "search/?q=자살",
    "clinic": "clinic/",
    "privacy": "privacy/",
    "accessibility": "accessibility/",
    "help now": "help-now/",
    "unwell after a treatment": "unwell-after-treatment/",
    "not found": "nothing-here/",
}


class Walk:
    """One person's way through the site, in one language; `look` is called at every page."""

    def __init__(self, page: Page, language: str, look: Callable[[Page, str, Response], None]):
        self.page, self.language, self._look = page, language, look

    def at(self, name: str, path: str) -> None:
        response = self.page.goto(path)
        assert response
        self.look(name, response)

    def read(self, name: str, path: str) -> None:
        self.at(name, f"/{self.language}/{path}")

    def press(self, name: str, button: str) -> None:
        with self.page.expect_navigation() as answer:
            self.page.locator(button).first.click()
        self.look(name, answer.value)

    def press_in_place(self, name: str, button: str, shown: str) -> None:
        """Press what a script answers without leaving the page."""
        with self.page.expect_response(lambda answer: answer.request.method == "POST") as answer:
            self.page.locator(button).first.click()
        self.page.locator(shown).wait_for()
        self.look(name, answer.value)

    def look(self, name: str, response: Response) -> None:
        self._look(self.page, f"{self.language}: {name}", response)

    def type(self, field: str, words: str) -> None:
        self.page.locator(f"[name={field}]").fill(words)


def member(name: str, *groups: str) -> User:
    user, _created = User.objects.get_or_create(username=name, is_staff=True)
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def read_everything(walk: Walk) -> None:
    """Visit what can be read, where nothing is found, and what is there in one language only."""
    other = {"en": "ko", "ko": "en"}[walk.language]
    publish_article(slug=f"only-in-{other}", language=other, body=TEXT)
    gone = publish_article(slug="gone", language=walk.language, body=TEXT)
    publish(gone, change_kind=ChangeKind.CORRECTION, change_note="A number was wrong.")
    gone.refresh_from_db()
    publishing.withdraw(gone, by=None, reason="It was no longer so.")
    draft = make_article(language=walk.language, body=TEXT)
    draft.save()
    for name, path in READING.items():
        walk.read(name, path)
    walk.read("not in this language", f"articles/only-in-{other}/")
    walk.read("withdrawn", "articles/gone/")
    walk.at("preview", link_to(draft.latest_revision()))
    walk.read("article to answer", "articles/risks-and-unknowns/")
    walk.press("feedback without an answer", "form.clear button")
    walk.page.locator("form.clear [name=answer]").first.check()
    walk.press("thanks for the feedback", "form.clear button")


def ask(walk: Walk) -> None:
    """Ask with mistakes, in distress and as it should be; then find the form closed."""
    send, topic = "main form[novalidate] button[type=submit]:not([name])", "ask/?topic=evidence"
    walk.read("ask", "ask/")
    walk.press_in_place("ask with mistakes", send, ".error-summary")
    walk.read("ask about a topic", topic)
    at_the_form.fill_in(walk.page, walk.language, message="I want to kill myself. 죽고 싶어요.")
    walk.press("received, in distress", send)
    walk.page.context.clear_cookies()
    walk.read("received, of nobody", "ask/received/")
    walk.read("ask", "ask/")
    at_the_form.fill_in(walk.page, walk.language)
    walk.press("received", send)
    ClinicProfile.objects.update(intake_open=False)
    walk.read("the form is closed", "ask/")
    ClinicProfile.objects.update(intake_open=True)


def come_back(walk: Walk) -> None:
    """Come back with a receipt, and do there whatever one can."""
    nurse = member("nurse", roles.TRIAGE_NURSE)
    inquiry, code = make_asked(status=Status.TAKEN, owner=nurse, language=walk.language)
    for_staff(inquiry).reply("Yes, in Seoul.\nThe team", by=nurse)
    walk.read("door", "ask/follow-up/")
    walk.type("receipt", code[:-1])
    walk.press("door with a mistake", ".door button")
    walk.type("receipt", code)
    walk.press("conversation", ".door button")
    walk.press("another message, empty", "form[action$='/add/'] button")
    walk.type("text", "I want to die. 죽고 싶어요.")
    walk.press("another message, in distress", "form[action$='/add/'] button")
    walk.press("how to reach me", "form[action$='/contact/'] button")
    walk.type("preferred_name", "")
    walk.press("how to reach me, with a mistake", "form[action$='/contact/'] .button:not(.button-quiet)")
    walk.type("preferred_name", "Grace")
    walk.press("reached another way", "form[action$='/contact/'] .button:not(.button-quiet)")
    walk.press("own copy", "form[action$='/copy/'] button")
    walk.press("back", "form.back button")
    walk.press("withdraw?", "form[action$='/withdraw/'] button")
    walk.press("withdrawn", "form[action$='/withdraw/'] button")
    walk.press("erase?", "form[action$='/erase/'] button")
    walk.press("erased", "form[action$='/erase/'] button")


def _answer(said: dict[str, Any], route: Route) -> None:
    route.fulfill(**said)


def meet_trouble(walk: Walk) -> None:
    """See what is said when something fails: what a browser cannot bring about is answered for the site."""
    path = f"/{walk.language}/articles/"
    failing = {
        "bad request": views.bad_request,
        "not allowed": views.permission_denied,
        "too long": views.content_too_large,
        "cookie missing": lambda request: views.csrf_failure(request, ""),
        "the last resort": views.server_error,
        "the database is away": views.unavailable,
    }
    for name, view in failing.items():
        answer = view(RequestFactory().get(path))
        said = {"status": answer.status_code, "headers": dict(answer.headers), "body": answer.content}
        walk.page.route(f"**{path}", partial(_answer, said), times=1)
        walk.at(name, path)


READERS = {"reading": read_everything, "asking": ask, "coming back": come_back, "trouble": meet_trouble}
LOCALES = {"en": "en-GB", "ko": "ko-KR"}
