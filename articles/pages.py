"""What the page of an article needs besides the article: today's parts, the other language, related pages."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils import translation

from clinic_site.clinic import clinic

from . import asked_from, feedback, glossary, live, marks, rendering, structured
from .evidence import Ledger, Source, ledger
from .kept import kept
from .models import Article, InterestStatement, Kind, Language, Publication, ReviewState
from .trail import Crumb, to_articles

RISKS = "risks-and-unknowns"  # the address of the page that much else leads to


@kept
def _interest_statements() -> dict[str, str]:
    """Return the conflict-of-interest statement in force, by language."""
    found = {language: InterestStatement.in_force(language) for language in Language.values}
    return {language: statement.text for language, statement in found.items() if statement}


@dataclass(frozen=True)
class Interest:
    """What readers are told of the clinic's interest: the sentence that says it, and what to do about it."""

    first: str
    rest: str

    def __str__(self) -> str:
        return f"{self.first} {self.rest}".strip()


def interest(language: str, at: UUID | None = None) -> Interest:
    """Return the conflict-of-interest statement in force; empty where nothing is on record."""
    text = _interest_statements(at).get(language, "")
    # Before the names are filled in: they may hold a full stop.
    first, stop, rest = text.partition(". ")
    return Interest(clinic().fill(f"{first}{stop.strip()}"), clinic().fill(rest))


def page_context(page: Publication) -> dict[str, Any]:
    """Return what the template of an article needs. `page` may be one that was never saved: a preview.

    The language of the page must be the active one.
    """
    at, words = glossary.with_stamp(page)
    names_the_treatment, is_reference = page.names_the_treatment, page.kind == Kind.REFERENCE
    head, body = live.fill(
        head=page.head_html,
        body=page.body_html,
        has_status_table=names_the_treatment and not is_reference,
        at=at,
        words=words,
    )
    return {
        "article": page,
        "head": head,
        "body": body,
        "has_status_links": names_the_treatment and is_reference,
        "interest": interest(page.language, at),
        "original_changed": original_changed(page),
        "related": related_pages(page),
        "structured": [structured.article(page)] if page.pk else [],
        "trail": trail_to(page.article),
        "alternates": alternates(page),
        "ask_query": f"?{urlencode({'from': asked_from.mark(page)})}" if page.pk else "",
        "feedback": feedback.form_html(page.language) if page.pk else "",
        "retracted": retracted_sources(page, ledger(at)),
    }


def trail_to(article: Article) -> list[Crumb]:
    """Return the way to an article: through its topic, if it has one."""
    topic = article.topic
    return [*to_articles(), *([Crumb(str(topic), topic.get_absolute_url())] if topic else [])]


def alternates(page: Publication) -> list[dict[str, str]]:
    """Return the languages in which search engines find the page, if it was read with_counterpart()."""
    if page.review_state == ReviewState.LAPSED:
        return []
    counterpart = getattr(page, "counterpart_slug", None)  # a preview has none yet
    slugs = {
        language: page.slug if language == page.language else counterpart for language in Language.values
    }
    return [{"code": language, "url": _address(slug, language)} for language, slug in slugs.items() if slug]


def _address(slug: str, language: str) -> str:
    with translation.override(language):
        return reverse("articles:detail", args=[slug])


def original_changed(page: Publication) -> Publication | None:
    """Return the version of the original that says something else than this translation of it, if any."""
    article = page.article
    if article.translation_of_id is None:
        return None
    now = Publication.objects.public().filter(article=article.translation_of_id).first()
    if now is None:
        return None
    before = page.translated_from
    return None if before and before.clinical_digest == now.clinical_digest else now


def retracted_sources(page: Publication, facts: Ledger) -> list[Source]:
    """Return the sources behind the page that were retracted since it was published."""
    cited = marks.cited_facts(f"{page.in_short}\n{page.body}")
    if page.has_summary:
        cited += rendering.summary_citations(page.language)
    known = [facts.facts[key] for key in dict.fromkeys(cited) if key in facts.facts]
    sources = dict.fromkeys(source for fact in known for source in fact.sources)
    return [source for source in sources if source.retracted]


def related_pages(page: Publication) -> list[Publication]:
    """Return the pages that editors named as the ones to read next, as far as readers find them in lists."""
    wanted = Article.related.through.objects.filter(from_article=page.article_id).values("to_article")
    public = Publication.objects.public().listed()
    return list(public.filter(article__in=wanted).in_list_order().only("slug", "language", "title"))
