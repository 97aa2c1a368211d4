"""What is new for readers and for search engines: a feed per language, and the sitemap."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic_site.clinic import clinic
from clinic_site.public import public_page

from .models import Language, Publication
from .people import keys_on
from .topics import with_pages

LATEST = 20


class Latest(Feed):
    """The latest versions in the reader's language, with what changed."""

    def title(self):
        return clinic().name

    def description(self):
        return _("New and corrected health information.")

    subtitle = description

    def link(self):
        return settings.SITE_URL + reverse("articles:list")

    def items(self):
        public = Publication.objects.public().listed().filter(language=get_language())
        return public.order_by("-visible_from").defer("body", "head_html", "body_html")[:LATEST]

    def item_title(self, item):
        return item.title

    def item_description(self, item):
        return f"{item.summary} {item.change_note}".strip()

    def item_link(self, item):
        return settings.SITE_URL + item.get_absolute_url()

    def item_guid(self, item):
        return f"{self.item_link(item)}#{item.number}"

    item_guid_is_permalink = False

    def item_pubdate(self, item):
        return item.visible_from

    item_updateddate = item_pubdate  # Atom wants one; each version is an entry of its own

    def item_author_name(self, item):
        return item.author_names


class RssFeed(Latest):
    feed_type = Rss201rev2Feed

    def feed_url(self):
        return settings.SITE_URL + reverse("feed_rss")


class AtomFeed(Latest):
    feed_type = Atom1Feed

    def feed_url(self):
        return settings.SITE_URL + reverse("feed_atom")


# Pages that stand beside the articles, in each language.
STANDING_PAGES = ["home", "articles:list", "articles:a_to_z", "evidence", "people", "editorial_policy"]
STANDING_PAGES += ["corrections", "help_now", "unwell_after_treatment", "inquiries:ask", "clinic"]
STANDING_PAGES += ["privacy", "accessibility"]


@dataclass(frozen=True)
class Entry:
    """One address of the sitemap."""

    path: str
    language: str
    changed: datetime | None = None

    @property
    def url(self) -> str:
        return settings.SITE_URL + self.path


@public_page
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """List every page that search engines may show, each with its counterparts in other languages."""
    listed = list(
        Publication.objects.public()
        .listed()
        .defer("body", "head_html", "body_html")
        .order_by("original", "language")
    )
    articles = groupby(listed, key=lambda page: page.original)
    pages = [_standing(name) for name in STANDING_PAGES]
    pages += [_standing("topic", topic.key) for topic in with_pages()]
    pages += [_standing("person", key) for key in sorted(keys_on(listed))]
    for _original, versions in articles:
        found = [Entry(page.get_absolute_url(), page.language, page.visible_from) for page in versions]
        pages.append(found)
    return render(request, "sitemap.xml", {"pages": pages}, content_type="application/xml; charset=utf-8")


def _standing(name: str, *arguments: str) -> list[Entry]:
    entries = []
    for language in Language.values:
        with translation.override(language):
            entries.append(Entry(reverse(name, args=arguments), language))
    return entries
