"""Mail that is to go out: written in one transaction with what it tells of."""

import uuid
from contextlib import suppress
from datetime import timedelta

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from procrastinate.exceptions import AlreadyEnqueued

from articles.models import Language

from ..soon import soon
from .inquiry import Channel, Inquiry
from .triage import AWAITING_REPLY, Status, Step, StepRefused

# One attempt: it must outlast a mail server that stops answering half-way (clinic_site/mail_url.py).
LEASE = timedelta(minutes=4)
FIRST_WAIT = timedelta(seconds=30)
# Kept short, so that mail goes out within five minutes once the mail server is back.
LONGEST_WAIT = timedelta(minutes=4)
MOST_ATTEMPTS = 400  # more than a day
NEVER_SO_LONG = timedelta(hours=1)


class MailKind(models.TextChoices):
    ACKNOWLEDGEMENT = "received", _("We received your message")
    REPLY = "reply", _("There is a reply for you")


class MailState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("mail", "Waiting")
    SENT = "sent", pgettext_lazy("mail", "Sent")
    FAILED = "failed", pgettext_lazy("mail", "Failed")
    BOUNCED = "bounced", pgettext_lazy("mail", "Came back")
    DROPPED = "dropped", pgettext_lazy("mail", "Not wanted any more")


class OutgoingMailQuerySet(models.QuerySet):
    def waiting(self):
        """Return what is to go out. The mail of a doubtful inquiry stays until staff have restored that:
        its address may be anybody's."""
        doubtful = Inquiry.objects.filter(pk=OuterRef("inquiry"), status=Status.DOUBTFUL)
        return self.filter(~Exists(doubtful), state=MailState.WAITING)

    def due(self):
        """Return what may be tried now. A time further off than any wait is that of a clock gone wrong."""
        now = timezone.now()
        return self.waiting().filter(Q(due_at__lte=now) | Q(due_at__gt=now + NEVER_SO_LONG))

    def enqueue(self, inquiry: Inquiry, kind: MailKind):
        """Note that a mail is to go out, if the person may be reached by email; return it, or None."""
        if not inquiry.may_use(Channel.EMAIL):
            return None
        mail = self.create(inquiry=inquiry, kind=kind, language=inquiry.language)
        soon("send_mail", once=f"mail {mail.pk}", mail=mail.pk)
        return mail

    def lease(self, pk: int):
        """Return a mail that is due, for one attempt by nobody else; None if there is nothing to do."""
        leased = self.due().filter(pk=pk)
        if not leased.update(attempts=F("attempts") + 1, due_at=timezone.now() + LEASE):
            return None
        return self.select_related("inquiry").get(pk=pk)


class OutgoingMail(models.Model):
    """One mail. It holds neither address nor text: the worker makes both at the moment of sending."""

    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="mails")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("mail"), max_length=10, choices=MailKind)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    state = models.CharField(_("state"), max_length=8, choices=MailState, default=MailState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True)
    last_error = models.CharField(_("last error"), max_length=80, blank=True, help_text="Its class, no text.")

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mail")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state=MailState.WAITING), name="mail_due"),
        ]
        constraints = [
            models.CheckConstraint(name="mail_kind_known", condition=Q(kind__in=MailKind.values)),
            models.CheckConstraint(name="mail_state_known", condition=Q(state__in=MailState.values)),
            models.CheckConstraint(name="mail_language_known", condition=Q(language__in=Language.values)),
            models.CheckConstraint(
                name="mail_sent_at_some_time",
                condition=~Q(state=MailState.SENT) | Q(sent_at__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} ({self.inquiry_id})"

    @property
    def says_a_reply_is_there(self) -> bool:
        return self.kind == MailKind.REPLY

    @property
    def is_moot(self) -> bool:
        """Whether what it says is no longer so: we promise no reply where one was given, or is not wanted."""
        promises = self.kind == MailKind.ACKNOWLEDGEMENT
        return bool(self.inquiry.erased_at) or promises and self.inquiry.status not in AWAITING_REPLY

    def mark_sent(self) -> None:
        self._settle(MailState.SENT, sent_at=timezone.now(), last_error="")

    def drop(self) -> None:
        self._settle(MailState.DROPPED)

    @transaction.atomic
    def did_not_go(self, what: str, *, came_back: bool) -> None:
        """Try again later; or, if the address was refused or a day of trying was in vain, tell staff."""
        if came_back:
            self._settle(MailState.BOUNCED, last_error=what)
            self.inquiry.pin("mail_bounced", Step.MAIL_CAME_BACK, reopens=self.says_a_reply_is_there)
            Inquiry.objects.filter(pk=self.inquiry_id, erased_at=None).update(email_came_back=True)
        elif self.attempts >= MOST_ATTEMPTS:
            self._settle(MailState.FAILED, last_error=what)
            self.inquiry.pin("mail_failed", Step.MAIL_FAILED, reopens=self.says_a_reply_is_there)
        else:
            wait = min(FIRST_WAIT * 2 ** min(self.attempts - 1, 10), LONGEST_WAIT)
            self._settle(MailState.WAITING, due_at=timezone.now() + wait, last_error=what)

    # What staff do. Each raises StepRefused where it is too late, and then nothing has changed.

    @property
    def can_come_back(self) -> bool:
        return self.state == MailState.SENT and not self.inquiry.erased_at

    @property
    def can_go_again(self) -> bool:
        return self.state == MailState.FAILED and self.inquiry.may_use(Channel.EMAIL) and not self.is_moot

    @transaction.atomic
    def came_back(self, *, by) -> None:
        """Record that a mail which had left came back later."""
        if not self.can_come_back:
            raise StepRefused(gettext("Only mail that has been sent can come back."))
        since = self.inquiry.events.filter(step=Step.CHANGED_CONTACT, at__gt=self.sent_at)
        self.inquiry.mail_came_back(
            by=by, closes_address=not since.exists(), reopens=self.says_a_reply_is_there
        )
        OutgoingMail.objects.filter(pk=self.pk).update(state=MailState.BOUNCED)

    @transaction.atomic
    def again(self, *, by) -> None:
        """Give up on giving up: try as if it were new."""
        if not self.can_go_again:
            raise StepRefused(gettext("This mail cannot be sent again."))
        self.inquiry.mail_again(by=by)
        anew = {"state": MailState.WAITING, "attempts": 0, "due_at": timezone.now(), "last_error": ""}
        OutgoingMail.objects.filter(pk=self.pk).update(**anew)
        with suppress(AlreadyEnqueued), transaction.atomic():  # its earlier job stands in line still
            soon("send_mail", once=f"mail {self.pk}", mail=self.pk)

    def _settle(self, state: MailState, **changes) -> None:
        # Unless it was dropped meanwhile, since the person has erased everything.
        waiting = OutgoingMail.objects.filter(pk=self.pk, state=MailState.WAITING)
        waiting.update(state=state, **changes)
        self.refresh_from_db()
