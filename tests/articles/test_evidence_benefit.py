"""Rule C04: that a fact shows benefit is said by two people, of words that then stay as they are."""

import threading

import pytest
from django.core.management import call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.urls import reverse

from articles.evidence import ledger
from articles.models import (
    ApprovedAlready,
    BenefitApproval,
    Fact,
    FactChange,
    FactSource,
    OtherWording,
    Source,
)
from clinic_site import roles

pytestmark = pytest.mark.usefixtures("articles")

TWO_PEOPLE = "fact_benefit_needs_two_people"


@pytest.fixture
def second_editor(django_user_model):
    from django.contrib.auth.models import Group

    user = django_user_model.objects.create_user("second", is_staff=True)
    user.groups.set(Group.objects.filter(name=roles.EDITOR))
    return user


@pytest.fixture
def fact():
    """A fact about the treatment."""
    return Fact.objects.get(key="F43")


def approve(fact, *people, reason="We read the trial."):
    return [fact.approve_benefit(seen=fact.wording_digest(), by=person, reason=reason) for person in people]


@pytest.fixture
def shown(fact, editor, second_editor):
    """A fact that two people call a benefit."""
    approve(fact, editor, second_editor)
    fact.refresh_from_db()
    return fact


def refused(name):
    return pytest.raises(IntegrityError, match=name)


def test_one_person_is_not_enough_and_the_second_sets_it(fact, editor, second_editor):
    assert approve(fact, editor) == [False]
    fact.refresh_from_db()
    assert fact.supports == ""

    assert approve(fact, second_editor, reason="So did I.") == [True]
    fact.refresh_from_db()
    assert fact.supports == "benefit"
    assert ledger().facts["F43"].supports == "benefit"


def test_the_approval_that_sets_it_is_written_down_as_a_change(shown, second_editor):
    change = FactChange.objects.get()

    assert (change.field, change.was, change.became) == ("supports", "", "benefit")
    assert (change.by, change.reason) == (second_editor, "We read the trial.")


def test_nobody_approves_twice(fact, editor):
    approve(fact, editor)

    with pytest.raises(ApprovedAlready):
        approve(fact, editor)


def test_what_a_colleague_changed_meanwhile_is_not_approved(fact, editor):
    seen = fact.wording_digest()
    Fact.objects.filter(pk=fact.pk).update(statement="It works wonders.")

    with pytest.raises(OtherWording):
        fact.approve_benefit(seen=seen, by=editor, reason="I read it.")


def test_a_fact_about_something_else_is_no_benefit_of_the_treatment(editor):
    fact = Fact.objects.get(key="F01")

    with pytest.raises(OtherWording):
        approve(fact, editor)


def test_approvals_of_other_words_do_not_count(fact, editor, second_editor):
    approve(fact, editor)
    Fact.objects.filter(pk=fact.pk).update(statement="Other words.")
    fact.refresh_from_db()

    assert approve(fact, second_editor) == [False]


# Round Python


def test_the_database_refuses_a_benefit_that_nobody_approved(fact):
    with refused(TWO_PEOPLE):
        Fact.objects.filter(pk=fact.pk).update(supports="benefit")


def test_the_database_refuses_a_new_fact_that_calls_itself_a_benefit():
    with refused(TWO_PEOPLE):
        Fact.objects.create(
            key="F99",
            statement="It works.",
            about="treatment",
            evidence="strong",
            supports="benefit",
            verified="memory",
            recheck_months=6,
        )


def test_the_database_refuses_a_benefit_that_one_person_approved(fact, editor):
    approve(fact, editor)

    with refused(TWO_PEOPLE):
        Fact.objects.filter(pk=fact.pk).update(supports="benefit")


@pytest.mark.parametrize(
    "change", [{"statement": "It works wonders."}, {"evidence": "case"}], ids=["statement", "evidence"]
)
def test_the_database_refuses_other_words_under_the_same_approvals(shown, change):
    with refused(TWO_PEOPLE):
        Fact.objects.filter(pk=shown.pk).update(**change)


