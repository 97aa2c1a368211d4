"""The pictures of README and handbooks: each with its name, whose screen it is, and the way to it."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .stage import PASSWORD

FOLDER = Path(__file__).parents[2] / "docs/pictures"
LOCALES = {"en": "en-GB", "ko": "ko-KR"}
COLOURS = 64
QUEUE = "/admin/inquiries/inquiry/"
TRIALS = "what-the-trials-show"


@dataclass(frozen=True)
class Picture:
    """One picture in one language. `walk` leads to what is shown and may return a part of the page."""

    name: str
    language: str
    who: str
    width: int
    height: int
    walk: Callable[[Any, str], Any]

    @property
    def file(self) -> str:
        return f"{self.name}.png" if self.language == "en" else f"{self.name}.{self.language}.png"


PICTURES: list[Picture] = []


def picture(name: str, *, who: str = "", width: int = 1180, height: int = 760, languages=("en",)):
    def add(walk):
        PICTURES.extend(Picture(name, language, who, width, height, walk) for language in languages)
        return walk

    return add


BOTH = ("en", "ko")


@picture("home", height=900)
def home(page, language):
    page.goto(f"/{language}/")


@picture("article", width=390, height=844)
def article(page, language):
    page.goto(f"/{language}/articles/{TRIALS}/")


@picture("ask", width=390, height=844)
def ask(page, language):
    page.goto(f"/{language}/ask/")
    page.locator("#questions").evaluate("part => part.scrollIntoView()")


@picture("queue", who="nurse", languages=BOTH)
def queue(page, language):
    page.goto(QUEUE)


@picture("inquiry", who="nurse", height=820, languages=BOTH)
def inquiry(page, language):
    open_of(page, "Imogen")
    show(page)


@picture("safe", who="nurse", width=1180, languages=BOTH)
def safe(page, language):
    open_of(page, "단비")
    return page.locator(".desk-reasons")


@picture("preview", who="nurse", languages=BOTH)
def preview(page, language):
    open_of(page, "Casper")
    show(page)
    page.locator("[name=reply-text]").fill(
        "Dear Casper, thank you for waiting. The price list says what is included and what is not."
    )
    page.locator("[name=preview]").click()
    return page.locator(".preview")


@picture("second-reader", who="nurse", height=820, languages=BOTH)
def second_reader(page, language):
    open_of(page, "라온")
    show(page)


@picture("merge", who="nurse", languages=BOTH)
def merge(page, language):
    open_of(page, "Imogen")
    page.locator("details.more > summary").click()
    page.locator("form[action$='/step/merge/']").locator("xpath=..").locator("summary").click()
    return page.locator(".steps")


@picture("quarantine", who="nurse", height=420, languages=BOTH)
def quarantine(page, language):
    page.goto(f"{QUEUE}?tab=doubtful")


@picture("take-along", who="manager", height=420, languages=BOTH)
def take_along(page, language):
    page.goto(QUEUE)
    page.locator(".around-list summary").click()


@picture("corrected", who="nurse", height=640, languages=BOTH)
def corrected(page, language):
    page.goto("/admin/desk/corrections/")
    page.locator("#content-main tbody a, #content-main li a").first.click()


@picture("numbers", who="manager", height=820, languages=BOTH)
def numbers(page, language):
    page.goto("/admin/desk/numbers/")


@picture("morning-mail", who="nurse", height=420, languages=BOTH)
def morning_mail(page, language):
    page.goto("/admin/desk/digest/")


@picture("worklist", who="author", height=700, languages=BOTH)
def worklist(page, language):
    page.goto("/admin/articles/article/worklist/")


@picture("writing", who="author", width=1400, height=900, languages=BOTH)
def writing(page, language):
    page.goto(change_of(TRIALS, language))
    page.wait_for_timeout(1500)  # the page beside the text, which is drawn after the first pause


@picture("review", who="author", height=900, languages=BOTH)
def review(page, language):
    page.goto(change_of("risks-and-unknowns", language).replace("change", "step/submit"))


@picture("history", who="editor", height=640, languages=BOTH)
def history(page, language):
    # Of the English text in both languages: it was corrected, so there is something to compare.
    page.goto(change_of(TRIALS).replace("change", "history"))


def open_of(page, name: str) -> None:
    from inquiries.contents import for_staff
    from inquiries.models import Inquiry

    latest = reversed(Inquiry.objects.order_by("-pk")[:80])  # the sheets send some questions of their own
    found = next(one for one in latest if for_staff(one).contact.preferred_name == name)
    page.goto(f"{QUEUE}{found.pk}/change/")


def show(page) -> None:
    if (button := page.locator(".show-words button")).count():
        button.click()


@cache
def change_of(slug: str, language: str = "en") -> str:
    from articles.models import Article

    return f"/admin/articles/article/{Article.objects.get(slug=slug, language=language).pk}/change/"


class Photographer:
    """Opens pages as somebody, in a language, and keeps them signed in."""

    def __init__(self, chromium: Any, site: str):
        self.chromium, self.site = chromium, site
        self.signed_in: dict[str, Any] = {}

    def page(self, who: str = "", language: str = "en", *, width: int, height: int, **options: Any) -> Any:
        if who and who not in self.signed_in:
            context = self.chromium.new_context(base_url=self.site)
            page = context.new_page()
            page.goto("/admin/login/")
            page.locator("#id_username").fill(who)
            page.locator("#id_password").fill(PASSWORD)
            page.locator("[type=submit]").click()
            self.signed_in[who] = context.storage_state()
            context.close()
        context = self.chromium.new_context(
            base_url=self.site,
            locale=LOCALES[language],
            timezone_id="Asia/Seoul",
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
            storage_state=self.signed_in.get(who),
            **options,
        )
        context.set_default_timeout(15_000)
        return context.new_page()


def take(photographer: Photographer, wanted: Picture) -> bytes:
    page = photographer.page(
        wanted.who,
        wanted.language,
        width=wanted.width,
        height=wanted.height,
        device_scale_factor=2 if wanted.width < 500 else 1,
    )
    part = wanted.walk(page, wanted.language)
    page.wait_for_load_state("networkidle")
    shot = (part or page).screenshot(animations="disabled", caret="hide")
    page.context.close()
    return small(shot)


def small(shot: bytes) -> bytes:
    """Keep as many colours as text and icons need: a third of the bytes."""
    from PIL import Image

    image = Image.open(io.BytesIO(shot)).convert("RGB")
    image = image.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    kept = io.BytesIO()
    image.save(kept, "PNG", optimize=True)
    return kept.getvalue()


def take_all(photographer: Photographer, only: str = "") -> None:
    FOLDER.mkdir(exist_ok=True)
    for wanted in PICTURES:
        if only and wanted.name != only:
            continue
        made = take(photographer, wanted)
        (FOLDER / wanted.file).write_bytes(made)
        print(f"{wanted.file}: {len(made) // 1000} kB", flush=True)
    if not only:
        known = {wanted.file for wanted in PICTURES}
        for path in FOLDER.glob("*.png"):
            if path.name not in known:
                path.unlink()
