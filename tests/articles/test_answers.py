"""Warnings are answered in writing; blocked words may be asked for by one and allowed by another."""

import re

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from articles.manuscripts import problems_of
from articles.models import Credit, Role, WarningAnswer, WordExemption
from clinic_site import roles
from tests.factories import make_article, make_person

from .sound import make_sound

ANSWER = "It speaks of the course of an illness."
REASON = "The page warns readers of this word."


@pytest.fixture
def article(db):
    return make_article(body="A natural thing.\n\nHealing takes time.\n")


@pytest.fixture
def author(db, django_user_model):
    user = django_user_model.objects.create_user("author", is_staff=True)
    user.groups.set([Group.objects.get(name=roles.AUTHOR)])
    return user


@pytest.fixture
def reviewer(db, django_user_model):
    user = django_user_model.objects.create_user("reviewer", is_staff=True)
    user.groups.set([Group.objects.get(name=roles.REVIEWER)])
    return user


def warnings(article):
    return {p.subject: p for p in problems_of(article) if p.code == "C08"}


def blocked(article):
    return [p for p in problems_of(article) if p.code == "C07"]


def address(article):
    return reverse("admin:articles_article_rules", args=[article.pk])


def form_page(client, article):
    return client.get(reverse("admin:articles_article_change", args=[article.pk]))


def send(client, user, article, **buttons):
    client.force_login(user)
    return client.post(address(article), {"csrf": "", **buttons}, follow=True)


def answer(client, user, article, subject, text=ANSWER):
    return send(client, user, article, **{f"rules-answer-{warnings(article)[subject].key}": text})


def ask(client, user, article, text=REASON):
    return send(client, user, article, **{f"rules-leave-{blocked(article)[0].key}": text})


def group(response, name):
    return response.context[name]


# Answers


def test_an_answered_warning_is_settled_and_says_who_answered_what(client, editor, article):
    response = answer(client, editor, article, "natural")

    assert response.redirect_chain == [
        (reverse("admin:articles_article_change", args=[article.pk]) + "#rules", 302)
    ]
    assert "1 answer is saved." in response.text
    assert [line.problem.subject for line in group(response, "warnings_found")] == ["healing"]
    (line,) = group(response, "answered_found")
    assert (line.answer.text, line.answer.by, line.answer.code) == (ANSWER, editor, "C08")
    assert ANSWER in response.text
    assert not warnings(article)["natural"].is_open


def test_one_button_saves_every_answer_that_is_typed(client, editor, article):
    found = warnings(article)
    typed = {f"rules-answer-{problem.key}": f"{ANSWER} {subject}" for subject, problem in found.items()}

    response = send(client, editor, article, **typed)

    assert "2 answers are saved." in response.text
    assert not any(problem.is_open for problem in warnings(article).values())


def test_of_two_answers_the_newer_counts_also_within_one_moment(client, editor, author, article):
    answer(client, editor, article, "natural")
    response = answer(client, author, article, "natural", "This is the name of the thing.")

    (line,) = group(response, "answered_found")
    assert line.answer.text == line.problem.answer.text == "This is the name of the thing."
    assert line.answer.by == author
    assert WarningAnswer.objects.count() == 2

    first, second = WarningAnswer.objects.order_by("pk")
    now = timezone.now()
    for row in (first, second):
        row.pk, row.at = None, now
        row.save(force_insert=True)
    assert warnings(article)["natural"].answer.text == second.text


