"""Contact sheets: every kind of page in eight variants side by side, to be looked at in minutes."""

import html
import io
import shutil
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

from playwright.sync_api import Error

from .pictures import QUEUE, TRIALS, Photographer, change_of, open_of, show

FOLDER = Path(__file__).parents[2] / "var/contact-sheets"
VARIANTS = list(product((390, 1280), ("en", "ko"), ("light", "dark")))
TALLEST = 3200  # of a page, in its own pixels: what lies further down looks like what is above
SHRUNK = {390: 300, 1280: 560}
GAP, HEAD = 16, 26

SEND = {"en": "Send my question", "ko": "문의 보내기"}

Walk = Callable[[Any, str], Any]


def at(path: str) -> Walk:
    return lambda page, language: page.goto(path.format(language))


def ask_with_errors(page: Any, language: str) -> None:
    page.goto(f"/{language}/ask/")
    page.get_by_role("button", name=SEND[language]).click()
    page.locator(".error-summary").wait_for()


def received(page: Any, language: str) -> None:
    page.goto(f"/{language}/ask/")
    for name, value in [("topic", "evidence"), ("asking_for", "self"), ("lives_in", "korea")]:
        page.locator(f"[name={name}][value={value}]").check()
    page.locator("[name=message]").fill("Is there a trial that I could join?")
    page.locator("[name=preferred_name]").fill("Willow")
    page.locator("[name=contact_method][value=email]").check()
    page.locator("[name=email]").fill("willow@example.org")
    for name in ("adult", "personal", "sensitive"):
        page.locator(f"[name={name}]").check()
    page.get_by_role("button", name=SEND[language]).click()
    page.locator("[data-receipt]").wait_for()


def followed_up(page: Any, language: str) -> None:
    received(page, language)
    receipt = page.locator("[data-receipt]").inner_text()
    page.goto(f"/{language}/ask/follow-up/")
    page.locator("[name=receipt]").fill(receipt)
    page.locator("[name=receipt]").press("Enter")
    page.locator("form[action$='/erase/']").wait_for()


def desk_of(name: str) -> Walk:
    def walk(page: Any, language: str) -> None:
        open_of(page, name)
        show(page)

    return walk


def article_step(slug: str, instead: str) -> Walk:
    return lambda page, language: page.goto(change_of(slug).replace("change", instead))


# Kind of page: whose it is ("": a reader's), and the way to it.
KINDS: dict[str, tuple[str, Walk]] = {
    "home": ("", at("/{}/")),
    "articles": ("", at("/{}/articles/")),
    "article": ("", at(f"/{{}}/articles/{TRIALS}/")),
    "article-risks": ("", at("/{}/articles/risks-and-unknowns/")),
    "article-faq": ("", at("/{}/articles/frequently-asked-questions/")),
    "glossary": ("", at("/{}/articles/glossary/")),
    "a-to-z": ("", at("/{}/articles/a-to-z/")),
    "topic": ("", at("/{}/topics/stem-cell-treatment/")),
    "search": ("", at("/{}/search/?q=depression")),
    "search-nothing": ("", at("/{}/search/?q=zzzzqqq")),
    "search-distress": ("", at("/{}/search/?q=suicide")),
    "evidence": ("", at("/{}/evidence/")),
    "people": ("", at("/{}/people/")),
    "person": ("", at("/{}/people/demonstration-author/")),
    "editorial-policy": ("", at("/{}/editorial-policy/")),
    "corrections": ("", at("/{}/corrections/")),
    "clinic": ("", at("/{}/clinic/")),
    "privacy": ("", at("/{}/privacy/")),
    "accessibility": ("", at("/{}/accessibility/")),
    "help-now": ("", at("/{}/help-now/")),
    "unwell": ("", at("/{}/unwell-after-treatment/")),
    "not-found": ("", at("/{}/nothing-here/")),
    "ask": ("", at("/{}/ask/")),
    "ask-with-errors": ("", ask_with_errors),
    "received": ("", received),
    "follow-up": ("", at("/{}/ask/follow-up/")),
    "follow-up-open": ("", followed_up),
    "sign-in": ("", at("/admin/login/")),
    "staff-home": ("manager", at("/admin/")),
    "queue": ("nurse", at(QUEUE)),
    "queue-quarantine": ("nurse", at(f"{QUEUE}?tab=doubtful")),
    "queue-nothing": ("nurse", at(f"{QUEUE}?tab=open&language=ko&topic=my_data")),
    "desk-new": ("nurse", desk_of("Imogen")),
    "desk-danger": ("physician", desk_of("단비")),
    "desk-second-reader": ("nurse", desk_of("라온")),
    "desk-waiting": ("nurse", desk_of("Casper")),
    "numbers": ("manager", at("/admin/desk/numbers/")),
    "corrected-pages": ("nurse", at("/admin/desk/corrections/")),
    "morning-mail": ("nurse", at("/admin/desk/digest/")),
    "reply-templates": ("manager", at("/admin/inquiries/replytemplate/")),
    "tags": ("manager", at("/admin/inquiries/tag/")),
    "absences": ("manager", at("/admin/inquiries/absence/")),
    "danger-words": ("physician", at("/admin/inquiries/dangerword/")),
    "worklist": ("author", at("/admin/articles/article/worklist/")),
    "article-list": ("editor", at("/admin/articles/article/")),
    "article-writing": ("author", article_step(TRIALS, "change")),
    "article-submit": ("author", article_step("risks-and-unknowns", "step/submit")),
    "article-history": ("editor", article_step(TRIALS, "history")),
    "facts": ("editor", at("/admin/articles/fact/")),
    "exports": ("auditor", at("/admin/inquiries/export/")),
}


