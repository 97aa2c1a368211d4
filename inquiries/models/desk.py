"""What staff have at hand at the desk: saved views, tags, and who is looking at what."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from articles.invisible import VISIBLE
from articles.kept import restamps

from .inquiry import Inquiry
from .triage import MANAGES, StepRefused

LOOKING = timedelta(minutes=2)  # who has not said so for this long has gone
# What a view may narrow the queue to. Never words that were searched for: they may be a person's name.
# The list offers them in this order (queue/filters.py), and what is taken along records them.
FILTERS = ["tab", "status", "category", "topic", "language", "owner", "queue", "tag", "article", "came_from"]
FILTERS += ["received_since", "received_until", "promise"]
LONGEST_FILTER = 40


class SavedViewQuerySet(models.QuerySet):
    def for_person(self, person):
        """Keep somebody's own views and those shared with all."""
        return self.filter(Q(owner=person) | Q(shared=True)).order_by("shared", "name", "pk")

    @transaction.atomic
    def keep(self, name: str, filters: dict[str, str], *, by, shared: bool = False):
        """Keep filters under a name, in place of the view of that name. Raises StepRefused."""
        if shared and not by.has_perm(MANAGES):
            raise StepRefused(gettext("Only a manager shares a view with all."))
        if not name.strip() or not filters or not all(map(_is_filter, filters.items())):
            raise StepRefused(gettext("A view has a name and filters. It keeps no words of a search."))
        kept = {"owner": by, "filters": dict(sorted(filters.items()))}
        key: dict[str, Any] = {"name": name.strip(), "shared": shared}
        if not shared:
            key["owner"] = by
        return self.update_or_create(**key, defaults=kept)[0]


def _is_filter(item: tuple[str, Any]) -> bool:
    name, value = item
    return name in FILTERS and isinstance(value, str) and 0 < len(value) <= LONGEST_FILTER


class SavedView(models.Model):
    """Filters of the queue under a name, as they stand in its address."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    name = models.CharField(_("name"), max_length=60, validators=VISIBLE)
    shared = models.BooleanField(_("shared with all"), default=False)
    filters = models.JSONField(_("filters"))

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"], condition=Q(shared=False), name="saved_view_name_once_per_person"
            ),
            models.UniqueConstraint(
                fields=["name"], condition=Q(shared=True), name="saved_view_shared_name_once"
            ),
            models.CheckConstraint(
                name="saved_view_keeps_no_search", condition=~Q(filters__has_any_keys=["q", "search"])
            ),
        ]

    def __str__(self):
        return self.name


class Tag(models.Model):
    """A mark for finding what belongs together. Managers make them: typed words might name people."""

    key = models.CharField(
        _("key"), max_length=20, unique=True, validators=[RegexValidator(r"^[a-z0-9][a-z0-9-]*$")]
    )
    name_en = models.CharField(_("name (English)"), max_length=40, validators=VISIBLE)
    name_ko = models.CharField(_("name (Korean)"), max_length=40, validators=VISIBLE)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["key"]
        triggers = restamps("tag")
        constraints = [
            models.CheckConstraint(name="tag_key_is_plain", condition=Q(key__regex=r"^[a-z0-9][a-z0-9-]*$"))
        ]

    def __str__(self):
        return self.name_ko if get_language() == "ko" else self.name_en


class PresenceQuerySet(models.QuerySet):
    def look(self, inquiry: Inquiry, person) -> None:
        """Note that somebody looks at it now; forget who went long ago."""
        now = timezone.now()
        self.filter(at__lt=now - LOOKING).delete()
        self.bulk_create(
            [self.model(inquiry=inquiry, person=person, at=now)],
            update_conflicts=True,
            unique_fields=["inquiry", "person"],
            update_fields=["at"],
        )

    def leave(self, inquiry: Inquiry, person, at: datetime) -> None:
        """Forget who went, unless they have opened it anew since."""
        self.filter(inquiry=inquiry, person=person, at__lte=at).delete()

    def others(self, inquiry: Inquiry, person):
        """Return who else looks at it now, the latest first."""
        here = self.filter(inquiry=inquiry, at__gte=timezone.now() - LOOKING).exclude(person=person)
        return here.select_related("person").order_by("-at")

    def among(self, inquiries, person):
        """Return who else looks at any of these now, the latest first."""
        here = self.filter(inquiry__in=inquiries, at__gte=timezone.now() - LOOKING).exclude(person=person)
        return here.select_related("person").order_by("-at")


class Presence(models.Model):
    """Somebody is looking at an inquiry. Not a record: Viewing is that."""

    inquiry = models.ForeignKey(Inquiry, models.CASCADE, related_name="presences")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = PresenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["inquiry", "person"], name="presence_once_per_person"),
        ]

    def __str__(self):
        return f"{self.person_id} → {self.inquiry_id}"
