"""Figures of ours in an article: drawn from data, cited as text is, and the same in words."""

import re
from datetime import date
from xml.etree import ElementTree

import pytest
from django.core.management import call_command
from django.utils import translation

from articles import captions, drawings, live
from articles.canvas import WIDTH, lines, width_of
from articles.evidence import ledger
from articles.indexing import sections_of
from articles.models import ClinicStatement, Document, Fact, Trial
from articles.quality.text import passages
from articles.rendering import RenderingError, cited_facts, render
from tests.factories import make_article, publish

pytestmark = pytest.mark.usefixtures("articles")

EVERY = [(name, language) for name in captions.names() for language in ("en", "ko")]
PLACES = {
    "evidence": "frequently-asked-questions",
    "trials": "what-the-trials-show",
    "evidence-ladder": "what-the-trials-show",
    "where-cells-go": "how-stem-cells-might-work",
    "clinic-path": "your-own-cells-and-the-procedure",
}


def rendered(body, language="en"):
    return render(body=body, in_short="", has_summary=False, language=language, ledger=ledger())


def shown(name, language="en"):
    """Return the HTML of one figure as a reader gets it."""
    body = rendered(f"{{figure {name}}}", language).body_html
    with translation.override(language):
        return live.fill(head="", body=body, has_status_table=False)[1]


def svg(html):
    drawn = html[html.index("<svg") : html.rindex("</svg>") + len("</svg>")]
    return ElementTree.fromstring(drawn)  # noqa: S314 - our own template


def texts(drawing):
    return [" ".join(text["text"].split()) for text in drawing["canvas"].texts]


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_a_figure_has_a_title_a_drawing_a_caption_with_sources_and_the_same_in_words(name, language):
    html = shown(name, language)

    assert html.count("<figure") == html.count("<figcaption") == html.count("<details") == 1
    assert 'class="figure-title"' in html
    assert "live live-" not in html
    assert "{" not in html
    cited = html[html.index("<figcaption") : html.index("</figcaption>")]
    assert 'href="#ref-' in cited
    assert html.index('class="figure-title"') < html.index("<svg") < html.index("<figcaption")
    drawn = svg(html)
    assert drawn.get("role") == "img"
    named = drawn.get("aria-labelledby").split()
    assert len(named) == 2
    assert all(re.search(rf'<(title|desc) id="{id}">[^<]', html) for id in named)


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_a_figure_has_no_inline_style_and_no_colour_of_its_own(name, language):
    html = shown(name, language)

    assert not re.search(r"\sstyle=|<style|<script|\son\w+=", html)
    assert not re.search(r'(?:fill|stroke)="#', html)
    assert not re.search(r"#[0-9a-f]{6}\b", html)


@pytest.mark.parametrize("name", captions.names())
def test_a_figure_speaks_korean_on_a_korean_page(name):
    html = shown(name, "ko")

    html = re.sub(r"<a [^>]+>[^<]+</a>", "", html)  # names of sources
    words = [text for text in re.findall(r">([^<]+)<", html) if re.search(r"[a-z]{4,} [a-z]{2,}", text)]
    assert not words


def test_all_figures_on_one_page_have_ids_of_their_own():
    body = "\n\n".join(f"{{figure {name}}}" for name in captions.names())
    html = live.fill(head="", body=rendered(body).body_html, has_status_table=False)[1]

    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) > 10
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "{figure miracle}",
            "There is no figure “miracle”. The figures are: evidence, trials",
        ),
        ("{figure trials}\n\n{figure trials}", "stands in this text already"),
        ("See {figure trials} here.", "Write {figure name} on a line of its own"),
        ("{figure}", "Write {figure name} on a line of its own"),
        ("## One {#figure-1}", "is taken"),
    ],
)
def test_what_cannot_be_drawn_is_said_to_the_editor(text, problem):
    with pytest.raises(RenderingError, match=problem):
        rendered(text)


def test_the_facts_of_a_caption_count_as_cited_wherever_citations_are_read():
    body = "Before.\n\n{figure where-cells-go}\n\nAfter [F31]."

    assert cited_facts(body) == ["F28", "F31"]
    (figure,) = [passage for passage in passages(body, "en") if passage.kind == "panel"]
    assert (figure.text, figure.cited) == ("figure where-cells-go", ("F28",))
    Fact.objects.filter(key="F28").update(verified="memory", checked_on=None)
    with pytest.raises(ValueError, match="F28 has not been checked"):
        rendered(body)


def test_both_languages_of_a_caption_cite_the_same_facts_and_say_the_same_search_day():
    for name in captions.names():
        with translation.override("en"):
            english, title = captions.caption(name), captions.title(name)
        with translation.override("ko"):
            korean, titel = captions.caption(name), captions.title(name)
        assert sorted(cited_facts(english)) == sorted(cited_facts(korean)) != []
        assert ("{search_date}" in english) == ("{search_date}" in korean)
        assert title != titel
        assert english != korean


def test_the_search_finds_the_caption_but_not_the_drawing():
    page = publish(make_article(body="## Where {#where}\n\n{figure where-cells-go}\n\n{panel not-advice}\n"))

    (section,) = [section for section in sections_of(page) if section.anchor == "where"]
    assert "Where cells go after a drip" in section.text
    assert "caught in the lungs first. A person is not a rat" in section.text
    assert "The cells are given into a vein." not in section.text


# What is drawn


