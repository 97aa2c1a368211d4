"""The table of treatments as readers see it, and the ledger as editors work with it."""

import re
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles.models import (
    Article,
    ClinicStatement,
    Document,
    Fact,
    FactChange,
    PriceItem,
    SearchRecord,
    Source,
    TreatmentStatus,
    Trial,
)
from tests.factories import posted, publish, publish_article

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
    assert page.text.count('role="rowheader"') == TreatmentStatus.objects.count() + Trial.objects.count()
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
    page = client.get("/en/evidence/").text

    cited = set(re.findall(r'href="#(S\d+)"', page))
    assert cited
    assert cited == set(re.findall(r'<li id="(S\d+)"', page))


@pytest.mark.parametrize(
    ("row", "sources"),
    [
        ("dental-pulp-depression", {"S36"}),
        ("exosomes-depression", {"S35", "S37"}),
        ("donor-mesenchymal-depression", {"S32", "S33"}),
        ("donor-mesenchymal-bipolar", {"S34"}),
        ("own-cells-depression", {"S28", "S30"}),
    ],
)
def test_a_row_names_the_sources_that_it_uses_and_no_others(client, row, sources):
    html = client.get("/en/evidence/").text
    row = re.search(rf'<tr [^>]*id="status-{row}".*?</tr>', html, re.DOTALL)[0]

    assert set(re.findall(r'href="#(S\d+)"', row)) == sources


def test_each_shipped_row_names_only_sources_of_its_own_facts():
    for status in TreatmentStatus.objects.exclude(only_sources=""):
        behind = set(status.facts.values_list("sources__key", flat=True))
        assert set(status.only_sources.split(", ")) <= behind, status.key


def test_an_editor_cannot_name_a_source_that_is_behind_no_fact_of_the_row(desk):
    status = TreatmentStatus.objects.get(key="exosomes-depression")
    path = f"/admin/articles/treatmentstatus/{status.pk}/change/"

    wrong = desk.post(path, posted(desk.get(path), only_sources="S35, S57"))
    right = desk.post(path, posted(desk.get(path), only_sources="S37"))

    assert "No fact of this row rests on S57." in wrong.text
    assert right.status_code == 302
    assert TreatmentStatus.objects.get(pk=status.pk).only_sources == "S37"


def test_a_korean_law_has_its_own_name_for_korean_readers(client):
    korean, english = (client.get(f"/{language}/evidence/").text for language in ("ko", "en"))
    source = Source.objects.get(key="S36")
    Source.objects.filter(key="S36").update(title_ko="치수 세포 시험", authors_ko="한 회사")
    named = client.get("/ko/evidence/").text

    assert "치수 세포 시험" not in korean + english
    assert ">치수 세포 시험</a>" in named
    assert ">한 회사</span>" in named
    assert re.search(r'href="#S36"[^>]*>한 회사 \d{4}</a>', named), "the short label too"
    assert source.title in client.get("/en/evidence/").text


def test_the_references_of_a_korean_article_name_korean_laws_in_korean(all_articles, client):
    path = "articles/cost-availability-and-the-rules/"
    title = "의료법 제56조"

    assert title in client.get(f"/ko/{path}").text
    assert title not in client.get(f"/en/{path}").text


def test_a_page_about_the_treatment_carries_the_table_after_its_text(client):
    page = client.get(ARTICLE).text

    table = page.index("Where each treatment stands")
    assert (
        page.index("Benefit:") < page.index("The short answer</h2>") < table < page.index('id="references"')
    )
    assert 'href="/en/evidence/#S33"' in page


@pytest.mark.parametrize(
    ("body", "shown"),
    [("Stem cells are no part of it.", True), ("Sleep is.", False), ("줄기세포는 아닙니다.", True)],
)
def test_any_page_that_names_the_treatment_carries_the_table_and_no_other(client, body, shown):
    publish_article(slug="about-sleep", body=f"{body}\n")

    assert ("Where each treatment stands" in client.get("/en/articles/about-sleep/").text) == shown


