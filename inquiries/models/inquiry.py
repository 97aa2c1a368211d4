"""An inquiry, and where it stands in the staff's triage."""

import re
import secrets
from datetime import timedelta

import pgtrigger
import phonenumbers
from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from articles.models import Language

from .. import wording
from ..reply_promise import reply_by

# Without 0 O 1 I L: a reference is read aloud on the phone.
REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
# Marks that change the direction of the text around them (Unicode Standard Annex 9).
DIRECTION_MARKS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Status(models.TextChoices):
    NEW = "new", _("New")
    TAKEN = "taken", _("Taken")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Closed")


class Step(models.TextChoices):
    """What can be done with an inquiry. RECEIVED is the patient's own step, the rest are the staff's."""

    RECEIVED = "received", _("Received")
    TAKE = "take", _("Take")
    PUT_BACK = "put_back", _("Put back")
    ANSWER = "answer", _("Mark as answered")
    CLOSE = "close", pgettext_lazy("step", "Close")
    REOPEN = "reopen", _("Reopen")


# Which step leads where. Nothing else changes an inquiry's status.
TRANSITIONS = {
    Status.NEW: {Step.TAKE: Status.TAKEN, Step.CLOSE: Status.CLOSED},
    Status.TAKEN: {Step.ANSWER: Status.ANSWERED, Step.CLOSE: Status.CLOSED, Step.PUT_BACK: Status.NEW},
    Status.ANSWERED: {Step.CLOSE: Status.CLOSED, Step.REOPEN: Status.NEW},
    Status.CLOSED: {Step.REOPEN: Status.NEW},
}

AWAITING_REPLY = [Status.NEW, Status.TAKEN]
OPEN = [*AWAITING_REPLY, Status.ANSWERED]


WRITTEN_BY_THE_PERSON = [
    "reference",
    "form_token",
    "content_digest",
    "preferred_name",
    "contact_method",
    "email",
    "phone",
    "best_time",
    "language",
    "lives_in",
    "asking_for",
    "topic",
    "message",
    "received_at",
]


class StepRefused(Exception):
    """The step cannot be taken from where the inquiry is now; the message says why, for staff."""


def new_reference() -> str:
    """Return a reference such as DK-4F7Q-29."""
    marks = [secrets.choice(REFERENCE_ALPHABET) for _place in range(6)]
    return "DK-{}{}{}{}-{}{}".format(*marks)


def is_open() -> Q:
    """Still needs somebody: to be answered, or to be closed."""
    return Q(status__in=OPEN)


def is_overdue() -> Q:
    """The clinic has promised a reply, has not given it, and the time is over."""
    return Q(status__in=AWAITING_REPLY, reply_by__lt=timezone.now())


class InquiryQuerySet(models.QuerySet):
    def open(self):
        return self.filter(is_open())

    def overdue(self):
        return self.filter(is_overdue())

    def in_queue_order(self):
        """Put the oldest promise first; what is answered and only waits to be closed comes last."""
        return self.order_by(F("answered_at").asc(nulls_first=True), "reply_by", "pk")


