"""Which inquiries need somebody, and in which order."""

from django.db import models, transaction
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext

from .pins import ESCALATED
from .triage import AWAITING_REPLY, CORRECTS_PAGES, DANGER, FOR_EDITORS, OPEN, SERVES, Status, StepRefused

# What is pinned first, then whatever is due next: all ascending and, while it is open, never NULL, so that
# a place in the order can be compared as one row (keyset.py). The indexes are built from these same
# expressions: another order needs other indexes.
NOT_PINNED: Func = Func(F("pinned"), template="(NOT %(expressions)s)", output_field=models.BooleanField())
QUEUE_ORDER: list[F | Func] = [NOT_PINNED, F("due_at"), F("id")]


def is_open() -> Q:
    """Still needs somebody: to be answered, or to be closed."""
    return Q(status__in=OPEN)


def is_overdue() -> Q:
    """The clinic has promised a reply, has not given it, and the time is over."""
    return Q(status__in=AWAITING_REPLY, reply_by__lt=timezone.now())


def is_late() -> Q:
    """Something was to be done with it by now: the reply, or what staff planned."""
    return Q(status__in=OPEN, due_at__lt=timezone.now())


def is_urgent() -> Q:
    """It may be about danger to life, or somebody called the physician in."""
    return Q(category__in=DANGER) | Q(danger_reasons__contains=[ESCALATED])


class InquiryQuerySet(models.QuerySet):
    def open(self):
        return self.filter(is_open())

    def overdue(self):
        return self.filter(is_overdue())

    def late(self):
        return self.filter(is_late())

    def pinned(self):
        return self.filter(is_open(), pinned=True)

    def unowned(self):
        """Keep what somebody is to take: new, or lying in a queue and due."""
        return self.filter(
            Q(status=Status.NEW) | Q(due_at__lt=timezone.now()), status__in=OPEN, owner=None
        ).exclude(status=Status.DRAFTED)

    def in_queues_of(self, person):
        """Keep what lies in the queues that somebody's role serves."""
        return self.filter(queue__in=[queue for queue, right in SERVES.items() if person.has_perm(right)])

    def visible_to(self, person):
        """Keep what somebody's role lets them see: editors what is about pages, others all or nothing."""
        if person.has_perm("inquiries.view_inquiry"):
            return self
        return self.filter(category=FOR_EDITORS) if person.has_perm(CORRECTS_PAGES) else self.none()

    def in_queue_order(self):
        """Put what is pinned first, then whatever is due next."""
        return self.order_by(*(term.asc() for term in QUEUE_ORDER))

    @transaction.atomic
    def take_next(self, by):
        """Take the most pressing inquiry that nobody has, and return it; None if there is none.

        Of people who ask at once each gets another: a row that somebody is about to take is skipped.
        Raises StepRefused for whom no queue is.
        """
        if not any(by.has_perm(right) for right in SERVES.values()):
            raise StepRefused(gettext("Your role serves no queue."))
        waiting = self.visible_to(by).unowned().in_queues_of(by).in_queue_order()
        inquiry = waiting.select_for_update(skip_locked=True, of=("self",)).first()
        if inquiry:
            inquiry.take(by=by)
        return inquiry

    def waiting_for_index(self):
        """Return those whose words the search does not know yet."""
        return self.filter(search_hashes=None, erased_at=None)
