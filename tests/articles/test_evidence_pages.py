"""The table of treatments as readers see it, and the ledger as editors work with it."""

from datetime import date

import pytest
from django.db import IntegrityError
from django.urls import reverse

from articles.models import (
    Article,
    ClinicStatement,
    Document,
    Fact,
    FactChange,
    SearchRecord,
    Source,
    TreatmentStatus,
)
from tests.factories import publish

pytestmark = pytest.mark.usefixtures("articles")

ARTICLE = "/en/articles/what-the-trials-show/"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (
            "/en/evidence/",
            ["What the evidence shows", "recommended or established", "Checked on 22 November 2026"],
        ),
        ("/ko/evidence/", ["근거가 보여주는 것", "자가(본인) 줄기세포", "2026년 11월 22일", "강함"]),
    ],
)
def test_the_evidence_page_shows_the_whole_table_in_both_languages(client, path, words):
    page = client.get(path)

    assert page.status_code == 200
    assert not page.cookies
    assert page.text.count("<h1>") == 1
    assert page.text.count('role="rowheader"') == TreatmentStatus.objects.count()
    assert "{search_date}" not in page.text
    for word in words:
        assert word in page.text


def test_the_evidence_page_takes_one_query(client, django_assert_num_queries):
    client.get("/en/evidence/")

    with django_assert_num_queries(1):
        client.get("/en/evidence/")


def test_the_evidence_page_stands_before_anything_is_loaded(client):
    TreatmentStatus.objects.all().delete()

    assert "The table has no rows yet." in client.get("/en/evidence/").text


def test_every_source_in_the_table_leads_to_its_entry(client):
    import re

    page = client.get("/en/evidence/").text

    cited = set(re.findall(r'href="#(S\d+)"', page))
    assert cited
    assert cited == set(re.findall(r'<li id="(S\d+)"', page))


def test_a_page_about_the_treatment_carries_the_table_after_its_summary(client):
    page = client.get(ARTICLE).text

    assert page.index("Benefit:") < page.index("Where each treatment stands") < page.index("On this page")
    assert 'href="/en/evidence/#S33"' in page
    assert (
        "Where each treatment stands"
        not in client.get("/en/articles/understanding-depression-and-anxiety/").text
    )


def test_an_author_may_place_the_table_and_then_it_stands_once(client):
    article = Article.objects.get(plan="A04")
    article.body = "## Table\n\n{panel treatment-status}\n\n{panel status}\n"
    article.save()
    publish(article)

    page = client.get(ARTICLE).text
    assert page.count("Where each treatment stands") == 1
    assert page.index("On this page") < page.index("Where each treatment stands")
    assert "No designation and no reviewed plan are on record" in page


def test_a_status_that_changed_is_on_the_next_page(client):
    client.get(ARTICLE)

    TreatmentStatus.objects.filter(treatment_key="own-cells").update(treatment_en="Cells of your own")

    assert "Cells of your own" in client.get(ARTICLE).text


def test_a_row_that_nobody_checked_in_time_says_so(client):
    TreatmentStatus.objects.filter(treatment_key="rtms").update(
        checked_on=date(2025, 1, 1), check_by=date(2026, 1, 1)
    )

    assert "overdue: the next check was due by 1 January 2026" in client.get("/en/evidence/").text


# Editors


def form_of(client, url):
    form = client.get(url).context["adminform"].form
    data = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    return data | {"changes-TOTAL_FORMS": 0, "changes-INITIAL_FORMS": 0}


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return client


def address(row, view="change"):
    return reverse(f"admin:articles_{row._meta.model_name}_{view}", args=[row.pk])


def test_an_editor_sees_which_articles_cite_a_fact(desk):
    page = desk.get(address(Fact.objects.get(key="F43"))).text

    assert "A04 What the trials show so far (English)" in page
    assert "A07 Risks and unknowns (English)" in page
    assert "3 articles" not in desk.get("/admin/articles/fact/?q=F43").text
    assert "2 articles" in desk.get("/admin/articles/fact/?q=F43").text


@pytest.mark.parametrize(
    ("field", "value"),
    [("statement", "Other words."), ("evidence", "limited"), ("verified", "memory"), ("source_keys", "S44")],
)
def test_a_correction_asks_for_a_reason_and_writes_it_down(desk, editor, field, value):
    fact = Fact.objects.get(key="F43")
    url = address(fact)
    data = form_of(desk, url) | {field: value}

    refused = desk.post(url, data)
    assert "Say why" in refused.text
    assert not FactChange.objects.exists()
    page = desk.post(url, data | {"reason": "The paper was corrected."}, follow=True)

    written = FactChange.objects.get()
    assert (written.by, written.reason) == (editor, "The paper was corrected.")
    assert written.field == field.removesuffix("_keys").replace("source", "sources")
    assert written.became == value
    assert "Look at these articles again:" in page.text
    assert address(Article.objects.get(plan="A07")) in page.text


def test_confirming_a_check_needs_no_reason(desk):
    fact = Fact.objects.get(key="F43")
    url = address(fact)

    desk.post(url, form_of(desk, url) | {"checked_on": "2026-11-01"})

    fact.refresh_from_db()
    assert fact.checked_on == date(2026, 11, 1)
    assert not FactChange.objects.exists()


def test_the_slower_of_two_editors_is_refused_and_keeps_what_was_typed(desk):
    fact = Fact.objects.get(key="F43")
    url = address(fact)
    mine = form_of(desk, url) | {"statement": "Mine.", "reason": "Why not"}
    Fact.objects.filter(pk=fact.pk).update(statement="A colleague's.")

    page = desk.post(url, mine)

    assert "Somebody else changed this while you had it open" in page.text
    assert "Mine." in page.text
    fact.refresh_from_db()
    assert fact.statement == "A colleague&#x27;s.".replace("&#x27;", "'")


