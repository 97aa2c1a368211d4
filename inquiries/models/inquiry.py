"""An inquiry, and where it stands in the staff's triage."""

import secrets
import uuid
from datetime import timedelta

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Case, ExpressionWrapper, F, Q, When
from django.db.models.functions import Least
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import Language, Publication

from .. import vault
from ..receipt import ALPHABET
from .handling import Handled
from .queue import QUEUE_ORDER, InquiryQuerySet, is_open, is_urgent
from .triage import (
    AWAITING_REPLY,
    CATEGORIES,
    IN_A_QUEUE,
    OPEN,
    SETTLED,
    TRANSITIONS,
    NextAction,
    Queue,
    Status,
)
from .triggers import any_change, stays_until_erased

# A person's words and what identifies the row: never changed, and gone when it is erased.
STAYS = ["token_hash", "receipt_hash", "content_digest", "key_for_patient", "question_sealed"]
STAYS += ["lives_in", "asking_for", "topic", "came_from"]
# What is empty in every erased row, and in no other.
SEALED = [*STAYS[:5], "key_for_clinic", "contact_sealed"]
CHOSEN = ["contact_method", "lives_in", "asking_for", "topic"]


class Channel(models.TextChoices):
    """Ways to reach a person, each of which they may forbid."""

    EMAIL = "email", _("Email")
    PHONE = "phone", _("Phone")
    VOICEMAIL = "voicemail", _("Voicemail")
    TEXT = "text", _("Text message")


def new_reference() -> str:
    """Return a reference such as DK-4F7Q-29."""
    marks = [secrets.choice(ALPHABET) for _place in range(6)]
    return "DK-{}{}{}{}-{}{}".format(*marks)


