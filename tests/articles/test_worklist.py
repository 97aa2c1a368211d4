"""One look answers what waits for whom and what burns; nothing of it is stored."""

import dataclasses
import re
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles import publishing, worklist
from articles.models import (
    GRACE,
    NOTICE,
    Article,
    Fact,
    FactSource,
    Person,
    Publication,
    ReviewState,
    Source,
    TreatmentStatus,
    WordExemption,
)
from clinic_site import roles
from tests.factories import make_article, make_person, posted, publish, publish_article

pytestmark = pytest.mark.django_db

PAGE = "/admin/articles/article/worklist/"
TODAY = date(2026, 11, 23)  # what conftest.py pins
REVIEW_DUE = date(2027, 11, 23)  # of what is signed then


@pytest.fixture
def member(django_user_model):
    def member(name, group):
        user = django_user_model.objects.create_user(name, is_staff=True)
        user.groups.add(Group.objects.get(name=group))
        return user

    return member


@pytest.fixture
def author(member):
    return member("author", roles.AUTHOR)


@pytest.fixture
def reviewer(member):
    return member("reviewer", roles.REVIEWER)


@pytest.fixture
def move_to(monkeypatch):
    """Let it be another day."""

    def move_to(day):
        monkeypatch.setattr("articles.evidence.today", lambda: day)

    return move_to


def in_review(**fields):
    article = make_article(**fields)
    publishing.submit(article, by=None)
    return article


def waiting(user):
    return [(task.article.title, task.what) for task in worklist.tasks(user)]


def pages(rows):
    return [row.page.title for row in rows]


# Waiting for me


def test_a_reviewer_sees_what_lacks_their_own_signature(reviewer):
    me, other = make_person(user=reviewer), make_person(name="Han")
    in_review(title="Mine", reviewers=[me, other])
    in_review(title="Not mine", reviewers=[other])
    make_article(title="Not sent yet", reviewers=[me])

    assert waiting(reviewer) == [("Mine", "Read and sign")]


def test_a_signature_takes_the_article_off_the_list_and_a_new_text_puts_it_back(reviewer):
    me = make_person(user=reviewer)
    article = in_review(reviewers=[me, make_person(name="Han")])

    publishing.sign(article, person=me, by=reviewer)
    assert waiting(reviewer) == []

    article.body = "You are very welcome here.\n"
    article.save()
    publishing.submit(article, by=None)
    assert waiting(reviewer) == [("A plain page", "Read and sign")]


def test_an_editor_sees_what_is_signed_and_which_signatures_came_on_paper(editor, reviewer):
    me = make_person(user=reviewer)
    publishing.sign(in_review(title="Signed", reviewers=[me]), person=me, by=reviewer)
    in_review(title="On paper", reviewers=[make_person(name="Han")])
    in_review(title="Has an account", reviewers=[me])

    assert sorted(waiting(editor)) == [
        ("On paper", "Enter the signature of Han"),
        ("Signed", "Publish"),
    ]


def test_whoever_saved_the_text_is_not_asked_to_enter_a_signature_under_it(editor, member):
    in_review(by=editor, reviewers=[make_person(name="Han")])

    assert waiting(editor) == []
    assert waiting(member("second", roles.EDITOR)) == [("A plain page", "Enter the signature of Han")]


def test_leave_for_a_word_waits_for_a_second_person(editor, author, member):
    article = make_article()
    WordExemption.objects.create(article=article, word="cure", reason="It denies it.", asked_by=editor)

    assert waiting(editor) == waiting(author) == []
    assert waiting(member("second", roles.EDITOR)) == [("A plain page", "Allow the word “cure”, or not")]


def test_an_author_sees_what_came_back_until_it_is_sent_again(author, editor, member):
    me = make_person(user=author)
    saved, named = in_review(title="Saved", by=author), in_review(title="Named", authors=[me])
    somebody_elses = in_review(title="Of somebody else")
    for article in (saved, named, somebody_elses):
        publishing.send_back(article, by=editor, note="The second citation is wrong.")
    publishing.submit(saved, by=author)

    assert waiting(author) == [("Named", "Mend what was sent back")]
    assert worklist.tasks(author)[0].note == "The second citation is wrong."
    assert waiting(member("second", roles.AUTHOR)) == []


