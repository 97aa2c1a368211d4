"""A manuscript that keeps every rule, for tests to break in one place."""

from dataclasses import replace
from datetime import date

from articles.evidence import EvidenceLevel, Fact, Ledger, Source
from articles.quality import Manuscript, Severity, Signer, problems

TODAY = date(2026, 11, 23)
SEARCHED_ON = date(2026, 11, 1)

PAPER = Source("S1", "Ada A", "A trial", "Journal", 2020, "https://doi.org/10.1/1")
RULING = Source("S2", "A court", "A ruling", "Court opinion", 2024, "", "22-1")
LOST = Source("S3", "", "A review", "Journal", 2025, "")


def fact(id, evidence=EvidenceLevel.STRONG, *, source=PAPER, verified=True, months=12, **fields):
    fields = {"about": "condition", "recheck_months": months, "checked_on": SEARCHED_ON} | fields
    return Fact(id, f"Fact {id}.", evidence, (source,), verified, **fields)


FACTS = {
    "sound": fact("F01"),
    "ruling": fact("F02", source=RULING),
    "unchecked": fact("F03", verified=False),
    "stale": fact("F04", months=12, checked_on=date(2025, 11, 22)),
    "lost": fact("F05", source=LOST),
    "animals": fact("F06", EvidenceLevel.PRECLINICAL, about="treatment"),
    "nothing": fact("F31", EvidenceLevel.NONE, about="treatment"),
    "due today": fact("F07", months=12, checked_on=date(2025, 11, 23)),
}
LEDGER = Ledger({f.id: f for f in FACTS.values()}, SEARCHED_ON)

LINES = {
    "en": ("**Benefit:** not shown [F31].", "**Risk:** fever [F01].", "**Not known:** much [F31].",
           "**Other options:** talking therapies [F01].", "**Without this treatment:** no loss [F01]."),
    "ko": ("**효과:** 입증되지 않았습니다 [F31].", "**위험:** 발열 [F01].", "**모르는 것:** 많습니다 [F31].",
           "**다른 방법:** 심리치료 [F01].", "**이 치료를 받지 않으면:** 잃는 것은 없습니다 [F01]."),
}  # fmt: skip
AUTHOR = Signer("Ada Kim", "MD", "Ministry of Health and Welfare")
REVIEWER = Signer("Bo Lee", "Psychiatrist", "Korean Medical Association", works_for_clinic=False)


def manuscript(body="You are welcome here.", *, language="en", **changed):
    """Return a manuscript without a problem but for what is changed."""
    fields = {
        "language": language,
        "plan": "A01",
        "slug": "a-page",
        "title": {"en": "A plain page", "ko": "쉬운 안내"}[language],
        "summary": {"en": "What this page is about.", "ko": "이 페이지의 내용입니다."}[language],
        "body": body,
        "authors": (AUTHOR,),
        "reviewers": (REVIEWER,),
        "reviewed_on": date(2026, 11, 23),
        "next_review_on": date(2027, 11, 23),
        "today": TODAY,
        "ledger": LEDGER,
        "standard_summary": LINES[language],
        "translated_by": "Cho Park",
        "translation_checked_by": "Dan Choi",
    }
    made = Manuscript(**(fields | changed))
    if "translation" not in changed:
        made = replace(made, translation=replace(made, language="ko" if language == "en" else "en"))
    return made


def found(code, text):
    """Return what one rule says of a manuscript."""
    return [problem for problem in problems(text) if problem.code == code]


def errors(text):
    return [problem.code for problem in problems(text) if problem.severity == Severity.ERROR]
