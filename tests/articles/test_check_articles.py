"""The rules over the shipped articles, and the command that asks them of all."""

from time import process_time

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from articles.manuscripts import manuscript_of, manuscripts, plans
from articles.models import Article
from articles.quality import problems

# Words that the rules are wary of, and why they stand: docs/reading/warnings.md.
ANSWERED = {
    ("A02", "en", "C08", "STAR"),
    ("A02", "ko", "C08", "STAR"),
    ("A06", "en", "C08", "holistic"),
}


@pytest.mark.usefixtures("all_articles")
def test_the_shipped_articles_break_no_rule_and_each_warning_is_answered():
    found = {
        (article.plan, article.language, problem.code, problem.subject)
        for article, manuscript in manuscripts(Article.objects.all())
        for problem in problems(manuscript)
    }

    assert found == ANSWERED


def spoil():
    """Let an article cite a fact that nobody has checked."""
    article = Article.objects.get(plan="A04")
    Article.objects.filter(pk=article.pk).update(body=f"{article.body}\n\nIt is said [F03].\n")


@pytest.mark.usefixtures("articles")
def test_an_article_is_checked_in_a_moment():
    texts = [manuscript_of(article) for article in Article.objects.all()]
    for text in texts:
        problems(text)  # the word lists are read once

    started = process_time()
    for article in Article.objects.all():
        problems(manuscript_of(article))
    assert (process_time() - started) / len(texts) < 0.25  # five times what it takes on a slow machine


@pytest.mark.usefixtures("articles")
def test_the_command_groups_problems_by_article_and_fails_on_errors(capsys):
    spoil()
    with pytest.raises(CommandError, match="errors stop publication") as failure:
        call_command("check_articles")

    said = capsys.readouterr().out
    assert failure.value.returncode == 1
    assert said.index("understanding-depression") < said.index("what-the-trials-show")
    assert "ERROR   C02 " in said
    assert "WARNING C14 translation" in said


@pytest.mark.usefixtures("articles")
def test_the_command_can_look_at_one_article_or_one_language(capsys):
    spoil()
    with pytest.raises(CommandError, match="errors"):
        call_command("check_articles", plan="A04", language="en")
    said = capsys.readouterr().out
    assert "what-the-trials-show" in said
    assert "understanding-depression" not in said

    with pytest.raises(CommandError, match="no such article"):
        call_command("check_articles", language="ko")


@pytest.mark.usefixtures("articles")
def test_the_command_is_content_with_an_article_without_errors(capsys):
    call_command("check_articles", plan="A01")

    assert "WARNING C14 translation" in capsys.readouterr().out


@pytest.mark.usefixtures("articles")
def test_a_translation_is_compared_with_its_original():
    english = Article.objects.get(plan="A01")
    korean = Article.objects.get(plan="A01")
    korean.language, korean.body = "ko", "말했습니다 [F01]."

    found = [p.subject for p in problems(manuscript_of(english, korean)) if p.code == "C14"]

    assert "F02" in found
    assert "F01" not in found
    assert "missing" not in found


def test_the_shipped_plan_agrees_with_the_rules_on_who_needs_whom():
    assert len(plans()["plans"]) == 14
    outside = {plan for plan, entry in plans()["plans"].items() if entry.get("needs_external_reviewer")}
    assert outside == {"A03", "A04", "A07"}
    assert plans()["plans"]["A04"]["search_months"] == 3


def test_the_rules_know_no_model():
    from pathlib import Path

    import articles.quality

    for path in Path(articles.quality.__file__).parent.glob("*.py"):
        assert "models" not in path.read_text("utf-8")
        assert len(path.read_text("utf-8").splitlines()) <= 350


def test_the_admin_shows_an_editor_what_the_rules_say(articles, client, editor):
    article = Article.objects.get(slug="risks-and-unknowns")
    article.body += "\n\nThis is a miracle [F43].\n"
    article.save()
    client.force_login(editor)

    page = client.get(reverse("admin:articles_article_change", args=[article.pk])).text

    assert "To mend before it is published" in page
    assert "miracle" in page[page.index('id="rules-title"') :]
    assert "C07" in page
