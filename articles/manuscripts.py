"""From an article of the database to the manuscript that the quality rules read."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import yaml

from .evidence import CONTENT, ledger
from .models import About, Article, Fact, FactChange, LegalReview
from .quality import Manuscript, Signer
from .rendering import cited_facts, summary_citations


@cache
def plans() -> dict[str, Any]:
    return yaml.safe_load((CONTENT / "plans.yaml").read_text("utf-8"))


def manuscript_of(article: Article, translation: Article | None = None) -> Manuscript:
    """Return an article as the rules see it, with its counterpart in the other language."""
    plan = plans()["defaults"] | plans()["plans"].get(article.plan, {})
    facts = ledger()
    return Manuscript(
        plan=article.plan,
        language=article.language,
        slug=article.slug,
        kind=article.kind,
        title=article.title,
        summary=article.summary,
        in_short=tuple(line for line in article.in_short.splitlines() if line.strip()),
        body=article.body,
        change_note=article.change_note,
        version=article.version,
        authors=_signers(article.written_by),
        reviewers=_signers(article.reviewed_by),
        needs_external_reviewer=plan["needs_external_reviewer"],
        reviewed_on=article.reviewed_on,
        next_review_on=article.next_review_on,
        review_months=plan.get("review_months", 12),
        required_section_kinds=tuple(plan["required_section_kinds"]),
        required_panels=tuple(plan["required_panels"]),
        search_months=plan["search_months"],
        **_legal_review(article, plan),
        glossary=tuple(plans()["glossary"]),
        ledger=facts,
        today=facts.today,
        translation=manuscript_of(translation) if translation else None,
    )


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


def _signers(name: str) -> tuple[Signer, ...]:
    """The article knows names only, so far: nobody has a qualification, and all work for the clinic."""
    return (Signer(name),) if name.strip() else ()


def manuscripts(articles: Iterable[Article]) -> Iterator[tuple[Article, Manuscript]]:
    """Return each article with its manuscript; the two languages of one address are paired."""
    rows = list(articles)
    by_address = {(row.slug, row.language): row for row in rows}
    for row in rows:
        other = by_address.get((row.slug, "ko" if row.language == "en" else "en"))
        yield row, manuscript_of(row, other)
