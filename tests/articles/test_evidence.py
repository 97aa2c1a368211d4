"""The ledger in the database: what may be cited, who changed what, and what each process keeps of it."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction

from articles import evidence
from articles.citing import articles_citing, citing_articles
from articles.dates import add_months
from articles.evidence import UnknownFact, as_of, ledger
from articles.marks import cited_facts
from articles.models import (
    ClinicStatement,
    Document,
    Fact,
    FactChange,
    SearchRecord,
    Source,
    StatementDocument,
    TreatmentStatus,
)

pytestmark = pytest.mark.usefixtures("articles")

# In the shipped fact base: recalled, and not yet checked against a source.
NOT_PUBLISHABLE = {"F03", "F11", "F72"}


def test_what_may_be_cited_is_verified_fresh_and_can_be_followed():
    kept_back = set(Fact.objects.values_list("key", flat=True)) - set(
        Fact.objects.publishable().values_list("key", flat=True)
    )

    assert kept_back == NOT_PUBLISHABLE


def test_a_fact_is_fresh_through_its_last_day_and_stale_on_the_next():
    fact = Fact.objects.get(key="F34")

    assert fact.check_by == date(2027, 2, 22)
    assert fact in Fact.objects.publishable(on=date(2027, 2, 22))
    assert fact not in Fact.objects.publishable(on=date(2027, 2, 23))
    assert fact in Fact.objects.stale(on=date(2027, 2, 23))


@pytest.mark.parametrize("day", [date(2026, 8, 31), date(2026, 11, 30), date(2028, 2, 29), date(2026, 1, 1)])
@pytest.mark.parametrize("months", [1, 3, 6, 12, 60])
def test_the_database_and_python_count_months_alike(day, months):
    Fact.objects.filter(key="F01").update(checked_on=day, recheck_months=months)

    fact = Fact.objects.with_due_day().get(key="F01")
    assert fact.due == fact.check_by == add_months(day, months)


def test_a_fact_resting_on_a_retracted_source_is_not_publishable():
    Source.objects.filter(key="S43").update(retracted=True, retraction_note="Withdrawn in 2026.")

    assert not Fact.objects.publishable().filter(key="F43").exists()
    with pytest.raises(UnknownFact, match="F43 rests on S43, which was retracted"):
        ledger().fact("F43")


def test_a_statute_or_case_number_is_enough_to_follow_a_source():
    assert Source.objects.followable().filter(key="S54").exists()
    assert ledger().facts["F52"].can_be_followed

    Source.objects.filter(key__in=["S45", "S47", "S54"]).update(doi="", url="", reference="")
    assert not Source.objects.followable().filter(key="S54").exists()
    assert not ledger().facts["F52"].can_be_followed


@pytest.mark.parametrize(
    ("key", "day", "message"),
    [
        ("F99", date(2026, 11, 23), "not in the evidence ledger"),
        ("F03", date(2026, 11, 23), "F03 has not been checked .* Read the source"),
        ("F34", date(2027, 2, 23), "F34 was to be checked again by 22 February 2027. Read its sources again"),
    ],
)
def test_the_ledger_says_why_a_fact_may_not_be_cited_and_what_to_do(monkeypatch, key, day, message):
    monkeypatch.setattr(evidence, "today", lambda: day)

    with pytest.raises(UnknownFact, match=message):
        ledger().fact(key)


def test_a_stale_fact_in_a_range_stops_it_too(monkeypatch):
    monkeypatch.setattr(evidence, "today", lambda: date(2027, 12, 1))

    with pytest.raises(UnknownFact, match="F09"):
        ledger().between("F09", "F20")


def test_installing_goes_on_working_after_the_checks_have_lapsed(monkeypatch):
    monkeypatch.undo()
    with as_of(date(2031, 1, 1)):
        call_command("load_articles", verbosity=0)


def test_the_ledger_carries_what_rules_need():
    fact = ledger().facts["F31"]

    assert (fact.about, fact.supports, fact.recheck_months) == ("treatment", "", 6)
    assert fact.checked_on == date(2026, 11, 22)
    assert [source.id for source in fact.sources] == ["S28", "S30", "S33"]
    assert ledger().searched_on == date(2026, 11, 22)


# What each process keeps


def test_the_ledger_takes_one_query_while_nothing_changes(django_assert_num_queries):
    ledger()

    with django_assert_num_queries(1):
        ledger()


@pytest.mark.parametrize(
    "change",
    [
        lambda: Fact.objects.filter(key="F01").update(statement="Changed."),
        lambda: Source.objects.filter(key="S02").update(title="Changed."),
        lambda: Fact.objects.get(key="F01").cite([Source.objects.get(key="S01")]),
        lambda: SearchRecord.objects.update(searched_on=date(2027, 1, 1)),
        lambda: ClinicStatement.objects.filter(key="prices").delete(),
    ],
    ids=["fact", "source", "sources of a fact", "search", "statement"],
)
def test_a_change_by_any_program_is_seen_at_once(change):
    before = ledger()

    change()

    assert ledger() != before


def test_what_a_failed_transaction_wrote_is_never_kept():
    before = ledger().facts["F01"].statement
    with transaction.atomic():
        Fact.objects.filter(key="F01").update(statement="Never stored.")
        assert ledger().facts["F01"].statement == "Never stored."
        transaction.set_rollback(True)

    assert ledger().facts["F01"].statement == before
    Fact.objects.filter(key="F01").update(statement="Stored.")
    assert ledger().facts["F01"].statement == "Stored."


# Who cites a fact


def test_the_facts_of_a_text_are_listed_with_ranges_written_out():
    assert cited_facts("A [F09-F11, F03]. B [F03]. Not [F1], not F22.") == ["F09", "F10", "F11", "F03"]


def test_the_standard_summary_counts_as_citing():
    plans = {article.plan for article in citing_articles()["F12"]}

    assert plans == {"A04", "A07"}
    assert [article.plan for article in articles_citing(["F01", "F02"])] == ["A01"]


# Loading


def test_loading_again_keeps_what_staff_edited_and_follows_the_rest(capsys):
    Fact.objects.filter(key="F01").update(statement="As staff wrote it.")
    Fact.objects.get(key="F02").cite([Source.objects.get(key="S05")])

    call_command("load_articles")

    assert "2 kept (edited by staff)" in capsys.readouterr().out
    assert Fact.objects.get(key="F01").statement == "As staff wrote it."
    assert Fact.objects.get(key="F02").linked_keys() == ["S05"]
    assert not FactChange.objects.exists()


def test_every_row_of_the_table_names_facts_and_is_checked_again_no_later_than_they_are():
    for status in TreatmentStatus.objects.prefetch_related("fact_links__fact"):
        facts = [link.fact for link in status.fact_links.all()]
        assert facts, status
        assert all(fact.verified == "yes" for fact in facts), status
        assert status.check_by <= min(fact.check_by for fact in facts), status


# What the database refuses

STATUS = {"treatment_key": "stem-cells", "condition_key": "depression"}


@pytest.mark.parametrize(
    ("model", "rows", "change", "constraint"),
    [
        (Source, {"key": "S01"}, {"key": "X01"}, "source_key_form"),
        (Source, {"key": "S01"}, {"year": 20}, "source_year_likely"),
        (Source, {"key": "S01"}, {"verified": "maybe"}, "source_verified_known"),
        (Source, {"key": "S01"}, {"retracted": True}, "source_retraction_explained"),
        (Fact, {"key": "F01"}, {"key": "G1"}, "fact_key_form"),
        (Fact, {"key": "F01"}, {"about": "weather"}, "fact_about_known"),
        (Fact, {"key": "F01"}, {"evidence": "certain"}, "fact_evidence_known"),
        (Fact, {"key": "F01"}, {"supports": "sales"}, "fact_supports_known"),
        (Fact, {"key": "F01"}, {"verified": "no"}, "fact_verified_known"),
        (Fact, {"key": "F01"}, {"checked_on": None}, "fact_verified_has_its_day"),
        (Fact, {"key": "F01"}, {"recheck_months": 0}, "fact_recheck_within_years"),
        (SearchRecord, {}, {"searched_by": ""}, "search_record_says_what"),
        (TreatmentStatus, STATUS, {"status": "sold"}, "treatment_status_known"),
        (TreatmentStatus, STATUS, {"treats": "all"}, "treatment_status_part_known"),
        (TreatmentStatus, STATUS, {"level": "sure"}, "treatment_status_level_known"),
        (TreatmentStatus, STATUS, {"statement_ko": ""}, "treatment_status_in_both_languages"),
        (TreatmentStatus, STATUS, {"check_by": "2026-11-22"}, "treatment_status_checked_again_later"),
        (TreatmentStatus, STATUS, {"condition_key": "anxiety"}, "treatment_status_once_per_condition"),
        (ClinicStatement, {"key": "prices"}, {"needs_kind": "word"}, "clinic_statement_needs_known"),
        (ClinicStatement, {"key": "prices"}, {"fallback_en": ""}, "clinic_statement_in_both_languages"),
    ],
)
def test_the_database_refuses_nonsense(model, rows, change, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        model.objects.filter(**rows).update(**change)


def test_the_database_refuses_a_source_named_twice_and_two_in_one_place():
    citation = Fact.objects.get(key="F02").citations.first()
    other = Source.objects.get(key="S05")

    for wrong, name in [
        ({"source_id": citation.source_id, "position": 9}, "fact_source_once"),
        ({"source": other, "position": citation.position}, "fact_source_one_a_place"),
    ]:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            citation.fact.citations.create(**wrong)


def test_the_database_refuses_a_fact_twice_in_a_row_of_the_table():
    link = TreatmentStatus.objects.get(**STATUS).fact_links.first()
    other = Fact.objects.get(key="F01")

    for wrong, name in [
        ({"fact_id": link.fact_id, "position": 9}, "status_fact_once"),
        ({"fact": other, "position": link.position}, "status_fact_one_a_place"),
    ]:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            link.status.fact_links.create(**wrong)


def test_the_database_keeps_two_stamps_only():
    with pytest.raises(IntegrityError, match="stamp_is_one_of_two"), connection.cursor() as cursor:
        cursor.execute("INSERT INTO articles_stamp VALUES (3, gen_random_uuid())")


@pytest.fixture
def change(editor):
    return FactChange.objects.create(
        fact=Fact.objects.get(key="F01"), field="evidence", was="none", became="case", reason="New", by=editor
    )


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"field": "mood"}, "fact_change_field_known"),
        ({"reason": ""}, "fact_change_says_why"),
        ({"became": "none"}, "fact_change_changes"),
    ],
)
def test_the_database_refuses_a_change_that_says_nothing(fields, constraint):
    fields = {"field": "evidence", "was": "none", "became": "case", "reason": "New"} | fields

    with pytest.raises(IntegrityError, match=constraint):
        FactChange.objects.create(fact=Fact.objects.get(key="F01"), **fields)


def test_what_was_changed_and_why_stays_written(change):
    for wrong in (
        lambda: FactChange.objects.update(reason="Other"),
        lambda: FactChange.objects.all().delete(),
        lambda: connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE articles_factchange"),
    ):
        with (
            pytest.raises(ProgrammingError, match=r"Cannot (update or delete|truncate)"),
            transaction.atomic(),
        ):
            wrong()

    assert FactChange.objects.get() == change


def test_a_document_stands_behind_a_statement_once():
    paper = Document.objects.create(title="Prices", kind="prices", reference="1", issued_on="2026-01-01")
    statement = ClinicStatement.objects.get(key="prices")
    StatementDocument.objects.create(statement=statement, document=paper)

    with pytest.raises(IntegrityError, match="statement_document_once"):
        StatementDocument.objects.create(statement=statement, document=paper)
