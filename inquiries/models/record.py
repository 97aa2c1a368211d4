"""What happened with an inquiry. Rows of this file are written once: the database refuses to change them."""

import re
import uuid
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Count, F, Max, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.append_only import append_only
from articles.models import Language

from .. import vault
from .inquiry import Inquiry
from .triage import STAFF_STEPS, Status, Step
from .triggers import goes_with_its_inquiry, written_once_but_for

BY_STAFF = sorted([*STAFF_STEPS, Step.MAIL_AGAIN])
BY_ANYBODY = [Step.ERASED, Step.MAIL_CAME_BACK]  # by staff as well as by the clock or the worker
NAMED = re.compile(r"(?<![\w.+-])@([\w.+-]+)")


class Event(models.Model):
    """One step of one inquiry: who, when, and from which status to which."""

    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="events")
    step = models.CharField(_("step"), max_length=15, choices=Step)
    was = models.CharField(_("was"), max_length=8, choices=Status, blank=True)
    became = models.CharField(_("became"), max_length=8, choices=Status)
    reason = models.CharField(
        _("reason"),
        max_length=22,
        blank=True,
        help_text="Of closing; or which queue, category, tag or next action, until the inquiry is erased.",
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )  # an index below begins with it
    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    other = models.ForeignKey(
        Inquiry, models.PROTECT, null=True, related_name="+", help_text="Merged with, or parted from."
    )
    planned_at = models.DateTimeField(null=True)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["at", "pk"]
        triggers = written_once_but_for("event", "reason")
        indexes = [  # the record, newest first: whole, by step and by person
            models.Index(F("at").desc(), F("id").desc(), name="event_newest"),
            models.Index(F("step"), F("at").desc(), F("id").desc(), name="event_step_newest"),
            models.Index(F("by"), F("at").desc(), F("id").desc(), name="event_by_newest"),
        ]
        constraints = [
            models.CheckConstraint(name="event_step_known", condition=Q(step__in=Step.values)),
            models.CheckConstraint(
                name="event_statuses_known",
                condition=Q(was__in=["", *Status.values]) & Q(became__in=Status.values),
            ),
            models.CheckConstraint(
                name="event_of_staff_has_a_name",
                condition=Q(step__in=BY_STAFF, by__isnull=False)
                | Q(step__in=BY_ANYBODY)
                | ~Q(step__in=[*BY_STAFF, *BY_ANYBODY]) & Q(by=None),
            ),
        ]

    def __str__(self):
        return f"{self.get_step_display()} ({self.inquiry_id})"

    def write_note(self, text: str) -> "Note":
        """Seal what is said to colleagues, and tell those whom it names."""
        note = Note(event=self)
        note.text_sealed = vault.seal(self.inquiry.data_key(), text, table="note", row=note.uid, field="text")
        note.save(force_insert=True)
        Mention.objects.bulk_create(
            Mention(note=note, person=person) for person in named_in(text, self.inquiry)
        )
        return note


class Note(models.Model):
    """What staff wrote for colleagues at a step, sealed under the inquiry's key.

    Apart from the event, because it may tell of a person: it is erased with them, the event stays.
    """

    event = models.OneToOneField(Event, models.PROTECT, related_name="note")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    text_sealed = models.BinaryField()

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        triggers = [
            pgtrigger.Protect(name="note_never_edited", operation=pgtrigger.Update),
            *goes_with_its_inquiry("note", "SELECT inquiry_id FROM inquiries_event WHERE id = OLD.event_id"),
        ]

    def __str__(self):
        return f"({self.event_id})"

    def text(self, key: bytes) -> str:
        return vault.unseal(key, self.text_sealed, table="note", row=self.uid, field="text")


class MentionQuerySet(models.QuerySet):
    def unseen(self, person):
        return self.filter(person=person, seen_at=None)

    def inquiries(self):
        """Return the keys of the inquiries at which somebody was named, for a condition."""
        return self.order_by().values("note__event__inquiry")