def test_an_answer_holds_only_while_the_passage_stays_as_it_is(client, editor, article):
    answer(client, editor, article, "natural")
    article.body = article.body.replace("A natural thing", "A natural cure")
    article.save(by=editor)

    response = form_page(client, article)

    assert [line.problem.subject for line in group(response, "warnings_found")] == ["natural", "healing"]
    assert group(response, "answered_found") == []

    article.body = article.body.replace("A natural cure", "A natural thing")
    article.save(by=editor)
    assert not warnings(article)["natural"].is_open


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("so it is", "at least 10 characters"),
        (" so  it  \r\n  is ", "at least 10 characters"),
        ("a" * 301, "at most 300 characters"),
    ],
)
def test_an_answer_that_is_too_short_or_long_comes_back_with_what_was_typed(
    client, editor, article, text, says
):
    natural, healing = (warnings(article)[subject].key for subject in ("natural", "healing"))

    response = send(
        client, editor, article, **{f"rules-answer-{natural}": text, f"rules-answer-{healing}": ANSWER}
    )

    assert response.redirect_chain == []
    assert says in response.text
    assert "Nothing is saved yet" in response.text
    assert text.strip() in response.context["rules_form"][f"answer-{natural}"].value()
    assert ANSWER in response.text
    assert not WarningAnswer.objects.exists()


def test_an_answer_to_a_passage_that_somebody_changed_is_given_back_in_words(client, editor, article):
    key = warnings(article)["natural"].key
    article.body = "Another text.\n"
    article.save()

    response = send(client, editor, article, **{f"rules-answer-{key}": ANSWER})

    assert "The passage has changed meanwhile" in response.text
    assert ANSWER in response.text
    assert not WarningAnswer.objects.exists()


def test_an_error_cannot_be_answered(client, editor):
    article = make_article(body="It is a miracle.\n")
    (problem,) = blocked(article)

    send(client, editor, article, **{f"rules-answer-{problem.key}": ANSWER})

    assert not WarningAnswer.objects.exists()
    assert blocked(article)[0].is_open


def test_who_may_not_change_articles_reads_the_panel_and_answers_nothing(client, reviewer, article):
    client.force_login(reviewer)
    response = form_page(client, article)

    assert len(group(response, "warnings_found")) == 2
    assert "Your answer" not in response.text
    assert answer(client, reviewer, article, "natural").status_code == 403
    assert not WarningAnswer.objects.exists()


def test_the_panel_can_be_read_on_a_page_of_its_own(client, nurse, article):
    client.force_login(nurse)

    response = client.get(address(article))

    assert "“natural” can promise too much" in response.text
    assert "Your answer" not in response.text


@pytest.mark.parametrize("text", ["", "         ", "too short", "  short    "])
def test_the_database_refuses_an_answer_that_says_nothing(article, editor, text):
    with pytest.raises(IntegrityError, match="warning_answer_says_something"), transaction.atomic():
        WarningAnswer.objects.create(article=article, key="k", code="C08", about="w", text=text, by=editor)


def test_the_database_keeps_every_answer_as_it_is(article, editor):
    WarningAnswer.objects.create(article=article, key="k", code="C08", about="w", text=ANSWER, by=editor)

    with pytest.raises(DatabaseError, match="pgtrigger: Cannot"), transaction.atomic():
        WarningAnswer.objects.update(text="Something else altogether.")


# Groups


def test_what_later_steps_bring_does_not_stand_among_what_is_to_be_mended(client, editor):
    article = make_article(body="It is a miracle.\n\n{panel not-advice}\n", reviewers=[])
    client.force_login(editor)

    response = form_page(client, article)

    later = {(line.problem.code, line.problem.subject) for line in group(response, "later_found")}
    assert later == {("C09", "reviewer"), ("C11", "missing"), ("C14", "missing")}
    assert [line.problem.code for line in group(response, "errors_found")] == ["C07"]
    assert "Comes with the next steps" in response.text


def test_a_missing_author_is_to_be_mended_now(client, editor):
    client.force_login(editor)

    response = form_page(client, make_article(authors=[]))

    assert [line.problem.subject for line in group(response, "errors_found")] == ["author"]


# Leave to use a word


@pytest.fixture
def denying(db):
    return make_article(body="Beware of anyone who sells a miracle.\n")


