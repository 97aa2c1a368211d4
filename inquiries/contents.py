"""An inquiry with its key in hand: what was written can be read and added to.

Staff and worker get the key from the clinic's private key, the patient from the receipt.
"""

import re
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

import phonenumbers
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from . import receipt as receipts
from . import vault
from .models import (
    Author,
    Channel,
    Draft,
    Inquiry,
    MailKind,
    Message,
    MessageKind,
    OutgoingMail,
    Status,
    Step,
    StepRefused,
)

# Marks that change the direction of the text around them (Unicode Standard Annex 9).
DIRECTION_MARKS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Gone(Exception):
    """The inquiry has been erased in the meantime: nothing can be written to it, or read."""


@dataclass(frozen=True, repr=False)  # whatever prints it prints nobody's address
class Contact:
    """How a person wants to be called and reached. A phone number is in E.164."""

    preferred_name: str = ""
    email: str = ""
    phone: str = ""
    best_time: str = ""
    wishes: str = ""  # in words: how to reach them without harm

    @property
    def greeting_name(self) -> str:
        """The name as it may stand beside other text."""
        return DIRECTION_MARKS.sub("", self.preferred_name)

    @property
    def phone_text(self) -> str:
        """The phone number in groups, as it is read out."""
        number = phonenumbers.parse(self.phone)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@dataclass(frozen=True)
class Said:
    """One message of the conversation, opened; `choices` are those of a form that was sent again."""

    message: Message
    text: str = field(repr=False)
    choices: dict[str, str] = field(repr=False)


@dataclass(frozen=True)
class Contents:
    inquiry: Inquiry
    key: bytes = field(repr=False)

    @cached_property
    def contact(self) -> Contact:
        return Contact(**self._open("contact_sealed"))

    @cached_property
    def question(self) -> str:
        return self._open("question_sealed")["message"]

    def conversation(self) -> list[Said]:
        """Return what was said since, the oldest first."""
        return [self._opened(message) for message in self.inquiry.messages.select_related("by")]

    # The person's side

    def read(self) -> list[Said]:
        """Return the conversation to the person, and note which replies they see for the first time.

        Those still have no `read_at` in what is returned.
        """
        said = self.conversation()
        shown = [one.message.pk for one in said if one.message.author != Author.PERSON]
        self.inquiry.messages.from_clinic().unread().filter(pk__in=shown).update(read_at=timezone.now())
        return said

    @transaction.atomic
    def write(self, text: str, *, once: str = "", findings=()) -> Message | None:
        """Add what the person wrote; None if the same form (`once`: its token) brought it before.

        Raises StepRefused once they have withdrawn: they may ask anew, with new consents.
        """
        self._locked().refuse_if_withdrawn()
        digest = vault.keyed_hash(self.key, f"{once}\0{text}", "message") if once else None
        return self.hear(MessageKind.TEXT, {"text": text}, digest, findings=findings)

    @transaction.atomic
    def hear(self, kind: MessageKind, said: dict[str, Any], digest, *, findings=()) -> Message | None:
        inquiry = self._locked()
        if digest and inquiry.messages.filter(content_digest=digest).exists():
            return None
        message = self._add(said, author=Author.PERSON, kind=kind, content_digest=digest)
        inquiry.heard(Step.SENT_AGAIN if kind == MessageKind.SENT_AGAIN else Step.WROTE, findings=findings)
        return message

    @transaction.atomic
    def change_contact(
        self,
        contact: Contact,
        method: str,
        *,
        forbidden: list[str] | None = None,
        language: str = "",
        findings=(),
    ) -> None:
        """Replace how the person is reached, and record that it changed, not what it was."""
        inquiry = self._locked()
        changes: dict[str, Any] = {
            "contact_sealed": seal_contact(self.key, contact, inquiry.uid),
            "contact_method": method,
            "language": language or inquiry.language,
            "search_hashes": None,
        }
        if contact.email != self.contact.email:
            changes["email_came_back"] = False
        if forbidden is not None:
            changes["forbidden_channels"] = sorted(Channel(channel) for channel in forbidden)
        if findings:  # in the words about how to reach them
            inquiry.heard(Step.CHANGED_CONTACT, findings=findings, **changes)
        else:
            inquiry.become(inquiry.status, Step.CHANGED_CONTACT, **changes)

    @transaction.atomic
    def withdraw(self) -> None:
        """Stop the work on it, and mail that has not left; withdrawing twice is withdrawing once."""
        inquiry = self._locked()
        if inquiry.is_withdrawn:
            return
        inquiry.withdraw()

    # The clinic's side

    def reply(self, text: str, note: str = "", *, by) -> Message | Draft:
        """Answer the person: they read it with their receipt, and hear by mail that it is there.

        Where a second person must read it first, it becomes a draft. What the rules ask for is added.
        Raises StepRefused where the inquiry cannot be answered.
        """
        return self._say(Step.ANSWER, text, note, by)

    def ask(self, text: str, note: str = "", *, by) -> Message | Draft:
        """Ask the person something: as `reply`, and then it is their turn."""
        return self._say(Step.ASK, text, note, by)

    def draft(self) -> tuple[Draft, str] | None:
        """Return the reply that has not gone out, and its text."""
        draft = Draft.objects.filter(inquiry=self.inquiry).select_related("by").first()
        if draft is None:
            return None
        text = vault.unseal(self.key, draft.text_sealed, table="draft", row=draft.uid, field="text")
        return draft, text["text"]

    @transaction.atomic
    def release(self, note: str = "", *, by) -> Message:
        """Send a colleague's draft. Raises StepRefused for its writer, and where there is none."""
        self.inquiry.refuse_unless(Step.RELEASE, by)
        found = self.draft()
        if found is None or found[0].by == by:
            raise StepRefused(gettext("Somebody else than its writer releases a reply."))
        draft, text = found
        became = Status.ANSWERED if draft.step == Step.ANSWER else Status.WAITING
        answered_at = timezone.now() if became == Status.ANSWERED else None
        self.inquiry.move(Step.RELEASE, by=by, became=became, note=note, answered_at=answered_at)
        draft.delete()
        return self._send(text, by=draft.by, second_reader=by)

    def send_back(self, note: str, *, by) -> None:
        """Give the draft back to its writer, who has it again, and say what is to be changed."""
        self.inquiry.refuse_unless(Step.SEND_BACK, by)
        if not note.strip():
            raise StepRefused(gettext("Say in a note what is to be changed."))
        draft = Draft.objects.filter(inquiry=self.inquiry).select_related("by").first()
        writer = draft.by if draft else by
        self.inquiry.move(Step.SEND_BACK, by=by, note=note, to=writer, owner=writer)

    @transaction.atomic
    def _say(self, step: Step, text: str, note: str, by) -> Message | Draft:
        from .desk import replies  # which reads contents

        inquiry = self.inquiry
        inquiry.refuse_unless(step, by)
        if not text.strip():
            raise StepRefused(gettext("Write what the person is to read."))
        inquiry.refuse_without_category()
        text = replies.complete(text, inquiry)
        if inquiry.needs_second_reader(by):
            inquiry.move(Step.DRAFT, by=by, note=note, answered_at=None)
            Draft.objects.filter(inquiry=inquiry).delete()
            draft = Draft(inquiry=inquiry, step=step, by=by)
            draft.text_sealed = vault.seal(
                self.key, {"text": text}, table="draft", row=draft.uid, field="text"
            )
            draft.save(force_insert=True)
            return draft
        answered_at = timezone.now() if step == Step.ANSWER else None
        inquiry.move(step, by=by, note=note, answered_at=answered_at)
        Draft.objects.filter(inquiry=inquiry).delete()
        return self._send(text, by=by)

    def _send(self, text: str, **people) -> Message:
        """Write it into the conversation and into those merged with it, and tell the person by mail, once."""
        message = self._add({"text": text}, author=Author.CLINIC, **people)
        OutgoingMail.objects.enqueue(self.inquiry, MailKind.REPLY)
        for merged in self.inquiry.merged.all():
            other = for_staff(merged)
            other._add({"text": text}, author=Author.CLINIC, copy_of=message.uid, **people)
            if other.contact.email != self.contact.email:
                OutgoingMail.objects.enqueue(merged, MailKind.REPLY)
        return message

    def _add(self, said: dict[str, Any], **fields) -> Message:
        message = Message(inquiry=self.inquiry, **fields)
        message.text_sealed = vault.seal(self.key, said, table="message", row=message.uid, field="text")
        message.save(force_insert=True)
        return message

    def _opened(self, message: Message) -> Said:
        said = vault.unseal(self.key, message.text_sealed, table="message", row=message.uid, field="text")
        return Said(message, said["text"], said.get("choices", {}))

    def _open(self, name: str) -> Any:
        sealed = getattr(self.inquiry, name)
        return vault.unseal(self.key, sealed, table="inquiry", row=self.inquiry.uid, field=name)

    def _locked(self) -> Inquiry:
        """Return the inquiry as it is now; nobody changes it before this transaction ends. Raises Gone."""
        inquiry = Inquiry.hold(self.inquiry.pk)
        if inquiry.erased_at:
            raise Gone
        return inquiry


