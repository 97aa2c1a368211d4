"""Who of the staff works at the desk, and who of them is there now."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q

from .models import Absence, Inquiry
from .models.triage import CORRECTS_PAGES, FOR_EDITORS, WORKS

BACKEND = "django.contrib.auth.backends.ModelBackend"
AT_THE_DESK = (WORKS, CORRECTS_PAGES)


def who_work(rights=AT_THE_DESK) -> Any:
    """Return the staff whose role has one of the rights, by name."""
    users = get_user_model().objects
    found = Q()
    for right in rights:
        found |= Q(pk__in=users.with_perm(right, backend=BACKEND, include_superusers=False))
    return users.filter(found, is_staff=True, is_active=True).order_by("username")


def who_are_here(rights=AT_THE_DESK) -> Any:
    """Return those of them who are not away: an inquiry may be given to them now."""
    return who_work(rights).exclude(pk__in=Absence.objects.now().values("person"))


def who_may_have(inquiry: Inquiry) -> Any:
    """Return who may be given the inquiry now: not whoever has it, and nobody who is away."""
    rights = AT_THE_DESK if inquiry.category == FOR_EDITORS else (WORKS,)
    return who_are_here(rights).exclude(pk=inquiry.owner_id or 0)
