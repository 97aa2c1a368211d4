"""What the clinic's documents allow the site to say: the status box, its own statements, its prices."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any

import yaml
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .evidence import CONTENT
from .models import ClinicStatement, Condition, Document, DocumentKind, PriceItem

# The display rules, in their order (editorial rules, section 4). The fifth: nothing on record.
BOX_ORDER = (
    DocumentKind.TREATMENT_PLAN,
    DocumentKind.RESEARCH_PLAN,
    DocumentKind.DESIGNATION,
    DocumentKind.OUTSIDE_ACT,
)
HERE = {Condition.DEPRESSION, Condition.ANXIETY, Condition.BIPOLAR, ""}  # "": not about one condition


@cache
def _box() -> dict[str, dict[str, str]]:
    return yaml.safe_load((CONTENT / "register.yaml").read_text("utf-8"))["status_box"]


def _language() -> str:
    return "ko" if get_language() == "ko" else "en"


def _day(day: date | None) -> str:
    return date_format(day, "DATE_FORMAT") if day else "–"


def status_box(documents: Iterable[Document], on: date | None = None) -> dict[str, Any]:
    """Return the state of the regulatory status box, its lines, and the documents behind them.

    Only documents that somebody checked and that are in force count. A plan for an illness that this
    site is not about counts for nothing here.
    """
    valid = [paper for paper in documents if paper.is_valid(on) and paper.condition in HERE]
    for kind in BOX_ORDER:
        found = [paper for paper in valid if paper.kind == kind]
        if found:
            text = _box()[kind.value][_language()]
            lines = [
                text.format(condition=paper.get_condition_display(), date=_day(paper.valid_until))
                for paper in found
            ]
            return {"state": kind.value, "lines": list(dict.fromkeys(lines)), "documents": found}
    return {"state": "nothing", "lines": [_box()["nothing"][_language()]], "documents": []}


def prices(items: Iterable[PriceItem], on: date | None = None) -> list[dict[str, Any]]:
    """Return what readers see of each price that they may see, in the active language."""
    return [
        {
            **{name: item.said(name) for name in ("name", "included", "excluded", "refund")},
            "amount": f"{item.amount:,}",
            "valid_from": item.valid_from,
            "valid_until": item.valid_until,
            "document": item.document,
        }
        for item in items
        if item.is_shown(on)
    ]


def reader_text(statement: ClinicStatement, on: date | None = None) -> tuple[str, bool]:
    """Return what readers see of a statement, and whether a document stands behind it."""
    document = statement.document(on)
    if document is None:
        return statement.said("fallback"), False
    filled = statement.said("statement")
    for name, value in {
        "title": document.title,
        "reference": document.reference,
        "issued_on": _day(document.issued_on),
        "valid_until": _day(document.valid_until),
        "checked_on": _day(document.checked_on),
    }.items():
        filled = filled.replace(f"{{{name}}}", value)
    return _("The clinic reports that %(statement)s") % {"statement": filled}, True
