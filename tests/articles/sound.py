"""A stored article that keeps every rule, in both languages, signed: for tests to break in one place."""

from articles import publishing
from articles.models import Article, Credit, Role
from tests.factories import make_article, make_person

TEXT = {
    "en": "You are welcome here.\n\n{panel not-advice}\n",
    "ko": "잘 오셨습니다.\n\n{panel not-advice}\n",
}
TITLES = {"en": "A plain page", "ko": "쉬운 안내"}
SUMMARIES = {"en": "What this page is about.", "ko": "이 페이지의 내용입니다."}

PANELS = "{panel own-cells}\n\n{panel clinic-results}\n\n{panel medicines}\n\n{panel not-advice}\n\n"
PARAGRAPHS = {
    "en": "We do not know this yet. Ask your own doctor what it means. " * 2,
    "ko": "아직 잘 알려지지 않은 내용입니다. 주치의에게 물어보세요. " * 2,
}
# What the plan A05 asks for: a text about the treatment, with its sections and panels.
LONG_TEXT = {
    language: PANELS + f"## {risk} {{kind=risk}}\n\n{text}\n\n## {unknown} {{kind=uncertainty}}\n\n{text}"
    for language, risk, unknown, text in (
        ("en", "Risks", "Not known", f"{PARAGRAPHS['en']}\n\n" * 5),
        ("ko", "위험", "모르는 것", f"{PARAGRAPHS['ko']}\n\n" * 6),
    )
}


def make_sound(language="en", *, translation_of=None, body=None, **fields):
    """Return an article whose text keeps the rules, read by somebody from outside the clinic."""
    outside = {"is_demonstration": True, "works_for_clinic": False}
    fields = {
        "language": language,
        "title": TITLES[language],
        "summary": SUMMARIES[language],
        "body": TEXT[language] if body is None else body,
        "reviewers": [make_person(name="Bo Lee", **outside)],
        "translation_of": translation_of,
    } | fields
    article = make_article(**fields)
    if translation_of:
        for role in (Role.TRANSLATOR, Role.CHECKER):
            person = make_person(name=f"Cho, {role.label}", **outside)
            Credit.objects.create(article=article, person=person, role=role)
    return article


def make_pair(first="en", *, bodies=TEXT, **fields) -> dict[str, Article]:
    """Return the two languages of one article that has nothing left to mend, `first` written first."""
    second = "ko" if first == "en" else "en"
    original = make_sound(first, body=bodies[first], **fields)
    translation = make_sound(
        second, body=bodies[second], translation_of=original, **(fields | {"slug": original.slug})
    )
    sign(original)
    sign(translation)
    return {first: original, second: translation}


def sign(article):
    """Send an article to review, and sign it as everybody who is asked to."""
    publishing.submit(article, by=None)
    for person in publishing.reviewers_waiting(article):
        publishing.sign(article, person=person, by=None)
