"""From Markdown to a page: citations, panels, anchors, and what may never pass."""

import re
from datetime import date

import pytest

from articles.evidence import EvidenceLevel, Fact, Ledger, Source, UnknownFact, ledger
from articles.marks import RenderingError
from articles.models import Publication
from articles.rendering import render

TRIAL = Source("S1", "Ada A", "A trial", "Journal", 2020, "https://doi.org/10.1/1")
REVIEW = Source("S2", "Bo B", "A review", "Journal", 2021, "https://doi.org/10.1/2")
LAW = Source("S3", "Republic of Korea", "An act", "Statute", 2025, "")
FACTS = [
    Fact("F01", "One.", EvidenceLevel.STRONG, (TRIAL,), verified=True),
    Fact("F02", "Two.", EvidenceLevel.LIMITED, (REVIEW, TRIAL), verified=True),
    Fact("F03", "Three.", EvidenceLevel.OFFICIAL, (LAW,), verified=False),
    Fact("F04", "Four.", EvidenceLevel.OFFICIAL, (LAW,), verified=True),
]
LEDGER = Ledger({fact.id: fact for fact in FACTS}, searched_on=date(2026, 5, 4))


def page(body, *, language="en", in_short="", has_summary=False, evidence=LEDGER):
    return render(body=body, in_short=in_short, has_summary=has_summary, language=language, ledger=evidence)


def test_sources_are_numbered_as_they_appear_and_lead_back_to_every_place():
    result = page("First [F02]. Second [F01]. Third [F04].")

    assert [(source["number"], source["title"]) for source in result.references] == [
        (1, "A review"),
        (2, "A trial"),
        (3, "An act"),
    ]
    assert [place["id"] for place in result.references[1]["backlinks"]] == ["cite-1", "cite-2"]
    assert 'id="cite-2"' in result.body_html
    assert 'href="#ref-2"' in result.body_html


def test_a_citation_says_how_strong_the_evidence_is():
    result = page("It rains [F01, F02].")

    assert "strong evidence, weak evidence" in result.body_html
    assert result.levels == ["strong", "limited"]


def test_four_numbers_in_a_row_become_a_span():
    sources = [Source(f"S{n}", "", f"Source {n}", "J", 2020, "") for n in range(4)]
    fact = Fact("F01", "One.", EvidenceLevel.STRONG, tuple(sources), verified=True)

    html = page("Said [F01].", evidence=Ledger({"F01": fact}, date(2026, 1, 1))).body_html

    assert ">1</a>–<a" in html
    assert "ref-2" not in html


def test_a_range_leaves_out_what_nobody_has_checked():
    result = page("All [F01-F04].")

    assert len(result.references) == 3


@pytest.mark.parametrize(
    ("marker", "problem"), [("F99", "not in the evidence"), ("F03", "has not been checked")]
)
def test_a_fact_that_may_not_be_published_stops_rendering(marker, problem):
    with pytest.raises(UnknownFact, match=problem):
        page(f"Said [{marker}].")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Said [f01].", "is not a citation"),
        ("Said [F1].", "is not a citation"),
        ("Said [F01, see F02].", "is not a citation"),
        ("Said [F03-F03].", "cites nothing"),
        ("Said [F02-F01].", "cites nothing"),
        ("# Big", "begin with ##"),
        ("## One {#same}\n\n## Two {#same}", "is taken"),
        ("## One {#ref-1}", "is taken"),
        ("[a](article:../../x)", "no address of an article"),
    ],
)
def test_what_looks_right_and_is_not_is_refused_with_a_word_of_help(text, problem):
    with pytest.raises(RenderingError, match=problem):
        page(text)


def test_headings_give_the_contents_with_anchor_and_kind():
    result = page("## What nobody knows {#unknown kind=uncertainty}\n\nMuch.\n\n## 위험\n\n### Small\n")

    assert result.contents == [
        {"id": "unknown", "title": "What nobody knows", "kind": "uncertainty"},
        {"id": "위험", "title": "위험", "kind": ""},
    ]
    assert '<h2 id="unknown">What nobody knows</h2>' in result.body_html


