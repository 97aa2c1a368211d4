"""Every save keeps a revision; two of them can be compared, any brought back, and none is overwritten."""

import re

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from articles.compare import changed_paragraphs, differences
from articles.models import Article, Revision
from tests.factories import posted

pytestmark = pytest.mark.usefixtures("articles")

SLUG = "risks-and-unknowns"


@pytest.fixture
def article():
    return Article.objects.get(slug=SLUG)


def address(name, article, *more):
    return reverse(f"admin:articles_article_{name}", args=[article.pk, *more])


def filled_in(client, article):
    """Return what the browser of an editor would post for the form as it opens now."""
    return posted(client.get(address("change", article)))


def texts(pieces):
    return [(piece.text, piece.changed) for piece in pieces]


def test_what_came_with_the_software_is_the_first_revision(article):
    revision = article.revisions.get()

    assert (revision.number, revision.by, revision.body) == (1, None, article.body)


def test_a_save_keeps_a_revision_and_a_save_of_the_same_text_does_not(article, editor):
    article.title = "What can go wrong"
    article.save(by=editor)
    article.save(by=editor)

    assert [(row.number, row.by, row.title) for row in article.revisions.all()] == [
        (2, editor, "What can go wrong"),
        (1, None, "Risks and unknowns"),
    ]


def test_a_form_that_is_saved_as_it_opened_changes_nothing(client, editor, article):
    client.force_login(editor)
    data = filled_in(client, article)
    data |= {name: data[name].replace("\n", "\r\n") for name in ("body", "in_short")}  # as browsers do

    assert client.post(address("change", article), data).status_code == 302

    assert article.revisions.count() == 1
    assert not Article.objects.get(pk=article.pk).edited_by_staff


def test_an_article_that_cannot_be_saved_leaves_no_revision(article):
    article.language = "fr"

    with pytest.raises(IntegrityError, match="article_language_known"), transaction.atomic():
        article.save()

    assert Revision.objects.filter(article=article).count() == 1


@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_database_keeps_every_revision_as_it_is(statement):
    with (
        pytest.raises(DatabaseError, match="pgtrigger: Cannot"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; " + statement.format("articles_revision"))


@pytest.mark.parametrize(
    ("number", "constraint"), [(1, "revision_number_once_per_article"), (0, "revision_numbers_from_one")]
)
def test_the_database_refuses_a_number_that_is_taken_or_none(article, number, constraint):
    copy = article.revisions.get()
    copy.pk, copy.number = None, number

    with pytest.raises(IntegrityError, match=constraint):
        copy.save(force_insert=True)


def test_words_are_compared_within_paragraphs_that_changed():
    rows = list(
        changed_paragraphs("Same.\n\nThe risk is low.\n\nGone.", "Same.\n\nThe risk is high.\n\nSame too.")
    )

    assert len(rows) == 2
    assert texts(rows[0].old) == [("The risk is ", False), ("low.", True)]
    assert texts(rows[0].new) == [("The risk is ", False), ("high.", True)]


def test_a_paragraph_that_is_only_on_one_side_stands_alone():
    (row,) = changed_paragraphs("One.", "One.\n\n두 번째 문단입니다.")

    assert row.old == []
    assert texts(row.new) == [("두 번째 문단입니다.", True)]


def test_only_fields_that_differ_are_shown(article):
    first = article.revisions.get()
    article.title = "Harms"
    article.save()

    assert [difference.name for difference in differences(first, article.revisions.first())] == ["title"]
    assert differences(first, first) == []


def test_an_editor_compares_two_revisions_and_brings_one_back(client, editor, article):
    client.force_login(editor)
    client.post(address("change", article), filled_in(client, article) | {"title": "Wrong turn"})
    assert "came with the software" in client.get(address("history", article)).text

    page = client.get(address("compare", article), {"old": "2", "new": "1"}).text
    assert page.index("<del>Risks and unknowns</del>") < page.index("<ins>Wrong turn</ins>"), "older first"

    page = client.post(address("restore", article, 1), follow=True).text
    article.refresh_from_db()
    assert article.title == "Risks and unknowns"
    assert "Revision 1 is back." in page
    latest = article.revisions.first()
    assert (latest.number, latest.by, latest.restored_from.number) == (3, editor, 1)


def test_the_slower_of_two_editors_is_refused_and_sees_both_texts(client, editor, article, django_user_model):
    client.force_login(editor)
    slow = filled_in(client, article) | {"title": "Mine"}
    other = django_user_model.objects.create_user("kim", is_staff=True)
    article.title = "Theirs"
    article.save(by=other)

    page = client.post(address("change", article), slow)

    article.refresh_from_db()
    assert article.title == "Theirs"
    assert "Somebody else saved this article" in page.text
    assert 'value="Mine"' in page.text
    assert re.search(r"Saved by kim.*<del>Theirs</del>.*<ins>Mine</ins>", page.text, re.DOTALL)

    seen = re.search(r'name="seen" value="(\d+)"', page.text)[1]
    client.post(address("change", article), slow | {"seen": seen})
    article.refresh_from_db()
    assert article.title == "Mine"


@pytest.mark.parametrize("query", ["", "?old=1", "?old=x&new=1", "?old=9&new=1", "?old=%EF%BC%91&new=1"])
def test_a_comparison_of_nothing_is_not_found(client, editor, article, query):
    client.force_login(editor)

    assert client.get(address("compare", article) + query).status_code == 404


def test_a_nurse_may_read_the_revisions_and_bring_none_back(client, nurse, article):
    client.force_login(nurse)

    page = client.get(address("history", article))
    assert page.status_code == 200
    assert "Bring back" not in page.text
    assert client.post(address("restore", article, 1)).status_code == 403
