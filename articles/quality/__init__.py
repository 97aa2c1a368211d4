"""The editorial rules that software can enforce, as pure functions of a manuscript.

    for problem in problems(manuscript):
        print(problem.code, problem.severity, problem.place, problem.message)

A rule is one function, entered in the register by `@rule`; its docstring quotes the rule. The words that the
rules look for are in `articles/content/words.yaml`. C10, C12, C18 and C21-C23 are enforced elsewhere: by
database constraints, when a page is asked for, by system checks and by the inquiry form.
"""

from . import evidence, language, people, prices, records, standard, words  # noqa: F401 - they enter their rules
from .language import readability
from .manuscript import Answer, Exemption, Manuscript, Place, Problem, Severity, Signer
from .rules import RULES, problems

__all__ = [
    "RULES",
    "Answer",
    "Exemption",
    "Manuscript",
    "Place",
    "Problem",
    "Severity",
    "Signer",
    "problems",
    "readability",
]
