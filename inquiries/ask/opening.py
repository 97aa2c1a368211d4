"""Whether the form may be open: what its texts need, and whether a lawyer has read it."""

import re
from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from articles import evidence
from articles.dates import add_months
from articles.models import LegalReview
from articles.quality.records import LEGAL_REVIEW_MONTHS
from clinic_site.clinic import clinic

from ..wording import everything

# Consents that the form does not ask for: their placeholders need no facts.
NOT_ASKED = {"overseas"}


def missing_facts() -> list[str]:
    """Return the placeholders of the form's texts that the clinic has left empty in some language.

    A consent text with a hole in it must never be shown: while there is one, the form stays closed.
    """
    return [name for name in _placeholders() if not all(map(_filled(name), dict(settings.LANGUAGES)))]


def legal_review_problem() -> str:
    """Return what rule C19 asks of the form, for staff; empty while a lawyer's reading of it counts."""
    read = LegalReview.objects.latest_on("form")
    if read is None:
        return _("A lawyer must read this page first. Enter the reading under Legal reviews.")
    if evidence.today() > add_months(read, LEGAL_REVIEW_MONTHS):
        message = _("The last legal review was on %(day)s, more than twelve months ago. Ask for a new one.")
        return message % {"day": date_format(read, "DATE_FORMAT")}
    return ""


def _filled(name: str):
    def filled(language: str) -> bool:
        with translation.override(language):
            try:
                return bool(clinic().fill(f"{{{{{name}}}}}").strip())
            except KeyError:
                return False

    return filled


@cache
def _placeholders() -> list[str]:
    return sorted(set(_found_in(everything())))


def _found_in(node):
    if isinstance(node, dict):
        if node.get("key") not in NOT_ASKED:
            for value in node.values():
                yield from _found_in(value)
    elif isinstance(node, list):
        for item in node:
            yield from _found_in(item)
    elif isinstance(node, str):
        yield from re.findall(r"{{\s*(\w+)\s*}}", node)
