"""The way of an article to its readers: the state table, who may sign, and what the database refuses."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.utils import timezone

from articles import publishing
from articles.models import (
    Article,
    ArticleEvent,
    ChangeKind,
    Credit,
    InterestStatement,
    Publication,
    Role,
    Signature,
    Status,
    Step,
)
from articles.publishing import Overtaken, Refused, Stopped
from tests.factories import make_article, make_person, publish, publish_article

pytestmark = pytest.mark.django_db

NEXT_YEAR = date(2027, 11, 23)

# Written by hand, to be compared with the table.
ALLOWED = {
    ("draft", "submit"),
    ("in_review", "sign"),
    ("in_review", "send_back"),
    ("signed", "publish"),
    ("signed", "send_back"),
    ("published", "submit"),
    ("draft", "withdraw"),
    ("in_review", "withdraw"),
    ("signed", "withdraw"),
    ("published", "withdraw"),
    ("withdrawn", "submit"),
}


@pytest.fixture
def doctor(reviewer):
    """A reviewer with an account."""
    return make_person("doctor", name="Dr Lee", user=reviewer)


def bring_to(status, **fields):
    """Return an article that readers have seen once and whose text has since come to a status."""
    article = publish_article(**fields)
    if status == Status.PUBLISHED:
        return article
    if status == Status.WITHDRAWN:
        publishing.withdraw(article, by=None, reason="It was wrong.")
        return article
    article.title = "Another title"
    article.save()
    if status in (Status.IN_REVIEW, Status.SIGNED):
        publishing.submit(article, by=None)
    if status == Status.SIGNED:
        for person in publishing.reviewers_waiting(article):
            publishing.sign(article, person=person, by=None)
    assert article.status == status
    return article


def take(article, step):
    match step:
        case Step.SUBMIT:
            publishing.submit(article, by=None)
        case Step.SEND_BACK:
            publishing.send_back(article, by=None, note="Say where the number comes from.")
        case Step.SIGN:
            publishing.sign(article, person=article.credits.get(role=Role.REVIEWER).person, by=None)
        case Step.PUBLISH:
            options = {"change_kind": ChangeKind.UPDATE, "change_note": "Said more plainly."}
            publishing.publish(article, by=None, shipped=True, **options)
        case Step.WITHDRAW:
            publishing.withdraw(article, by=None, reason="It was wrong.")


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("step", [step for step in Step if step != Step.CHANGE])
def test_each_step_follows_from_the_states_of_the_table_and_from_no_other(status, step):
    article = bring_to(status)
    events = article.events.count()

    if (status, step) in ALLOWED:
        take(article, step)
        assert article.events.first().step == step
        assert article.events.first().became == article.status
        assert step in [*publishing.open_steps(bring_to(status))]
    else:
        with pytest.raises(Refused):
            take(article, step)
        article.refresh_from_db()
        assert article.status == status
        assert article.events.count() == events


@pytest.mark.parametrize("status", [Status.IN_REVIEW, Status.SIGNED, Status.PUBLISHED, Status.WITHDRAWN])
def test_a_changed_text_is_a_draft_again_and_readers_keep_what_they_have(status):
    article = bring_to(status)
    had = list(Publication.objects.public().values_list("article", "number"))

    article.body = "Other words.\n"
    article.save()

    article.refresh_from_db()
    assert article.status == Status.DRAFT
    assert not article.signatures_now()
    assert list(Publication.objects.public().values_list("article", "number")) == had


def test_another_address_needs_no_new_signature():
    article = bring_to(Status.PUBLISHED)

    article.slug = "elsewhere"
    article.save()

    assert article.status == Status.SIGNED
    assert publish_again(article).slug == "elsewhere"


def publish_again(article):
    options = {"change_kind": ChangeKind.UPDATE, "change_note": "A shorter address."}
    return publishing.publish(article, by=None, shipped=True, **options)


def test_whoever_acts_on_an_old_screen_is_told_and_nothing_happens():
    article = bring_to(Status.DRAFT)
    had = publishing.seen(article)
    article.title = "Changed meanwhile"
    article.save()

    with pytest.raises(Overtaken):
        publishing.submit(article, by=None, had=had)

    assert Article.objects.get(pk=article.pk).status == Status.DRAFT


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_publish_at_once_one_makes_a_version():
    article = bring_to(Status.SIGNED)
    versions = article.publications.count()

    def try_it(_number):
        try:
            publish_again(Article.objects.get(pk=article.pk))
        except Refused:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(try_it, range(4)))

    assert done.count(True) == 1
    assert article.publications.count() == versions + 1


# Signatures


def test_an_article_is_signed_when_each_reviewer_has_signed():
    people = [make_person(is_demonstration=True), make_person(is_demonstration=True, works_for_clinic=False)]
    article = make_article(reviewers=people)
    publishing.submit(article, by=None)

    publishing.sign(article, person=people[0], by=None)
    assert article.status == Status.IN_REVIEW
    assert publishing.reviewers_waiting(article) == [people[1]]

    publishing.sign(article, person=people[1], by=None)
    assert article.status == Status.SIGNED


def test_nobody_signs_twice_for_the_same_text():
    people = [make_person(is_demonstration=True), make_person(is_demonstration=True)]
    article = make_article(reviewers=people)
    publishing.submit(article, by=None)
    publishing.sign(article, person=people[0], by=None)

    with pytest.raises(Refused, match="not among the reviewers"):
        publishing.sign(article, person=people[0], by=None)


def test_whoever_saved_the_text_does_not_sign_it(doctor):
    article = make_article(reviewers=[doctor], by=doctor.user)
    publishing.submit(article, by=doctor.user)

    with pytest.raises(Refused, match="had a hand in this text yourself"):
        publishing.sign(article, person=doctor, by=doctor.user)


def test_somebody_with_an_account_signs_there(doctor, author):
    article = make_article(reviewers=[doctor])
    publishing.submit(article, by=None)

    with pytest.raises(Refused, match="has an account"):
        publishing.sign(article, person=doctor, by=author, paper="Folder 7")


def test_a_signature_on_paper_says_where_the_paper_is(author):
    outside = make_person(works_for_clinic=False)
    article = make_article(reviewers=[outside])
    publishing.submit(article, by=None)

    with pytest.raises(Refused, match="where the signed paper"):
        publishing.sign(article, person=outside, by=author)
    publishing.sign(article, person=outside, by=author, paper="Folder 7")

    assert article.signatures.get().paper == "Folder 7"


@pytest.mark.parametrize("due", [date(2026, 11, 23), date(2027, 11, 24), date(2020, 1, 1)])
def test_the_next_review_comes_in_time(doctor, due):
    article = make_article(reviewers=[doctor])
    publishing.submit(article, by=None)

    with pytest.raises(Refused, match="no later than 23 November 2027"):
        publishing.sign(article, person=doctor, by=doctor.user, next_review_on=due)


def test_a_signature_from_before_the_article_was_sent_again_no_longer_counts():
    article = bring_to(Status.PUBLISHED)
    assert article.signatures_now()

    publishing.submit(article, by=None)

    assert not article.signatures_now()
    with pytest.raises(Refused):
        take(article, Step.PUBLISH)


# What the database refuses when Python is gone round


def signature_of(article, person, by=None, **fields):
    revision = article.latest_revision()
    fields = {"digest": article.clinical_digest, "revision": revision} | fields
    return Signature(
        article=article,
        person=person,
        by=by,
        reviewed_on=date(2026, 11, 23),
        next_review_on=NEXT_YEAR,
        **fields,
    )


@pytest.mark.parametrize(
    ("signer", "constraint"),
    [("author", "signature_not_by_its_author"), ("stranger", "signature_by_a_reviewer")],
)
def test_the_database_takes_no_signature_of_an_author_or_a_stranger(signer, constraint, author):
    writer, stranger = make_person(), make_person()
    article = make_article(authors=[writer])
    person = {"author": writer, "stranger": stranger}[signer]

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Signature.objects.bulk_create([signature_of(article, person, author)])


def test_the_database_takes_no_signature_from_the_account_that_saved_the_text(author):
    outside = make_person()
    article = make_article(reviewers=[outside], by=author)

    with pytest.raises(IntegrityError, match="signature_not_by_who_saved_the_text"), transaction.atomic():
        Signature.objects.bulk_create([signature_of(article, outside, author)])


def test_the_database_takes_no_signature_from_nobody():
    real = make_person()
    article = make_article(reviewers=[real])

    with pytest.raises(IntegrityError, match="signature_by_somebody"), transaction.atomic():
        Signature.objects.bulk_create([signature_of(article, real)])


def test_the_database_makes_nobody_author_and_reviewer_of_one_article():
    article = make_article()
    reviewer = article.credits.get(role=Role.REVIEWER).person

    with pytest.raises(IntegrityError, match="credit_author_is_not_reviewer"), transaction.atomic():
        Credit.objects.create(article=article, person=reviewer, role=Role.AUTHOR)


def test_the_database_makes_no_signer_an_author_afterwards():
    article = bring_to(Status.SIGNED)

    with pytest.raises(IntegrityError, match="credit_signer_is_not_author"), transaction.atomic():
        Credit.objects.filter(article=article, role=Role.REVIEWER).update(role=Role.AUTHOR)


@pytest.mark.parametrize(
    "missing",
    [
        {"reviewed_on": None},
        {"next_review_on": None},
        {"next_review_on": date(2020, 1, 1)},
        {"interest_statement": None},
    ],
)
def test_the_database_publishes_nothing_without_dates_and_statement(missing):
    article = bring_to(Status.PUBLISHED)

    with pytest.raises(IntegrityError, match="article_published_has_dates_and_statement"):
        Article.objects.filter(pk=article.pk).update(**missing)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"status": "rejected"}, "article_status_known"),
        ({"status": "withdrawn"}, "article_withdrawn_says_when_and_why"),
        ({"status": "signed", "submitted_at": None}, "article_in_review_since_some_time"),
    ],
)
def test_the_database_refuses_a_state_that_explains_nothing(change, constraint):
    article = make_article()

    with pytest.raises(IntegrityError, match=constraint):
        Article.objects.filter(pk=article.pk).update(**change)


@pytest.mark.parametrize(
    "table", ["publication", "signature", "articleevent", "intereststatement", "warninganswer"]
)
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"], ids=str.split
)
def test_the_database_keeps_what_is_written_once(table, statement, author):
    article = bring_to(Status.PUBLISHED)
    article.warning_answers.create(key="k", code="C08", about="Long.", text="It is a name.", by=author)

    with (
        pytest.raises(DatabaseError, match="pgtrigger: Cannot"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; " + statement.format(f"articles_{table}"))


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"number": 1, "change_kind": "first"}, "publication_number_once_per_article"),
        ({"number": 0}, "publication_change_kind_known"),
        ({"change_note": "short"}, "publication_says_what_changed"),
        ({"change_note": "          x"}, "publication_says_what_changed"),
        ({"change_kind": "first"}, "publication_change_kind_known"),
        ({"next_review_on": date(2026, 11, 23)}, "publication_next_review_comes_after"),
        ({"body": "Words that nobody signed."}, "publication_of_signed_words"),
        ({"signed_digest": "0" * 64}, "publication_of_signed_words"),
        ({"language": "fr"}, "publication_language_known"),
    ],
)
def test_the_database_refuses_a_version_that_makes_no_sense(change, constraint):
    version = publish_article().latest_publication()
    version.pk, version.number = None, 2
    version.change_kind, version.change_note = ChangeKind.UPDATE, "Said more plainly."
    for name, value in change.items():
        setattr(version, name, value)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Publication.objects.bulk_create([version])


# What the publish service asks


def test_an_error_stops_publication_and_says_where(author):
    article = make_article(body="In 40% of people it helped.\n")
    publishing.submit(article, by=None)
    take(article, Step.SIGN)

    with pytest.raises(Stopped) as stopped:
        publishing.publish(article, by=author)

    assert "C01" in {problem.code for problem in stopped.value.problems}
    assert not article.publications.exists()
    article.refresh_from_db()
    assert article.status == Status.SIGNED


def test_only_a_demonstration_shows_what_nobody_has_signed(settings):
    article = bring_to(Status.SIGNED)
    settings.DEMONSTRATION = False

    with pytest.raises(Refused):
        publish_again(article)


def test_a_new_version_says_what_kind_of_change_it_is():
    article = bring_to(Status.SIGNED)

    with pytest.raises(Refused, match="what kind of change"):
        publishing.publish(article, by=None, shipped=True, change_note="Said more plainly.")
    with pytest.raises(Refused, match="Readers see something else now"):
        publishing.publish(article, by=None, shipped=True, change_kind=ChangeKind.REVIEW)


def test_a_review_without_a_change_says_so_by_itself():
    article = bring_to(Status.PUBLISHED)
    publishing.submit(article, by=None)
    take(article, Step.SIGN)

    version = publishing.publish(article, by=None, shipped=True, change_kind=ChangeKind.REVIEW)

    assert version.change_note == "Reviewed again, nothing changed"


def test_nothing_is_published_without_a_statement_of_interest():
    article = make_article(language="ko")
    InterestStatement.objects.create(language="en", text="We earn money by this.")
    publishing.submit(article, by=None)
    take(article, Step.SIGN)

    with pytest.raises(Refused, match="conflict-of-interest"):
        take(article, Step.PUBLISH)


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.REVIEWER])
def test_nothing_is_sent_to_review_before_its_people_are_named(role):
    article = make_article()
    article.credits.filter(role=role).delete()

    with pytest.raises(Refused, match="first"):
        publishing.submit(article, by=None)


def test_a_version_keeps_the_statement_and_the_people_of_its_day():
    article = bring_to(Status.PUBLISHED)
    version = article.latest_publication()
    author = article.credits.get(role=Role.AUTHOR).person

    author.name_en = "Somebody Else"
    author.save()
    InterestStatement.objects.create(language="en", text="We no longer offer it.")

    version = Publication.objects.get(pk=version.pk)
    assert version.authors[0]["name"] == "Kim"
    assert version.interest_statement.text == "We earn money by this."


def test_text_that_changed_after_it_was_signed_is_not_medically_reviewed():
    version = publish_article().latest_publication()
    assert version.is_medically_reviewed
    assert version.reviewers

    version.body = (
        "Other words."  # the database refuses to store that; if it ever did not, readers would know
    )

    assert not version.is_medically_reviewed
    assert not version.reviewers


def test_every_step_is_written_down_with_who_and_why(author):
    article = make_article(reviewers=[make_person(works_for_clinic=False)])
    publishing.submit(article, by=author, note="Mind the second part.")
    publishing.send_back(article, by=author, note="Cite a trial.")

    events = ArticleEvent.objects.filter(article=article)
    assert [(event.step, event.became, event.note, event.by) for event in events] == [
        ("send_back", "draft", "Cite a trial.", author),
        ("submit", "in_review", "Mind the second part.", author),
    ]


def test_a_withdrawn_article_may_be_published_again_after_a_new_review():
    article = bring_to(Status.WITHDRAWN)
    assert not article.has_something_public()

    publish(article, change_kind=ChangeKind.CORRECTION, change_note="The wrong number is gone.")

    assert article.has_something_public()


def test_a_version_for_next_week_waits_and_a_withdrawal_stops_it():
    article = bring_to(Status.SIGNED)
    next_week = timezone.now() + timedelta(days=7)
    version = publishing.publish(
        article,
        by=None,
        shipped=True,
        change_kind=ChangeKind.UPDATE,
        change_note="Said more plainly.",
        visible_from=next_week,
    )
    public = Publication.objects.public()
    assert public.get(article=article).number == version.number - 1

    publishing.withdraw(article, by=None, reason="It was wrong.")

    assert not public.filter(article=article).exists()


def test_saving_an_old_copy_of_an_article_undoes_no_step():
    article = bring_to(Status.SIGNED)
    old = Article.objects.get(pk=article.pk)
    publish_again(article)

    old.save()

    stored = Article.objects.get(pk=article.pk)
    assert stored.status == Status.PUBLISHED
    assert stored.reviewed_on is not None
