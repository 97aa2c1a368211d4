"""docs/triage.md says what the software does: its diagram and tables are made from the state table."""

import re
from pathlib import Path

import pytest

from inquiries.models import STAFF_STEPS, TRANSITIONS, WRITTEN_TO, Inquiry, Status, Step

PAGE = Path(__file__).parents[2] / "docs/triage.md"
ROLES = ["nurse", "physician", "manager", "editor", "auditor"]


def diagram() -> str:
    lines = ["```mermaid", "stateDiagram-v2", "    direction LR"]
    lines += [f"    {status} : {status.label}" for status in Status]
    lines += ["    [*] --> new", "    [*] --> doubtful"]
    for status in Status:
        ways: dict[Status, list[str]] = {}
        for step, became in TRANSITIONS[status].items():
            if became != status:
                ways.setdefault(became, []).append(str(step.label))
        lines += [f"    {status} --> {became} : {', '.join(steps)}" for became, steps in ways.items()]
    return "\n".join([*lines, "```"])


def written() -> str:
    rows = [f"| {was.label} | {became.label} |" for was, became in WRITTEN_TO.items()]
    return "\n".join(["| When it is | then it is |", "|---|---|", *rows])


def rights(people) -> str:
    kinds = [("T8", ""), ("T0", " (T0, T1)")]
    rows = ["| | " + " | ".join(name.capitalize() for name in people) + " |", "|---" * 6 + "|"]
    for step in (step for step in Step if step in STAFF_STEPS):
        cells = {
            kind: ["yes" if Inquiry(category=kind).may(who, step) else "–" for who in people.values()]
            for kind, _name in kinds
        }
        for kind, name in kinds:
            about_danger = cells["T0"][:3] != cells["T8"][:3]
            if kind == "T8" or about_danger:
                rows.append(f"| {step.label}{name} | {' | '.join(cells[kind])} |")
    return "\n".join(rows)


def insist(part: str, made: str) -> None:
    """Write what was made into the page and fail, if the page said something else."""
    pattern = re.compile(rf"(<!-- {part}: begin -->\n)(.*?)(<!-- {part}: end -->)", re.S)
    text = PAGE.read_text("utf-8")
    found = pattern.search(text)
    assert found, f"{PAGE.name} has no place for {part}."
    said = found[2].strip()
    if said != made:
        PAGE.write_text(pattern.sub(lambda found: f"{found[1]}{made}\n{found[3]}", text), "utf-8")
    assert said == made, f"{PAGE.name} said something else. It is mended: look at it, and commit it."


def test_the_diagram_is_that_of_the_state_table():
    insist("states", diagram())


def test_where_it_goes_when_the_person_writes():
    insist("written", written())


@pytest.mark.django_db
def test_the_table_of_roles_is_that_of_the_software(request):
    insist("roles", rights({name: request.getfixturevalue(name) for name in ROLES}))