def test_the_database_refuses_a_benefit_of_anything_else(shown):
    with refused(f"{TWO_PEOPLE}|fact_benefit_is_of_the_treatment"):
        Fact.objects.filter(pk=shown.pk).update(about="condition")


@pytest.mark.parametrize(
    "change",
    [
        lambda links: links.delete(),
        lambda links: links.update(position=7),
        lambda links: links.update(fact=Fact.objects.get(key="F01")),
        lambda links: FactSource.objects.create(
            fact=Fact.objects.get(key="F43"), source=Source.objects.get(key="S01"), position=9
        ),
    ],
    ids=["taken away", "in another place", "given to another fact", "one more"],
)
def test_the_database_refuses_other_sources_under_the_same_approvals(shown, change):
    with refused("fact_benefit_keeps_its_sources"):
        change(FactSource.objects.filter(fact=shown))


def test_a_check_renewed_and_a_note_leave_the_benefit_in_place(shown):
    Fact.objects.filter(pk=shown.pk).update(checked_on="2026-11-23", recheck_months=3, use_note="Careful.")
    shown.cite([citation.source for citation in shown.citations.all()])

    shown.refresh_from_db()
    assert shown.supports == "benefit"


def test_other_words_are_free_again_without_the_benefit(shown):
    Fact.objects.filter(pk=shown.pk).update(statement="Other words.", supports="")

    shown.refresh_from_db()
    shown.cite([])
    assert shown.linked_keys() == []


def test_the_database_refuses_an_approval_of_words_that_do_not_stand_there(fact, editor):
    with refused("benefit_approval_of_these_words"):
        BenefitApproval.objects.create(fact=fact, digest="0" * 64, by=editor, reason="In advance.")


@pytest.mark.parametrize(
    ("change", "name"),
    [({"reason": ""}, "benefit_approval_says_why"), ({}, "benefit_approval_once_a_person")],
)
def test_the_database_refuses_an_approval_without_a_reason_and_a_second_one(fact, editor, change, name):
    if not change:
        approve(fact, editor)

    with refused(name):
        BenefitApproval.objects.create(
            **{"fact": fact, "digest": fact.wording_digest(), "by": editor, "reason": "Read."} | change
        )


def test_approvals_stay_written(fact, editor):
    approve(fact, editor)

    for wrong in (
        lambda: BenefitApproval.objects.update(reason="Other"),
        lambda: BenefitApproval.objects.all().delete(),
        lambda: connection.cursor().execute(
            "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE articles_benefitapproval"
        ),
    ):
        with pytest.raises(ProgrammingError, match="Cannot"), transaction.atomic():
            wrong()


@pytest.mark.parametrize("key", ["F43", "F31", "F01", "F53"])
def test_the_database_and_python_fingerprint_the_same_words(key, editor):
    fact = Fact.objects.get(key=key)
    Fact.objects.filter(key=key).update(about="treatment", statement="줄기세포 “¼” — 한 줄\r\n두 줄\\ %s")
    fact.refresh_from_db()

    assert approve(fact, editor) == [False]


@pytest.mark.django_db(transaction=True)
def test_two_people_at_the_same_moment_are_two(fact, editor, second_editor):
    said = []

    def run(person):
        try:
            said.extend(approve(fact, person))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[person]) for person in (editor, second_editor)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    fact.refresh_from_db()
    assert sorted(said) == [False, True]
    assert fact.supports == "benefit"


def test_words_that_two_people_approved_may_come_back(shown, editor):
    words = shown.statement
    Fact.objects.filter(pk=shown.pk).update(statement="Other words.", supports="")
    Fact.objects.filter(pk=shown.pk).update(statement=words)
    shown.refresh_from_db()

    assert approve(shown, editor) == [True]
    with pytest.raises(ApprovedAlready):
        approve(shown, editor)
    assert BenefitApproval.objects.count() == 2


