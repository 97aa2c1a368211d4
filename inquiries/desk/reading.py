"""Who may see an inquiry, who may read its words, and that both are on record.

How to reach somebody opens with the screen, what they wrote only when it is asked for. It stays open for
the rest of a quarter of an hour in this browser, so that a reply can be written beside it.
"""

import logging
import time
from typing import Any

from django.http import HttpRequest

from .. import contents, vault
from ..models import Inquiry, Viewing
from ..models.triage import CORRECTS_PAGES, FOR_EDITORS

OPEN_SECONDS = 15 * 60
MOST = 20  # that one browser keeps open

logger = logging.getLogger(__name__)


def may_see(person, inquiry: Inquiry) -> bool:
    about_page = inquiry.category == FOR_EDITORS and person.has_perm(CORRECTS_PAGES)
    return about_page or person.has_perm("inquiries.view_inquiry")


def may_read(person, inquiry: Inquiry) -> bool:
    about_page = inquiry.category == FOR_EDITORS and person.has_perm(CORRECTS_PAGES)
    return about_page or person.has_perm("inquiries.read_inquiry")


def show(request: HttpRequest, inquiry: Inquiry) -> None:
    """Open the words in this browser for a while."""
    shown = {pk: until for pk, until in request.session.get("shown", {}).items() if until > time.time()}
    shown[str(inquiry.pk)] = time.time() + OPEN_SECONDS
    request.session["shown"] = dict(sorted(shown.items(), key=lambda item: item[1])[-MOST:])


def hide(request: HttpRequest, inquiry: Inquiry) -> None:
    shown = request.session.get("shown", {})
    request.session["shown"] = {pk: until for pk, until in shown.items() if pk != str(inquiry.pk)}


def is_shown(request: HttpRequest, inquiry: Inquiry) -> bool:
    until = request.session.get("shown", {}).get(str(inquiry.pk), 0)
    return until > time.time() and may_read(request.user, inquiry)


def record(request: HttpRequest, inquiry: Inquiry, *, words: bool) -> None:
    """Record that somebody looked, and whether they read; what was merged with it is read along with it."""
    person: Any = request.user
    Viewing.objects.create(inquiry=inquiry, by=person, words=words)
    if words:
        parts = inquiry.merged.order_by("pk")
        Viewing.objects.bulk_create(Viewing(inquiry=part, by=person, words=True) for part in parts)


def opened(inquiry: Inquiry) -> contents.Contents | None:
    """Open what the person wrote; None where this process cannot, or nothing is left to open."""
    if inquiry.erased_at:
        return None
    try:
        found = contents.for_staff(inquiry)
        _ = found.contact, found.question
    except vault.NoKey:
        return None
    except vault.WrongKey as problem:
        logger.error("%s does not open: %s", inquiry.reference, problem)
        return None
    return found
