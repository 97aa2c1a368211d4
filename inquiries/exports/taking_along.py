"""A list of inquiries as a file for a spreadsheet: facts of the desk, and never a word that is sealed."""

import csv
from collections.abc import Iterator
from itertools import batched
from typing import Any

from django.utils import timezone, translation
from django.utils.text import capfirst

from .. import wording
from ..models import Inquiry, reason_text
from ..sensitivity import Privacy, rule

MOST = 100_000  # rows
BATCH = 500
MARK = "\ufeff"  # by which Excel knows UTF-8, and shows Korean
# A spreadsheet takes a cell that begins like this for a formula, and runs it.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")

COLUMNS = [
    "reference",
    "received_at",
    "status",
    "queue",
    "owner",
    "reply_by",
    "next_action",
    "next_action_at",
]
COLUMNS += ["answered_at", "closed_at", "closing_reason", "erased_at"]
COLUMNS += ["language", "topic", "came_from", "asking_for", "lives_in"]


class Echo:
    """Give back what a writer writes."""

    @staticmethod
    def write(text: str) -> str:
        return text


def columns(*, with_choices: bool, of=COLUMNS) -> list[str]:
    """Return the columns that may leave the site; what people chose only if that is wanted."""
    classes = [Privacy.OPERATIONAL, Privacy.STAFF, *([Privacy.PERSONAL] if with_choices else [])]
    rules = [privacy.value for privacy in classes if privacy.value.in_files]
    return [name for name in of if rule(Inquiry, name) in rules]


def lines(pks: list[int], *, with_choices: bool, language: str) -> Iterator[str]:
    """Yield the file piece by piece, in the order of the keys, in a language."""
    names = columns(with_choices=with_choices)
    writer = csv.writer(Echo)
    fields = {field.name: field for field in Inquiry._meta.fields}
    with translation.override(language):
        heads = [capfirst(str(fields[name].verbose_name)) for name in names]
    yield MARK + writer.writerow(map(harmless, heads))
    rows = Inquiry.objects.select_related(*(name for name in ("owner", "came_from") if name in names))
    titles = ["came_from__title"] if "came_from" in names else []
    rows = rows.only(*names, "owner__username", *titles)
    for some in batched(pks, BATCH, strict=False):
        found = rows.in_bulk(some)
        with translation.override(language):
            written = [
                writer.writerow(harmless(said(found[pk], name)) for name in names)
                for pk in some
                if pk in found
            ]
        yield "".join(written)


def said(inquiry: Inquiry, name: str) -> str:
    """Return a field in the words of the active language; times in the clinic's time."""
    value: Any = getattr(inquiry, name)
    if value in (None, ""):
        return ""
    if name.endswith("_at") or name == "reply_by":
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if name == "closing_reason":
        return reason_text(value)
    if name == "came_from":
        return value.title
    if name in ("topic", "asking_for", "lives_in"):
        return wording.answer_text(name, value)
    shown = getattr(inquiry, f"get_{name}_display", None)
    return str(shown() if shown else value)


def harmless(text: str) -> str:
    """Return a cell that no spreadsheet runs."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text
