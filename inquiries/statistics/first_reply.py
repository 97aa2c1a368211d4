"""How soon somebody who asked heard from us, told from the events: those stay when a person is erased."""

from datetime import timedelta

from django.db import models
from django.db.models import Case, ExpressionWrapper, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Least
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..models import Event, Inquiry, Status, Step

REPLIES = [Step.ANSWER, Step.ASK, Step.RELEASE]
REACHED = [Status.ANSWERED, Status.WAITING]  # not what only waits for a second reader
SPAM = "spam"
# What is closed for any other reason was closed after telling the person so, by telephone perhaps.
# A reason that erasing has emptied is one of those others.
UNTOLD = [SPAM, "duplicate", "no_reply", "withdrawn", "data_deleted", "time_over"]
HEARD = Q(step__in=REPLIES, became__in=REACHED)
TOLD = HEARD | Q(step=Step.CLOSE) & ~Q(reason__in=UNTOLD)


class Within(models.TextChoices):
    """Steps so coarse that they tell of the clinic, and of nobody who asked."""

    DAY = "day", _("within a day")
    THREE_DAYS = "three_days", _("within 3 days")
    WEEK = "week", _("within a week")
    LATER = "later", _("later than a week")
    NEVER = "never", pgettext_lazy("reply", "no reply")
    SPAM = SPAM, _("spam")


UP_TO = {
    Within.DAY: timedelta(days=1),
    Within.THREE_DAYS: timedelta(days=3),
    Within.WEEK: timedelta(days=7),
}


def first_reply_at() -> Least:
    """Return the moment of the first reply or question to the person, for a query of inquiries.

    While one was merged with another, a reply to that one was a reply to both.
    """
    own = Event.objects.filter(TOLD, inquiry=OuterRef("pk"))
    merge = Event.objects.filter(inquiry=OuterRef("pk"), step=Step.MERGE, became=Status.MERGED)
    parted = Event.objects.filter(inquiry=OuterRef("inquiry"), was=Status.MERGED, at__gt=OuterRef("at"))
    theirs = Event.objects.filter(TOLD, inquiry=OuterRef("other"), at__gte=OuterRef("at"))
    together = merge.annotate(
        parted_at=_first(parted.exclude(became=Status.MERGED)), heard_at=_first(theirs)
    ).filter(Q(parted_at=None) | Q(heard_at__lt=F("parted_at")), heard_at__isnull=False)
    return Least(_first(own), _first(together, "heard_at"))  # NULL where both are, and only then


def _first(events, moment: str = "at") -> Subquery:
    return Subquery(events.order_by(moment).values(moment)[:1])


def with_soonness(inquiries):
    """Add `within`: how soon each was replied to, as a value of Within."""
    took = ExpressionWrapper(F("first_reply_at") - F("received_at"), models.DurationField())
    steps = [When(took__lte=longest, then=Value(step.value)) for step, longest in UP_TO.items()]
    return inquiries.annotate(first_reply_at=first_reply_at(), took=took).annotate(
        within=Case(
            When(closing_reason=SPAM, then=Value(Within.SPAM.value)),
            When(Q(first_reply_at=None), then=Value(Within.NEVER.value)),
            *steps,
            default=Value(Within.LATER.value),
        )
    )


def soonness(inquiry: Inquiry) -> str:
    """Return how soon one inquiry was replied to, as a value of Within."""
    return with_soonness(Inquiry.objects.filter(pk=inquiry.pk)).values_list("within", flat=True).get()
