"""A text that is not published yet, as readers would see it: beside its form, and by a link that expires."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation

from .models import WRITTEN, Article, Kind, Language, Publication, Revision
from .pages import page_context
from .publishing import edition

HOLDS_FOR = timedelta(days=14)
_SALT = "articles.preview"


@dataclass(frozen=True)
class Preview:
    """One revision of an article, as a link names it."""

    revision: Revision
    expires_at: datetime

    @property
    def is_latest(self) -> bool:
        """Whether nobody has saved a newer text since the link was made."""
        return self.revision.article.latest_revision() == self.revision

    def page(self) -> Publication:
        """Return the page as readers would see it, not saved. Raises UnknownFact or RenderingError."""
        return edition(self.revision.article, self.revision, strict=False)


def link_to(revision: Revision) -> str:
    """Return the path of a page that shows this revision to whoever has the link, for HOLDS_FOR."""
    token = signing.dumps(revision.pk, salt=_SALT)
    with translation.override(revision.article.language):
        return reverse("articles:preview", args=[token])


def opened(token: str) -> Preview:
    """Return what a link shows. Raises signing.SignatureExpired or signing.BadSignature."""
    pk = signing.loads(token, salt=_SALT, max_age=HOLDS_FOR)
    revision = Revision.objects.select_related("article").filter(pk=pk).first()
    if revision is None:
        raise signing.BadSignature("No such revision.")
    return Preview(revision, _made_at(token) + HOLDS_FOR)


def _made_at(token: str) -> datetime:
    stamp = signing.b62_decode(token.split(":")[-2])
    return datetime.fromtimestamp(stamp, tz=timezone.get_current_timezone())


def typed(article: Article, fields: Mapping[str, str]) -> Article:
    """Put what somebody is typing into an article in memory, and return it. Nothing is saved.

    It keeps its key, so that its people, signatures and answers count. What is not sent stays as it is.
    """
    for name in WRITTEN:
        if name in fields and (name != "kind" or fields[name] in Kind.values):
            setattr(article, name, fields[name])
    article.tidy()  # as saving would
    if not article.pk and fields.get("language") in Language.values:
        article.language = fields["language"]
    return article


def reader_page(
    request: HttpRequest, page: Publication, template: str = "articles/detail.html", **more: Any
) -> str:
    """Return the HTML that readers would get of a page that was never saved, at its own address."""
    with translation.override(page.language):
        as_reader = copy(request)
        as_reader.method = "GET"
        try:
            as_reader.path = as_reader.path_info = page.get_absolute_url()
        except NoReverseMatch:  # it has no address yet
            as_reader.path = as_reader.path_info = reverse("articles:list")
        return render_to_string(template, page_context(page) | more, request=as_reader)
