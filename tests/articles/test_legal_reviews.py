"""Rule C19: a lawyer's reading is entered once, and is asked of the pages that the content plan names."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles.manuscripts import manuscript_of, plans
from articles.models import Article, Fact, FactChange, LegalReview, Scope

pytestmark = pytest.mark.django_db


def review(editor, **fields):
    fields = {
        "scope": "A05",
        "reviewer": "Han Seo",
        "reviewed_on": date(2026, 5, 1),
        "looked_at": "Version 1 in both languages, against the medical service act.",
        "recorded_by": editor,
    } | fields
    return LegalReview.objects.create(**fields)


def page_about_the_law(**fields):
    return Article(plan="A05", language="en", slug="law", kind="treatment", body="A rule [F59].", **fields)


def test_the_scopes_are_the_pages_that_the_content_plan_names_and_the_form():
    named = {plan for plan, entry in plans()["plans"].items() if entry.get("needs_legal_review")}

    assert named == {"A05", "A08", "A11"}
    assert named | {"form"} == set(Scope.values)


@pytest.mark.usefixtures("articles")
def test_a_manuscript_carries_the_latest_review_of_its_page(editor, settings):
    assert manuscript_of(page_about_the_law()).legal_review_on  # the demonstration's, made up
    settings.DEMONSTRATION = False
    assert manuscript_of(page_about_the_law()).legal_review_on is None

    review(editor)
    review(editor, reviewed_on=date(2026, 3, 1))
    review(editor, scope="A08", reviewed_on=date(2026, 6, 1))

    manuscript = manuscript_of(page_about_the_law())
    assert manuscript.needs_legal_review
    assert manuscript.legal_review_on == date(2026, 5, 1)


@pytest.mark.usefixtures("articles")
def test_a_manuscript_carries_the_last_change_of_the_law_that_it_cites():
    law = Fact.objects.filter(about="rules").order_by("key")
    cited, other = law[0], law[1]
    elsewhere = Fact.objects.filter(about="condition").first()
    late = datetime(2026, 6, 1, 20, tzinfo=UTC)  # the next day in Seoul
    for fact, at in ((cited, late), (other, datetime(2026, 7, 1, tzinfo=UTC)), (elsewhere, late)):
        FactChange.objects.create(fact=fact, field="statement", was="A", became="B", reason="Law", at=at)

    article = page_about_the_law()
    article.body = f"A rule [{cited.key}, {elsewhere.key}]."

    assert manuscript_of(article).rules_changed_on == date(2026, 6, 2)
    article.body = f"No rule [{elsewhere.key}]."
    assert manuscript_of(article).rules_changed_on is None


@pytest.mark.usefixtures("articles")
def test_other_pages_ask_nothing_more_of_the_database():
    article = Article.objects.get(plan="A04", language="en")

    with CaptureQueriesContext(connection) as asked:
        manuscript_of(article)

    assert not [query for query in asked if "legalreview" in query["sql"] or "factchange" in query["sql"]]


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"scope": "A01"}, "legal_review_scope_known"),
        ({"reviewer": ""}, "legal_review_says_who_and_what"),
        ({"looked_at": ""}, "legal_review_says_who_and_what"),
        ({"reviewed_on": date(2100, 1, 1)}, "legal_review_before_2100"),
    ],
)
def test_the_database_refuses_a_review_that_says_nothing(editor, fields, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        review(editor, **fields)


def test_a_review_stays_written(editor):
    review(editor)

    for wrong in (
        lambda: LegalReview.objects.update(reviewed_on=date(2026, 11, 1)),
        lambda: LegalReview.objects.all().delete(),
        lambda: connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE articles_legalreview"),
    ):
        with pytest.raises(ProgrammingError, match="Cannot"), transaction.atomic():
            wrong()


# Editors


def test_an_editor_enters_a_review_which_then_cannot_be_edited(client, editor):
    client.force_login(editor)

    client.post(
        reverse("admin:articles_legalreview_add"),
        {"scope": "form", "reviewer": "Han Seo", "reviewed_on": "2026-11-20", "looked_at": "All of it."},
    )

    entered = LegalReview.objects.get()
    assert entered.recorded_by == editor
    page = client.get(reverse("admin:articles_legalreview_change", args=[entered.pk])).text
    assert "All of it." in page
    assert "<textarea" not in page
    assert "the inquiry form" in client.get(reverse("admin:articles_legalreview_changelist")).text
    changed = client.post(
        reverse("admin:articles_legalreview_change", args=[entered.pk]), {"reviewer": "Nobody"}
    )
    assert changed.status_code == 403


def test_a_review_of_tomorrow_is_refused(client, editor):
    client.force_login(editor)

    page = client.post(
        reverse("admin:articles_legalreview_add"),
        {"scope": "form", "reviewer": "Han Seo", "reviewed_on": "2026-11-24", "looked_at": "All of it."},
    )

    assert "This day has not come yet." in page.text
    assert not LegalReview.objects.exists()


def test_a_nurse_enters_no_review(client, nurse):
    client.force_login(nurse)

    assert client.get(reverse("admin:articles_legalreview_add")).status_code == 403