def test_the_link_counts_what_waits_in_one_query(
    client, editor, reviewer, author, nurse, django_assert_num_queries
):
    me = make_person(user=reviewer)
    in_review(reviewers=[me, make_person()])
    in_review(reviewers=[me])
    publishing.send_back(in_review(by=author), by=editor, note="Not yet.")
    publishing.sign(in_review(reviewers=[me]), person=me, by=reviewer)
    for user, count in ((reviewer, 2), (editor, 2), (author, 1), (nurse, 0)):
        user.get_all_permissions()  # as every page of the admin does
        with django_assert_num_queries(1 if count else 0):
            assert worklist.count_of_tasks(user) == count
        assert len(worklist.tasks(user)) == count

    client.force_login(reviewer)
    assert "waiting for you:</span> 2</span></a>" in client.get("/admin/").text
    client.force_login(nurse)
    assert PAGE not in client.get("/admin/").text


# Dates


@pytest.mark.parametrize(
    ("days_late", "overdue", "soon", "left"),
    [
        (-NOTICE.days - 1, [], [], False),
        (-NOTICE.days, [], [30], False),
        (0, [], [0], False),
        (1, [1], [], False),
        (GRACE.days, [30], [], False),
        (GRACE.days + 1, [31], [], True),
    ],
)
def test_a_page_is_due_then_overdue_then_out_of_the_lists(move_to, days_late, overdue, soon, left):
    publish_article()

    move_to(REVIEW_DUE + timedelta(days=days_late))

    assert [row.days for row in worklist.overdue_pages()] == overdue
    assert [row.days for row in worklist.pages_due_soon()] == soon
    assert [row.has_left_lists for row in worklist.overdue_pages()] == [left] * len(overdue)
    # The same as readers are told, and as lists do.
    (page,) = Publication.objects.public()
    assert bool(overdue) == (page.review_state != ReviewState.CURRENT)
    assert left != Publication.objects.public().listed().exists()


def test_only_what_readers_see_is_overdue(move_to):
    again, withdrawn = publish_article(title="Again"), publish_article(title="Withdrawn")
    publishing.withdraw(withdrawn, by=None, reason="It was wrong.")
    move_to(REVIEW_DUE - timedelta(days=1))
    publish(again, change_kind="review")

    move_to(REVIEW_DUE + timedelta(days=1))

    assert worklist.overdue_pages() == []


def test_scheduled_is_what_readers_will_see_one_day(move_to):
    later = timezone.now() + timedelta(days=3)
    publish_article(title="Later", visible_from=later)
    publish_article(title="Now")
    withdrawn = publish_article(title="Withdrawn", visible_from=later)
    publishing.withdraw(withdrawn, by=None, reason="It was wrong.")
    overtaken = publish_article(title="Overtaken", visible_from=later)
    publish(overtaken, visible_from=timezone.now())

    assert [page.title for page in worklist.scheduled_pages()] == ["Later"]


def test_the_list_of_translations_says_the_same_as_each_translation():
    never_noted, followed, untouched = (publish_article(slug=f"page-{n}") for n in range(3))
    for original in (never_noted, followed, untouched):
        translation = make_article(language="ko", translation_of=original)
        if original != never_noted:
            translation.follow_original()
            translation.save()
    for original in (followed, untouched):
        original.body += "\nMore.\n"
        original.save()
    publish(followed)
    in_draft_only = Article.objects.get(translation_of=untouched)

    behind = worklist.translations_behind()

    assert {row.translation_of for row in behind} == {never_noted, followed}
    assert in_draft_only not in behind
    for row in Article.objects.all():
        assert row.is_behind_its_original() == (row in behind)


# Evidence


@pytest.fixture
def fact():
    source = Source.objects.create(key="S90", title="A trial", venue="A journal", year=2025, verified="yes")
    Source.objects.filter(pk=source.pk).update(url="https://example.org/")
    fact = Fact.objects.create(
        key="F90",
        statement="Something is so.",
        about="biology",
        evidence="limited",
        verified="yes",
        checked_on=TODAY,
        recheck_months=3,
    )
    FactSource.objects.create(fact=fact, source=source, position=0)
    return fact