class Mention(models.Model):
    """A note names a colleague, who has not seen it until they have."""

    note = models.ForeignKey(Note, models.CASCADE, related_name="mentions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="mentions")
    seen_at = models.DateTimeField(_("seen"), null=True)

    objects = MentionQuerySet.as_manager()

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        indexes = [
            models.Index(fields=["person"], condition=Q(seen_at=None), name="mention_unseen"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["note", "person"], name="mention_once_per_note"),
        ]

    def __str__(self):
        return f"{self.person_id} ({self.note_id})"


def names_in(text: str) -> set[str]:
    """Return the user names that stand in a text behind an @; nobody's address is one."""
    return {name.rstrip(".-+") for name in NAMED.findall(text)} - {""}


def named_in(text: str, inquiry: Inquiry) -> list[Any]:
    """Return the colleagues whom a text names and who may see the inquiry: others would not find it."""
    found = get_user_model().objects.filter(username__in=names_in(text), is_staff=True, is_active=True)
    one = Inquiry.objects.filter(pk=inquiry.pk)
    return [person for person in found if one.visible_to(person).exists()]


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
        triggers = [
            pgtrigger.Protect(name="consent_never_edited", operation=pgtrigger.Update),
            *goes_with_its_inquiry("consent"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["inquiry", "key", "text_digest"], name="consent_once_per_text"),
            models.CheckConstraint(name="consent_language_known", condition=Q(language__in=Language.values)),
        ]

    def __str__(self):
        return f"({self.inquiry_id})"


class ViewingQuerySet(models.QuerySet):
    def by_person(self):
        """Return who looked, how many times and when last, and when they last read the words."""
        people = self.order_by().values(name=F("by__username"))
        read = Max("at", filter=Q(words=True))
        return people.annotate(times=Count("pk"), last_at=Max("at"), read_at=read).order_by("-last_at")


class Viewing(models.Model):
    """Somebody opened an inquiry. The consent text promises that every viewing is recorded."""

    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="viewings")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )  # an index below begins with it
    at = models.DateTimeField(_("when"), default=timezone.now)
    words = models.BooleanField(
        default=False, help_text="What the person wrote stood there, not only how to reach them."
    )

    objects = ViewingQuerySet.as_manager()

    class Meta:
        verbose_name = _("viewing")
        verbose_name_plural = _("viewings")
        ordering = ["-at", "-pk"]
        triggers = append_only("viewing")
        indexes = [
            models.Index(F("at").desc(), F("id").desc(), name="viewing_newest"),
            models.Index(F("by"), F("at").desc(), F("id").desc(), name="viewing_by_newest"),
        ]

    def __str__(self):
        return f"{self.by_id} → {self.inquiry_id}"


class ErasedBy(models.TextChoices):
    PERSON = "person", _("The person who asked")
    STAFF = "staff", _("Staff")
    CLOCK = "clock", _("The end of the time for keeping")


class Erasure(models.Model):
    """That an inquiry was erased: what remains of it, with no personal data (PIPA art. 21)."""

    inquiry = models.OneToOneField(Inquiry, models.PROTECT, related_name="erasure")
    reference = models.CharField(_("reference"), max_length=10)
    received_at = models.DateTimeField(_("received"))
    closed_at = models.DateTimeField(_("closed"))
    closing_reason = models.CharField(_("closing reason"), max_length=22)
    asked_by = models.CharField(_("asked by"), max_length=6, choices=ErasedBy)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("erased"), default=timezone.now)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["-at", "-pk"]
        triggers = append_only("erasure")
        indexes = [models.Index(F("at").desc(), F("id").desc(), name="erasure_newest")]
        constraints = [
            models.CheckConstraint(
                name="erasure_by_staff_has_a_name",
                condition=Q(asked_by=ErasedBy.STAFF, by__isnull=False)
                | Q(asked_by__in=[ErasedBy.PERSON, ErasedBy.CLOCK], by=None),
            ),
        ]

    def __str__(self):
        return self.reference


class ErasedConsents(models.Model):
    """How many consents to a text were given and have been erased since: a number, and nobody's."""

    key = models.CharField(_("consent"), max_length=20)
    text_version = models.CharField(_("version"), max_length=20)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    count = models.PositiveIntegerField(_("count"), default=0)

    class Meta:
        verbose_name = _("erased consents")
        verbose_name_plural = _("erased consents")
        constraints = [
            models.UniqueConstraint(fields=["key", "text_version", "language"], name="erased_consents_once"),
        ]

    def __str__(self):
        return f"{self.key} {self.text_version} {self.language}: {self.count}"


class ErasedFact(models.TextChoices):
    REASON = "closing_reason", _("Why it was closed")
    CATEGORY = "category", _("category")
    TOPIC = "topic", _("topic")
    LANGUAGE = "language", _("language")
    PAGE = "came_from", _("asked from the page")


class ErasedInquiries(models.Model):
    """How many inquiries of a month, now erased, had a reason, a category, a topic: one at a time.

    Never two together: a combination that only one person has would lead to that person. With the topic,
    the language and the page stands only how soon the clinic replied, in four coarse steps.
    """

    month = models.DateField(_("month"), help_text="Of receiving; its first day.")
    what = models.CharField(_("fact"), max_length=14, choices=ErasedFact)
    value = models.CharField(_("value"), max_length=22, blank=True)
    within = models.CharField(
        _("first reply within"), max_length=10, blank=True, help_text="first_reply.Within"
    )
    count = models.PositiveIntegerField(_("count"), default=0)

    class Meta:
        verbose_name = _("erased inquiries")
        verbose_name_plural = _("erased inquiries")
        constraints = [
            models.UniqueConstraint(
                fields=["month", "what", "value", "within"], name="erased_inquiries_once"
            ),
            models.CheckConstraint(
                name="erased_inquiries_of_something_known", condition=Q(what__in=ErasedFact.values)
            ),
        ]

    def __str__(self):
        return f"{self.month:%Y-%m} {self.what} {self.value}: {self.count}"
