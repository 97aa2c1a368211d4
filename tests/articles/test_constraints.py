"""What must never be is refused by the database, each by its name, when Python is gone round."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from articles.models import (
    Article,
    ArticleEvent,
    Credit,
    InterestStatement,
    LinkCheck,
    Person,
    Role,
    Signature,
    Source,
    Topic,
    WordExemption,
)
from tests.factories import make_article, make_person, publish_article

pytestmark = pytest.mark.django_db


def refused(constraint):
    return pytest.raises(IntegrityError, match=constraint)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"name_en": ""}, "person_named_in_both_languages"),
        ({"name_ko": ""}, "person_named_in_both_languages"),
        ({"interests_en": ""}, "person_says_their_interests"),
        ({"interests_ko": ""}, "person_says_their_interests"),
    ],
)
def test_a_person_has_names_and_interests_in_both_languages(change, constraint):
    person = make_person()

    with refused(constraint):
        Person.objects.filter(pk=person.pk).update(**change)


@pytest.mark.parametrize("change", [{"name_en": ""}, {"name_ko": ""}])
def test_a_topic_has_a_name_in_both_languages(change):
    topic = Topic.objects.create(key="t", name_en="T", name_ko="T", summary_en="s", summary_ko="s")

    with refused("topic_named_in_both_languages"):
        Topic.objects.filter(pk=topic.pk).update(**change)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"language": "fr", "text": "We earn."}, "interest_statement_language_known"),
        ({"language": "en", "text": ""}, "interest_statement_says_something"),
    ],
)
def test_a_statement_of_interest_says_something_in_a_language_of_the_site(fields, constraint):
    with refused(constraint):
        InterestStatement.objects.bulk_create([InterestStatement(**fields)])


def test_nobody_is_named_for_a_role_that_does_not_exist_or_twice_for_one():
    article = make_article()
    author = article.credits.get(role=Role.AUTHOR).person

    with refused("credit_once|credit_author_is_not_reviewer"), transaction.atomic():
        Credit.objects.bulk_create([Credit(article=article, person=author, role=Role.AUTHOR)])
    with refused("credit_role_known"), transaction.atomic():
        Credit.objects.bulk_create([Credit(article=article, person=make_person(), role="sponsor")])


def test_nobody_checks_their_own_translation():
    article, person = make_article(), make_person()
    Credit.objects.create(article=article, person=person, role=Role.TRANSLATOR)

    with refused("credit_translator_is_not_checker"):
        Credit.objects.bulk_create([Credit(article=article, person=person, role=Role.CHECKER)])


def test_an_article_has_one_translation_into_a_language():
    original = make_article(slug="page")
    make_article(slug="page", language="ko", translation_of=original)
    other = make_article(slug="other", language="ko")

    with refused("article_translated_once_per_language"):
        Article.objects.filter(pk=other.pk).update(translation_of=original)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"step": "lose", "became": "draft"}, "article_event_step_known"),
        ({"step": "submit", "became": "lost"}, "article_event_status_known"),
    ],
)
def test_a_step_that_is_written_down_is_one_of_the_table(fields, constraint):
    article = make_article()
    event = ArticleEvent(article=article, revision=article.latest_revision(), **fields)

    with refused(constraint):
        ArticleEvent.objects.bulk_create([event])


def test_a_signature_ends_after_it_begins():
    article = publish_article()
    copy = article.signatures.get()
    copy.pk, copy.next_review_on = None, date(2020, 1, 1)

    with refused("signature_next_review_comes_after"):
        Signature.objects.bulk_create([copy])


def test_leave_for_a_word_is_allowed_by_somebody_at_some_time(author, editor):
    leave = WordExemption.objects.create(
        article=make_article(), word="cure", reason="It is denied here.", asked_by=author
    )

    for half in ({"allowed_by": editor}, {"allowed_at": timezone.now()}):
        with refused("word_exemption_allowed_at_a_time"), transaction.atomic():
            WordExemption.objects.filter(pk=leave.pk).update(**half)


def test_a_link_that_was_asked_gave_an_answer_that_we_know():
    source = Source.objects.create(key="S01", title="A", venue="B", year=2020, verified="yes")

    with refused("link_check_answer_known"):
        LinkCheck.objects.create(source=source, asked_at=timezone.now(), answer="maybe")
