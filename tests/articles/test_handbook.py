"""The handbook for staff says what the software does: its tables are made from the code."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.utils import translation

from articles.admin.steps import may_take
from articles.models import TRANSITIONS, Status, Step, next_steps
from clinic_site import roles

HANDBOOK = Path(__file__).parents[2] / "docs/staff/editors.md"
IN_KOREAN = HANDBOOK.with_name("editors.ko.md")
HEADS = {
    "en": (HANDBOOK, ("When it is", "this can be done", "and then it is")),
    "ko": (IN_KOREAN, ("지금 상태", "할 수 있는 작업", "그다음 상태")),
}
ROLES = [roles.AUTHOR, roles.REVIEWER, roles.EDITOR]
# What a role may do that is no step of an article, and the permission that decides it.
RIGHTS = {
    "Read articles, facts and the register": "articles.view_fact",
    "Write and change a text, name who wrote it": "articles.change_credit",
    Step.SUBMIT: "",
    "Sign, with their own name": "articles.sign_article",
    "Enter what somebody outside signed on paper": "articles.publish_article",
    Step.SEND_BACK: "",
    Step.PUBLISH: "",
    Step.WITHDRAW: "",
    "Correct facts, sources and the register": "articles.change_fact",
    "Enter people and topics": "articles.change_person",
}


def table(*rows):
    head, *rest = [f"| {' | '.join(cells)} |".replace("|  |", "| |") for cells in rows]
    return "\n".join([head, "|" + "---|" * len(rows[0]), *rest])


def states(head):
    rows = [
        (str(status.label), str(step.label), str(TRANSITIONS[status][step].label))
        for status in Status
        for step in next_steps(status)
    ]
    return table(head, *rows)


def rights(members):
    rows = []
    for right, permission in RIGHTS.items():
        marks = [
            "yes" if (user.has_perm(permission) if permission else may_take(user, right)) else "–"
            for user in members
        ]
        rows.append([str(right.label) if isinstance(right, Step) else right, *marks])
    return table(["", *ROLES], *rows)


def printed(name, page=HANDBOOK):
    text = page.read_text("utf-8")
    return re.search(rf"<!-- {name}: begin -->\n(.*?)\n<!-- {name}: end -->", text, re.S)[1]


def refused(page):
    """Return which cells of the table of roles say no."""
    return [[cell == " – " for cell in row.split("|")] for row in printed("roles", page).splitlines()]


@pytest.mark.parametrize("language", HEADS)
def test_the_table_of_states_is_that_of_the_software(language):
    page, head = HEADS[language]
    with translation.override(language):
        expected = states(head)

    assert printed("states", page) == expected, f"Put this between the marks of {page.name}:\n{expected}"


def test_both_languages_give_each_role_the_same_rights():
    assert refused(IN_KOREAN) == refused(HANDBOOK)


@pytest.mark.django_db
def test_the_table_of_roles_is_that_of_the_software(django_user_model):
    members = [django_user_model.objects.create_user(name, is_staff=True) for name in ROLES]
    for user in members:
        user.groups.add(Group.objects.get(name=user.username))

    expected = rights(members)

    assert printed("roles") == expected, f"Put this between the marks of {HANDBOOK.name}:\n{expected}"
