"""Rules about records kept elsewhere: a lawyer's review, and the registries of trials."""

import re
import unicodedata
from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from articles.dates import add_months
from articles.registries import NUMBERS

from .manuscript import Manuscript, Place
from .rules import Finding, rule
from .text import ZERO_WIDTH

LEGAL_REVIEW_MONTHS = 12


@rule("C19")
def a_lawyer_has_read_it(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C19: "A05, A08, A11 and the form need a legal-review record (name, date, scope), no older than 12
    months and newer than the last change of a cited statute fact."

    On the day of the change nobody knows which came first, so the review counts from the day after.
    """
    if not manuscript.needs_legal_review:
        return
    read, changed = manuscript.legal_review_on, manuscript.rules_changed_on
    if read is None:
        message = _("A lawyer must read this page first. Enter the reading under Legal reviews.")
        yield Place("legal_review"), message, "missing"
    elif manuscript.today > add_months(read, LEGAL_REVIEW_MONTHS):
        message = _("The last legal review was on %(day)s, more than twelve months ago. Ask for a new one.")
        yield Place("legal_review"), message % {"day": date_format(read, "DATE_FORMAT")}, "old"
    elif changed and changed >= read:
        message = _(
            "A fact about the law that this page cites was changed on %(changed)s. A legal review after that "
            "day is needed; the last was on %(day)s."
        )
        days = {"changed": date_format(changed, "DATE_FORMAT"), "day": date_format(read, "DATE_FORMAT")}
        yield Place("legal_review"), message % days, "changed"


# A letter O or l among the digits counts as one of them: it is what people mistype.
REGISTRIES = {
    "NCT": (re.compile(NUMBERS["NCT"]), 8),
    "ChiCTR": (re.compile(NUMBERS["ChiCTR"]), 10),
}
NEARLY = {
    name: re.compile(
        rf"(?<![A-Za-z]){name}[\s:#._‐-―-]{{0,3}}(?:[A-Z]{{2,5}}-)?"
        r"(?=[OlI]{0,2}\d)[\dOlI]{2,}(?:[ -]\d{2,})*[\dA-Za-z]*",
        re.IGNORECASE,
    )
    for name in REGISTRIES
}


@rule("C20")
def registry_numbers_have_their_form(manuscript: Manuscript) -> Iterator[Finding]:
    r"""Rule C20: "registry numbers match their pattern (`NCT\d{8}`, `ChiCTR\d{10}`)"."""
    for passage in manuscript.written:
        if passage.kind == "panel" or passage.field == "slug":
            continue
        text = ZERO_WIDTH.sub("", unicodedata.normalize("NFKC", passage.text))
        for name, (right, digits) in REGISTRIES.items():
            for match in NEARLY[name].finditer(text):
                exact = right.match(text, match.start())
                if exact and not re.match(r"[A-Za-z\d]", text[exact.end() : exact.end() + 1]):
                    continue
                message = _(
                    "“%(number)s” is no registry number: write %(name)s and %(digits)d digits, unspaced."
                )
                yield passage, message % {"number": match[0], "name": name, "digits": digits}, match[0]