def test_a_fact_is_listed_a_month_before_it_is_due_with_what_cites_it(fact, move_to):
    article = make_article(body="It is so [F90].\n")
    due = date(2027, 2, 23)
    for day, listed in ((due - timedelta(days=31), []), (due - NOTICE, [False]), (due, [False])):
        move_to(day)
        assert [row.is_overdue for row in worklist.facts_due()] == listed

    move_to(due + timedelta(days=1))
    (row,) = worklist.facts_due()

    assert (row.is_overdue, row.due, row.articles) == (True, due, [article])


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (lambda fact: Fact.objects.update(verified="memory"), "has not been checked"),
        (lambda fact: Fact.objects.update(recheck_months=1, checked_on="2026-01-01"), "checked again by"),
        (
            lambda fact: Source.objects.update(retracted=True, retraction_note="By the journal."),
            "was retracted or withdrawn",
        ),
        (lambda fact: Source.objects.update(url=""), "no source that can be followed"),
    ],
)
def test_a_published_page_is_named_when_its_fact_may_no_longer_be_cited(fact, broken, why):
    publish_article(title="Cites it", body="It is so [F90].\n")
    publish_article(title="Cites nothing")
    make_article(title="Not published", body="It is so [F90].\n")
    assert worklist.pages_with_uncitable_facts() == []

    broken(fact)

    (found,) = worklist.pages_with_uncitable_facts()
    assert found.page.title == "Cites it"
    assert why in found.flaws[0].why


def test_a_range_does_not_stand_on_what_nobody_has_checked(fact):
    Fact.objects.create(
        key="F91", statement="Perhaps.", about="biology", evidence="none", verified="memory", recheck_months=3
    )

    publish_article(body="Several things are so [F90-F91].\n")

    assert worklist.pages_with_uncitable_facts() == []


def test_trials_that_nobody_has_looked_at_for_90_days_are_listed(articles, move_to):
    trials = TreatmentStatus.objects.filter(status="in_trials")
    count = trials.count()
    trials.update(checked_on=TODAY, check_by=TODAY + timedelta(days=200))
    assert count

    move_to(TODAY + timedelta(days=90))
    assert worklist.statuses_to_look_at() == []
    move_to(TODAY + timedelta(days=91))
    assert len(worklist.statuses_to_look_at()) == count


# The page


def fill(number, reviewer, fact_key):
    """Give every list of the worklist a row."""
    me = Person.objects.filter(user=reviewer).first() or make_person(user=reviewer)
    in_review(reviewers=[me])
    in_review(reviewers=[make_person()])
    signed = in_review(reviewers=[me])
    publishing.sign(signed, person=me, by=reviewer)
    original = publish_article(body=f"It is so [{fact_key}].\n")
    make_article(language="ko", translation_of=original)
    publish_article(visible_from=timezone.now() + timedelta(days=3))
    publishing.send_back(in_review(authors=[me]), by=None, note=f"Number {number}.")
    WordExemption.objects.create(
        article=original, word="cure", reason="It is denied here.", asked_by=reviewer
    )


def test_the_worklist_takes_as_many_queries_for_many_rows_as_for_few(
    client, editor, reviewer, fact, articles, move_to
):
    editor.groups.add(*Group.objects.all())
    client.force_login(editor)
    Fact.objects.filter(key="F01").update(checked_on="2026-01-01", recheck_months=1)
    TreatmentStatus.objects.update(checked_on="2026-01-01")

    counts = []
    for number in range(3):
        move_to(TODAY)
        fill(number, reviewer, fact.key)
        move_to(REVIEW_DUE - timedelta(days=5))
        client.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(PAGE)
        counts.append(len(queries))
        work = page.context["work"]
        for name in (
            "tasks",
            "overdue",
            "due_soon",
            "behind",
            "unsupported",
            "facts",
            "statuses",
            "scheduled",
        ):
            assert getattr(work, name), name

    assert counts[0] == counts[1] == counts[2] <= 24, counts


