"""What the form, the consents and the messages say: read from content/inquiry-form.yaml.

People who read law and people who read Korean review that file; code only refers to its keys.
"""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import get_language

FILE = Path(__file__).with_name("content") / "inquiry-form.yaml"


@cache
def everything() -> dict[str, Any]:
    """Return the file as it stands, in both languages."""
    return yaml.safe_load(FILE.read_text("utf-8"))


def version() -> str:
    """The version of all texts, stored with each consent."""
    return everything()["version"]


@cache
def _in(language: str) -> dict[str, Any]:
    def localise(node: Any) -> Any:
        if isinstance(node, list):
            return [localise(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "en" in node and "ko" in node:
            text = " ".join(node[language].split())
            rest = {key: value for key, value in node.items() if key not in ("en", "ko")}
            return rest | {"text": text} if rest else text
        return {key: localise(value) for key, value in node.items()}

    return localise(everything())


def wording(language: str | None = None) -> dict[str, Any]:
    """Return every text in one language (default: the active one), in the shape of the file."""
    return _in(language or get_language() or "en")


def keyed(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a list of entries, such as fields or consents, by their keys."""
    return {entry["key"]: entry for entry in entries}


def answer_text(field: str, key: str, language: str | None = None) -> str:
    """Return what a choice of a field is called; the key itself if the choice has gone since."""
    options = keyed(keyed(wording(language)["fields"])[field]["options"])
    return options[key]["text"] if key in options else key


def closing_reasons(language: str | None = None) -> dict[str, str]:
    """Return the reasons for closing by their keys, in the order staff see them."""
    return {entry["key"]: entry["text"] for entry in wording(language)["closing_reasons"]}


def categories(language: str | None = None) -> dict[str, str]:
    """Return what the categories T0 to T9 are called."""
    return {entry["key"]: entry["name"] for entry in wording(language)["triage"]["categories"]}
