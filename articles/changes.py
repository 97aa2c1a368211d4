"""The public list of what was put right: corrections, updates and withdrawn pages, the latest first."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.db.models import Exists, OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import ArticleEvent, ChangeKind, Publication, Step


@dataclass(frozen=True)
class Change:
    """One line of the list."""

    at: datetime
    kind: str
    label: str | Promise
    note: str
    title: str
    language: str
    number: int
    url: str  # empty for a page that readers cannot open


def by_month(language: str) -> list[tuple[date, list[Change]]]:
    """Return the changes of the pages in one language, by month."""
    found = sorted(
        [*_versions(language), *_withdrawals(language)], key=lambda change: change.at, reverse=True
    )
    months = groupby(found, key=lambda change: timezone.localtime(change.at).date().replace(day=1))
    return [(month, list(changes)) for month, changes in months]


def _versions(language: str) -> list[Change]:
    public = Publication.objects.public().filter(article=OuterRef("article"))
    versions = (
        Publication.objects.seen()
        .filter(language=language, change_kind__in=[ChangeKind.CORRECTION, ChangeKind.UPDATE])
        .annotate(is_public=Exists(public))
        .defer("body", "head_html", "body_html")
    )
    return [
        Change(
            at=version.visible_from,
            kind=version.change_kind,
            label=version.get_change_kind_display(),
            note=version.change_note,
            title=version.title,
            language=version.language,
            number=version.number,
            url=version.get_absolute_url() if version.is_public else "",
        )
        for version in versions
    ]


def _withdrawals(language: str) -> list[Change]:
    seen = Publication.objects.seen().filter(article=OuterRef("article"), visible_from__lte=OuterRef("at"))
    public = Publication.objects.public().filter(article=OuterRef("article"))
    events = (
        ArticleEvent.objects.filter(step=Step.WITHDRAW, article__language=language)
        # Staff may have been working on other words, which readers have not seen.
        .annotate(title=Subquery(seen.order_by("-number").values("title")[:1]))
        .exclude(title=None)
        .annotate(slug_now=Subquery(public.values("slug")[:1]))
    )
    return [
        Change(
            at=event.at,
            kind="withdrawn",
            label=_("Withdrawn"),
            note=event.note,
            title=event.title,
            language=language,
            number=0,
            url=_address(event.slug_now, language) if event.slug_now else "",
        )
        for event in events
    ]


def _address(slug: str, language: str) -> str:
    with translation.override(language):
        return reverse("articles:detail", args=[slug])