def test_one_asks_and_another_allows(client, editor, author, denying):
    response = ask(client, author, denying)
    assert "It counts as soon as a second person allows it." in response.text
    assert "waits for a second person" in response.text
    assert len(blocked(denying)) == 1
    (leave,) = WordExemption.objects.all()
    assert (leave.word, leave.reason, leave.asked_by, leave.allowed_by) == ("miracle", REASON, author, None)

    response = send(client, editor, denying, allow=leave.pk)

    assert "“miracle” may stand where its sentence denies or questions it." in response.text
    assert [row.allowed_by for row in group(response, "leaves_allowed")] == [editor]
    assert blocked(denying) == []


def test_leave_does_not_let_a_word_stand_that_nobody_denies(client, editor, author):
    article = make_article(body="This is a miracle.\n")
    ask(client, author, article)
    send(client, editor, article, allow=WordExemption.objects.get().pk)

    (problem,) = blocked(article)

    assert "only in a sentence that denies or questions it" in problem.message
    assert "Ask for leave" not in form_page(client, article).text


def test_nobody_allows_what_they_asked_for(client, editor, denying):
    ask(client, editor, denying)
    leave = WordExemption.objects.get()

    assert 'name="allow"' not in form_page(client, denying).text
    response = send(client, editor, denying, allow=leave.pk)

    assert "You asked for this yourself. Somebody else has to allow it." in response.text
    leave.refresh_from_db()
    assert leave.allowed_by is None


def test_an_author_of_the_article_is_no_second_person(client, editor, author, denying):
    Credit.objects.create(article=denying, person=make_person(user=editor), role=Role.AUTHOR)
    ask(client, author, denying)

    response = send(client, editor, denying, allow=WordExemption.objects.get().pk)

    assert "You had a hand in this text yourself." in response.text
    assert len(blocked(denying)) == 1


def test_who_asked_takes_it_back_and_nobody_else_does(client, editor, author, denying):
    ask(client, author, denying)
    leave = WordExemption.objects.get()

    response = send(client, editor, denying, take_back=leave.pk)
    assert "Only the person who asked can take it back." in response.text
    assert WordExemption.objects.exists()

    assert "Taken back." in send(client, author, denying, take_back=leave.pk).text
    assert not WordExemption.objects.exists()


def test_what_is_allowed_cannot_be_taken_back_or_allowed_again(client, editor, author, denying):
    ask(client, author, denying)
    leave = WordExemption.objects.get()
    send(client, editor, denying, allow=leave.pk)

    for button in ({"take_back": leave.pk}, {"allow": leave.pk}):
        user = author if "take_back" in button else editor
        assert "Somebody was faster" in send(client, user, denying, **button).text
    assert WordExemption.objects.get().allowed_by == editor


@pytest.mark.parametrize("number", ["0", "x", "²", "9" * 40, "99999"])
def test_a_button_that_nobody_was_shown_is_refused_in_words(client, editor, denying, number):
    assert "Somebody was faster" in send(client, editor, denying, allow=number).text


def test_a_button_of_another_article_does_nothing_here(client, editor, author, denying):
    ask(client, author, denying)

    other = make_article()
    assert "Somebody was faster" in send(client, editor, other, allow=WordExemption.objects.get().pk).text
    assert WordExemption.objects.get().allowed_by is None


def test_a_reviewer_neither_asks_nor_allows(client, reviewer, author, denying):
    assert ask(client, reviewer, denying).status_code == 403
    ask(client, author, denying)
    assert send(client, reviewer, denying, allow=WordExemption.objects.get().pk).status_code == 403
    assert 'name="allow"' not in form_page(client, denying).text


def test_who_may_only_publish_allows_and_does_not_answer(client, reviewer, author, denying):
    reviewer.user_permissions.add(Permission.objects.get(codename="publish_article"))
    denying.body += "\nA natural thing.\n"
    denying.save()
    ask(client, author, denying)
    typed = {f"rules-answer-{warnings(denying)['natural'].key}": ANSWER}

    send(client, reviewer, denying, allow=WordExemption.objects.get().pk, **typed)

    assert blocked(denying) == []
    assert not WarningAnswer.objects.exists()


