"""What a page says to search engines: schema.org, as JSON-LD."""

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from clinic_site.clinic import clinic

from .models import Publication, ReviewState

# What would end the script element, or begin another, inside a string.
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def structured_data(page: Publication) -> dict[str, Any]:
    """Return a version as a schema.org MedicalWebPage.

    The reviewer stands there while somebody signed these words and the review has not lapsed
    (editorial rule C12). There is no rating, and never will be (rule C25).
    """
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "MedicalWebPage",
        "url": f"{settings.SITE_URL}{page.get_absolute_url()}",
        "name": page.title,
        "description": page.summary,
        "inLanguage": page.language,
        "datePublished": _day(page.first_visible_from),
        "dateModified": _day(page.visible_from),
        "version": page.number,
        "author": [_person(person) for person in page.authors],
        "publisher": {"@type": "MedicalClinic", "name": clinic().legal_name},
        "isAccessibleForFree": True,
    }
    if page.reviewers and page.review_state != ReviewState.LAPSED:
        data["lastReviewed"] = page.reviewed_on.isoformat()
        data["reviewedBy"] = [_person(person) for person in page.reviewers]
    return data


def _day(moment: datetime) -> str:
    """Return the day in Seoul, as the page itself says it."""
    return timezone.localdate(moment).isoformat()


def _person(person: dict[str, Any]) -> dict[str, Any]:
    return {"@type": "Person", "name": person["name"], "jobTitle": person["role"]}


def as_script(data: dict[str, Any]) -> str:
    """Return JSON that may stand inside a script element, whatever its strings hold."""
    return json.dumps(data, ensure_ascii=False).translate(_ESCAPES)
