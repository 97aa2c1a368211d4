"""The clinic's facts before staff entered them: what the files say, and how it comes into the tables."""

from datetime import time
from pathlib import Path
from typing import Any

import yaml
from django.apps import apps as installed_apps
from django.conf import settings

HELP_LINES = Path(__file__).with_name("content") / "help-lines.yaml"

# What the profile says once per language, and once for both.
IN_BOTH_LANGUAGES = ["name", "legal_name", "responsible_physician", "licence", "address", "directions"]
IN_BOTH_LANGUAGES += ["privacy_contact", "processors"]
ONCE = ["demonstration", "phone", "after_hours_phone", "email"]


def profile() -> dict[str, Any]:
    """Return the facts of the file that CLINIC_PROFILE names."""
    facts = yaml.safe_load(settings.CLINIC_PROFILE.read_text("utf-8"))
    facts["opening"] = {
        int(day): (time.fromisoformat(opens), time.fromisoformat(closes))
        for day, (opens, closes) in facts["opening"].items()
    }
    return facts | {"closed": {}}


def help_lines() -> list[Any]:
    """Return the crisis lines that ship with the software, as rows that are not saved."""
    file = yaml.safe_load(HELP_LINES.read_text("utf-8"))
    HelpLine = installed_apps.get_model("clinic_site", "HelpLine")
    return [
        HelpLine(
            position=position,
            country=line["country"],
            text_en=line["en"],
            text_ko=line["ko"],
            call=", ".join(line.get("call", [])),
            site=line.get("site", ""),
            checked_on=file["checked_on"],
        )
        for position, line in enumerate(file["lines"], 1)
    ]


def ensure_clinic(using="default", **kwargs):
    """Fill the tables where they are empty. Runs after every migration."""
    ClinicProfile = installed_apps.get_model("clinic_site", "ClinicProfile")
    if not ClinicProfile.objects.using(using).exists():
        facts = profile()
        fields: dict[str, Any] = {name: facts[name] for name in ONCE}
        for name in IN_BOTH_LANGUAGES:
            fields |= {f"{name}_{language}": facts[name][language] for language in ("en", "ko")}
        stored = ClinicProfile.objects.using(using).create(**fields)
        for weekday, (opens, closes) in facts["opening"].items():
            stored.opening_hours.create(weekday=weekday, opens_at=opens, closes_at=closes)
    HelpLine = installed_apps.get_model("clinic_site", "HelpLine")
    if not HelpLine.objects.using(using).exists():
        HelpLine.objects.using(using).bulk_create(help_lines())
