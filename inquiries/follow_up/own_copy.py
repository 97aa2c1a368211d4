"""The copy that a person gets of what is held about them: for reading, printing, and as plain text.

What belongs in it is what sensitivity.py calls exported: rows are read through its `Only`, which gives
nothing else, and a test finds each of those fields in the copy.
"""

import hashlib
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone, translation

from clinic_site.calendar import moment_in_words
from clinic_site.clinic import clinic

from ..contents import Contact, Contents, Said
from ..models import Author, Inquiry, reason_text
from ..sensitivity import Only
from ..wording import answer_text, keyed, wording
from .forms import texts
from .standing import in_their_time, times

CONTACT = ["preferred_name", "email", "phone", "best_time", "wishes"]
CHOICES = ["topic", "asking_for", "lives_in"]
DATES = ["received_at", "reply_by", "answered_at", "closed_at"]
# Exported as well, and nothing that a person could read: numbers and marks of our own, what follows from
# the step, and how mail was tried.
MEANINGLESS = {"id", "uid", "inquiry", "version", "text_digest", "erased_at", "merged_into"}
MEANINGLESS |= {"was", "became", "reason", "read_at", "attempts", "due_at", "last_error"}
MEANINGLESS |= {"Inquiry.status", "OutgoingMail.language", "Message.kind"}
MEANINGLESS |= {"queue", "next_action", "next_action_at", "copy_of", "Draft.step"}


@dataclass
class Section:
    """A part of the copy: rows of facts, and texts, each under a line that says whose it is."""

    title: str
    rows: list[tuple[str, str]] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)


def sections(opened: Contents, said: list[Said]) -> list[Section]:
    words, inquiry = texts(), opened.inquiry
    labels, theirs = words["copy"]["labels"], Only(inquiry, "exported")
    message = opened.question or words["copy"]["no_message"]
    return [
        Section(
            words["copy"]["question"],
            [(labels[name], answer_text(name, getattr(theirs, name))) for name in CHOICES],
            [(labels["message"], message)],
        ),
        Section(words["contact"]["title"], contact_rows(opened)),
        Section(
            words["conversation"]["title"],
            texts=[(f"{who(one)}, {_at(one.message.at)}", _whole(one, labels)) for one in said],
        ),
        Section(
            words["consents"]["title"], [(given["title"], given["given"]) for given in consents(inquiry)]
        ),
        Section(words["copy"]["handling"], _steps(inquiry)),
        Section(words["copy"]["mails"], _mails(inquiry)),
        Section(words["copy"]["record"], _record(inquiry, labels)),
    ]


def consents(inquiry: Inquiry) -> list[dict[str, Any]]:
    """Return what was agreed to: title, when, which version, and the text itself while it is the same."""
    words = texts()["consents"]
    found = []
    for consent in _exported(inquiry.consents):
        now = keyed(wording(consent.language)["consents"]["items"]).get(consent.key)
        here = keyed(wording()["consents"]["items"]).get(consent.key)
        with translation.override(consent.language):
            text = clinic().fill(now["text"]) if now else ""
        same = hashlib.sha256(text.encode()).hexdigest() == consent.text_digest
        given = words["given"].format(
            date=in_their_time(consent.given_at, inquiry),
            version=consent.text_version,
            language=keyed(words["languages"])[consent.language]["text"],
        )
        found.append(
            {
                "title": here["title"] if here else consent.key,
                "given": given,
                "text": text if same else "",
                "language": consent.language,
            }
        )
    return found


def who(one: Said) -> str:
    author = Only(one.message, "exported").author
    return texts()["conversation"]["you" if author == Author.PERSON else author]


def as_text(parts: list[Section]) -> str:
    """Return the copy as plain text, for a file."""
    words = texts()["copy"]
    lines = [words["title"], f"{words['made']}: {_at(timezone.now())}", ""]
    for part in parts:
        if not part.rows and not part.texts:
            continue
        lines += [part.title, "=" * _width(part.title), *(f"{label}: {value}" for label, value in part.rows)]
        for label, text in part.texts:
            lines += [f"{label}:", *(f"    {line}" for line in text.split("\n"))]
        lines.append("")
    return "\n".join(lines)


def _width(line: str) -> int:
    """Return how wide a line is where Hangul is twice as wide as Latin letters."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)


def contact_rows(opened: Contents) -> list[tuple[str, str]]:
    """Return how the person is reached, without what they left empty."""
    labels = texts()["copy"]["labels"]
    inquiry, contact = Only(opened.inquiry, "exported"), opened.contact
    rows = [
        (labels["contact_method"], answer_text("contact_method", inquiry.contact_method)),
        *((labels[name], _written(contact, name)) for name in CONTACT),
        (
            labels["forbidden_channels"],
            ". ".join(answer_text("never", channel) for channel in inquiry.forbidden_channels),
        ),
        (labels["language"], answer_text("language", inquiry.language)),
    ]
    return [(label, value) for label, value in rows if value]


def _written(contact: Contact, name: str) -> str:
    return contact.phone_text if name == "phone" and contact.phone else getattr(contact, name)


def _whole(one: Said, labels: dict[str, str]) -> str:
    """Return a message with the choices of a form that was sent again."""
    chosen = [
        f"{labels[name]}: {answer_text(name, key)}" for name, key in one.choices.items() if name in labels
    ]
    return "\n".join([*chosen, one.text] if one.text else chosen)


def _steps(inquiry: Inquiry) -> list[tuple[str, str]]:
    words = {step: one["text"] for step, one in keyed(texts()["copy"]["steps"]).items()}
    return [
        (_at(event.at), words.get(event.step, event.get_step_display()))
        for event in _exported(inquiry.events)
    ]


def _mails(inquiry: Inquiry) -> list[tuple[str, str]]:
    return [
        (_at(mail.sent_at or mail.created_at), f"{mail.get_kind_display()} ({mail.get_state_display()})")
        for mail in _exported(inquiry.mails)
    ]


def _record(inquiry: Inquiry, labels: dict[str, str]) -> list[tuple[str, str]]:
    theirs = Only(inquiry, "exported")
    rows = [(labels["reference"], theirs.reference)]
    for name in DATES:
        if moment := getattr(theirs, name):
            rows.append((labels[name], " / ".join(times(moment, inquiry))))
    if theirs.closing_reason:
        rows.append((labels["closing_reason"], reason_text(theirs.closing_reason)))
    if theirs.time_zone:
        rows.append((labels["time_zone"], theirs.time_zone))
    if theirs.came_from:
        rows.append((labels["came_from"], theirs.came_from.title))
    return rows


def _exported(rows) -> list[Only]:
    return [Only(row, "exported") for row in rows.all()]


def _at(moment) -> str:
    return texts()["standing"]["seoul_time"].format(time=moment_in_words(timezone.localtime(moment)))
