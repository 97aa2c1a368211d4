"""What a page says to search engines: schema.org, as JSON-LD.

Each page holds one graph: the clinic and the site, the way to the page, and what the page itself adds.
The parts name each other by @id; the clinic and each person have one in every language.
"""

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from clinic_site.clinic import clinic

from .models import Publication, ReviewState, Topic
from .trail import Crumb

# What would end the script element, or begin another, inside a string.
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}

Node = dict[str, Any]


def graph(trail: list[Crumb], nodes: Iterable[Node] = ()) -> SafeString:
    """Return what stands in the script element of a page: a trail is written as the reader sees it."""
    facts, others = _clinic(), []
    for node in nodes:  # what a page adds about the clinic belongs to the clinic
        if node.get("@id") == facts["@id"]:
            facts |= node
        else:
            others.append(node)
    parts = [facts, _site(), *_breadcrumbs(trail), *others]
    return as_script({"@context": "https://schema.org", "@graph": parts})


def as_script(data: Node) -> SafeString:
    """Return JSON that may stand inside a script element, whatever its strings hold."""
    return mark_safe(json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES))  # noqa: S308 - escaped here


# What every page says


def _clinic() -> Node:
    facts = clinic()
    node = {
        "@type": "MedicalClinic",
        "@id": _id("clinic"),
        "name": facts.name,
        "legalName": facts.legal_name,
        "url": _url(reverse("home")),
        "telephone": facts.phone,
        "openingHours": facts.hours_for_search_engines,
        "address": {
            "@type": "PostalAddress",
            "streetAddress": facts.address,
            "addressCountry": "KR",
        },
        "publishingPrinciples": _url(reverse("editorial_policy")),
        "correctionsPolicy": _url(reverse("corrections")),
    }
    return node


def _site() -> Node:
    return {
        "@type": "WebSite",
        "@id": _id("website"),
        "name": clinic().name,
        "url": _url("/"),
        "inLanguage": [code for code, _name in settings.LANGUAGES],
        "publisher": {"@id": _id("clinic")},
    }


def _breadcrumbs(trail: list[Crumb]) -> list[Node]:
    items = [
        {"@type": "ListItem", "position": position, "name": crumb.name, "item": _url(crumb.path)}
        for position, crumb in enumerate(trail, 1)
    ]
    return [{"@type": "BreadcrumbList", "itemListElement": items}] if items else []


# What one kind of page says


def article(page: Publication) -> Node:
    """Return a version as a schema.org MedicalWebPage that is an Article.

    The reviewer stands there while somebody signed these words and the review has not lapsed
    (editorial rule C12). There is no rating, and never will be (rule C25).
    """
    node = _page(["MedicalWebPage", "Article"], page.get_absolute_url(), page.title, page.language) | {
        "headline": page.title,
        "description": page.summary,
        "datePublished": _moment(page.first_visible_from),
        "dateModified": _moment(page.visible_from),
        "version": page.number,
        "author": [person(printed, page.language) for printed in page.authors],
        "isAccessibleForFree": True,
    }
    if topic := page.article.topic:
        with translation.override(page.language):
            node["about"] = {"@type": "Thing", "name": str(topic), "url": _url(topic.get_absolute_url())}
    if page.translators:
        node["translator"] = [person(printed, page.language) for printed in page.translators]
    if page.references:
        node["citation"] = [_source(reference) for reference in page.references]
    if page.reviewers and page.review_state != ReviewState.LAPSED:
        node["lastReviewed"] = page.reviewed_on.isoformat()
        node["reviewedBy"] = [person(printed, page.language) for printed in page.reviewers]
    return node


def clinic_page(since: date, days: int) -> list[Node]:
    """Return the page about the clinic: who answers for it, and on which days ahead it is closed."""
    facts, language = clinic(), translation.get_language()
    more: Node = {"@id": _id("clinic"), "email": facts.email}
    if not facts.is_demonstration:
        licence = {"@type": "EducationalOccupationalCredential", "name": facts.licence}
        more["employee"] = {
            "@type": "Person",
            "@id": _id("physician"),
            "name": facts.responsible_physician,
            "jobTitle": _("Responsible physician"),
            "url": _url(reverse("clinic")),
            "hasCredential": licence,
        }
    if closures := facts.closures(since, days):
        more["specialOpeningHoursSpecification"] = [_closed(day) for day, _reason in closures]
    page = _page("AboutPage", reverse("clinic"), _("About the clinic"), language)
    return [page | {"mainEntity": {"@id": _id("clinic")}}, more]


def _closed(day: date) -> Node:
    """Return a day without hours, as schema.org writes it: from midnight to midnight."""
    closed = {"opens": "00:00", "closes": "00:00"}
    spec = {"@type": "OpeningHoursSpecification", "validFrom": day.isoformat()}
    return spec | {"validThrough": day.isoformat()} | closed


def topic_page(topic: Topic, language: str, listed: list[Publication]) -> Node:
    """Return a topic as a collection of the pages that it lists."""
    pages = [
        {"@type": "ListItem", "position": position, "url": _url(page.get_absolute_url())}
        for position, page in enumerate(listed, 1)
    ]
    return _page("CollectionPage", topic.get_absolute_url(), str(topic), language) | {
        "description": topic.summary,
        "mainEntity": {"@type": "ItemList", "itemListElement": pages},
    }


def profile_page(printed: dict[str, Any], language: str) -> Node:
    """Return the page of somebody who writes or reviews."""
    path = reverse("person", args=[printed["key"]])
    return _page("ProfilePage", path, printed["name"], language) | {"mainEntity": person(printed, language)}


def person(printed: dict[str, Any], language: str) -> Node:
    """Return somebody as a published page names them: Person.as_printed()."""
    with translation.override(language):
        url = _url(reverse("person", args=[printed["key"]]))
    node = {
        "@type": "Person",
        "@id": _id(f"person-{printed['key']}"),
        "name": printed["name"],
        "jobTitle": printed["role"],
        "url": url,
    }
    if printed["works_for_clinic"] and not printed["is_demonstration"]:
        node["worksFor"] = {"@id": _id("clinic")}
    if printed["qualification"] and not printed["is_demonstration"]:
        credential = {"@type": "EducationalOccupationalCredential", "name": printed["qualification"]}
        if printed["licence_body"]:
            credential["recognizedBy"] = {"@type": "Organization", "name": printed["licence_body"]}
        node["hasCredential"] = credential
    return node


def _page(kind: str | list[str], path: str, name: str, language: str) -> Node:
    return {
        "@type": kind,
        "@id": _url(path),
        "url": _url(path),
        "name": name,
        "inLanguage": language,
        "isPartOf": {"@id": _id("website")},
        "publisher": {"@id": _id("clinic")},
    }


def _source(reference: dict[str, Any]) -> Node:
    node = {"@type": "CreativeWork", "name": reference["title"], "datePublished": str(reference["year"])}
    return node | {"url": reference["url"]} if reference["url"] else node


def _moment(moment: datetime) -> str:
    """Return the time in Seoul, on the day that the page itself says, with its time zone."""
    return timezone.localtime(moment).isoformat(timespec="seconds")


def _id(name: str) -> str:
    return f"{settings.SITE_URL}/#{name}"


def _url(path: str) -> str:
    return f"{settings.SITE_URL}{path}"
