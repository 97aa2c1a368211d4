"""Links to the articles that rest on a fact, a source or a picture."""

from django.contrib import messages
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from ..models import (
    Article,
)


def article_links(articles: list[Article]) -> SafeString | str:
    """Return links to the change pages of articles, or a dash."""
    if not articles:
        return "–"
    return format_html_join(
        ", ",
        '<a href="{}">{} {} ({})</a>',
        (
            (
                reverse("admin:articles_article_change", args=[article.pk]),
                article.plan,
                article.title,
                article.get_language_display(),
            )
            for article in articles
        ),
    )


def name_articles(request, articles: list[Article]) -> None:
    """Tell staff which articles to look at again."""
    if articles:
        messages.warning(
            request, format_html("{} {}", gettext("Look at these articles again:"), article_links(articles))
        )
