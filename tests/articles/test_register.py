"""What the clinic says of itself waits for its document, and the status box follows the records."""

from datetime import date

import pytest
from django.db import IntegrityError
from django.utils import translation

from articles import register
from articles.evidence import ledger
from articles.live import fill
from articles.marks import RenderingError
from articles.models import ClinicStatement, Document, StatementDocument
from articles.rendering import render

pytestmark = pytest.mark.usefixtures("articles")

TODAY = date(2026, 11, 23)


@pytest.fixture
def paper(editor):
    """Put a document on file, checked and in force unless told otherwise."""

    def paper(kind, **fields):
        fields = {
            "title": "Paper",
            "reference": "2026-7",
            "issued_on": date(2026, 1, 5),
            "valid_until": date(2027, 1, 4),
            "checked_on": date(2026, 11, 20),
            "checked_by": editor,
        } | fields
        if fields["checked_on"] is None:
            fields["checked_by"] = None
        return Document.objects.create(kind=kind, **fields)

    return paper


def box(language="en", on=TODAY):
    with translation.override(language):
        return register.status_box(Document.objects.all(), on)


def test_with_nothing_on_record_the_box_says_so_in_both_languages():
    assert box()["lines"] == [
        "No designation and no reviewed plan are on record here yet. Ask for the numbers in writing before "
        "you agree to, or pay for, any treatment."
    ]
    assert box("ko")["lines"] == [
        "이곳에는 지정이나 심의받은 계획이 아직 등록되어 있지 않습니다. "
        "치료에 동의하거나 비용을 지불하기 전에 번호를 서면으로 요청하세요."
    ]


def test_the_first_rule_that_fits_decides(paper):
    states = []
    for kind in ("outside_act", "designation", "research_plan", "treatment_plan"):
        paper(kind, condition="depression" if kind.endswith("plan") else "")
        states.append(box()["state"])

    assert states == ["outside_act", "designation", "research_plan", "treatment_plan"]


def test_a_treatment_plan_names_its_condition_and_its_end(paper):
    paper("treatment_plan", condition="depression")

    assert box()["lines"][0].startswith(
        "Reviewed for treatment of depression until 4 January 2027. Review means"
    )
    assert box("ko")["lines"][0].startswith(
        "우울증에 대한 치료계획이 심의에서 적합 판정을 받았으며 2027년 1월 4일까지 유효합니다."
    )


@pytest.mark.parametrize(
    ("fields", "on"),
    [
        ({"checked_on": None}, TODAY),
        ({"checked_on": date(2026, 12, 1)}, TODAY),
        ({}, date(2027, 1, 5)),
        ({"condition": "other"}, TODAY),
    ],
    ids=["nobody checked it", "checked in the future", "expired", "for another illness"],
)
def test_a_plan_that_does_not_count_changes_nothing(paper, fields, on):
    paper("treatment_plan", **{"condition": "depression"} | fields)

    assert box(on=on)["state"] == "nothing"


def test_valid_documents_are_the_same_in_the_database_and_in_hand(paper):
    for fields in ({}, {"checked_on": None}, {"valid_until": None}, {"valid_until": date(2026, 6, 1)}):
        paper("insurance", **fields)

    for on in (date(2025, 1, 1), TODAY, date(2027, 1, 4), date(2027, 1, 5)):
        expected = {document.pk for document in Document.objects.all() if document.is_valid(on)}
        assert set(Document.objects.valid(on).values_list("pk", flat=True)) == expected


def says(key, language="en", on=TODAY):
    with translation.override(language):
        return register.reader_text(ClinicStatement.objects.get(key=key), on)


def test_without_a_document_readers_see_the_fallback():
    assert says("prices") == (
        "The clinic has not published its prices. Ask for a written quote with everything included before "
        "you travel.",
        False,
    )
    assert says("prices", "ko")[0].startswith("의원은 가격을 공개하지 않았어요.")


def test_with_its_document_a_statement_is_shown_as_the_clinics_own_words_until_that_expires(paper):
    statement = ClinicStatement.objects.get(key="international-registration")
    StatementDocument.objects.create(statement=statement, document=paper("international"))

    assert says("international-registration")[0].startswith("The clinic reports that it is registered")
    assert "no. 2026-7, valid until 4 January 2027" in says("international-registration")[0]
    assert says("international-registration", "ko")[0].startswith("의원에 따르면 ")
    assert says("international-registration", on=date(2027, 1, 5))[1] is False


def test_a_document_of_another_kind_lets_nothing_through(paper):
    statement = ClinicStatement.objects.get(key="partners")
    StatementDocument.objects.create(statement=statement, document=paper("prices"))

    assert says("partners")[1] is False


def test_every_shipped_statement_waits_for_something_in_both_languages():
    statements = ClinicStatement.objects.all()

    assert len(statements) >= 12
    for statement in statements:
        assert says(statement.key)[1] is False
        assert "{" not in says(statement.key)[0]


@pytest.mark.parametrize("marker", ["{clinic prices}", "{panel clinic prices}"])
def test_a_statement_is_filled_in_when_the_page_is_asked_for(paper, marker):
    page = render(body=marker, in_short="", has_summary=False, language="en", ledger=ledger())
    assert "has not published its prices" in fill(head="", body=page.body_html, has_status_table=False)[1]

    statement = ClinicStatement.objects.get(key="prices")
    StatementDocument.objects.create(statement=statement, document=paper("prices", title="<b>List</b>"))

    html = fill(head="", body=page.body_html, has_status_table=False)[1]
    assert "The clinic reports that its dated price list" in html
    assert "&lt;b&gt;List" in html


def test_a_statement_that_the_register_lacks_is_named_with_those_it_has():
    with pytest.raises(RenderingError, match="no “miracles”. It has: .*prices"):
        render(body="{clinic miracles}", in_short="", has_summary=False, language="en", ledger=ledger())


def test_what_an_author_types_cannot_pass_for_a_live_part():
    body = '<div class="live live-status"></div>'
    page = render(body=body, in_short="", has_summary=False, language="en", ledger=ledger())

    assert fill(head="", body=page.body_html, has_status_table=False)[1] == page.body_html


@pytest.mark.parametrize(
    ("kind", "change", "constraint"),
    [
        ("designation", {"kind": "letter"}, "document_kind_known"),
        ("designation", {"condition": "depression"}, "document_plan_names_its_condition"),
        ("treatment_plan", {"condition": ""}, "document_plan_names_its_condition"),
        ("treatment_plan", {"valid_until": None}, "document_treatment_plan_has_an_end"),
        ("insurance", {"valid_until": date(2025, 1, 1)}, "document_ends_after_it_begins"),
        ("insurance", {"checked_by": None}, "document_checked_by_somebody"),
        ("insurance", {"reference": ""}, "document_has_a_number"),
    ],
)
def test_the_database_refuses_nonsense(paper, kind, change, constraint):
    paper(kind, condition="depression" if kind.endswith("plan") else "")

    with pytest.raises(IntegrityError, match=constraint):
        Document.objects.update(**change)