def test_a_page_to_look_things_up_in_lists_each_of_them():
    questions = "".join(f"### Question {number}?\n\nNo.\n\n" for number in range(20))

    many = page(f"## Is it safe?\n\n{questions}").contents_html
    few = page(f"## Is it safe?\n\n{questions[: questions.index('### Question 19')]}").contents_html

    assert many.index('href="#is-it-safe"') < many.index('href="#question-0"') < many.index('#question-19"')
    assert "question" not in few


def test_a_panel_speaks_the_language_of_the_article_and_names_the_day_of_the_search():
    english = page("{panel evidence}").body_html
    korean = page("{panel evidence}", language="ko").body_html

    assert "We searched on 4 May 2026" in english
    assert "2026년 5월 4일에 검색한" in korean


def test_an_unknown_panel_is_named_with_those_that_exist():
    with pytest.raises(RenderingError, match="medicines"):
        page("{panel miracle}")


@pytest.mark.usefixtures("articles")
def test_pages_about_the_treatment_open_with_evidence_and_five_lines():
    result = page("Text.", has_summary=True, evidence=ledger())

    assert result.head_html.index("found no published randomised trial") < result.head_html.index("Benefit:")
    assert result.head_html.count("<li>") == 5


def test_a_care_card_says_its_level_first():
    html = page("::: urgent\n### Call us today if:\n- it swells\n:::").body_html

    assert html.index("Urgent") < html.index("Call us today if:")
    assert 'class="care care-urgent"' in html


def test_a_link_to_an_article_stays_in_its_language():
    html = page("[Risks](article:risks-and-unknowns)", language="ko").body_html

    assert 'href="/ko/articles/risks-and-unknowns/"' in html


def test_a_table_scrolls_in_a_named_box_and_needs_no_inline_style():
    html = page("## Trials\n\n| a | b |\n|:--|--:|\n| 1 | 2 |\n").body_html

    assert (
        '<div class="table-scroll" role="table" tabindex="0" aria-label="Trials"><table role="presentation">'
        in html
    )
    assert 'scope="col"' in html
    assert '<td role="cell" data-label="b">2</td>' in html
    assert "style" not in html


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](https://elsewhere.example/x.png)",
        "<svg onload=alert(1)>",
        '<a href="x" style="color:red">x</a>',
    ],
)
def test_nothing_active_and_nothing_from_elsewhere_passes(attack):
    html = page(attack).body_html

    assert "<script" not in html
    assert "<img" not in html
    assert "<svg" not in html
    assert 'href="javascript' not in html
    assert 'href="data' not in html
    assert 'style="' not in html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**사례 (보고)**는", "<strong>사례 (보고)</strong>는"),
        ("이것은 **“예”**라는 말", "이것은 <strong>“예”</strong>라는 말"),
        ("말은**“예”** 하나", "말은<strong>“예”</strong> 하나"),
        ("가**나**다", "가<strong>나</strong>다"),
        ("*사례(1)*는 **셋(3)**이 *넷*", "<em>사례(1)</em>는 <strong>셋(3)</strong>이 <em>넷</em>"),
        ("2 * 3 * 4**", "2 * 3 * 4**"),
        ("__사례 (보고)__는", "__사례 (보고)__는"),
    ],
)
def test_emphasis_ends_before_a_korean_particle(text, html):
    assert html in page(text, language="ko").body_html


def test_no_shipped_text_shows_the_stars_of_its_markdown(all_articles):
    pages = [text for article in Publication.objects.all() for text in (article.head_html, article.body_html)]

    assert len(pages) >= 28 * 2
    assert not [found[0] for text in pages if (found := re.search(r".{0,30}\*\*.{0,30}|\w\*\s", text))]
