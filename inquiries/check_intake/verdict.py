"""What stands in the database, beside what people were told."""

import re
from collections import Counter
from collections.abc import Iterable

from inquiries import contents
from inquiries import receipt as receipts
from inquiries.models import Inquiry, MailKind, MessageKind, Step

from .people import Person

CONSENTS = ["personal", "sensitive"]


class Row:
    """One inquiry, opened with the clinic's key."""

    def __init__(self, inquiry: Inquiry):
        opened = contents.for_staff(inquiry)
        said = opened.conversation()
        self.name, self.receipt_hash = inquiry.reference, bytes(inquiry.receipt_hash or b"")
        self.texts = [opened.question, *(one.text for one in said)]
        self.again = sum(one.message.kind == MessageKind.SENT_AGAIN for one in said)
        self.steps = Counter(event.step for event in inquiry.events.all())
        self.consents = sorted(consent.key for consent in inquiry.consents.all())
        self.mails = [mail.kind for mail in inquiry.mails.all()]
        self.mails_due = [MailKind.ACKNOWLEDGEMENT] if inquiry.contact_method == "email" else []

    def faults(self) -> Iterable[str]:
        """Name what this row lacks, or has too much of."""
        if self.steps[Step.RECEIVED] != 1:
            yield f"has {self.steps[Step.RECEIVED]} events that it was received"
        if self.steps[Step.SENT_AGAIN] != self.again:
            yield f"has {self.again} edited texts, and {self.steps[Step.SENT_AGAIN]} events of them"
        if self.consents != CONSENTS:
            yield f"has the consents {self.consents}"
        if self.mails != self.mails_due:
            yield f"has the mail {self.mails} instead of {self.mails_due}"
        if len(self.texts) != len(set(self.texts)):
            yield "keeps a text twice"


def rows() -> list[Row]:
    stored = Inquiry.objects.prefetch_related("events", "consents", "mails").order_by("pk")
    return [Row(inquiry) for inquiry in stored]


def violations(people: list[Person], found: list[Row]) -> list[str]:
    """Return a line for whatever is not as people were told; none if nothing was lost or doubled."""
    wrong = [f"{row.name} {fault}" for row in found for fault in row.faults()]
    by_receipt: dict[bytes, list[Row]] = {}
    by_text: dict[str, list[Row]] = {}
    for row in found:
        by_receipt.setdefault(row.receipt_hash, []).append(row)
        for text in set(row.texts):
            by_text.setdefault(text, []).append(row)
    for person in people:
        wrong += [f"person {person.number} {fault}" for fault in _faults(person, by_receipt, by_text)]
    strange = set(by_text) - {text for person in people for text in person.sent}
    wrong += [f"{by_text[text][0].name} holds a text that nobody sent" for text in strange]
    return wrong


def _faults(
    person: Person, by_receipt: dict[bytes, list[Row]], by_text: dict[str, list[Row]]
) -> Iterable[str]:
    theirs = {row.name: row for text in person.sent for row in by_text.get(text, [])}
    if person.refused:
        yield f"was refused with {person.refused}"
    if person.way != "gives up" and not person.confirmed:
        yield "was never confirmed"
    if len(theirs) > 1:
        yield f"has {len(theirs)} rows: {', '.join(theirs)}"
    if len(person.receipts) != bool(person.confirmed):
        yield f"was shown {len(person.receipts)} receipts"
    for shown in person.receipts:
        stored = by_receipt.get(_hash(shown), [])
        if len(stored) != 1:
            yield f"has a receipt of {len(stored)} rows"
        for row in stored:
            lost = person.confirmed - set(row.texts)
            if lost:
                yield f"has lost {len(lost)} confirmed text(s) of {row.name}"


def _hash(shown: str) -> bytes:
    return receipts.receipt_hash(re.sub(r"\W", "", shown))