def test_a_page_to_look_things_up_in_links_to_the_table_instead(client):
    publish_article(slug="words", kind="reference", body="Stem cells are no part of it.\n")

    page = client.get("/en/articles/words/").text
    assert "status-table" not in page
    assert 'href="/en/evidence/">What is known of each' in page
    assert 'href="/en/evidence/#clinic-status"' in page


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

    for key in ("F03", "F11", "F72"):
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
    "model",
    ["fact", "source", "searchrecord", "treatmentstatus", "document", "clinicstatement"]
    + ["priceitem", "legalreview"],
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


# What is typed


@pytest.mark.parametrize(
    "pasted",
    [
        "https://doi.org/10.1001/jama.2020.1",
        "doi: 10.1001/jama.2020.1",
        " http://dx.doi.org/10.1001/jama.2020.1",
    ],
)
def test_a_pasted_doi_loses_its_address(desk, pasted):
    source = Source.objects.get(key="S43")

    desk.post(address(source), form_of(desk, address(source)) | {"doi": pasted})

    source.refresh_from_db()
    assert source.doi == "10.1001/jama.2020.1"


@pytest.mark.parametrize(
    "wrong", ["jama.2020.1", "10.1001", "11.1001/a", "10.1001/a b", "https://example.org/10.1/a"]
)
def test_what_is_no_doi_is_refused(desk, wrong):
    source = Source.objects.get(key="S43")

    page = desk.post(address(source), form_of(desk, address(source)) | {"doi": wrong})

    assert "A DOI reads 10.1000/182" in page.text


def test_the_database_refuses_what_is_no_doi():
    with pytest.raises(IntegrityError, match="source_doi_form"):
        Source.objects.filter(key="S43").update(doi="https://doi.org/10.1001/a")


INVISIBLE = ["\u202e", "\u2066", "\u200b", "\u200f", "\u00ad", "\u0007", "\u3164", "\ufeff", "\u2028"]