def test_an_empty_worklist_says_so_once(client, editor):
    client.force_login(editor)

    page = client.get(PAGE).text

    assert page.count("Nothing to do now.") == 1
    assert "<h2" not in page
    assert 'class="queue-tabs"' not in page


def test_each_part_with_something_in_it_has_a_link_by_the_same_name_and_no_other_part_is_shown(
    client, editor, reviewer
):
    in_review(reviewers=[make_person(name="Han")])
    publish_article(visible_from=timezone.now() + timedelta(days=3))
    client.force_login(editor)

    page = client.get(PAGE).text

    links = re.findall(r'<a href="#([\w-]+)">([^<]+) <span class="count">1<', page)
    assert links == [("mine", "Waiting for me"), ("scheduled", "Scheduled")]
    assert re.findall(r'<h2 id="([\w-]+)-title">([^<]+)</h2>', page) == links


def test_every_list_of_the_worklist_has_a_name(editor):
    work = worklist.everything(editor)
    lists = {field.name for field in dataclasses.fields(work)} - {"at"}

    assert {worklist.FIELDS.get(key, key) for key in worklist.NAMES} == lists


def test_the_worklist_is_for_staff_who_may_see_articles(client, django_user_model, reviewer):
    assert client.get(PAGE).status_code == 302
    client.force_login(django_user_model.objects.create_user("other", is_staff=True))
    assert client.get(PAGE).status_code == 403
    client.force_login(reviewer)
    assert client.get(PAGE).status_code == 200


def test_a_reviewer_signs_in_and_finds_the_article_that_waits(open_page, sign_in, reviewer):
    in_review(title="Understanding sleep", reviewers=[make_person(user=reviewer)])
    page = sign_in(open_page("/admin/"), reviewer)

    page.get_by_role("link", name="Worklist waiting for you: 1").click()
    page.get_by_role("region", name="Waiting for me").get_by_role("link", name="Understanding sleep").click()

    page.get_by_role("heading", name="Where it stands").wait_for()
    assert page.get_by_role("link", name="Sign", exact=True).is_visible()


# People


def test_the_page_of_a_person_shows_what_they_wrote_and_signed(client, editor, reviewer):
    me = make_person(user=reviewer)
    article = in_review(title="Understanding sleep", reviewers=[me])
    make_article(title="Written", authors=[me])
    publishing.sign(article, person=me, by=reviewer)
    client.force_login(editor)

    page = client.get(reverse("admin:articles_person_change", args=[me.pk])).text

    assert "Understanding sleep (en)</a> – clinical reviewer" in page
    assert "Written (en)</a> – author" in page
    assert "revision 1, on 23 November 2026, good until 23 November 2027" in page
    assert "Invented for the demonstration" not in page


def test_an_invented_person_is_marked_in_the_list_and_on_their_page(client, editor):
    invented = make_person(is_demonstration=True)
    client.force_login(editor)

    assert "<strong>invented</strong>" in client.get("/admin/articles/person/").text
    page = client.get(reverse("admin:articles_person_change", args=[invented.pk])).text
    assert "Invented for the demonstration: their signature counts nowhere else." in page


def test_an_account_belongs_to_one_person(client, editor, reviewer):
    make_person(user=reviewer)
    somebody = make_person()
    client.force_login(editor)
    address = reverse("admin:articles_person_change", args=[somebody.pk])

    page = client.post(address, posted(client.get(address), user=str(reviewer.pk)))

    assert "That account belongs to somebody else already." in page.text
    assert not Person.objects.get(pk=somebody.pk).user


def test_the_list_and_the_page_of_people_take_no_more_queries_for_more_rows(
    client, editor, member, django_assert_max_num_queries
):
    client.force_login(editor)
    me = make_person()
    for number in range(5):
        make_person(user=member(f"member-{number}", roles.REVIEWER))
        in_review(reviewers=[me])

    client.get("/en/")  # what is kept in memory is built
    # One of them on every page of whoever has inquiries: how many notes name them, for the header.
    with django_assert_max_num_queries(10):
        client.get("/admin/articles/person/")
    with django_assert_max_num_queries(14):
        client.get(reverse("admin:articles_person_change", args=[me.pk]))