def test_a_word_is_asked_for_once_however_often_it_stands(client, author):
    article = make_article(body="No miracle.\n\nNever a miracle.\n\nNot the best.\n")
    client.force_login(author)

    fields = form_page(client, article).context["rules_form"].fields

    assert len([name for name in fields if name.startswith("leave-")]) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"body": "{panel help-now}\n\nNever say committed suicide.\n"},
        {"title": "New hope", "body": "Plain words.\n"},
        {"body": "No pilot study of ours.\n"},
    ],
)
def test_no_leave_is_given_for_suicide_hope_in_titles_and_claims(client, author, fields):
    article = make_article(**fields)
    client.force_login(author)

    response = form_page(client, article)

    assert group(response, "errors_found")
    assert not any(name.startswith("leave-") for name in response.context["rules_form"].fields)


def test_leave_in_korean(client, editor, author):
    article = make_article(language="ko", title="쉬운 안내", summary="내용입니다.", body="기적은 없습니다.\n")
    ask(client, author, article)
    send(client, editor, article, allow=WordExemption.objects.get(word="기적").pk)

    assert blocked(article) == []


def test_the_database_refuses_one_person_in_both_roles(denying, editor):
    leave = WordExemption.objects.create(article=denying, word="best", reason=REASON, asked_by=editor)

    with pytest.raises(IntegrityError, match="word_exemption_allowed_by_another"), transaction.atomic():
        WordExemption.objects.filter(pk=leave.pk).update(allowed_by=editor, allowed_at=timezone.now())
    with pytest.raises(IntegrityError, match="word_exemption_says_why"), transaction.atomic():
        WordExemption.objects.filter(pk=leave.pk).update(reason="because")
    with pytest.raises(IntegrityError, match="word_exemption_once_per_article"), transaction.atomic():
        WordExemption.objects.create(article=denying, word="best", reason=REASON, asked_by=editor)


# In a browser without scripts


def test_the_panel_works_beside_the_form_without_scripts(open_page, sign_in, editor, author):
    article = make_sound(body="A natural thing.\n\nBeware of a miracle.\n\n{panel not-advice}\n")
    change = reverse("admin:articles_article_change", args=[article.pk])
    page = sign_in(open_page("/admin/", java_script_enabled=False), author)
    page.goto(change)
    panel = page.locator("#rules")

    panel.locator("summary", has_text="Ask for leave to use “miracle”").click()
    panel.get_by_label("Why it is needed").fill(REASON)
    panel.get_by_role("button", name="Ask for leave").click()
    expect(panel).to_be_focused()
    expect(panel.get_by_role("heading", name="waits for a second person (1)")).to_be_visible()
    expect(panel.get_by_role("button", name="Take back")).to_be_visible()

    page = sign_in(open_page("/admin/", java_script_enabled=False), editor)
    page.goto(change)
    panel = page.locator("#rules")
    panel.locator("summary", has_text=re.compile("^Answer$")).click()
    panel.get_by_label("Your answer").fill("Too short")
    panel.get_by_role("button", name="Save the answer").click()
    expect(panel.get_by_text("at least 10 characters")).to_be_visible()
    panel.get_by_label("Your answer").fill(ANSWER)
    panel.get_by_role("button", name="Allow “miracle”").click()  # takes along what is typed

    expect(page).to_have_url(re.compile("/change/#rules$"))
    expect(panel.get_by_text("1 answer is saved.")).to_be_visible()
    expect(panel.get_by_text("Nothing in the text itself has to be mended.")).to_be_visible()
    panel.get_by_role("heading", name="Answered (1)").click()
    expect(panel.get_by_text(ANSWER)).to_be_visible()


def test_enter_in_a_field_of_the_article_saves_the_article(open_page, sign_in, editor, article):
    page = sign_in(open_page("/admin/"), editor)
    page.goto(reverse("admin:articles_article_change", args=[article.pk]))
    page.get_by_label("Title").fill("A plainer page")
    page.get_by_label("Title").press("Enter")

    expect(page.locator(".messagelist")).to_contain_text("was changed successfully")
    article.refresh_from_db()
    assert article.title == "A plainer page"
