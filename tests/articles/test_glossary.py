"""Words explained where they stand, from the glossary that readers see."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import publishing
from articles.evidence import Ledger
from articles.manuscripts import problems_of
from articles.marks import RenderingError
from articles.rendering import render
from tests.factories import make_article, publish, publish_article

TEXT = "A [stromal cell](term:stromal-cell) is one of them. The [stromal cell](term:stromal-cell) again."
ENTRIES = """## Cells {#cells}

### Stromal cell {#stromal-cell}

A cell that *holds* tissue <together>.

A second paragraph.

### Empty {#empty}

- no paragraph

## 줄기세포 {#줄기세포}

Said in words.
"""


def page(body, in_short=""):
    return render(body=body, in_short=in_short, has_summary=False, language="en", ledger=Ledger({}, None))


def problems(article):
    return [(p.severity.value, p.subject) for p in problems_of(article) if p.code == "TERM"]


def test_a_term_leaves_a_mark_around_its_words():
    html = page("A [*stromal* cell](term:stromal-cell), a [줄기세포](term:줄기세포).").body_html

    assert '<span class="term term-stromal-cell"><em>stromal</em> cell</span>' in html
    assert '<span class="term term-줄기세포">줄기세포</span>' in html
    assert "<a" not in html


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("A [cell](term:).", "is no term of the glossary"),
        ("A [cell](term:a/b).", "is no term of the glossary"),
        ("## A [cell](term:cell)", "not in a heading"),
        ("A [cell `x`](term:cell).", "may explain words only"),
    ],
)
def test_what_cannot_be_a_term_stops_rendering(text, problem):
    with pytest.raises(RenderingError, match=problem):
        page(text)


@pytest.mark.parametrize(
    "text",
    [
        '<span class="term term-stromal-cell">cell</span>',
        '<button popovertarget="x">cell</button><span popover id="x">no</span>',
        '[cell](https://a.example "term:stromal-cell")',
    ],
)
@pytest.mark.django_db
def test_typed_html_makes_no_term(client, text):
    publish_article(slug="glossary", body=ENTRIES)
    publish_article(slug="a-page", body=text)

    html = client.get("/en/articles/a-page/").text

    assert "<button type" not in html
    assert "<span popover" not in html


@pytest.mark.django_db
def test_a_term_is_explained_in_the_words_of_the_public_glossary(client):
    glossary = publish_article(slug="glossary", body=ENTRIES)
    publish_article(slug="a-page", body=TEXT, in_short="A [cell](term:줄기세포).")

    html = client.get("/en/articles/a-page/").text

    assert html.count("popovertarget=") == 6, "three words to press, three to close"
    assert [html.count(f'popover id="term-{n}"') for n in (1, 2, 3)] == [1, 1, 1]
    assert "A cell that holds tissue &lt;together&gt;." in html
    assert "A second paragraph" not in html
    assert 'href="/en/articles/glossary/#stromal-cell"' in html

    glossary.body = ENTRIES.replace("holds", "carries")
    glossary.save(by=None)
    assert "A cell that holds" in client.get("/en/articles/a-page/").text, "a draft is not public"
    publish(glossary)
    assert "A cell that carries" in client.get("/en/articles/a-page/").text


@pytest.mark.django_db
def test_a_citation_in_the_glossary_stays_there(client, articles):
    publish_article(slug="glossary", body="### Cell {#cell}\n\nA cell is small [F01]. It lives [F02, F05].\n")
    publish_article(slug="a-page", body="A [cell](term:cell).")

    html = client.get("/en/articles/a-page/").text

    assert "A cell is small. It lives.</span>" in html
    assert "cite-1" not in html


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["none", "lacks it", "withdrawn", "not yet", "other language"])
def test_what_readers_cannot_look_up_stands_as_plain_words(client, state):
    body = ENTRIES if state != "lacks it" else "### Other {#other}\n\nSomething.\n"
    options = {}
    if state == "not yet":
        options["visible_from"] = timezone.now() + timedelta(hours=1)
    if state == "other language":
        options["language"] = "ko"
    if state != "none":
        glossary = publish_article(slug="glossary", body=body, **options)
        if state == "withdrawn":
            publishing.withdraw(glossary, by=None, reason="It is wrong in places.")
    publish_article(slug="a-page", body=TEXT)

    html = client.get("/en/articles/a-page/").text

    assert "<p>A stromal cell is one of them. The stromal cell again.</p>" in html


@pytest.mark.django_db
def test_an_editor_hears_of_a_term_that_the_glossary_lacks():
    article = make_article(body=TEXT + " A [b](term:b).")
    assert problems(article) == [("warning", "")], "there is no glossary at all"

    glossary = make_article(slug="glossary", body=ENTRIES)
    assert problems(article) == [("error", "b")], "a draft of the glossary will do"

    publish(glossary)
    glossary.body = "### Other {#other}\n\nSomething.\n"
    glossary.save(by=None)
    assert problems(article) == [("error", "b")], "and so will its public version"

    assert problems(make_article(body="No terms.")) == []


@pytest.mark.django_db
def test_terms_cost_no_query(client, django_assert_num_queries):
    publish_article(slug="glossary", body=ENTRIES)
    publish_article(slug="plain", body="A stromal cell.")
    publish_article(slug="a-page", body=TEXT)
    client.get("/en/articles/plain/")
    client.get("/en/articles/a-page/")

    with CaptureQueriesContext(connection) as without_terms:
        client.get("/en/articles/plain/")
    with django_assert_num_queries(len(without_terms)):
        client.get("/en/articles/a-page/")


@pytest.mark.parametrize("locale", ["en-GB", "ko-KR"])
def test_a_term_opens_and_closes_without_javascript(open_page, locale):
    language = locale[:2]
    publish_article(slug="glossary", language=language, body=ENTRIES)
    publish_article(slug="a-page", language=language, body=TEXT)
    page = open_page(f"/{language}/articles/a-page/", locale=locale, java_script_enabled=False)
    words, note = page.locator(".term").first, page.locator("#term-1")
    button = page.get_by_role("button", name="Stromal cell").first

    assert not note.is_visible()
    words.click()
    assert note.is_visible()
    assert "A cell that holds tissue" in note.inner_text()
    page.mouse.click(5, 5)
    assert not note.is_visible(), "a click elsewhere closes it"

    button.focus()
    page.keyboard.press("Enter")
    assert note.is_visible()
    page.keyboard.press("Tab")
    assert note.locator("a").evaluate("link => link.matches(':focus')"), "the note is next in order"
    page.keyboard.press("Escape")
    assert not note.is_visible()
    assert button.evaluate("button => button.matches(':focus')"), "the focus returns"


@pytest.mark.parametrize("locale", ["en-GB", "ko-KR"])
def test_on_paper_the_meaning_stands_once_behind_the_words(open_page, locale):
    language = locale[:2]
    publish_article(slug="glossary", language=language, body=ENTRIES)
    publish_article(slug="a-page", language=language, body=TEXT)
    page = open_page(f"/{language}/articles/a-page/", locale=locale)
    page.emulate_media(media="print")

    assert page.locator(".article-body > p").first.inner_text() == (
        "A stromal cell (A cell that holds tissue <together>.) is one of them. The stromal cell again."
    )


def test_words_of_a_term_break_over_lines_as_others_do(open_page):
    words = "a cell of the kind that has a very long name in every language that one could think of"
    publish_article(slug="glossary", body=ENTRIES)
    publish_article(slug="a-page", body=f"This is [{words}](term:stromal-cell) and it goes on and on.")
    page = open_page("/en/articles/a-page/", width=390)

    rows = page.locator(".term").evaluate("words => [...words.getClientRects()].map(box => box.x)")
    assert len(rows) > 1
    assert rows[0] > rows[1], "the first of them stand on the line of the words before"


def test_a_particle_stays_with_its_word(open_page):
    publish_article(slug="glossary", language="ko", body=ENTRIES)
    lines = ("가나다 " * words + "[줄기세포](term:줄기세포)에서는 이렇게 합니다." for words in range(1, 24))
    publish_article(slug="a-page", language="ko", body="\n\n".join(lines))
    page = open_page("/ko/articles/a-page/", width=320)

    together = page.evaluate(
        """() => [...document.querySelectorAll(".term")].map(words => {
            const particle = words.nextSibling, range = document.createRange()
            range.setStart(particle, 0), range.setEnd(particle, 1)
            const word = [...words.getClientRects()].pop(), behind = [...range.getClientRects()].pop()
            return particle.data.startsWith("에서는") && Math.abs(behind.top - word.top) <= word.height / 2
        })"""
    )
    assert together == [True] * 23


@pytest.mark.parametrize("width", [390, 1280])
def test_the_note_is_inside_the_window(open_page, width):
    publish_article(slug="glossary", body=ENTRIES)
    publish_article(slug="a-page", body=TEXT)
    page = open_page("/en/articles/a-page/", width=width)

    page.locator(".term").last.click()
    box = page.locator("#term-2").bounding_box()

    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= 844
