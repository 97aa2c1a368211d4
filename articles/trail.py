"""Where a page stands: the way to it from the home page, for the eye and for search engines alike."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Crumb:
    """One page on the way, named as its own heading names it."""

    name: str
    path: str


def home() -> Crumb:
    return Crumb(_("Home"), reverse("home"))


def to_articles() -> list[Crumb]:
    """Return the way to what stands under the health information."""
    return [home(), Crumb(_("Health information"), reverse("articles:list"))]
