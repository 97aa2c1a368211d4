"""What the person and the clinic say to each other after the first question."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .inquiry import Inquiry
from .triage import Step
from .triggers import goes_with_its_inquiry


class Author(models.TextChoices):
    PERSON = "person", _("The person who asked")
    CLINIC = "clinic", pgettext_lazy("author", "The clinic")
    SYSTEM = "system", _("Automatic")


class MessageKind(models.TextChoices):
    TEXT = "text", _("Message")
    SENT_AGAIN = "sent_again", _("Sent again with changes")


class MessageQuerySet(models.QuerySet):
    def from_clinic(self):
        return self.exclude(author=Author.PERSON)

    def unread(self):
        return self.filter(read_at=None)


class Message(models.Model):
    """One message of the conversation, sealed under the inquiry's key. contents.py writes and opens them."""

    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="messages")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    author = models.CharField(_("author"), max_length=6, choices=Author)
    kind = models.CharField(max_length=10, choices=MessageKind, default=MessageKind.TEXT)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    second_reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("released by")
    )
    copy_of = models.UUIDField(
        null=True, help_text="The uid of the same message in the inquiry that this one was merged with."
    )
    text_sealed = models.BinaryField()
    content_digest = models.BinaryField(null=True, help_text="Tells the same message, sent twice.")
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(_("read"), null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["at", "pk"]
        triggers = [
            pgtrigger.ReadOnly(name="message_never_edited", exclude=["read_at"]),
            *goes_with_its_inquiry("message"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["inquiry", "content_digest"], name="message_sent_once"),
            models.CheckConstraint(name="message_author_known", condition=Q(author__in=Author.values)),
            models.CheckConstraint(name="message_kind_known", condition=Q(kind__in=MessageKind.values)),
            models.CheckConstraint(
                name="message_of_the_clinic_has_a_writer",
                condition=Q(author=Author.CLINIC, by__isnull=False) | ~Q(author=Author.CLINIC) & Q(by=None),
            ),
            models.CheckConstraint(
                name="message_second_reader_is_another",
                condition=Q(second_reader=None) | Q(by__isnull=False) & ~Q(second_reader=F("by")),
            ),
        ]

    def __str__(self):
        return f"{self.get_author_display()} ({self.inquiry_id})"


class Draft(models.Model):
    """A reply that has not gone out: it waits for a second reader, or was sent back to its writer."""

    inquiry = models.OneToOneField(Inquiry, models.PROTECT, related_name="draft")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    step = models.CharField(
        max_length=6, choices=[(Step.ANSWER, Step.ANSWER.label), (Step.ASK, Step.ASK.label)]
    )
    text_sealed = models.BinaryField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("draft of a reply")
        verbose_name_plural = _("drafts of replies")
        triggers = [pgtrigger.Protect(name="draft_never_edited", operation=pgtrigger.Update)]
        constraints = [
            models.CheckConstraint(name="draft_step_known", condition=Q(step__in=[Step.ANSWER, Step.ASK])),
        ]

    def __str__(self):
        return f"{self.get_step_display()} ({self.inquiry_id})"
