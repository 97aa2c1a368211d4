"""The shipped articles come in once, follow their files, and never overwrite what staff edited."""

import shutil

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from articles.management.commands import load_articles
from articles.models import Article, Publication, Source, Status
from articles.publishing import withdraw

pytestmark = pytest.mark.django_db

SLUG = "risks-and-unknowns"
SHIPPED = len(list(load_articles.CONTENT.glob("??/*.md")))


@pytest.fixture
def content(tmp_path, monkeypatch):
    """A copy of the shipped articles that a test may change."""
    shutil.copytree(load_articles.CONTENT, tmp_path / "content")
    monkeypatch.setattr(load_articles, "CONTENT", tmp_path / "content")
    return tmp_path / "content"


def load(capsys):
    call_command("load_articles")
    return capsys.readouterr().out


def rewrite(content, old, new):
    path = content / "en" / f"{SLUG}.md"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


def test_loading_twice_changes_nothing(capsys):
    assert f"{SHIPPED} new" in load(capsys)
    before = list(Article.objects.values())

    assert f"{SHIPPED} unchanged" in load(capsys)
    assert list(Article.objects.values()) == before
    assert Publication.objects.count() == SHIPPED


def test_a_new_version_of_a_file_replaces_what_nobody_edited(content, capsys):
    load(capsys)
    rewrite(content, "title: Risks and unknowns", "title: Risks, and what is unknown")

    assert "1 updated" in load(capsys)
    article = Article.objects.get(slug=SLUG, language="en")
    assert article.title == "Risks, and what is unknown"
    assert [page.number for page in article.publications.all()] == [2, 1]
    assert article.publications.first().title == "Risks, and what is unknown"


def test_what_staff_edited_stays_as_they_left_it(content, capsys):
    load(capsys)
    edited = Article.objects.get(slug=SLUG, language="en")
    edited.title = "What can go wrong"
    edited.save()
    rewrite(content, "title: Risks and unknowns", "title: Another title")

    assert "1 kept (edited by staff)" in load(capsys)
    assert Article.objects.get(slug=SLUG, language="en").title == "What can go wrong"


def test_an_address_that_staff_changed_is_not_loaded_a_second_time(capsys):
    load(capsys)
    Article.objects.filter(slug=SLUG).update(slug="harms")

    load(capsys)
    assert Article.objects.count() == SHIPPED


def test_an_article_of_staff_with_a_shipped_address_stays_theirs(all_articles, capsys):
    Article.objects.filter(slug=SLUG, language="en").update(plan="", shipped_digest="", title="Ours")

    assert "1 kept (edited by staff)" in load(capsys)
    assert Article.objects.get(slug=SLUG, language="en").title == "Ours"


def test_a_withdrawn_article_stays_withdrawn(content, capsys):
    load(capsys)
    withdraw(Article.objects.get(slug=SLUG, language="en"), by=None, reason="It was wrong.")
    rewrite(content, "title: Risks and unknowns", "title: Another title")

    load(capsys)
    assert Article.objects.get(slug=SLUG, language="en").status == Status.WITHDRAWN
    assert not Article.objects.published().filter(slug=SLUG, language="en").exists()


def test_a_broken_file_is_named_and_nothing_is_loaded(content, capsys):
    rewrite(content, "[F43]", "[F99]")

    with pytest.raises(CommandError, match=rf"en/{SLUG}\.md: F99"):
        call_command("load_articles")
    assert not Article.objects.exists()


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"language": "fr"}, "article_language_known"),
        ({"kind": "advert"}, "article_kind_known"),
        ({"slug": "what-the-trials-show"}, "article_slug_once_per_language"),
        ({"plan": "A04"}, "article_plan_once_per_language"),
    ],
)
def test_the_database_refuses_nonsense(articles, change, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        Article.objects.filter(slug=SLUG).update(**change)


def test_a_source_that_was_retracted_does_not_keep_the_site_from_starting(all_articles, capsys):
    Source.objects.filter(key="S28").update(retracted=True, retraction_note="Withdrawn by the journal.")

    said = load(capsys)

    assert "kept (its evidence changed)" in said
    assert Article.objects.count() == SHIPPED


def test_without_the_demonstration_what_comes_with_the_software_is_a_draft(settings, capsys):
    settings.DEMONSTRATION = False

    load(capsys)

    assert set(Article.objects.values_list("status", flat=True)) == {Status.DRAFT}
    assert not Publication.objects.exists()


def test_what_the_invented_reviewer_signed_is_public_in_the_demonstration_alone(all_articles, settings):
    assert Publication.objects.public().count() == SHIPPED

    settings.DEMONSTRATION = False

    assert not Publication.objects.public().exists()
    assert not Article.objects.published().exists()
