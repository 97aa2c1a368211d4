"""One row of the queue: all that its cells say, without asking the database."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext

from .. import contents, vault, wording
from ..desk import reasons, same_person
from ..models import Channel, Inquiry, Presence, Status, Step
from ..spans import countdown, moment, span

SCRIPTS = {"en": "EN", "ko": "한"}


@dataclass
class Row:
    inquiry: Inquiry
    may_take: bool
    looking: list[str] = field(default_factory=list)
    others: int = 0

    @cached_property
    def opened(self) -> contents.Contents | None:
        """Open one row, which takes a tenth of a millisecond; None without its key."""
        if self.inquiry.erased_at:
            return None
        try:
            opened = contents.for_staff(self.inquiry)
            opened.contact  # noqa: B018 - read now: another key may have sealed it
        except (vault.NoKey, vault.WrongKey):
            return None
        return opened

    @cached_property
    def name(self) -> str:
        if self.opened:
            return self.opened.contact.greeting_name
        return "" if self.inquiry.erased_at else gettext("(sealed)")

    @property
    def topic(self) -> str:
        return wording.answer_text("topic", self.inquiry.topic)

    @property
    def way(self) -> str:
        """How to reply."""
        return str(Channel(self.inquiry.contact_method).label)

    @property
    def never_by(self) -> str:
        """The ways that the person forbade."""
        return ", ".join(self.inquiry.forbidden_names)

    @property
    def script(self) -> str:
        return SCRIPTS.get(self.inquiry.language, "")

    @property
    def time_there(self) -> str:
        """What the person's clock shows, with the day where it is another; nothing where it is as here."""
        try:
            there = timezone.localtime(timezone=ZoneInfo(self.inquiry.time_zone))
        except (ZoneInfoNotFoundError, ValueError):
            return ""
        here = timezone.localtime()
        if there.utcoffset() == here.utcoffset():
            return ""
        clock = time_format(there, "H:i")
        return clock if there.date() == here.date() else f"{date_format(there, 'D')} {clock}"

    @property
    def age(self) -> str:
        return span(timezone.now() - self.inquiry.received_at)

    @property
    def is_late(self) -> bool:
        due_at = self.inquiry.due_at
        return due_at is not None and self.inquiry.is_open and due_at < timezone.now()

    @property
    def reasons(self) -> list[str]:
        """Why it stands where it does: what kind it is and what else pinned it, or what makes it doubtful."""
        if self.inquiry.status == Status.DOUBTFUL:
            return reasons.signs_of_spam(self.inquiry)
        return reasons.marks(self.inquiry)

    @property
    def reply(self) -> str:
        return countdown(self.inquiry.time_left) if self.inquiry.awaits_reply else ""

    @property
    def action_at(self) -> datetime | None:
        return self.inquiry.next_action_at

    @property
    def action_is_late(self) -> bool:
        return bool(self.action_at and self.action_at < timezone.now())

    @property
    def action_by(self) -> str:
        if self.action_at is None:
            return ""
        left = self.action_at - timezone.now()
        return (
            countdown(left)
            if self.action_is_late
            else gettext("by %(time)s") % {"time": moment(self.action_at)}
        )

    @property
    def outcome(self) -> str:
        """Where it is settled: how."""
        return wording.closing_reasons().get(self.inquiry.closing_reason, "")


def rows_of(inquiries: list[Inquiry], person) -> list[Row]:
    """Return the rows that somebody sees, with who looks at each and what else there is of the person."""
    looking: dict[int, list[str]] = {}
    for presence in Presence.objects.among(inquiries, person):
        looking.setdefault(presence.inquiry_id, []).append(str(presence.person))
    rows = [
        Row(
            inquiry,
            not inquiry.owner_id and Step.TAKE in inquiry.next_steps and inquiry.may(person, Step.TAKE),
            looking.get(inquiry.pk, []),
        )
        for inquiry in inquiries
    ]
    if person.has_perm("inquiries.view_inquiry"):  # who sees some only, is not told of others
        others = same_person.counted([row.opened for row in rows if row.opened])
        for row in rows:
            row.others = others.get(row.inquiry.pk, 0)
    return rows
