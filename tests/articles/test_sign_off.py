"""Who wrote does not vouch, whichever way round they try; and readers see nothing before its time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from articles import publishing, structured, worklist
from articles.models import (
    Article,
    Credit,
    InterestStatement,
    Person,
    Publication,
    Role,
    Signature,
    Status,
    Topic,
    WordExemption,
)
from articles.models.desk import LeaveRefused
from articles.publishing import Refused
from tests.factories import make_article, make_person, posted, publish, publish_article

pytestmark = pytest.mark.django_db


@pytest.fixture
def doctor(reviewer):
    return make_person("doctor", name="Dr Lee", user=reviewer)


def desk(article, name="change", *more):
    return reverse(f"admin:articles_article_{name}", args=[article.pk, *more])


def signed(article):
    publishing.submit(article, by=None)
    for person in publishing.reviewers_waiting(article):
        publishing.sign(article, person=person, by=None)
    return article


@pytest.fixture
def after(monkeypatch):
    """Move the clock on."""

    def after(**time):
        moment = datetime.now(UTC) + timedelta(**time)
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    return after


# Who vouches


def test_whoever_wrote_the_words_does_not_sign_them_though_a_colleague_saved_last(doctor, reviewer, editor):
    article = make_article(reviewers=[doctor], by=reviewer)
    article.slug = "another-address"
    article.save(by=editor)
    publishing.submit(article, by=editor)

    with pytest.raises(Refused, match="had a hand in this text"):
        publishing.sign(article, person=doctor, by=reviewer)


def test_an_author_enters_no_signature_of_somebody_outside(editor, author):
    me, outside = make_person(user=editor), make_person(works_for_clinic=False)
    article = make_article(authors=[me], reviewers=[outside], by=author)
    publishing.submit(article, by=author)

    with pytest.raises(Refused, match="had a hand in this text"):
        publishing.sign(article, person=outside, by=editor, paper="Folder 7")
    paper = {"reviewed_on": date(2026, 11, 23), "next_review_on": date(2027, 1, 1), "paper": "Folder 7"}
    with pytest.raises(IntegrityError, match="signature_not_by_its_author"), transaction.atomic():
        Signature.objects.create(
            article=article,
            revision=article.latest_revision(),
            digest=article.clinical_digest,
            person=outside,
            by=editor,
            **paper,
        )


def test_nobody_is_parted_from_their_account_to_be_signed_for_on_paper(client, doctor, reviewer, editor):
    client.force_login(editor)
    url = reverse("admin:articles_person_change", args=[doctor.pk])

    client.post(url, posted(client.get(url)) | {"user": ""})
    with pytest.raises(IntegrityError, match="person_keeps_the_account"), transaction.atomic():
        Person.objects.filter(pk=doctor.pk).update(user=None)

    assert Person.objects.get(pk=doctor.pk).user == reviewer


def test_a_signature_holds_for_the_words_of_its_revision_and_no_others():
    article = make_article()
    person = article.credits.get(role=Role.REVIEWER).person
    dates = {"reviewed_on": date(2026, 11, 23), "next_review_on": date(2027, 1, 1)}

    with pytest.raises(IntegrityError, match="signature_of_the_revision"), transaction.atomic():
        Signature.objects.create(
            article=article, revision=article.latest_revision(), digest="0" * 64, person=person, **dates
        )


@pytest.mark.django_db(transaction=True)
def test_a_signer_is_not_made_author_while_the_signature_is_being_stored():
    person = make_person(is_demonstration=True)
    article = make_article(reviewers=[person])
    publishing.submit(article, by=None)
    signing = Barrier(2, timeout=10)

    def sign():
        try:
            with transaction.atomic():
                publishing.sign(article, person=person, by=None)
                signing.wait()
        finally:
            connections.close_all()

    def make_author():
        try:
            signing.wait()
            with transaction.atomic():
                Credit.objects.filter(article=article, person=person).update(role=Role.AUTHOR)
        except IntegrityError:
            return "refused"
        finally:
            connections.close_all()
        return "made author"

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(sign), pool.submit(make_author)
        first.result()
        assert second.result() == "refused"


def test_whoever_saved_the_text_allows_no_word_in_it(author, editor):
    article = make_article(by=editor)
    leave = WordExemption.objects.create(
        article=article, word="cure", reason="It is denied here.", asked_by=author
    )

    with pytest.raises(LeaveRefused, match="had a hand"):
        leave.allow(by=editor)


def test_an_invented_author_is_seen_in_the_demonstration_alone(settings, doctor, reviewer, author):
    InterestStatement.objects.create(language="en", text="We earn money by this.")
    article = make_article(authors=[make_person(is_demonstration=True)], reviewers=[doctor], by=author)
    publishing.submit(article, by=author)
    publishing.sign(article, person=doctor, by=reviewer)
    publishing.publish(article, by=None, shipped=True)

    settings.DEMONSTRATION = False

    assert not Publication.objects.public().exists()


def test_a_reviewer_who_is_not_named_sends_nothing_back(client, reviewer):
    article = signed(make_article())
    client.force_login(reviewer)
    edits, status = publishing.seen(article)

    answer = client.post(
        desk(article, "step", "send_back"), {"edits": edits, "status": status, "note": "No."}
    )

    assert answer.status_code == 403
    assert Article.objects.get(pk=article.pk).status == Status.SIGNED


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.TRANSLATOR])
def test_the_form_makes_no_signer_a_maker_and_says_why(client, editor, role):
    article = signed(make_article())
    client.force_login(editor)
    data = posted(client.get(desk(article)))
    person = article.credits.get(role=Role.REVIEWER).person_id
    rows = [name for name in data if name.endswith("-person") and str(data[name]) == str(person)]

    answer = client.post(desk(article), data | {rows[0].replace("-person", "-role"): role.value})

    assert answer.status_code == 200
    assert "has signed this text" in answer.text


def test_other_people_on_a_signed_article_make_it_a_draft_again(client, editor):
    article = signed(make_article())
    client.force_login(editor)
    data = posted(client.get(desk(article)))
    empty = next(
        name for name in data if name.endswith("-person") and data[name] == "" and "prefix" not in name
    )
    somebody = make_person(name="Somebody Else")

    answer = client.post(
        desk(article), data | {empty: somebody.pk, empty.replace("-person", "-role"): "author"}
    )

    assert answer.status_code == 302
    article.refresh_from_db()
    assert article.status == Status.DRAFT
    assert article.events.first().note == "Other people are named on it."


def test_a_reviewer_taken_off_the_article_sets_no_date_for_it():
    people = [make_person(is_demonstration=True), make_person(is_demonstration=True)]
    article = make_article(reviewers=people)
    publishing.submit(article, by=None)
    publishing.sign(article, person=people[0], by=None, next_review_on=date(2026, 12, 1))
    publishing.sign(article, person=people[1], by=None)
    article.credits.filter(person=people[0]).delete()

    assert publish(article).next_review_on != date(2026, 12, 1)


# Nobody overwrites anybody


def test_the_slower_of_two_forms_is_told_of_more_than_the_words(editor, author):
    topic = Topic.objects.create(key="t", name_en="T", name_ko="T", summary_en="s", summary_ko="s")
    article, first, second = make_article(), Client(), Client()
    first.force_login(editor)
    second.force_login(author)
    slow = posted(second.get(desk(article)))

    assert (
        first.post(desk(article), posted(first.get(desk(article))) | {"topic": topic.pk}).status_code == 302
    )
    answer = second.post(desk(article), slow)

    assert answer.status_code == 200
    assert "Somebody else saved this article" in answer.text
    assert "The texts are the same." in answer.text
    assert Article.objects.get(pk=article.pk).topic == topic


def test_a_translation_follows_no_words_that_nobody_looked_at(client, editor):
    original = publish_article(slug="page")
    translation = publish_article(slug="page", language="ko", translation_of=original)
    client.force_login(editor)
    opened = posted(client.get(desk(translation)))
    original.body = "Third words.\n"
    original.save()
    publish(original)

    answer = client.post(desk(translation), opened | {"follows_original": "on"})

    assert "The original has changed again" in answer.text
    assert Article.objects.get(pk=translation.pk).translated_from is None


def test_restoring_words_moves_no_address(client, editor):
    original = make_article(slug="old", body="One.\n")
    original.body, original.slug = "Two.\n", "new"
    original.save()
    client.force_login(editor)

    client.post(desk(original, "restore", 1))

    original.refresh_from_db()
    assert (original.body, original.slug) == ("One.\n", "new")


def test_a_translation_is_of_an_original_in_another_language():
    original = make_article(slug="page")
    translation = make_article(slug="page", language="ko", translation_of=original)

    for wrong in ({"translation_of": translation}, {"translation_of": original, "language": "en"}):
        with pytest.raises(IntegrityError, match="article_translates_an_original"), transaction.atomic():
            Article.objects.filter(pk=make_article(language="ko").pk).update(**wrong)


def test_the_worklist_names_translations_of_a_withdrawn_original():
    original = publish_article(slug="page")
    translation = publish_article(slug="page", language="ko", translation_of=original)

    publishing.withdraw(original, by=None, reason="The dose was wrong.")

    assert worklist.translations_behind() == [translation]


# What readers see, and when


def test_a_withdrawal_names_the_page_as_readers_knew_it(client):
    article = publish_article(title="As readers knew it")
    article.title = "Words that nobody signed"
    article.save()

    publishing.withdraw(article, by=None, reason="It was wrong.")

    page = client.get("/en/corrections/").text
    assert "As readers knew it" in page
    assert "Words that nobody signed" not in page


def test_a_version_that_was_replaced_before_its_day_was_never_seen(client, after):
    article = publish_article()
    article.title = "Never shown"
    article.save()
    publish(article, visible_from=timezone.now() + timedelta(days=7), change_note="Nobody reads this.")
    article.title = "Shown instead"
    article.save()
    publish(article)

    after(days=8)

    assert "Nobody reads this." not in client.get("/en/corrections/").text


def test_a_page_that_was_withdrawn_before_its_day_was_never_there(client, after):
    article = publish_article(
        slug="soon", title="A title to come", visible_from=timezone.now() + timedelta(days=7)
    )
    publishing.withdraw(article, by=None, reason="It was wrong.")

    after(days=8)

    assert client.get("/en/articles/soon/").status_code == 404
    assert "It was wrong." not in client.get("/en/corrections/").text


def test_nothing_is_published_for_a_day_after_its_review_is_due():
    with pytest.raises(Refused, match="before readers would see it"):
        publish(make_article(), visible_from=timezone.now() + timedelta(days=900))


def test_an_old_address_leads_to_the_page_in_the_readers_own_language(client):
    english = publish_article(slug="sleep")
    english.slug = "more-sleep"
    english.save()
    publish(english)
    publish_article(slug="sleep", language="ko")

    assert client.get("/en/articles/sleep/").url == "/en/articles/more-sleep/"


def test_an_address_that_comes_back_is_not_kept_by_browsers(client):
    article = publish_article(slug="first")
    article.slug = "second"
    article.save()
    publish(article)

    assert "no-cache" in client.get("/en/articles/first/").headers["Cache-Control"]


def test_a_lapsed_translation_hides_nothing_from_its_readers(monkeypatch):
    original = publish_article(slug="page")
    translation = make_article(slug="page", language="ko", translation_of=original)
    publishing.submit(translation, by=None)
    (person,) = publishing.reviewers_waiting(translation)
    publishing.sign(translation, person=person, by=None, next_review_on=date(2026, 12, 1))
    publishing.publish(translation, by=None, shipped=True)
    monkeypatch.setattr("articles.evidence.today", lambda: date(2027, 6, 1))

    listed = Publication.objects.public().listed().for_readers_of("ko")

    assert [page.article for page in listed] == [original]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_one_version_per_article_is_the_same_among_few_and_among_many(language):
    """Lists ask for all that there is, search for the few that match: a reader must find the same."""
    for name in ("both", "original-withdrawn", "translation-withdrawn"):
        original = publish_article(slug=name)
        translation = make_article(slug=name, language="ko", translation_of=original)
        publish(translation)
        for article, part in ((original, "original"), (translation, "translation")):
            if name == f"{part}-withdrawn":
                publishing.withdraw(article, by=None, reason="It is wrong in places.")
    publish(publish_article(slug="english-alone"))
    publish_article(slug="korean-alone", language="ko")
    publish_article(slug="not-yet", visible_from=timezone.now() + timedelta(days=1))

    public = Publication.objects.public()
    for versions in (public, public.listed()):
        many, few = versions.for_readers_of(language), versions.few_for_readers_of(language)

        assert {page.pk for page in few} == {page.pk for page in many}
        assert len({page.original for page in many}) == len(many)
    shown = {(page.slug, page.language) for page in public.listed().few_for_readers_of(language)}
    assert shown == {
        ("both", language),
        ("original-withdrawn", "ko"),
        ("translation-withdrawn", "en"),
        ("english-alone", "en"),
        ("korean-alone", "ko"),
    }


def test_search_engines_get_the_time_in_seoul_with_its_zone():
    version = publish_article().latest_publication()
    version.visible_from = version.first_visible_from = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)

    data = structured.article(version)

    assert data["datePublished"] == data["dateModified"] == "2026-11-24T08:00:00+09:00"


@pytest.mark.parametrize("reason", ["It was \u202ewrong.", "It is a miracle."])
def test_the_reason_of_a_withdrawal_is_read_like_any_public_text(client, editor, reason):
    article = publish_article()
    client.force_login(editor)
    edits, status = publishing.seen(article)

    answer = client.post(
        desk(article, "step", "withdraw"), {"edits": edits, "status": status, "reason": reason}
    )

    assert answer.status_code in (200, 409)
    assert article.has_something_public()


def test_an_invisible_sign_is_refused_in_what_changed():
    from articles.admin.steps import PublishForm

    with pytest.raises(ValidationError):
        PublishForm.base_fields["change_note"].clean("Said \u202eplainly.")


def test_words_that_readers_have_not_seen_are_no_mere_review():
    article = publish_article(body="As it was.\n")
    article.body = "As it will be one day.\n"
    article.save()
    publish(article, visible_from=timezone.now() + timedelta(days=30))

    with pytest.raises(Refused, match="Readers see something else now"):
        publish(article, change_kind="review", change_note="")


def test_a_page_that_comes_back_says_why_and_is_found_from_its_withdrawal(client):
    article = publish_article(slug="back", title="It comes back")
    publishing.withdraw(article, by=None, reason="The dose was wrong.")

    with pytest.raises(Refused, match="Readers see something else now"):
        publish(article, change_kind="review", change_note="")
    publish(article, change_kind="correction", change_note="The dose is right now.")

    page = client.get("/en/corrections/").text
    assert page.count('href="/en/articles/back/"') == 2


def test_a_withdrawn_page_says_so_though_it_stands_in_the_other_language(client):
    original = publish_article(slug="page")
    publish_article(slug="page", language="ko", translation_of=original, title="한국어 글")
    publishing.withdraw(original, by=None, reason="The dose was wrong.")

    answer = client.get("/en/articles/page/")

    assert answer.status_code == 410
    assert "The dose was wrong." in answer.text
    assert 'href="/ko/articles/page/"' in answer.text


def test_somebody_who_works_here_signs_with_an_account_or_not_at_all(editor, author):
    colleague = make_person()
    article = make_article(reviewers=[colleague], by=author)
    publishing.submit(article, by=author)

    with pytest.raises(Refused, match="signs with an account"):
        publishing.sign(article, person=colleague, by=editor, paper="My drawer")


NEW = {"title": "Once", "summary": "S.", "body": "B.", "language": "en", "slug": "once", "kind": "condition"}


def test_a_form_with_a_hundred_thousand_rows_is_answered_and_stores_none(client, author):
    client.force_login(author)
    url = reverse("admin:articles_article_add")

    answer = client.post(url, posted(client.get(url), **NEW) | {"credits-TOTAL_FORMS": "99999"})

    assert answer.status_code in (200, 302)
    assert not Credit.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_whoever_presses_the_button_four_times_has_one_article_and_stands_before_it(author):
    url = reverse("admin:articles_article_add")
    pressing = Barrier(4, timeout=20)

    def press(_number):
        client = Client()
        client.force_login(author)
        data = posted(client.get(url), **NEW)
        pressing.wait()
        try:
            return client.post(url, data)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(press, range(4)))

    article = Article.objects.get()
    for answer in answers:
        # Or told in the form that the address is taken, when the first was stored before they asked.
        assert answer.status_code == 200 or answer.url == desk(article)
