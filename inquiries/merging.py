"""Two inquiries of one person become one piece of work, and part again without loss.

Each keeps its row, its key, its receipt and its history. The one that was merged only points to the other:
staff read both conversations in one line, and a reply is written into both, so that either receipt opens it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext

from . import contents, vault
from .contents import Contact
from .models import (
    AWAITING_REPLY,
    OPEN,
    Author,
    Event,
    Inquiry,
    Message,
    Status,
    Step,
    StepRefused,
)
from .models.triage import FOR_EDITORS, NEXT, WRITTEN_TO


@dataclass(frozen=True)
class Line:
    """Something that was said, in whichever of the inquiries. The first question has no message."""

    inquiry: Inquiry
    at: datetime
    author: str
    text: str
    message: Message | None = None
    choices: dict[str, str] = field(default_factory=dict)


def merge(inquiry: Inquiry, into: Inquiry, *, by, confirmed: bool = False) -> None:
    """Make `inquiry` a part of `into`, which keeps its owner, and the earlier of both promises.

    A reply will be readable with both receipts: so both must be of one person. Without the same address,
    somebody has to say (`confirmed`) that they have made sure. Raises StepRefused, vault.NoKey or WrongKey.
    """
    with transaction.atomic():
        held = _lock(inquiry.pk, into.pk)
        inquiry.refuse_unless(Step.MERGE, by)
        _refuse(inquiry, into, held, by)
        if not confirmed and not same_person(inquiry, into):
            raise StepRefused(gettext("The addresses differ. Make sure that it is one person, and say so."))
        before = {name: getattr(into, name) for name in BEFORE_MERGE}
        became, changes = _together(inquiry, into)
        inquiry.become(Status.MERGED, Step.MERGE, by=by, other=into, merged_into=into, before_merge=before)
        into.become(became, Step.MERGE, by=by, other=inquiry, **changes)


def unmerge(inquiry: Inquiry, *, by) -> None:
    """Part an inquiry from the one it was merged with: it is again what it was, whoever had it has it again.

    What its person wrote meanwhile counts; so does what was done with the other. Raises StepRefused.
    """
    with transaction.atomic():
        inquiry.refuse_unless(Step.UNMERGE, by)
        into = _lock(inquiry.pk, inquiry.merged_into_id)[inquiry.merged_into_id]
        became, changes = _before_the_merge(into, inquiry)
        inquiry.leave_merge(Step.UNMERGE, by=by)
        into.become(became, Step.UNMERGE, by=by, other=inquiry, **changes)


def same_person(one: Inquiry, other: Inquiry) -> bool:
    """Tell whether both gave the same e-mail address or phone number."""
    first, second = contents.for_staff(one).contact, contents.for_staff(other).contact
    return bool(_addresses(first) & _addresses(second))


def conversation(inquiry: Inquiry) -> list[Line]:
    """Return what was said in an inquiry and in those merged with it, the oldest first; for staff.

    Raises vault.NoKey or WrongKey for the inquiry itself; of a part that does not open only that is said.
    """
    lines = []
    for one in [inquiry, *inquiry.merged.order_by("pk")]:
        try:
            opened = contents.for_staff(one)
        except (vault.NoKey, vault.WrongKey):
            if one == inquiry:
                raise
            lines.append(Line(one, one.received_at, Author.PERSON, gettext("(sealed)")))
            continue
        lines.append(Line(one, one.received_at, Author.PERSON, opened.question))
        lines += [
            Line(one, said.message.at, said.message.author, said.text, said.message, said.choices)
            for said in opened.conversation()
            if one == inquiry or said.message.copy_of is None
        ]
    return sorted(lines, key=lambda line: line.at)


def history(inquiry: Inquiry):
    """Return the events of an inquiry and of those merged with it, the oldest first."""
    together = Inquiry.objects.filter(Q(pk=inquiry.pk) | Q(merged_into=inquiry))
    return (
        Event.objects.filter(inquiry__in=together)
        .select_related("by", "to", "other", "note", "inquiry")
        .order_by("at", "pk")
    )


def _together(inquiry: Inquiry, into: Inquiry) -> tuple[Status, dict[str, Any]]:
    """Return what `into` becomes when it takes in the other."""
    became = Status(into.status)
    changes: dict[str, Any] = {}
    if inquiry.status in AWAITING_REPLY:
        # As if the person had written to it: who merges must not make a question vanish.
        became = WRITTEN_TO[became]
        if became == Status.TAKEN and not into.owner_id:
            became = Status.NEW
        if into.status in AWAITING_REPLY:
            changes["reply_by"] = min(inquiry.reply_by, into.reply_by)
            changes["next_action"] = into.next_action if became == into.status else NEXT[became]
        else:
            changes |= {"answered_at": None, "reply_by": inquiry.reply_by}
        both = [inquiry.next_action_at, into.next_action_at if into.status in AWAITING_REPLY else None]
        changes["next_action_at"] = min(filter(None, both))
    if inquiry.pinned_at:
        changes["pinned_at"] = min(filter(None, [inquiry.pinned_at, into.pinned_at]))
        more = [reason for reason in inquiry.danger_reasons if reason not in into.danger_reasons]
        changes["danger_reasons"] = into.danger_reasons + more
    return became, changes


def _before_the_merge(into: Inquiry, inquiry: Inquiry) -> tuple[str, dict[str, Any]]:
    """Return what `into` was before, if nothing but the merge has changed it; else it stays as it is."""
    merge = into.events.filter(step=Step.MERGE, other=inquiry).order_by("pk").last()
    if merge is None or not inquiry.before_merge or into.events.filter(pk__gt=merge.pk).exists():
        return into.status, {}
    before = {name: parse(inquiry.before_merge[name]) for name, parse in BEFORE_MERGE.items()}
    return merge.was, before


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


# What taking in another may change, and how it is read back.
BEFORE_MERGE: dict[str, Any] = {
    "reply_by": _moment,
    "answered_at": _moment,
    "next_action": str,
    "next_action_at": _moment,
    "pinned_at": _moment,
    "danger_reasons": list,
}


def _refuse(inquiry: Inquiry, into: Inquiry, held: dict[int | None, Inquiry], by) -> None:
    if inquiry.pk == into.pk:
        raise StepRefused(gettext("Choose another inquiry."))
    if into.status not in OPEN or not into.may(by, Step.MERGE):
        raise StepRefused(gettext("Only an open inquiry can take in another."))
    if held[inquiry.pk].merged.exists():
        raise StepRefused(gettext("Others were merged with this one. Merge it the other way round."))
    if FOR_EDITORS in (inquiry.category, into.category) and inquiry.category != into.category:
        raise StepRefused(gettext("Editors see what is about pages (T8), and nothing else: keep them apart."))
    if inquiry.is_urgent and not into.is_urgent:
        raise StepRefused(gettext("This one is more urgent. Merge it the other way round."))


def _lock(*pks) -> dict[int | None, Inquiry]:
    """Hold the rows until the transaction ends, always in the same order."""
    return {one.pk: one for one in Inquiry.objects.filter(pk__in=pks).order_by("pk").select_for_update()}


def _addresses(contact: Contact) -> set[str]:
    return {address.casefold() for address in (contact.email, contact.phone) if address}