@pytest.mark.parametrize("mark", INVISIBLE, ids=lambda mark: f"U+{ord(mark):04X}")
@pytest.mark.parametrize(
    ("model", "field"),
    [
        (Source, "title"),
        (Source, "authors"),
        (Source, "reference"),
        (Fact, "statement"),
        (SearchRecord, "searched_en"),
        (TreatmentStatus, "treatment_ko"),
        (TreatmentStatus, "statement_ko"),
        (ClinicStatement, "topic_en"),
        (ClinicStatement, "statement_en"),
        (ClinicStatement, "fallback_ko"),
        (Document, "title"),
        (Document, "reference"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_character_that_nobody_sees_is_refused_with_its_place(model, field, mark):
    row = model(**{field: f"Price list{mark} 2026"})

    with pytest.raises(ValidationError) as refused:
        row.full_clean()

    code = f"U+{ord(mark):04X}"
    assert (
        f"An invisible character ({code}) stands after “list”. Delete it there."
        in refused.value.message_dict[field]
    )


def test_an_editor_is_told_where_the_invisible_character_stands(desk):
    data = {"title": "List\u202e 7", "kind": "prices", "reference": "\u200b7", "issued_on": "2026-11-01"}

    page = desk.post("/admin/articles/document/add/", data).text

    assert "An invisible character (U+202E) stands after “List”. Delete it there." in page
    assert "The text begins with an invisible character (U+200B). Delete it." in page


def test_korean_dashes_quotes_and_the_lines_of_a_statement_are_visible():
    row = Fact(statement="줄기세포 – “자가”·세포 ½ 🙂\r\n둘째 줄")

    with pytest.raises(ValidationError) as refused:
        row.full_clean()

    assert "statement" not in refused.value.message_dict


def test_no_shipped_row_holds_what_the_forms_refuse():
    for model in (Source, Fact, SearchRecord, TreatmentStatus, ClinicStatement):
        for row in model.objects.all():
            row.clean_fields()


# What is due


def test_a_trial_is_due_after_ninety_days_whatever_its_row_says():
    trial = TreatmentStatus.objects.filter(status="in_trials").first()
    TreatmentStatus.objects.filter(pk=trial.pk).update(checked_on="2026-08-25", check_by="2027-08-25")
    trial.refresh_from_db()

    assert trial.due_on == date(2026, 11, 23)
    assert trial not in TreatmentStatus.objects.due(date(2026, 11, 23))
    assert trial in TreatmentStatus.objects.due(date(2026, 11, 24))


def test_what_is_due_is_the_same_in_the_database_and_in_hand():
    for row in TreatmentStatus.objects.all():
        days = {row.check_by, row.checked_on, row.due_on}
        for day in [*days, *(day + timedelta(days=1) for day in days)]:
            assert (row in TreatmentStatus.objects.due(day)) == (row.due_on < day), (row, day)


def test_editors_list_the_rows_that_are_due(desk):
    TreatmentStatus.objects.filter(key="rtms-depression").update(
        checked_on=date(2025, 1, 1), check_by=date(2026, 1, 1)
    )

    page = desk.get("/admin/articles/treatmentstatus/?due=yes")

    assert [row.key for row in page.context["cl"].result_list] == ["rtms-depression"]


# How the screens are made


def many(model):
    """Add as many rows to a list as fit on its page, each with what it shows of other tables."""
    if model is Source:
        Source.objects.bulk_create(
            Source(key=f"S{number}", title="A paper", venue="Journal", year=2020, verified="yes")
            for number in range(900, 950)
        )
    elif model is Fact:
        fields = {"about": "treatment", "evidence": "case", "verified": "memory", "recheck_months": 6}
        taken = set(Fact.objects.values_list("key", flat=True))
        free = [key for key in (f"F{number:02}" for number in range(1, 100)) if key not in taken]
        for key in free:
            Fact.objects.create(key=key, statement="It is so.", **fields).cite(list(Source.objects.all()[:3]))
    else:
        first = TreatmentStatus.objects.first()
        for number in range(40):
            first.pk, first.key, first.treatment_key = None, f"row-{number}", f"treatment-{number}"
            first.save()
            first.cite(list(Fact.objects.all()[:3]))


@pytest.mark.parametrize("model", [Fact, Source, TreatmentStatus])
def test_a_longer_list_takes_no_more_queries(desk, model, django_assert_num_queries):
    address = f"/admin/articles/{model._meta.model_name}/"
    desk.get(address)
    with CaptureQueriesContext(connection) as before:
        short = len(desk.get(address).context["cl"].result_list)
    budget = len(before)  # asked now: the next request empties the log

    many(model)
    desk.get("/en/")  # what is kept in memory is built anew

    with django_assert_num_queries(budget):
        assert len(desk.get(address).context["cl"].result_list) > short


@pytest.mark.parametrize(
    "model", [Fact, Source, SearchRecord, TreatmentStatus, ClinicStatement, Document, PriceItem]
)
def test_labels_begin_with_a_capital_on_screen_and_without_one_in_the_code(desk, django_user_model, model):
    desk.force_login(django_user_model.objects.create_superuser("owner"))
    name = model._meta.model_name
    page = desk.get(f"/admin/articles/{name}/add/").text
    if row := model.objects.first():
        page += desk.get(address(row)).text

    labels = re.findall(r"<label[^>]*>\s*([^<\s])", page)
    assert labels
    assert not [letter for letter in labels if letter.islower()]
    own = {"DOI", "PubMed"}
    for field in model._meta.get_fields():
        words = str(getattr(field, "verbose_name", ""))
        assert words in own or words == "ID" or not words[:1].isupper(), words


def test_the_form_says_which_changes_need_a_reason(desk):
    page = desk.get(address(Fact.objects.get(key="F43"))).text

    assert "Needed when the statement, the evidence, the sources or “checked” changes" in page
