"""The clinic's own facts: read once from CLINIC_PROFILE, in the reader's language when asked."""

import re
from dataclasses import dataclass
from datetime import time
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.utils.translation import get_language

HELP_LINES = Path(__file__).with_name("content") / "help-lines.yaml"


def in_language(text: Any, language: str | None = None) -> str:
    """Return a text that may stand once per language as the one for `language` (default: the active)."""
    if isinstance(text, dict):
        return text[language or get_language() or "en"]
    return str(text)


@dataclass(frozen=True)
class Clinic:
    """What the site says of the clinic. Every text answers in the active language."""

    facts: dict[str, Any]

    def __getattr__(self, name: str) -> str:
        try:
            return in_language(self.facts[name])
        except KeyError:
            raise AttributeError(name) from None

    @property
    def is_demonstration(self) -> bool:
        return bool(self.facts["demonstration"])

    @property
    def phone_href(self) -> str:
        """The phone number as a `tel:` link takes it."""
        return "tel:" + re.sub(r"[^+\d]", "", self.facts["phone"])

    @property
    def closing_time(self) -> time:
        """When a working day ends, in Seoul."""
        return time.fromisoformat(self.facts["closes_at"])

    def fill(self, text: str) -> str:
        """Put the clinic's facts into the {{placeholders}} of a text.

        Raises KeyError when a placeholder names a fact that the profile lacks: a consent text
        with a hole in it must never be shown.
        """
        names = {"clinic_legal_name": "legal_name", "clinic_phone": "phone"}
        names["clinic_after_hours_phone"] = "after_hours_phone"
        return re.sub(
            r"{{\s*(\w+)\s*}}",
            lambda match: in_language(self.facts[names.get(match[1], match[1])]),
            text,
        )


@cache
def clinic() -> Clinic:
    return Clinic(yaml.safe_load(settings.CLINIC_PROFILE.read_text("utf-8")))


@cache
def _help_lines() -> dict[str, Any]:
    return yaml.safe_load(HELP_LINES.read_text("utf-8"))


def help_lines(language: str | None = None) -> list[list[tuple[str, str]]]:
    """The crisis lines, the general directory last: each in pieces of text and the address to link, or ""."""
    lines = []
    for line in _help_lines()["lines"]:
        links = {number: "tel:" + re.sub(r"[^+\d]", "", number) for number in line.get("call", [])}
        if site := line.get("site"):
            links[site] = f"https://{site}/"
        pieces = re.split(rf"\b({'|'.join(map(re.escape, links))})\b", in_language(line, language))
        lines.append([(piece, links.get(piece, "")) for piece in pieces if piece])
    return lines
