"""The standard statements, word for word, in the language of the article."""

from functools import cache
from typing import Any

import yaml

from .evidence import CONTENT


@cache
def _statements() -> dict[str, Any]:
    return yaml.safe_load((CONTENT / "statements.yaml").read_text("utf-8"))


def conflict_of_interest(language: str) -> str:
    """Return the statement that opens every article; it names the clinic by {{placeholder}}."""
    return _statements()["coi"][language]


def summary_title(language: str) -> str:
    return _statements()["summary"]["title"][language]


def summary_lines(language: str) -> list[str]:
    """Return the five lines on benefit, risk, unknowns, other options and no treatment, as Markdown."""
    return _statements()["summary"]["lines"][language]


def panel(name: str, language: str) -> str:
    """Return a panel's text as Markdown; raises KeyError for a name that is none."""
    return _statements()["panels"][name][language]


def panel_names() -> list[str]:
    return list(_statements()["panels"])