def for_staff(inquiry: Inquiry) -> Contents:
    """Raises vault.NoKey where there is no private key, vault.WrongKey where it is another's."""
    return Contents(inquiry, inquiry.data_key())


def for_person(inquiry: Inquiry, receipt: str) -> Contents:
    return Contents(inquiry, vault.unwrap_for_patient(inquiry.key_for_patient, receipt, inquiry.uid))


def find(receipt: str) -> Contents | None:
    """Return what a receipt opens, or None if there is no such inquiry (any more)."""
    inquiry = Inquiry.objects.filter(receipt_hash=receipts.receipt_hash(receipt)).first()
    return for_person(inquiry, receipt) if inquiry else None


def seal_contact(key: bytes, contact: Contact, row: UUID) -> bytes:
    return vault.seal(key, asdict(contact), table="inquiry", row=row, field="contact_sealed")


def seal_question(key: bytes, question: str, row: UUID) -> bytes:
    return vault.seal(key, {"message": question}, table="inquiry", row=row, field="question_sealed")


def seal_new(inquiry: Inquiry, token: str, contact: Contact, question: str) -> None:
    """Give a new row its key, wrapped for the clinic and for the patient, and seal what was written."""
    key, receipt = vault.new_data_key(), receipts.from_token(token)
    inquiry.token_hash, inquiry.receipt_hash = receipts.token_hash(token), receipts.receipt_hash(receipt)
    inquiry.key_for_clinic, inquiry.clinic_key_id = vault.wrap_for_clinic(key, inquiry.uid)
    inquiry.key_for_patient = vault.wrap_for_patient(key, receipt, inquiry.uid)
    inquiry.contact_sealed = seal_contact(key, contact, inquiry.uid)
    inquiry.question_sealed = seal_question(key, question, inquiry.uid)
