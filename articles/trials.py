"""The trials as readers see them: the rows of the table, in an order and a choice of theirs."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Self
from urllib.parse import urlencode
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .evidence import short_label
from .kept import kept
from .models import Cells, Results, Trial, TrialCondition, TrialStatus

FILTERS = {
    "condition": (gettext_lazy("Condition"), TrialCondition),
    "status": (gettext_lazy("Status"), TrialStatus),
    "cells": (gettext_lazy("Cells"), Cells),
}


def _place(choices: Any, name: str) -> Callable[[Trial], int]:
    return lambda trial: choices.values.index(getattr(trial, name))


# A column's heading, and what it is sorted by: None where nothing is noted, which stands last either way.
COLUMNS: dict[str, tuple[Any, Callable[[Trial], Any]]] = {
    "trial": (gettext_lazy("Trial"), lambda trial: trial.said("title").casefold()),
    "condition": (gettext_lazy("For whom"), lambda trial: trial.said("people").casefold()),
    "cells": (gettext_lazy("What is given"), _place(Cells, "cells")),
    "people": (
        gettext_lazy("People"),
        lambda trial: trial.planned if trial.joined is None else trial.joined,
    ),
    "status": (gettext_lazy("Status"), _place(TrialStatus, "status")),
    "results": (gettext_lazy("Results"), _place(Results, "results")),
    "date": (
        gettext_lazy("Last date known"),
        lambda trial: trial.ended or trial.started or trial.registered or None,
    ),
}
PARAMETERS = (*FILTERS, "sort")


@dataclass(frozen=True)
class Choice:
    """What a reader chose to see, and in which order; empty where nothing was chosen."""

    condition: str = ""
    status: str = ""
    cells: str = ""
    sort: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """Read the parameters of an address; whatever the table does not offer counts as not chosen."""
        chosen = {
            name: query.get(name, "")
            for name, (_label, choices) in FILTERS.items()
            if query.get(name) in choices.values
        }
        sort = query.get("sort", "")
        return cls(**chosen, sort=sort if sort.removeprefix("-") in COLUMNS else "")

    @property
    def column(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def is_descending(self) -> bool:
        return self.sort.startswith("-")

    @property
    def is_narrowed(self) -> bool:
        return bool(self.condition or self.status or self.cells)

    @property
    def query(self) -> str:
        """Return the parameters as an address has them, always written alike."""
        chosen = {name: value for name, value in asdict(self).items() if value}
        return f"?{urlencode(chosen)}" if chosen else ""

    def keeps(self, trial: Trial) -> bool:
        return (
            self.condition in ("", *trial.conditions)
            and self.status in ("", trial.status)
            and self.cells in ("", trial.cells)
        )

    def in_order(self, trials: list[Trial]) -> list[Trial]:
        if not self.sort:
            return trials
        value = COLUMNS[self.column][1]
        noted = [trial for trial in trials if value(trial) is not None]
        unknown = [trial for trial in trials if value(trial) is None]
        return [*sorted(noted, key=value, reverse=self.is_descending), *unknown]


@kept
def stored() -> list[Trial]:
    return list(Trial.objects.select_related("source").prefetch_related("fact_links__fact"))


def table(at: UUID | None = None, choice: Choice | None = None) -> dict[str, Any]:
    """Return the table in the active language; without a choice, the trials for what this site is about."""
    everything = stored(at)
    if choice is None:
        rows = [_row(trial) for trial in everything if trial.is_about_mood]
        headings = [{"title": heading, "aria_sort": ""} for heading, _value in COLUMNS.values()]
        told = {"is_narrowed": False, "sorted_by": "", "choice": None}
        return {"rows": rows, "about_mood": len(rows), "columns": headings, **told}
    found = [trial for trial in everything if choice.keeps(trial)]
    about_mood = [trial for trial in found if trial.is_about_mood]
    heading, _value = COLUMNS.get(choice.column, ("", None))
    return {
        "rows": [_row(trial) for trial in choice.in_order(found)],
        "choice": choice,
        "is_narrowed": choice.is_narrowed,
        "total": len(everything),
        "about_mood": len(about_mood),
        "columns": [_column(name, choice) for name in COLUMNS],
        "filters": [_filter(name, getattr(choice, name)) for name in FILTERS],
        "sorted_by": heading,
    }


def _column(name: str, choice: Choice) -> dict[str, Any]:
    """Return the heading of a column with the address that sorts by it, or turns the order round."""
    is_sorted = name == choice.column
    turned = f"-{name}" if is_sorted and not choice.is_descending else name
    return {
        "key": name,
        "title": COLUMNS[name][0],
        "query": replace(choice, sort=turned).query,
        "aria_sort": ("descending" if choice.is_descending else "ascending") if is_sorted else "",
    }


def _filter(name: str, chosen: str) -> dict[str, Any]:
    label, choices = FILTERS[name]
    options = [{"value": value, "label": text, "chosen": value == chosen} for value, text in choices.choices]
    return {"name": name, "label": label, "options": options}


def _row(trial: Trial) -> dict[str, Any]:
    return {
        "trial": trial,
        "title": trial.said("title"),
        "where": " · ".join(filter(None, [trial.run_by, trial.said("country")])),
        "people": trial.said("people"),
        "given": trial.said("given"),
        "numbers": _numbers(trial),
        "record": trial.source.entry.url,
        "note": trial.said("note"),
        "source": {"id": trial.source_id, "label": short_label(trial.source.entry)},
        "dates": [
            (label, partial_day(value))
            for label, value in [
                (_("Registered"), trial.registered),
                (_("Started"), trial.started),
                (_("Ended"), trial.ended),
            ]
            if value
        ],
    }


def _numbers(trial: Trial) -> str:
    if trial.planned is None and trial.joined is None:
        return _("not noted")
    if trial.planned is None:
        return _("%(joined)d joined") % {"joined": trial.joined}
    if trial.joined is None:
        return _("%(planned)d planned") % {"planned": trial.planned}
    return _("%(joined)d joined, %(planned)d planned") % {"joined": trial.joined, "planned": trial.planned}


def partial_day(day: str) -> str:
    """Return a day, month or year such as “2026-04” in the words of the active language."""
    if len(day) == 4:
        return _("%(year)s") % {"year": day}
    try:
        first = date.fromisoformat(f"{day}-01"[:10])
    except ValueError:  # no day of the calendar; the form refuses it, another program may not
        return day
    return date_format(first, "DATE_FORMAT" if len(day) == 10 else "YEAR_MONTH_FORMAT")
