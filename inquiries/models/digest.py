"""The morning mail to staff: who wants it, and that it was sent."""

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import Language

from .mail import MailState

LEASE = timedelta(minutes=10)  # one attempt


class DigestWish(models.Model):
    """What somebody of the staff wants by mail. Without a row: the mail, in both languages."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="digest_wish")
    wanted = models.BooleanField(_("Send me the morning mail"), default=True)
    language = models.CharField(_("language"), max_length=2, choices=Language)

    class Meta:
        verbose_name = _("wish for the morning mail")
        verbose_name_plural = _("wishes for the morning mail")
        constraints = [
            models.CheckConstraint(
                name="digest_wish_language_known", condition=Q(language__in=Language.values)
            ),
        ]

    def __str__(self):
        return f"{self.person_id}: {self.wanted}"


class DigestQuerySet(models.QuerySet):
    def lease(self, person, day: date):
        """Return the mail of a person's day for one attempt; None if it went out, or somebody has it."""
        now = timezone.now()
        digest, is_new = self.get_or_create(person=person, day=day, defaults={"tried_at": now})
        if is_new:
            return digest
        free = self.filter(pk=digest.pk, state=MailState.WAITING, tried_at__lt=now - LEASE)
        return digest if free.update(tried_at=now) else None


class Digest(models.Model):
    """The mail of one person's day. It holds neither address nor numbers: both are made when it is sent."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    day = models.DateField()
    state = models.CharField(_("state"), max_length=8, choices=MailState, default=MailState.WAITING)
    tried_at = models.DateTimeField()
    sent_at = models.DateTimeField(_("sent"), null=True)

    objects = DigestQuerySet.as_manager()

    class Meta:
        verbose_name = _("morning mail")
        verbose_name_plural = _("morning mails")
        constraints = [
            models.UniqueConstraint(fields=["person", "day"], name="digest_once_a_day"),
            models.CheckConstraint(name="digest_state_known", condition=Q(state__in=MailState.values)),
            models.CheckConstraint(
                name="digest_sent_at_some_time",
                condition=Q(state=MailState.SENT, sent_at__isnull=False)
                | ~Q(state=MailState.SENT) & Q(sent_at=None),
            ),
        ]

    def __str__(self):
        return f"{self.person_id} {self.day}"

    def settle(self, state: MailState) -> None:
        sent_at = timezone.now() if state == MailState.SENT else None
        Digest.objects.filter(pk=self.pk).update(state=state, sent_at=sent_at)
