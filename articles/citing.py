"""Which articles cite a fact: what staff must look at again when the fact changes."""

from collections import defaultdict

from .marks import cited_facts
from .models import WITH_SUMMARY, Article
from .rendering import summary_citations


def citing_articles() -> dict[str, list[Article]]:
    """Return, for each fact that any article cites, those articles. One query.

    The standard summary counts: an article that carries it cites its facts.
    """
    citing: dict[str, list[Article]] = defaultdict(list)
    wanted = Article.objects.only("language", "slug", "title", "plan", "kind", "in_short", "body")
    for article in wanted:
        head = summary_citations(article.language) if article.kind in WITH_SUMMARY else []
        for key in dict.fromkeys([*head, *cited_facts(f"{article.in_short}\n{article.body}")]):
            citing[key].append(article)
    return dict(citing)


def articles_citing(keys: list[str]) -> list[Article]:
    """Return the articles that cite any of the facts, each once."""
    citing = citing_articles()
    found = {article.pk: article for key in keys for article in citing.get(key, [])}
    return list(found.values())
