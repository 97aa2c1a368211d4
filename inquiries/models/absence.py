"""Who is away, and who has their inquiries meanwhile."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .inquiry import Inquiry
from .triage import (
    CORRECTS_PAGES,
    DANGER,
    FOR_EDITORS,
    MANAGES,
    OPEN,
    WORKS,
    Queue,
    Status,
    Step,
    StepRefused,
)


class AbsenceQuerySet(models.QuerySet):
    def now(self):
        now = timezone.now()
        return self.filter(starts_at__lte=now, ends_at__gt=now)

    @transaction.atomic
    def mark(self, person, starts_at, ends_at, *, deputy=None, by):
        """Note that somebody is away, and hand over what they have if that is now. Raises StepRefused."""
        self.refuse_impossible(person, starts_at, ends_at, deputy=deputy, by=by)
        absence = self.create(person=person, starts_at=starts_at, ends_at=ends_at, deputy=deputy, by=by)
        hand_over_the_absent()
        return absence

    def refuse_impossible(self, person, starts_at, ends_at, *, deputy=None, by) -> None:
        """Raise StepRefused for an absence that cannot be, or is not somebody's to tell."""
        if by != person and not by.has_perm(MANAGES):
            raise StepRefused(gettext("Only a manager marks somebody else as away."))
        if not starts_at < ends_at or ends_at < timezone.now():
            raise StepRefused(gettext("An absence ends after it begins, and not in the past."))
        if deputy == person:
            raise StepRefused(gettext("Nobody stands in for themselves."))
        if deputy and not _may_stand_in(deputy, person):
            raise StepRefused(
                gettext("%(deputy)s may not work on what %(person)s has.")
                % {"deputy": deputy, "person": person}
            )

    def end(self, absence, *, by):
        """Note that somebody is back, or does not go. What others have stays theirs. Raises StepRefused."""
        if by != absence.person and not by.has_perm(MANAGES):
            raise StepRefused(gettext("Only a manager marks somebody else as back."))
        now = timezone.now()
        if absence.starts_at >= now:
            absence.delete()
        elif absence.ends_at > now:
            absence.ends_at = now
            absence.save(update_fields=["ends_at"])


class Absence(models.Model):
    """Somebody of the staff is away. Their inquiries go to the deputy, or else back to a queue."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="absences", verbose_name=_("who is away")
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("stands in"),
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(
                name="absence_ends_after_it_begins", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="absence_deputy_is_another", condition=Q(deputy=None) | ~Q(deputy=F("person"))
            ),
        ]

    def __str__(self):
        return f"{self.person} {localtime(self.starts_at):%Y-%m-%d}"


def hand_over_the_absent() -> int:
    """Give what people who are away have to who stands in for them; return how many.

    A deputy who is away as well, or may not work on it, gets nothing: then it goes to a queue, danger to
    the physicians', what an editor had to the editors'. Whose account was closed is away for good. Doing
    it again does no harm; the worker does it every minute.
    """
    gone = get_user_model().objects.filter(is_active=False, inquiries__status__in=OPEN)
    away: dict[int, Any] = dict.fromkeys(gone.values_list("pk", flat=True))
    away |= {absence.person_id: absence.deputy for absence in Absence.objects.now().select_related("deputy")}
    handed = 0
    for pk in Inquiry.objects.filter(owner__in=away, status__in=OPEN).values_list("pk", flat=True):
        with transaction.atomic():
            inquiry = Inquiry.objects.select_for_update().get(pk=pk)
            if inquiry.owner_id not in away or inquiry.status not in OPEN:
                continue
            _hand_over(inquiry, away)
            handed += 1
    return handed


def _may_stand_in(deputy, person) -> bool:
    """Tell whether somebody may work at the desk, and on more than pages if the other does."""
    return deputy.has_perm(WORKS) or not person.has_perm(WORKS) and deputy.has_perm(CORRECTS_PAGES)


def _hand_over(inquiry: Any, away) -> None:
    deputy, owner = away[inquiry.owner_id], inquiry.owner
    fit = deputy and deputy.pk not in away and deputy.is_active and inquiry.may(deputy, Step.ANSWER)
    if fit:
        inquiry.become(inquiry.status, Step.OWNER_AWAY, to=deputy, owner=deputy)
        return
    became = Status.NEW if inquiry.status == Status.TAKEN else Status(inquiry.status)
    queue = Queue.PHYSICIANS if inquiry.category in DANGER else Queue.NURSES
    if inquiry.category == FOR_EDITORS and owner and not owner.has_perm(WORKS):
        queue = Queue.EDITORS
    inquiry.become(became, Step.OWNER_AWAY, reason=queue, owner=None, queue=queue)