class Inquiry(models.Model):
    """What a person asked, and what became of it. A phone number is kept in E.164."""

    reference = models.CharField(_("reference"), max_length=10, default=new_reference)
    form_token = models.CharField(max_length=32)
    content_digest = models.CharField(max_length=64)

    preferred_name = models.CharField(_("name"), max_length=60)
    contact_method = models.CharField(_("how to reply"), max_length=5)
    email = models.CharField(_("email"), max_length=254, blank=True)
    phone = models.CharField(_("phone"), max_length=24, blank=True)
    best_time = models.CharField(_("good time to call"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    lives_in = models.CharField(_("lives in"), max_length=9)
    asking_for = models.CharField(_("asking for"), max_length=12)
    topic = models.CharField(_("topic"), max_length=16)
    message = models.TextField(_("question"), blank=True)
    received_at = models.DateTimeField(_("received"), default=timezone.now)

    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.NEW)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        verbose_name=_("who has it"),
        related_name="inquiries",
    )
    reply_by = models.DateTimeField(_("reply by"))
    answered_at = models.DateTimeField(_("answered"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    closing_reason = models.CharField(_("closing reason"), max_length=22, blank=True)
    version = models.PositiveIntegerField(
        default=1, help_text="Counts the steps, so that none is overwritten."
    )

    objects = InquiryQuerySet.as_manager()

    class Meta:
        verbose_name = _("inquiry")
        verbose_name_plural = _("inquiries")
        indexes = [
            models.Index(
                F("answered_at").asc(nulls_first=True),
                "reply_by",
                "id",
                condition=Q(status__in=OPEN),
                name="inquiry_open_queue",
            )
        ]
        triggers = [
            # What a person wrote stays as they sent it, whoever asks.
            pgtrigger.ReadOnly(name="inquiry_words_stay", fields=WRITTEN_BY_THE_PERSON),
        ]
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="inquiry_reference_once"),
            models.UniqueConstraint(fields=["form_token", "content_digest"], name="inquiry_sent_once"),
            models.CheckConstraint(name="inquiry_status_known", condition=Q(status__in=Status.values)),
            models.CheckConstraint(name="inquiry_language_known", condition=Q(language__in=Language.values)),
            models.CheckConstraint(
                name="inquiry_one_way_to_reply",
                condition=Q(contact_method="email", phone="", best_time="") & ~Q(email="")
                | Q(contact_method="phone", email="") & ~Q(phone=""),
            ),
            models.CheckConstraint(
                name="inquiry_in_hand_has_owner",
                condition=(~Q(status=Status.NEW) | Q(owner=None))
                & (~Q(status__in=[Status.TAKEN, Status.ANSWERED]) | Q(owner__isnull=False)),
            ),
            models.CheckConstraint(
                name="inquiry_awaiting_reply_is_unanswered",
                condition=(~Q(status__in=AWAITING_REPLY) | Q(answered_at=None))
                & (~Q(status=Status.ANSWERED) | Q(answered_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="inquiry_closed_has_reason",
                condition=Q(status=Status.CLOSED, closed_at__isnull=False) & ~Q(closing_reason="")
                | ~Q(status=Status.CLOSED) & Q(closed_at=None, closing_reason=""),
            ),
        ]

    def __str__(self):
        return self.reference

    @property
    def greeting_name(self):
        """The name as it may stand beside other text."""
        return DIRECTION_MARKS.sub("", self.preferred_name)

    @property
    def phone_text(self):
        """The phone number in groups, as it is read out."""
        number = phonenumbers.parse(self.phone)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)

    @property
    def next_steps(self):
        return list(TRANSITIONS[Status(self.status)])

    @property
    def awaits_reply(self):
        return self.status in AWAITING_REPLY

    @property
    def is_overdue(self):
        return self.awaits_reply and self.reply_by < timezone.now()

    @property
    def time_left(self) -> timedelta:
        """How long until the promised reply; negative once it is late."""
        return self.reply_by - timezone.now()

    def sent_again_as(self):
        """Return other versions of the same question: same page, edited and sent again."""
        return Inquiry.objects.filter(form_token=self.form_token).exclude(pk=self.pk)

    # What staff do. Each step refuses with StepRefused, or is written with its event.

    def take(self, *, by):
        self._step(Step.TAKE, by=by, owner=by)

    def put_back(self, *, by):
        self._step(Step.PUT_BACK, by=by, owner=None)

    def answer(self, note="", *, by):
        """Record that the person has been answered, and in a few words how."""
        self._step(Step.ANSWER, by=by, note=note, answered_at=timezone.now())

    def close(self, reason, note="", *, by):
        if reason not in wording.closing_reasons():
            raise StepRefused(gettext("Choose a reason for closing."))
        self._step(
            Step.CLOSE, by=by, note=note, reason=reason, closing_reason=reason, closed_at=timezone.now()
        )

    def reopen(self, note="", *, by):
        """Put it back into the queue, with a new promise."""
        self._step(
            Step.REOPEN,
            by=by,
            note=note,
            owner=None,
            answered_at=None,
            closed_at=None,
            closing_reason="",
            reply_by=reply_by(timezone.now()),
        )

    @transaction.atomic
    def _step(self, step, *, by, note="", reason="", **changes):
        """Change the status and append the event, or raise StepRefused and change nothing.

        The update matches only while the row still has the version that was loaded, so of two
        people acting at once the slower is refused, not overwritten.
        """
        became = TRANSITIONS[Status(self.status)].get(step)
        if became is None:
            raise StepRefused(
                gettext("“%(step)s” is not possible while the inquiry is %(status)s.")
                % {"step": step.label, "status": self.get_status_display().lower()}
            )
        same = Inquiry.objects.filter(pk=self.pk, version=self.version)
        if not same.update(status=became, version=F("version") + 1, **changes):
            raise StepRefused(
                gettext("Somebody else changed this inquiry just before you. Nothing was overwritten.")
            )
        event = self.events.create(step=step, was=self.status, became=became, by=by, reason=reason)
        if note:
            event.write_note(note)
        self.refresh_from_db()


def reason_text(key: str) -> str:
    """Return what a closing reason is called, in the active language."""
    return wording.closing_reasons().get(key, key)