def test_a_source_that_does_not_exist_is_named(desk):
    url = address(Fact.objects.get(key="F43"))

    page = desk.post(url, form_of(desk, url) | {"source_keys": "S43, S999", "reason": "New"})

    assert "Not in the list: S999." in page.text


def test_nobody_says_alone_that_the_treatment_helps(desk):
    fact = Fact.objects.get(key="F43")
    url = address(fact)

    desk.post(url, form_of(desk, url) | {"supports": "benefit", "reason": "I hope so"})

    fact.refresh_from_db()
    assert fact.supports == ""


def test_a_retracted_source_names_the_articles_that_rest_on_it(desk):
    source = Source.objects.get(key="S43")
    url = address(source)
    data = form_of(desk, url) | {"retracted": "on", "retraction_note": "Withdrawn by the journal."}

    page = desk.post(url, data, follow=True)

    assert "Look at these articles again:" in page.text
    assert "F43 rests on S43, which was retracted" in desk.get(address(Fact.objects.get(key="F43"))).text


def test_facts_are_listed_by_whether_they_may_be_cited(desk):
    page = desk.get("/admin/articles/fact/?citable=no").text

    for key in ("F03", "F11", "F53", "F72"):
        assert f">{key}</a>" in page
    assert ">F43</a>" not in page


def test_the_lists_take_as_many_queries_for_many_rows_as_for_few(desk, django_assert_max_num_queries):
    for name in ("fact", "source", "treatmentstatus", "clinicstatement", "document"):
        with django_assert_max_num_queries(12):
            desk.get(f"/admin/articles/{name}/")


def test_an_editor_files_a_document_and_readers_see_the_statement(desk, editor):
    statement = ClinicStatement.objects.get(key="prices")
    listed = desk.get("/admin/articles/clinicstatement/").text
    assert "the text until then" in listed
    assert "Full price list in won" in listed

    desk.post(
        "/admin/articles/document/add/",
        {
            "title": "Price list",
            "kind": "prices",
            "reference": "2026-11",
            "issued_on": "2026-11-01",
            "checked_on": "2026-11-20",
        },
    )
    document = Document.objects.get()
    data = form_of(desk, address(statement)) | {
        "papers-TOTAL_FORMS": 1,
        "papers-INITIAL_FORMS": 0,
        "papers-0-document": document.pk,
        "papers-0-statement": statement.pk,
    }
    desk.post(address(statement), data)

    assert document.checked_by == editor
    assert "The clinic reports that its dated price list" in desk.get(address(statement)).text


def test_an_editor_enters_a_search_and_every_page_names_its_day(desk):
    search = {"key": "spring", "searched_on": "2026-11-23", "searched_by": "Ada"}
    desk.post(
        "/admin/articles/searchrecord/add/", search | {"searched_en": "PubMed", "searched_ko": "PubMed"}
    )

    assert "Up to 23 November 2026 we found" in desk.get("/en/evidence/").text


def test_an_editor_changes_a_row_of_the_table(desk):
    status = TreatmentStatus.objects.get(key="rtms-depression")
    url = address(status)

    answer = desk.post(url, form_of(desk, url) | {"status": "tested", "fact_keys": "F17, F09"})

    assert answer.status_code == 302
    status.refresh_from_db()
    assert (status.status, status.linked_keys()) == ("tested", ["F17", "F09"])


def test_nobody_deletes_what_was_said(desk):
    for row in (Fact.objects.first(), Source.objects.first(), ClinicStatement.objects.first()):
        assert desk.get(address(row, "delete")).status_code == 403


def test_a_nurse_does_not_change_the_evidence(client, nurse):
    client.force_login(nurse)

    assert client.get(address(Fact.objects.get(key="F43"))).status_code == 403


@pytest.mark.parametrize(
    "model", ["fact", "source", "searchrecord", "treatmentstatus", "document", "clinicstatement"]
)
@pytest.mark.parametrize(
    "query", ["key__regex=[", "note__regex=(", "title__startswith=a", "id__in=x", "o=99"]
)
def test_no_list_can_be_asked_what_it_does_not_offer(desk, model, query):
    assert desk.get(f"/admin/articles/{model}/?{query}").status_code in (200, 302, 400)


def test_a_history_cannot_be_posted_to_and_broken(desk):
    fact = Fact.objects.get(key="F43")

    assert desk.post(f"/admin/articles/fact/{fact.pk}/history/").status_code in (200, 405)


@pytest.mark.parametrize("day", ["2026-11-24", "9999-12-31"])
def test_a_day_that_has_not_come_yet_is_refused(desk, day):
    fact = Fact.objects.get(key="F43")
    url = address(fact)

    page = desk.post(url, form_of(desk, url) | {"checked_on": day})

    assert "This day has not come yet." in page.text
    fact.refresh_from_db()
    assert fact.checked_on < date(2026, 11, 24)


@pytest.mark.parametrize(
    ("model", "change", "constraint"),
    [
        (Fact, {"checked_on": "9999-12-31"}, "fact_checked_before_2100"),
        (SearchRecord, {"searched_on": "9999-12-31"}, "search_record_before_2100"),
    ],
)
def test_the_database_refuses_a_mistyped_year(model, change, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        model.objects.update(**change)


def test_the_key_of_a_row_is_fixed_once_it_exists(desk):
    status = TreatmentStatus.objects.first()
    url = address(status)

    page = desk.get(url).text

    assert 'name="key"' not in page
