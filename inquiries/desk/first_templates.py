"""The texts that replies begin with on a new site."""

from pathlib import Path
from typing import Any

from django.apps import apps

from articles.shipped import read

FILE = Path(__file__).parents[1] / "content/reply-templates.yaml"


def ensure_templates(using="default", **kwargs: Any) -> None:
    """Bring the shipped templates where there is none. After that they are the managers' alone."""
    templates = apps.get_model("inquiries", "ReplyTemplate").objects
    if using != "default" or templates.exists():
        return
    templates.bulk_create(
        templates.model(name=entry["name"][language], language=language, topic=entry["topic"], body=body)
        for entry in read(FILE)
        for language, body in entry["body"].items()
    )
