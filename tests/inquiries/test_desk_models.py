"""What staff have at hand: views, tags, who is here or away, templates; and what the database refuses."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from inquiries.contents import for_staff
from inquiries.desk import replies
from inquiries.desk.first_templates import ensure_templates
from inquiries.erasure import erase
from inquiries.models import (
    Absence,
    Draft,
    ErasedBy,
    ErasedInquiries,
    Inquiry,
    Mention,
    Message,
    Presence,
    ReplyTemplate,
    SavedView,
    Status,
    Step,
    StepRefused,
    Tag,
    hand_over_the_absent,
)
from tests.factories import make_inquiry
from tests.inquiries.at_the_desk import fresh

pytestmark = pytest.mark.django_db

NOW = timezone.now
DAY = timedelta(days=1)
TEMPLATE = {"name": "Trials", "language": "en", "topic": "evidence", "body": "Hello {preferred_name}."}


# Saved views


def test_a_view_keeps_filters_and_no_words_of_a_search(nurse):
    view = SavedView.objects.keep("Mine in Korean", {"tab": "mine", "language": "ko"}, by=nurse)

    assert view.filters == {"language": "ko", "tab": "mine"}
    for filters in ({}, {"q": "Ada"}, {"tab": "mine", "q": "Ada"}, {"topic": "x" * 41}, {"tab": ["mine"]}):
        with pytest.raises(StepRefused, match="no words of a search"):
            SavedView.objects.keep("Ada", filters, by=nurse)
    assert SavedView.objects.keep("Mine in Korean", {"tab": "late"}, by=nurse) == view


def test_a_manager_shares_views_and_everybody_has_their_own(nurse, colleague, manager):
    mine = SavedView.objects.keep("Late", {"tab": "late"}, by=nurse)
    shared = SavedView.objects.keep("Late", {"tab": "late", "language": "ko"}, by=manager, shared=True)
    theirs = SavedView.objects.keep("Late", {"tab": "new"}, by=colleague)

    with pytest.raises(StepRefused, match="Only a manager"):
        SavedView.objects.keep("All", {"tab": "new"}, by=nurse, shared=True)
    assert list(SavedView.objects.for_person(nurse)) == [mine, shared]
    assert list(SavedView.objects.for_person(colleague)) == [theirs, shared]


# Who is here, who is away


def test_who_else_is_looking_and_for_how_long(nurse, colleague):
    inquiry = make_inquiry()
    Presence.objects.look(inquiry, nurse)
    Presence.objects.look(inquiry, colleague)
    Presence.objects.look(inquiry, colleague)

    assert [one.person for one in Presence.objects.others(inquiry, nurse)] == [colleague]
    Presence.objects.filter(person=colleague).update(at=NOW() - timedelta(minutes=3))
    assert not Presence.objects.others(inquiry, nurse)
    Presence.objects.look(inquiry, nurse)
    assert Presence.objects.count() == 1
    Presence.objects.leave(inquiry, nurse, timezone.now())
    assert not Presence.objects.exists()


def test_who_goes_away_hands_over_to_the_deputy(nurse, colleague):
    mine = make_inquiry(status=Status.WAITING, owner=nurse)
    closed = make_inquiry(status=Status.CLOSED, owner=nurse)

    Absence.objects.mark(nurse, NOW(), NOW() + DAY, deputy=colleague, by=nurse)

    assert (fresh(mine).status, fresh(mine).owner) == (Status.WAITING, colleague)
    event = mine.events.get()
    assert (event.step, event.to, event.by) == (Step.OWNER_AWAY, colleague, None)
    assert fresh(closed).owner == nurse
    with pytest.raises(StepRefused, match="is away"):
        make_inquiry().hand_over(nurse, by=colleague)


def test_without_a_deputy_who_is_there_it_goes_back_to_a_queue(nurse, colleague, manager):
    taken = make_inquiry(status=Status.TAKEN, owner=nurse)
    danger = make_inquiry(status=Status.TAKEN, owner=nurse, category="T0")
    answered = make_inquiry(status=Status.ANSWERED, owner=nurse)
    Absence.objects.mark(colleague, NOW(), NOW() + DAY, deputy=manager, by=colleague)

    Absence.objects.mark(nurse, NOW(), NOW() + DAY, deputy=colleague, by=nurse)

    where = {one.pk: (one.status, one.owner, one.queue) for one in Inquiry.objects.all()}
    assert where == {
        taken.pk: (Status.NEW, None, "nurses"),
        danger.pk: (Status.NEW, None, "physicians"),
        answered.pk: (Status.ANSWERED, None, "nurses"),
    }


def test_an_absence_to_come_takes_effect_when_it_has_come(nurse, colleague, manager):
    inquiry = make_inquiry(status=Status.TAKEN, owner=nurse)
    Absence.objects.mark(nurse, NOW() + DAY, NOW() + 2 * DAY, deputy=colleague, by=manager)
    assert fresh(inquiry).owner == nurse

    Absence.objects.update(starts_at=NOW())

    assert hand_over_the_absent() == 1
    assert fresh(inquiry).owner == colleague
    assert hand_over_the_absent() == 0


def test_nobody_marks_a_colleague_as_away_but_a_manager(nurse, colleague):
    for person, start, end, deputy, why in [
        (colleague, NOW(), NOW() + DAY, None, "Only a manager"),
        (nurse, NOW() + DAY, NOW(), None, "ends after"),
        (nurse, NOW(), NOW() + DAY, nurse, "stands in for themselves"),
    ]:
        with pytest.raises(StepRefused, match=why):
            Absence.objects.mark(person, start, end, deputy=deputy, by=nurse)


# Replies


def test_a_template_is_filled_and_completed_by_rule(articles):
    inquiry = make_inquiry(topic="evidence", preferred_name="Ada")
    template = ReplyTemplate.objects.create(**TEMPLATE)

    text = replies.fill(template, for_staff(inquiry))

    assert text.startswith("Hello Ada.\n\nWe searched on ")
    assert "no published randomised trial" in text
    assert text.endswith("/en/articles/risks-and-unknowns/")
    assert replies.complete(text, inquiry) == text, "twice is once"


def test_every_reply_about_treatment_carries_statement_and_link(articles, nurse):
    for fields, carries in [
        ({"topic": "cost", "category": ""}, True),
        ({"topic": "website", "category": ""}, False),
        ({"topic": "website", "category": "T4"}, True),
        ({"topic": "evidence", "category": "T8"}, False),
    ]:
        inquiry = make_inquiry(**fields, language="ko")
        assert ("무작위 임상시험" in replies.complete("안녕하세요.", inquiry)) is carries, fields
        assert ("/ko/articles/risks-and-unknowns/" in replies.complete("", inquiry)) is carries


def test_templates_are_offered_by_language_and_topic():
    fits = ReplyTemplate.objects.create(**TEMPLATE)
    general = ReplyTemplate.objects.create(**TEMPLATE | {"topic": ""})
    for other in ({"language": "ko"}, {"topic": "cost"}, {"name": "Old", "retired": True}):
        ReplyTemplate.objects.create(**TEMPLATE | other)

    offered = ReplyTemplate.objects.for_inquiry(make_inquiry(topic="evidence"))
    assert list(offered.filter(name=TEMPLATE["name"])) == [fits, general]


def test_a_new_site_has_templates_in_both_languages_that_can_be_filled():
    shipped = ReplyTemplate.objects.all()

    for template in shipped:
        template.full_clean()
    by_topic = {lang: {one.topic for one in shipped if one.language == lang} for lang in ("en", "ko")}
    assert by_topic["en"] == by_topic["ko"] >= {"", "evidence", "appointment", "complaint"}


def test_what_managers_did_with_the_templates_stays():
    ReplyTemplate.objects.exclude(topic="complaint").delete()
    ensure_templates()

    assert {one.topic for one in ReplyTemplate.objects.all()} == {"complaint"}


@pytest.mark.parametrize("wrong", [{"body": "Hello {name}."}, {"topic": "weather"}])
def test_a_template_with_what_nobody_can_fill_is_refused(wrong):
    ReplyTemplate(**TEMPLATE).full_clean()

    with pytest.raises(ValidationError):
        ReplyTemplate(**TEMPLATE | wrong).full_clean()


# Counts


def test_what_an_inquiry_was_about_is_counted_when_it_is_erased(nurse):
    for category in ("T2", "T2", "T3"):
        inquiry = make_inquiry(category=category, received_at="2026-10-31T15:30Z")  # November in Seoul
        inquiry.close("not_offered", by=nurse)
        erase(inquiry, asked_by=ErasedBy.CLOCK)

    counts = {(row.what, row.value): row.count for row in ErasedInquiries.objects.all()}
    assert counts == {
        ("closing_reason", "not_offered"): 3,
        ("category", "T2"): 2,
        ("category", "T3"): 1,
        ("topic", "evidence"): 3,
        ("language", "en"): 3,
        ("came_from", ""): 3,
    }
    assert {row.month for row in ErasedInquiries.objects.all()} == {date(2026, 11, 1)}


# The database refuses what must never be


@pytest.mark.parametrize(
    ("make", "constraint"),
    [
        (
            lambda who, other: SavedView.objects.create(owner=who, name="x", filters={"q": "Ada"}),
            "saved_view_keeps_no_search",
        ),
        (
            lambda who, other: [
                SavedView.objects.create(owner=who, name="x", filters={}) for _time in range(2)
            ],
            "saved_view_name_once_per_person",
        ),
        (
            lambda who, other: [
                SavedView.objects.create(owner=person, name="x", filters={}, shared=True)
                for person in (who, other)
            ],
            "saved_view_shared_name_once",
        ),
        (
            lambda who, other: Absence.objects.create(
                person=who, starts_at=NOW(), ends_at=NOW() - DAY, by=who
            ),
            "absence_ends_after_it_begins",
        ),
        (
            lambda who, other: Absence.objects.create(
                person=who, starts_at=NOW(), ends_at=NOW() + DAY, by=who, deputy=who
            ),
            "absence_deputy_is_another",
        ),
        (
            lambda who, other: Tag.objects.create(key="Ada Lovelace", name_en="x", name_ko="x"),
            "tag_key_is_plain",
        ),
        (lambda who, other: ReplyTemplate.objects.create(**TEMPLATE | {"body": ""}), "says_something"),
        (
            lambda who, other: ReplyTemplate.objects.create(**TEMPLATE | {"language": "fr"}),
            "reply_template_language_known",
        ),
        (
            lambda who, other: [ReplyTemplate.objects.create(**TEMPLATE) for _time in range(2)],
            "reply_template_once",
        ),
        (
            lambda who, other: Draft.objects.create(
                inquiry=make_inquiry(), step="close", by=who, text_sealed=b"x"
            ),
            "draft_step_known",
        ),
        (
            lambda who, other: Message.objects.create(
                inquiry=make_inquiry(), author="clinic", by=who, second_reader=who, text_sealed=b"x"
            ),
            "message_second_reader_is_another",
        ),
        (
            lambda who, other: ErasedInquiries.objects.create(month=date(2026, 11, 1), what="name"),
            "erased_inquiries_of_something_known",
        ),
        (
            lambda who, other: [
                ErasedInquiries.objects.create(month=date(2026, 11, 1), what="topic") for _time in range(2)
            ],
            "erased_inquiries_once",
        ),
        (
            lambda who, other: [
                Mention.objects.create(note=note, person=who)
                for note in [make_inquiry().add_note("Hello.", by=other)] * 2
            ],
            "mention_once_per_note",
        ),
        (
            lambda who, other: [
                Presence.objects.create(inquiry=inquiry, person=who) for inquiry in [make_inquiry()] * 2
            ],
            "presence_once_per_person",
        ),
    ],
)
def test_the_database_refuses_nonsense(make, constraint, nurse, colleague):
    with pytest.raises(IntegrityError, match=constraint):
        make(nurse, colleague)


def test_who_has_left_for_good_leaves_nothing_lying(nurse, colleague):
    mine = make_inquiry(status=Status.TAKEN, owner=nurse)
    nurse.is_active = False
    nurse.save()

    assert hand_over_the_absent() == 1
    assert (fresh(mine).status, fresh(mine).queue) == (Status.NEW, "nurses")
    assert Inquiry.objects.take_next(colleague) == mine


def test_who_is_back_early_takes_part_again(nurse, colleague, manager):
    for who in (nurse, manager):
        absence = Absence.objects.mark(nurse, NOW(), NOW() + DAY, by=nurse)
        with pytest.raises(StepRefused, match="Only a manager"):
            Absence.objects.end(absence, by=colleague)
        Absence.objects.end(absence, by=who)
        assert not Absence.objects.now().filter(person=nurse).exists()
        make_inquiry().hand_over(nurse, by=colleague)
    to_come = Absence.objects.mark(nurse, NOW() + DAY, NOW() + 2 * DAY, by=nurse)
    Absence.objects.end(to_come, by=nurse)
    assert not Absence.objects.filter(starts_at__gt=NOW()).exists()