class Inquiry(Handled):
    """What a person asked, and what became of it.

    Their words and how to reach them are sealed under a key of this row alone: contents.py opens them.
    What stands here in plain are choices and facts. sensitivity.py says what each field tells of a person.
    """

    reference = models.CharField(_("reference"), max_length=10, default=new_reference)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    token_hash = models.BinaryField(null=True, unique=True)
    receipt_hash = models.BinaryField(null=True, unique=True)
    content_digest = models.BinaryField(null=True)

    key_for_clinic = models.BinaryField(null=True)
    clinic_key_id = models.CharField(max_length=16, blank=True)
    key_for_patient = models.BinaryField(null=True)
    contact_sealed = models.BinaryField(null=True)
    question_sealed = models.BinaryField(null=True)
    search_hashes = ArrayField(models.BigIntegerField(), null=True)

    contact_method = models.CharField(_("how to reply"), max_length=5, blank=True)
    forbidden_channels = ArrayField(
        models.CharField(max_length=9, choices=Channel), default=list, verbose_name=_("never by")
    )
    language = models.CharField(_("language"), max_length=2, choices=Language, blank=True)
    lives_in = models.CharField(_("lives in"), max_length=9, blank=True)
    asking_for = models.CharField(_("asking for"), max_length=12, blank=True)
    topic = models.CharField(_("topic"), max_length=16, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    came_from = models.ForeignKey(
        Publication, models.PROTECT, null=True, related_name="+", verbose_name=_("asked from the page")
    )
    received_at = models.DateTimeField(_("received"), default=timezone.now)

    category = models.CharField(_("category"), max_length=2, blank=True)
    danger_reasons = ArrayField(models.CharField(max_length=40), default=list)
    pinned_at = models.DateTimeField(_("pinned"), null=True)
    email_came_back = models.BooleanField(
        default=False,
        help_text="Mail to the address they gave came back: it is not used until they change it.",
    )
    doubt = models.PositiveSmallIntegerField(default=0, help_text="The score of spam.py when it came.")
    doubt_reasons = ArrayField(models.CharField(max_length=40), default=list)

    tags = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name=_("tags"))

    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.NEW)
    queue = models.CharField(_("queue"), max_length=10, choices=Queue, default=Queue.NURSES, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        verbose_name=_("who has it"),
        related_name="inquiries",
    )
    reply_by = models.DateTimeField(_("reply by"))
    next_action = models.CharField(
        _("next action"), max_length=14, choices=NextAction, default=NextAction.READ, blank=True
    )
    next_action_at = models.DateTimeField(_("next action due"), null=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="merged", verbose_name=_("merged into")
    )
    before_merge = models.JSONField(
        null=True, encoder=DjangoJSONEncoder, help_text="What the other one was before it took this in."
    )
    answered_at = models.DateTimeField(_("answered"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    closing_reason = models.CharField(_("closing reason"), max_length=22, blank=True)
    erased_at = models.DateTimeField(_("erased"), null=True)
    version = models.PositiveIntegerField(
        default=1, help_text="Counts the steps, so that none is overwritten."
    )

    # The order of the queue, computed by the database: pinned first, then whatever is due next.
    pinned = models.GeneratedField(
        expression=ExpressionWrapper(Q(pinned_at__isnull=False), models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    due_at = models.GeneratedField(
        expression=Case(
            When(status__in=AWAITING_REPLY, then=Least("reply_by", "next_action_at")),
            default=F("next_action_at"),
        ),
        output_field=models.DateTimeField(null=True),
        db_persist=True,
    )

    objects = InquiryQuerySet.as_manager()

    class Meta:
        verbose_name = _("inquiry")
        verbose_name_plural = _("inquiries")
        permissions = [
            ("read_inquiry", _("Can read what people wrote")),
            ("release_reply", _("Can release a colleague's reply")),
            ("decide_on_danger", _("Can close inquiries about danger")),
            ("answer_page_questions", _("Can work on inquiries about pages")),
            ("manage_desk", _("Can manage the desk")),
            ("export_inquiry", _("Can export inquiries")),
            ("erase_inquiry", _("Can erase inquiries")),
            ("audit_inquiry", _("Can read the record of access")),
        ]
        indexes = [
            # The queue, whole and narrowed: only what is open, in the order in which it is shown.
            models.Index(*QUEUE_ORDER, condition=Q(status__in=OPEN), name="inquiry_open_queue"),
            *(
                models.Index(F(name), *QUEUE_ORDER, condition=Q(status__in=OPEN), name=f"inquiry_open_{name}")
                for name in ["status", "owner", "topic", "category"]
            ),
            # Everything, the newest first.
            *(
                models.Index(name, F("id").desc(), name=f"inquiry_{name}_newest")
                for name in ["status", "owner", "topic", "category", "came_from"]
            ),
            models.Index("queue", F("id").desc(), condition=~Q(queue=""), name="inquiry_queue_newest"),
            models.Index(fields=["received_at"], name="inquiry_received"),
            # What the clock looks for: late, kept too long, not yet known to the search.
            models.Index(
                fields=["reply_by"], condition=Q(status__in=AWAITING_REPLY), name="inquiry_promised"
            ),
            models.Index(fields=["reply_by"], condition=Q(status=Status.DOUBTFUL), name="inquiry_doubtful"),
            models.Index(fields=["next_action_at"], condition=is_open(), name="inquiry_next_action"),
            models.Index(fields=["next_action_at"], condition=is_open() & is_urgent(), name="inquiry_urgent"),
            models.Index(
                fields=["received_at", "id"], condition=Q(status__in=IN_A_QUEUE), name="inquiry_untriaged"
            ),
            models.Index(fields=["closed_at"], condition=Q(erased_at=None), name="inquiry_closed"),
            models.Index(
                fields=["closing_reason", "closed_at"], condition=Q(erased_at=None), name="inquiry_closed_why"
            ),
            models.Index(
                fields=["id"], condition=Q(search_hashes=None, erased_at=None), name="inquiry_unsearchable"
            ),
            models.Index(*QUEUE_ORDER, condition=Q(status__in=OPEN, owner=None), name="inquiry_unowned"),
            models.Index(*QUEUE_ORDER, condition=Q(status__in=OPEN, pinned=True), name="inquiry_pinned"),
            GinIndex(fields=["tags"], name="inquiry_tags"),
            GinIndex(fields=["search_hashes"], name="inquiry_search"),
        ]
        triggers = [
            *stays_until_erased("inquiry", STAYS),
            pgtrigger.ReadOnly(name="inquiry_is_itself", fields=["reference", "uid", "received_at"]),
            pgtrigger.Protect(
                name="inquiry_erased_for_good",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__erased_at__isnull=False) & any_change(["erased_at"]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="inquiry_reference_once"),
            models.CheckConstraint(name="inquiry_status_known", condition=Q(status__in=Status.values)),
            models.CheckConstraint(
                name="inquiry_language_known",
                condition=Q(language__in=Language.values) | Q(language="", erased_at__isnull=False),
            ),
            models.CheckConstraint(
                name="inquiry_reached_by_email_or_phone",
                condition=Q(contact_method__in=["email", "phone"])
                | Q(contact_method="", erased_at__isnull=False),
            ),
            models.CheckConstraint(
                name="inquiry_whole_or_erased",
                condition=Q(erased_at=None, **{f"{name}__isnull": False for name in SEALED})
                | Q(
                    erased_at__isnull=False,
                    status=Status.CLOSED,
                    clinic_key_id="",
                    search_hashes=None,
                    **dict.fromkeys(SEALED),
                ),
            ),
            models.CheckConstraint(
                name="inquiry_in_hand_has_owner",
                condition=(~Q(status__in=IN_A_QUEUE) | Q(owner=None))
                & (~Q(status=Status.TAKEN) | Q(owner__isnull=False)),
            ),
            models.CheckConstraint(
                name="inquiry_open_has_owner_or_queue",
                condition=Q(status__in=SETTLED)
                | Q(owner=None, queue__in=Queue.values)
                | Q(owner__isnull=False, queue=""),
            ),
            models.CheckConstraint(
                name="inquiry_open_has_next_action",
                condition=Q(status__in=SETTLED)
                | Q(next_action__in=NextAction.values, next_action_at__isnull=False),
            ),
            models.CheckConstraint(
                name="inquiry_category_known", condition=Q(category__in=["", *CATEGORIES])
            ),
            models.CheckConstraint(
                name="inquiry_merged_into_another",
                condition=Q(status=Status.MERGED, merged_into__isnull=False) & ~Q(merged_into=F("id"))
                | ~Q(status=Status.MERGED) & Q(merged_into=None),
            ),
            models.CheckConstraint(
                name="inquiry_awaiting_reply_is_unanswered",
                condition=(
                    ~Q(status__in=[*AWAITING_REPLY, Status.DOUBTFUL, Status.WAITING]) | Q(answered_at=None)
                )
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
    def next_steps(self):
        """What staff may do: nothing any more with what was erased or withdrawn."""
        return [] if self.erased_at or self.is_withdrawn else list(TRANSITIONS[Status(self.status)])

    @property
    def awaits_reply(self):
        return self.status in AWAITING_REPLY

    @property
    def is_open(self):
        return self.status in OPEN

    @property
    def is_overdue(self):
        return self.awaits_reply and self.reply_by < timezone.now()

    @property
    def time_left(self) -> timedelta:
        """How long until the promised reply; negative once it is late."""
        return self.reply_by - timezone.now()

    def data_key(self) -> bytes:
        """Return the key of this row, for staff and worker. Raises vault.NoKey or vault.WrongKey."""
        return vault.unwrap_for_clinic(self.key_for_clinic, self.clinic_key_id, self.uid)

    @property
    def forbidden_names(self) -> list[str]:
        """The ways that the person forbade, as staff read them."""
        return [str(Channel(channel).label) for channel in self.forbidden_channels]

    def may_use(self, channel: Channel) -> bool:
        """Tell whether the person gave us this way to reach them, and did not forbid it."""
        given = channel == self.contact_method or (
            self.contact_method == Channel.PHONE and channel in (Channel.VOICEMAIL, Channel.TEXT)
        )
        broken = channel == Channel.EMAIL and self.email_came_back
        return given and channel not in self.forbidden_channels and not broken and not self.erased_at
