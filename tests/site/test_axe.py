"""axe finds nothing: WCAG 2.0 to 2.2 A and AA, AAA contrast of text, and its own best practice."""

import pytest

from .node import module
from .staff_walks import STAFF
from .walks import LOCALES, READERS, Walk

THEMES = ["light", "dark"]
NARROW, WIDE = 320, 1280
OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"color-contrast-enhanced": {"enabled": True}},
}
# What is folded away is judged as well; of those that close each other, the last. Then all is as it was.
UNFOLD = """() => document.querySelectorAll('details:not([open])').forEach(one => {
    one.open = true
    one.dataset.opened = ""
})"""
FOLD = "document.querySelectorAll('details[data-opened]').forEach(one => { one.open = false })"

# No colour is on its way from one theme to the other: Django's links fade whatever the reader prefers.
ARRIVED = """() => new Promise(requestAnimationFrame).then(() => {
    document.getAnimations().forEach(one => one.finish())
})"""


class Inspector:
    """Looks at a page in both themes and at some widths, without loading it again."""

    def __init__(self, widths):
        self.axe = module("axe-core/axe.min.js").read_text("utf-8")
        self.widths, self.looks, self.rules = widths, 0, set()
        self.found: dict[str, list[str]] = {}

    def look(self, page, name, _response):
        page.evaluate(self.axe)
        page.evaluate(UNFOLD)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            page.evaluate(ARRIVED)
            for width in self.widths:
                page.set_viewport_size({"width": width, "height": 844})
                self._judge(page, f"{name}, {theme}, {width} px")
        page.evaluate(FOLD)

    def _judge(self, page, place):
        result = page.evaluate("options => axe.run(options)", OPTIONS)
        self.looks += 1
        self.rules |= {rule["id"] for outcome in ("passes", "violations") for rule in result[outcome]}
        for rule in result["violations"]:
            for node in rule["nodes"]:
                why = [check["message"] for check in node["any"] + node["all"] + node["none"]]
                problem = f"{rule['id']}: {rule['help']}\n  {node['html']}\n  {' '.join(why)}"
                self.found.setdefault(problem, []).append(place)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self.found.setdefault("The page scrolls sideways", []).append(place)

    def report(self):
        return "\n".join(f"{problem}\n  at {'; '.join(places)}" for problem, places in self.found.items())


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("walk", READERS)
def test_nothing_is_found_on_what_readers_see(all_articles, open_page, language, walk):
    inspector = Inspector([NARROW, WIDE])
    page = open_page(f"/{language}/help-now/", locale=LOCALES[language], failing=True, bypass_csp=True)

    READERS[walk](Walk(page, language, inspector.look))

    assert not inspector.found, inspector.report()
    assert {"color-contrast-enhanced", "target-size", "region"} <= inspector.rules, "axe left a rule out"


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("walk", STAFF)
def test_nothing_is_found_on_what_staff_work_with(all_articles, open_page, language, walk):
    inspector = Inspector([WIDE])
    page = open_page("/admin/login/", locale=LOCALES[language], bypass_csp=True)

    STAFF[walk](Walk(page, language, inspector.look))

    assert not inspector.found, inspector.report()


def test_axe_sees_a_mistake(open_page):
    inspector = Inspector([WIDE])
    page = open_page("/en/help-now/", bypass_csp=True)
    page.evaluate("document.querySelector('main h1').style.color = '#888'")

    inspector.look(page, "help now", None)

    assert any(problem.startswith("color-contrast") for problem in inspector.found)
