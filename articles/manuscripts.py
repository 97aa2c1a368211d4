"""From an article of the database to the manuscript that the quality rules read."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import yaml
from django.utils.translation import gettext as _

from . import glossary
from .evidence import CONTENT, UnknownFact, ledger
from .marks import TERM_LINK, RenderingError, cited_facts
from .models import About, Article, Fact, FactChange, LegalReview, Person, Role
from .models.text import ArticleText
from .quality import Answer, Exemption, Manuscript, Place, Problem, Severity, Signer, problems
from .rendering import Rendered, render, summary_citations

UNEXPLAINED = "TERM"
UNREADABLE = "TEXT"  # the code of a text that cannot be made into a page, whatever it says


@cache
def plans() -> dict[str, Any]:
    return yaml.safe_load((CONTENT / "plans.yaml").read_text("utf-8"))


def plan_of(article: Article) -> dict[str, Any]:
    """Return what the content plan asks of an article."""
    return {"review_months": 12} | plans()["defaults"] | plans()["plans"].get(article.plan, {})


def manuscript_of(article: Article, translation: Article | None = None, **changed: Any) -> Manuscript:
    """Return an article as the rules see it, with its counterpart in the other language.

    `changed` takes the place of what is stored: what somebody is just about to publish.
    """
    plan = plan_of(article)
    facts = ledger()
    signatures = article.signatures_now()
    last = article.latest_publication()
    credited = article.credits.select_related("person").all() if article.pk else []
    people = {role: [credit.person for credit in credited if credit.role == role] for role in Role}
    fields: dict[str, Any] = {
        "plan": article.plan,
        "language": article.language,
        "slug": article.slug,
        "kind": article.kind,
        "title": article.title,
        "summary": article.summary,
        "in_short": tuple(line for line in article.in_short.splitlines() if line.strip()),
        "body": article.body,
        "version": last.number if last else 1,
        "change_note": last.change_note if last else "",
        "is_published": last is not None,
        "authors": tuple(_signer(person) for person in people[Role.AUTHOR]),
        "reviewers": tuple(_signer(person) for person in people[Role.REVIEWER]),
        "needs_external_reviewer": plan["needs_external_reviewer"],
        "reviewed_on": max((signature.reviewed_on for signature in signatures), default=None),
        "next_review_on": min((signature.next_review_on for signature in signatures), default=None),
        "review_months": plan["review_months"],
        "required_section_kinds": tuple(plan["required_section_kinds"]),
        "required_panels": tuple(plan["required_panels"]),
        "search_months": plan["search_months"],
        **_legal_review(article, plan),
        "glossary": tuple(plans()["glossary"]),
        "ledger": facts,
        "today": facts.today,
        "translation": manuscript_of(translation) if translation else None,
        "original_language": article.translation_of.language if article.translation_of else article.language,
        "translated_by": ", ".join(str(person) for person in people[Role.TRANSLATOR]),
        "translation_checked_by": ", ".join(str(person) for person in people[Role.CHECKER]),
        "exemptions": _exemptions(article),
        "answers": _answers(article),
    }
    return Manuscript(**(fields | changed))


def _legal_review(article: Article, plan: dict[str, Any]) -> dict[str, Any]:
    """Return what rule C19 asks of the few articles that a lawyer reads; no query for the others."""
    if not plan["needs_legal_review"]:
        return {}
    cited = [*summary_citations(article.language), *cited_facts(f"{article.in_short}\n{article.body}")]
    rules = Fact.objects.filter(about=About.RULES, key__in=cited)
    return {
        "needs_legal_review": True,
        "legal_review_on": LegalReview.objects.latest_on(article.plan),
        "rules_changed_on": FactChange.objects.latest_on(rules),
    }


def _signer(person: Person) -> Signer:
    return Signer(
        name=person.name_en,
        qualification=person.qualification_en,
        licence_body=person.licence_body_en,
        works_for_clinic=person.works_for_clinic,
    )


def _exemptions(article: Article) -> tuple[Exemption, ...]:
    if not article.pk:
        return ()
    rows = article.word_exemptions.exclude(allowed_by=None).select_related("asked_by", "allowed_by")
    return tuple(
        Exemption(row.word, row.reason, str(row.allowed_by), row.asked_by.get_username()) for row in rows
    )


def _answers(article: Article) -> tuple[Answer, ...]:
    if not article.pk:
        return ()
    # The newest first in the table; of two answers to one warning the rules keep the last that they read.
    rows = reversed(article.warning_answers.select_related("by"))
    return tuple(Answer(row.key, row.text, row.by.get_username()) for row in rows)


def problems_of(article: Article, **changed: Any) -> list[Problem]:
    """Return all that the rules say of an article, and whether its text can be made into a page at all."""
    return problems_in(manuscript_of(article, article.in_other_language(), **changed), article)


def problems_in(manuscript: Manuscript, article: Article) -> list[Problem]:
    """Return the same of an article whose manuscript is at hand."""
    return problems(manuscript, unreadable(article) + unexplained(article))


def unreadable(article: Article) -> list[Problem]:
    """Return why the text cannot be made into a page, if it cannot.

    A fact that may not be cited is left to rule C02, which names its paragraph.
    """
    try:
        render_text(article, article.language)
    except UnknownFact:
        pass
    except RenderingError as error:
        return [Problem(UNREADABLE, Severity.ERROR, Place("body"), str(error))]
    return []


def unexplained(article: Article) -> list[Problem]:
    """Return the terms of the text that its glossary lacks, and say where there is no glossary at all.

    A term that only the draft of the glossary has is well: it stands as plain words until that is public.
    """
    used = dict.fromkeys(TERM_LINK.findall(f"{article.in_short}\n{article.body}"))
    if not used:
        return []
    known = glossary.terms_written(article.language)
    if known is None:
        message = _("There is no glossary in this language yet: its terms stand as plain words.")
        return [Problem(UNEXPLAINED, Severity.WARNING, Place("body"), message)]
    message = _("The glossary has no “%(term)s”. Enter it there, or take the mark away.")
    return [
        Problem(UNEXPLAINED, Severity.ERROR, Place("body"), message % {"term": term}, term)
        for term in used
        if term not in known
    ]


def render_text(words: ArticleText, language: str, *, strict: bool = True) -> Rendered:
    """Render the words of an article or revision. Raises UnknownFact or RenderingError.

    Unless `strict`, a fact that is known but may not be published stands as if it might.
    """
    return render(
        body=words.body,
        in_short=words.in_short,
        has_summary=words.has_summary,
        language=language,
        ledger=replace(ledger(), strict=strict),
    )


def manuscripts(articles: Iterable[Article]) -> Iterator[tuple[Article, Manuscript]]:
    """Return each article with its manuscript; the languages of one article are paired."""
    rows = list(articles)
    by_original = {(row.original_id, row.language): row for row in rows}
    for row in rows:
        other = by_original.get((row.original_id, "ko" if row.language == "en" else "en"))
        yield row, manuscript_of(row, other)