def test_the_ladder_puts_each_treatment_on_the_rung_of_its_fact():
    def rungs():
        return {line.split(".")[0]: line for line in drawings.evidence_ladder()["words"]}

    before = rungs()
    assert "Exercise for depression" in before["Moderate evidence"]
    assert "Antidepressants for depression" in before["Strong evidence"]
    assert (
        "Stem cells for depression and anxiety: results in mice and rats"
        in before["Animals or laboratory only"]
    )
    assert "A person's own stem cells" in before["No studies in people found"]

    Fact.objects.filter(key="F20").update(evidence="limited")
    Fact.objects.filter(key="F10").update(verified="memory", checked_on=None)

    after = rungs()
    assert "Exercise for depression" in after["Weak evidence"]
    assert "Antidepressants" not in " ".join(after.values())


def test_the_bars_are_as_long_as_the_numbers_of_the_trials():
    def bars():
        shapes = drawings.trials_in_people()["canvas"].shapes
        found = [(shape["kind"], re.match(r"M25 [\d.]+h([\d.]+)v12", shape["d"])) for shape in shapes]
        return [(kind, float(match[1])) for kind, match in found if match]

    full = drawings.LONGEST_BAR
    assert bars()[:4] == [
        ("brand", pytest.approx(full / 80)),
        ("line", full),
        ("brand", pytest.approx(full * 31 / 80, abs=0.01)),
        ("line", full),
    ]
    assert bars()[4:] == [("line dashed", full)] * 4

    Trial.objects.filter(key="nct03265808").update(planned=160)

    assert bars()[1] == ("line", full / 2)
    assert "31 of 160 planned people joined" in texts(drawings.trials_in_people())


def test_the_trials_are_counted_from_the_table_and_nothing_is_drawn_without_one():
    assert sum("NCT" in line or "ChiCTR" in line for line in drawings.trials_in_people()["words"]) == 6
    assert "The phase of 6 trials is not noted." in texts(drawings.trials_in_people())

    Trial.objects.filter(key="nct03522545").update(phase="1-2")
    assert "The phase of 5 trials is not noted." in texts(drawings.trials_in_people())
    assert "status not confirmed · phase 1/2" in texts(drawings.trials_in_people())

    Trial.objects.all().delete()
    assert drawings.trials_in_people() == {}
    assert "<svg" not in shown("trials")


def test_the_path_ends_at_the_assessment_until_a_reviewed_plan_is_on_record(nurse):
    html = shown("clinic-path")
    assert "None is on record here. So you can have an assessment, but not the procedure." in html
    assert ClinicStatement.objects.get(key="follow-up").fallback_en in html
    assert html.count('class="ring"') == 3

    checked = {"checked_on": date(2026, 11, 2), "checked_by": nurse, "issued_on": date(2026, 1, 2)}
    checked |= {"valid_until": date(2030, 1, 1), "reference": "7"}
    Document.objects.create(kind="treatment_plan", condition="depression", title="A plan", **checked)

    html = shown("clinic-path")
    assert "One is on record here." in html
    assert "None is on record" not in html
    assert html.count('class="ring"') == 0


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_words_say_all_that_the_drawing_says(language):
    with translation.override(language):
        ladder, path = drawings.evidence_ladder(), drawings.clinic_path("nothing", ("Ask.", False))
        cells, trials = drawings.where_cells_go(), drawings.trials_in_people()
    for figure in (ladder, path, cells):
        said = "".join(figure["words"]).replace(" ", "")
        for text in texts(figure):
            assert text in "12345678?" or text.replace(" ", "") in said, text
    for text in texts(trials):
        if re.search(r"\d", text):
            assert any(text in line for line in trials["words"]), text


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_line_fits_into_the_drawing(language):
    with translation.override(language):
        figures = [
            drawings.evidence_ladder(),
            drawings.trials_in_people(),
            drawings.where_cells_go(),
            drawings.clinic_path("nothing", None),
        ]
    for figure in figures:
        for text in figure["canvas"].texts:
            width = width_of(text["text"], is_bold="strong" in text["kind"])
            assert "middle" in text["kind"] or float(text["x"]) + width <= WIDTH, text
            assert 0 < float(text["y"]) < figure["height"]


def test_a_long_text_is_broken_between_words_and_a_long_word_stands_alone():
    assert list(lines("one two three", width_of("one two"))) == ["one two", "three"]
    assert list(lines("a Wwwwwwwwwwwwwwwwwww b", 40)) == ["a", "Wwwwwwwwwwwwwwwwwww", "b"]
    assert width_of("가나다") > width_of("abc")


# The pages


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_figures_stand_in_their_articles_and_are_legible_on_a_phone(open_page, language):
    call_command("load_articles", verbosity=0)
    for name, slug in PLACES.items():
        page = open_page(f"/{language}/articles/{slug}/", width=360)
        drawing = page.locator(f".our-figure-{name} > svg")
        box = drawing.bounding_box()
        assert 13 * box["width"] / WIDTH >= 12
        assert box["x"] + box["width"] <= 360
        outside = drawing.evaluate(
            """svg => [...svg.querySelectorAll("text")].filter(text => {
                const [inner, outer] = [text.getBoundingClientRect(), svg.getBoundingClientRect()];
                return inner.right > outer.right + 1 || inner.bottom > outer.bottom + 1;
            }).map(text => text.textContent)"""
        )
        assert outside == []
        page.locator(f".our-figure-{name} summary").click()
        assert page.locator(f".our-figure-{name} details li").first.is_visible()
