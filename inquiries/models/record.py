"""What happened with an inquiry. Rows of this file are written once: the database refuses to change them."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Count, F, Max, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.append_only import append_only
from articles.models import Language

from .inquiry import Inquiry, Status, Step


class Event(models.Model):
    """One step of one inquiry: who, when, and from which status to which."""

    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="events")
    step = models.CharField(_("step"), max_length=8, choices=Step)
    was = models.CharField(max_length=8, choices=Status, blank=True)
    became = models.CharField(max_length=8, choices=Status)
    reason = models.CharField(_("reason"), max_length=22, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["at", "pk"]
        triggers = append_only("event")
        constraints = [
            models.CheckConstraint(name="event_step_known", condition=Q(step__in=Step.values)),
            models.CheckConstraint(
                name="event_statuses_known",
                condition=Q(was__in=["", *Status.values]) & Q(became__in=Status.values),
            ),
            models.CheckConstraint(
                name="event_by_staff_unless_received",
                condition=Q(step=Step.RECEIVED, by=None) | ~Q(step=Step.RECEIVED) & Q(by__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.get_step_display()} ({self.inquiry_id})"

    def write_note(self, text):
        Note.objects.create(event=self, text=text)


class Note(models.Model):
    """What staff wrote for colleagues at a step.

    Apart from the event, because it may tell of a person: it can be erased with them, the event stays.
    """

    event = models.OneToOneField(Event, models.PROTECT, related_name="note")
    text = models.CharField(_("note"), max_length=500)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        triggers = [pgtrigger.Protect(name="note_never_edited", operation=pgtrigger.Update)]

    def __str__(self):
        return f"({self.event_id})"


class Consent(models.Model):
    """What a person agreed to: which text, in which language and version, and when.

    Never edited; erased together with what the person wrote, and not before.
    """

    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="consents")
    key = models.CharField(_("consent"), max_length=20)
    text_version = models.CharField(_("version"), max_length=20)
    text_digest = models.CharField(max_length=64, help_text="SHA-256 of the text as it was shown.")
    language = models.CharField(_("language"), max_length=2, choices=Language)
    given_at = models.DateTimeField(_("given"), default=timezone.now)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["pk"]
        triggers = [pgtrigger.Protect(name="consent_never_edited", operation=pgtrigger.Update)]
        constraints = [
            models.UniqueConstraint(fields=["inquiry", "key"], name="consent_once_per_inquiry"),
            models.CheckConstraint(name="consent_language_known", condition=Q(language__in=Language.values)),
        ]

    def __str__(self):
        return f"{self.key} {self.text_version} ({self.inquiry_id})"


class ViewingQuerySet(models.QuerySet):
    def by_person(self):
        """Return who looked, how many times and when last; the latest first."""
        people = self.order_by().values(name=F("by__username"))
        return people.annotate(times=Count("pk"), last_at=Max("at")).order_by("-last_at")


class Viewing(models.Model):
    """Somebody opened an inquiry. The consent text promises that every viewing is recorded."""

    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="viewings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = ViewingQuerySet.as_manager()

    class Meta:
        verbose_name = _("viewing")
        verbose_name_plural = _("viewings")
        ordering = ["-at", "-pk"]
        triggers = append_only("viewing")

    def __str__(self):
        return f"{self.by_id} → {self.inquiry_id}"