def test_loading_the_shipped_facts_leaves_a_benefit_alone(shown, capsys):
    call_command("load_articles")

    assert "1 kept (edited by staff)" in capsys.readouterr().out
    shown.refresh_from_db()
    assert shown.supports == "benefit"


# On the screen


def address(fact):
    return reverse("admin:articles_fact_change", args=[fact.pk])


def form_of(client, fact):
    form = client.get(address(fact)).context["adminform"].form
    data = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    return data | {"changes-TOTAL_FORMS": 0, "changes-INITIAL_FORMS": 0}


def press(client, fact, **changed):
    page = client.get(address(fact))
    form = page.context.get("approval_form")
    wording = form.initial["wording"] if form else fact.wording_digest()
    data = {"wording": wording, "reason": "We read the trial."} | changed
    return client.post(reverse("admin:articles_fact_approve", args=[fact.pk]), data, follow=True)


def test_two_editors_press_the_button_one_after_the_other(client, fact, editor, second_editor):
    client.force_login(editor)
    page = press(client, fact).text
    assert "It takes one more person." in page
    assert "editor approved on" in page
    assert "I approve: this fact shows benefit" not in page

    client.force_login(second_editor)
    assert "I approve: this fact shows benefit" in client.get(address(fact)).text
    page = press(client, fact).text

    assert "Two people approved: the fact now shows benefit." in page
    assert "Look at these articles again:" in page
    assert "Yes: two people approved these words." in page
    assert "I approve: this fact shows benefit" not in page


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"reason": " "}, "Say why the fact shows benefit."),
        ({"wording": "0" * 64}, "Somebody changed the fact while you had it open."),
    ],
)
def test_an_approval_without_a_reason_or_of_other_words_is_not_recorded(client, fact, editor, changed, says):
    client.force_login(editor)

    assert says in press(client, fact, **changed).text
    assert not BenefitApproval.objects.exists()


def test_the_same_person_is_told_that_it_takes_another(client, fact, editor):
    client.force_login(editor)
    press(client, fact)

    assert "You approved this already." in press(client, fact).text
    assert BenefitApproval.objects.count() == 1


def test_only_editors_approve_and_only_by_the_button(client, fact, nurse, editor):
    client.force_login(nurse)
    assert client.post(reverse("admin:articles_fact_approve", args=[fact.pk])).status_code == 403

    client.force_login(editor)
    assert client.get(reverse("admin:articles_fact_approve", args=[fact.pk])).status_code == 405
    assert client.post(reverse("admin:articles_fact_approve", args=[0])).status_code == 404


def test_a_fact_about_something_else_has_no_button(client, editor):
    client.force_login(editor)

    assert "I approve" not in client.get(address(Fact.objects.get(key="F01"))).text


@pytest.mark.parametrize(
    "change",
    [{"statement": "Other words."}, {"evidence": "limited"}, {"source_keys": "S44"}, {"about": "rules"}],
    ids=["statement", "evidence", "sources", "topic"],
)
def test_a_correction_takes_the_benefit_back_and_says_so(client, shown, editor, change):
    client.force_login(editor)

    data = form_of(client, shown) | change | {"reason": "The paper was corrected."}
    page = client.post(address(shown), data, follow=True)

    assert "The fact no longer counts as showing benefit" in page.text
    shown.refresh_from_db()
    assert shown.supports == ""
    assert FactChange.objects.filter(field="supports", was="benefit", became="", by=editor).exists()


@pytest.mark.parametrize(
    "change", [{"statement": "Other words."}, {"about": "rules"}], ids=["words", "topic"]
)
def test_taking_a_benefit_back_asks_for_a_reason(client, shown, editor, change):
    client.force_login(editor)

    page = client.post(address(shown), form_of(client, shown) | change)

    assert "Say why" in page.text
    shown.refresh_from_db()
    assert shown.supports == "benefit"


def test_confirming_the_check_keeps_the_benefit(client, shown, editor):
    client.force_login(editor)

    client.post(address(shown), form_of(client, shown) | {"checked_on": "2026-11-01"})

    shown.refresh_from_db()
    assert shown.supports == "benefit"