def take_all(photographer: Photographer, only: str = "") -> None:
    """Lay each kind out on a sheet of its own, and all sheets on one page."""
    if not only:
        shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    failed = []
    for kind, (who, walk) in KINDS.items():
        if only in kind:
            try:
                shots = [shoot(photographer, who, walk, *variant) for variant in VARIANTS]
            except Error as error:  # the other kinds are worth looking at all the same
                failed.append(f"{kind}: {str(error).splitlines()[0]}")
                continue
            lay_out(shots).save(FOLDER / f"{kind}.png", compress_level=4)
            print(FOLDER / f"{kind}.png", flush=True)
    (FOLDER / "index.html").write_text(overview(), "utf-8")
    print(f"All of them: {FOLDER / 'index.html'}", flush=True)
    if failed:
        sys.exit("Could not be taken:\n" + "\n".join(failed))


def shoot(
    photographer: Photographer, who: str, walk: Walk, width: int, language: str, theme: str
) -> tuple[str, Any]:
    from PIL import Image

    page = photographer.page(who, language, width=width, height=900, color_scheme=theme)
    walk(page, language)
    page.wait_for_load_state()
    tall = page.evaluate("document.documentElement.scrollHeight")
    sideways = page.evaluate("document.documentElement.scrollWidth") - width
    clip = {"x": 0, "y": 0, "width": width, "height": min(tall, TALLEST)}
    shot = page.screenshot(full_page=True, clip=clip, animations="disabled", caret="hide")
    page.context.close()
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    wide = SHRUNK[width]
    said = f"{language} {theme} {width}, {tall} px tall" + (
        f", {sideways} px TOO WIDE" if sideways > 0 else ""
    )
    return said, image.resize((wide, image.height * wide // width), Image.Resampling.LANCZOS)


def lay_out(shots: list[tuple[str, Any]]) -> Any:
    """Put narrow shots into the first row and wide ones into the second."""
    from PIL import Image, ImageDraw

    rows = [shots[:4], shots[4:]]
    wide = max(sum(image.width + GAP for _said, image in row) for row in rows) + GAP
    tall = sum(max(image.height for _said, image in row) + HEAD + GAP for row in rows)
    sheet = Image.new("RGB", (wide, tall), "#777777")
    pen, down = ImageDraw.Draw(sheet), 0
    for row in rows:
        along = GAP
        for said, image in row:
            pen.text((along, down + 8), said, fill="white")
            sheet.paste(image, (along, down + HEAD))
            along += image.width + GAP
        down += max(image.height for _said, image in row) + HEAD + GAP
    return sheet


def overview() -> str:
    kinds = [kind for kind in KINDS if (FOLDER / f"{kind}.png").exists()]
    links = " ".join(f'<a href="#{kind}">{html.escape(kind)}</a>' for kind in kinds)
    parts = [
        f'<h2 id="{kind}">{kind}</h2><img src="{kind}.png" alt="{kind}" loading="lazy">' for kind in kinds
    ]
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Contact sheets</title>'
    return f"{head}<h1>Contact sheets</h1><p>{links}</p>{''.join(parts)}</html>"
