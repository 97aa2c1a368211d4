"""The register of rules: one small function each, under the code of the rule that it enforces."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain

from .manuscript import Manuscript, Place, Problem, Severity
from .text import Passage

type Finding = tuple[Passage | Place, str, str] | tuple[Passage | Place, str, str, Severity]
type Rule = Callable[[Manuscript], Iterator[Problem]]

RULES: list[tuple[str, Rule]] = []


def rule(code: str, severity: Severity = Severity.ERROR) -> Callable:
    """Enter a function in the register. It yields where, what an editor should do, and about which word;
    a fourth item names another severity than the rule's own."""

    def enter(find: Callable[[Manuscript], Iterator[Finding]]) -> Callable[[Manuscript], Iterator[Finding]]:
        def run(manuscript: Manuscript) -> Iterator[Problem]:
            for where, message, subject, *other in find(manuscript):
                place = where if isinstance(where, Place) else Place.of(where)
                yield Problem(code, other[0] if other else severity, place, message, subject)

        RULES.append((code, run))
        return find

    return enter


def problems(manuscript: Manuscript, others: Iterable[Problem] = ()) -> list[Problem]:
    """Return all that the rules find, errors first, each once; an answered warning carries its answer.

    `others` are problems that were found elsewhere, and are answered in the same way.
    """
    answers = {
        answer.key: answer for answer in manuscript.answers if answer.text.strip() and answer.by.strip()
    }
    found: dict[str, Problem] = {}
    for problem in chain(others, *(run(manuscript) for _code, run in RULES)):
        answer = answers.get(problem.key) if problem.severity == Severity.WARNING else None
        found.setdefault(problem.key, replace(problem, answer=answer))
    return sorted(found.values(), key=lambda problem: (problem.severity != Severity.ERROR, problem.code))
