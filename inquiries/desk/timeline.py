"""Everything that happened with an inquiry and those merged with it, in one line."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from .. import merging, vault
from ..contents import for_staff
from ..models import Event, Inquiry, OutgoingMail
from ..models.record import NAMED
from .words import details, happened, tag_names


@dataclass(frozen=True)
class Entry:
    at: datetime
    what: str
    by: str = ""
    details: list[str] = field(default_factory=list)
    note: str = ""
    names_me: bool = False
    elsewhere: str = ""  # the reference of the merged inquiry in which it happened


def timeline(
    inquiry: Inquiry, events: Iterable[Event], mails: Iterable[OutgoingMail], *, reader, tags: dict[str, str]
) -> list[Entry]:
    """Return events, notes and mail, the latest first."""
    keys = _Keys()
    entries = [
        _entry(event, inquiry, tags, keys, reader)
        for event in events
        if event.inquiry_id == inquiry.pk or event.other_id != inquiry.pk  # both have that of a merge
    ]
    for mail in mails:
        error = [mail.last_error] if mail.last_error else []
        what = gettext("Mail: %(what)s") % {"what": mail.get_kind_display()}
        state = [mail.get_state_display(), *error]
        entries.append(Entry(mail.sent_at or mail.created_at, what, details=state))
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def since(inquiry: Inquiry, seen: int) -> list[Entry]:
    """Return what happened after the event that somebody saw last, without the words of notes."""
    events = merging.history(inquiry).filter(pk__gt=seen)
    tags = tag_names()
    return [Entry(event.at, happened(event), str(event.by or ""), details(event, tags)) for event in events]


def _entry(event: Event, inquiry: Inquiry, tags: dict[str, str], keys: "_Keys", reader) -> Entry:
    note = keys.note(event)
    return Entry(
        event.at,
        happened(event),
        str(event.by or ""),
        details(event, tags),
        note,
        reader.username in {name.rstrip(".-+") for name in NAMED.findall(note)},
        "" if event.inquiry_id == inquiry.pk else event.inquiry.reference,
    )


class _Keys:
    """The keys of the inquiries whose notes are read, each unwrapped once."""

    def __init__(self) -> None:
        self.held: dict[int, Any] = {}

    def note(self, event: Event) -> str:
        if not hasattr(event, "note"):
            return ""
        if event.inquiry_id not in self.held:
            try:
                self.held[event.inquiry_id] = for_staff(event.inquiry).key
            except (vault.NoKey, vault.WrongKey):
                self.held[event.inquiry_id] = None
        key = self.held[event.inquiry_id]
        return event.note.text(key) if key else gettext("(sealed)")
