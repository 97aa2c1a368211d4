"""Invented inquiries as lines that PostgreSQL's COPY takes: each sealed for itself, like a real one."""

import secrets
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from random import Random
from typing import Any

from django.db import models
from django.utils import timezone

from .. import contents, receipt, vault
from ..models import (
    DANGER,
    Author,
    Category,
    Consent,
    Draft,
    Event,
    Inquiry,
    MailKind,
    MailState,
    Message,
    OutgoingMail,
    Status,
    Step,
)
from ..models.stepping import PATIENCE
from ..models.triage import NEXT
from ..receipt import ALPHABET
from ..screening import spam
from .lives import Life, Staff, draw, live
from .words import Written, everything, write

TABLES: list[type[models.Model]] = [Inquiry, Event, Consent, Draft, Message, OutgoingMail]
KOREAN, BY_PHONE, FROM_A_PAGE, UNWELL, IN_DANGER, ONCE_MORE = 0.6, 0.35, 0.4, 0.012, 0.003, 0.03
TOPICS = {
    "evidence": 34,
    "cost": 18,
    "appointment": 14,
    "permission": 11,
    "travel": 9,
    "existing_patient": 6,
    "complaint": 3,
    "my_data": 2,
    "website": 3,
}
_TOPIC, _ASKING_FOR = draw(TOPICS), draw({"self": 78, "other_adult": 18, "professional": 4})
# Of which category a question is, by its topic; whoever asks for somebody else, or by profession, is another.
KINDS = dict.fromkeys(["evidence", "permission"], "T2") | dict.fromkeys(["cost", "travel"], "T3")
KINDS |= {"appointment": "T4", "existing_patient": "T5", "website": "T8"}
KINDS |= dict.fromkeys(["complaint", "my_data"], "T7") | {"other_adult": "T6", "professional": "T8"}
SCATTER = 400_000_009  # no multiple of 31
TALKING = 300  # of the latest, this many have their whole conversation, as those with a receipt have
WITH_RECEIPT = 3  # the first ones open with their receipt; sealing for it takes a tenth of the whole


@dataclass(frozen=True)
class Plan:
    """What every row is composed from; it goes to other processes, which know no database."""

    count: int
    first_id: int
    now: datetime
    staff: Staff
    pages: dict[str, list[int]]  # publications, by language
    promised: dict[date, datetime]  # the promise, by the day of arrival
    consents: dict[str, list[tuple[str, str]]]  # key and digest, by language
    version: str
    chance: int


@dataclass
class Lines:
    """A few thousand rows of each table, and the receipts of those that have one that works.

    Notes hang on events, whose ids the database gives: they are kept by the inquiry until it has.
    """

    tables: dict[str, bytes]
    receipts: list[str]
    notes: dict[int, dict[str, Any]]


def columns(model: type[models.Model]) -> list[models.Field]:
    """Return what is copied: all but what the database computes, and the ids that it gives by itself."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    return [field for field in fields if not field.primary_key or model is Inquiry]


def compose(plan: Plan, start: int, stop: int) -> Lines:
    """Compose the rows of a stretch: the same ones each time, but for keys and what is sealed with them."""
    chance = Random(f"{plan.chance} {start}")  # noqa: S311 - no secret
    lines: dict[type[models.Model], list[str]] = {model: [] for model in TABLES}
    receipts: list[str] = []
    notes: dict[int, dict[str, Any]] = {}
    known: list[tuple[str, str, Written]] = []
    for number in range(start, stop):
        row, life, written = _inquiry(plan, chance, number, known)
        if number < WITH_RECEIPT:
            shown, key = _seal_with_receipt(row, written)
            receipts.append(shown)
        else:
            key = _seal(row, written)
        if life.status == Status.DRAFTED:
            lines[Draft].append(_line(Draft, _draft(row, life, key, chance)))
        if number < WITH_RECEIPT or number >= plan.count - TALKING:
            lines[OutgoingMail] += (_line(OutgoingMail, mail) for mail in _mails(row, life))
            if life.wrote_at:
                lines[Message].append(_line(Message, _reply(plan.now, life.wrote_at, row, life, key, chance)))
                notes[row["id"]] = _note(row, life, key, chance)
        lines[Inquiry].append(_line(Inquiry, row))
        lines[Event] += (_line(Event, {"inquiry_id": row["id"]} | event) for event in life.events)
        consent = {
            "inquiry_id": row["id"],
            "text_version": plan.version,
            "language": row["language"],
            "given_at": life.received_at,
        }
        for about, digest in plan.consents[row["language"]]:
            lines[Consent].append(_line(Consent, consent | {"key": about, "text_digest": digest}))
    tables = {model._meta.db_table: "".join(rows).encode() for model, rows in lines.items()}
    return Lines(tables, receipts, notes)


def _inquiry(
    plan: Plan, chance: Random, number: int, known: list[tuple[str, str, Written]]
) -> tuple[dict[str, Any], Life, Written]:
    """Return the columns of a row but the sealed ones. A model's instance takes ten times as long.

    Some are by a person who is `known` already: it holds language, way to reply and words of those before.
    """
    language = "ko" if chance.random() < KOREAN else "en"
    method = "phone" if chance.random() < BY_PHONE else "email"
    before = None
    if known and chance.random() < ONCE_MORE:
        language, method, before = chance.choice(known)
    in_korea = chance.random() < (0.98 if language == "ko" else 0.35)
    topic, asking_for = _TOPIC(chance), _ASKING_FOR(chance)
    unwell = chance.random() < UNWELL
    kind = Category.UNWELL if unwell else KINDS.get(asking_for, KINDS[topic])
    if chance.random() < IN_DANGER and not unwell:
        kind = Category.LIFE
    share = (number + chance.random()) / plan.count
    life = live(chance, plan.now, share, plan.staff, kind, found=unwell)
    selling = life.status == Status.DOUBTFUL or life.closing_reason == "spam"
    unwell = unwell and not selling
    pk = plan.first_id + number
    written = write(chance, pk, language, topic, method, unwell=unwell, selling=selling, before=before)
    if not selling:
        known.append((language, method, written))
    pages = plan.pages[language]
    promised = plan.promised[timezone.localtime(life.received_at).date()]
    due = life.wrote_at + PATIENCE if life.wrote_at else promised
    row = {
        "id": pk,
        "reference": _reference(pk),
        "uid": uuid.uuid4(),
        "content_digest": secrets.token_bytes(32),
        "search_hashes": sorted(written.hashes),
        "contact_method": method,
        "forbidden_channels": ["voicemail"] if method == "phone" and chance.random() < 0.3 else [],
        "language": language,
        "lives_in": "korea" if in_korea else "elsewhere",
        "asking_for": asking_for,
        "topic": topic,
        "time_zone": "Asia/Seoul" if in_korea else chance.choice(everything()["time_zones"]),
        "came_from_id": chance.choice(pages) if pages and chance.random() < FROM_A_PAGE else None,
        "received_at": life.received_at,
        "category": life.category,
        "danger_reasons": [everything()["unwell_reasons"][language]] if unwell else [],
        "pinned_at": life.received_at if life.category in DANGER else None,
        "tags": life.tags,
        "doubt": spam.REASONS["links"][0] + spam.REASONS["selling"][0] if selling else 0,
        "doubt_reasons": ["links", "selling"] if selling else [],
        "status": life.status,
        "queue": "" if life.closed_at else life.queue,
        "owner_id": life.owner,
        "reply_by": promised,
        "next_action": "" if life.closed_at else NEXT[Status(life.status)],
        "next_action_at": None if life.closed_at else due,
        "answered_at": life.answered_at,
        "closed_at": life.closed_at,
        "closing_reason": life.closing_reason,
        "version": len(life.events),
    }
    return row, life, written


def _reference(pk: int) -> str:
    """Return a reference that no other invented row has: of a million at random, hundreds would meet."""
    number, marks = pk * SCATTER % len(ALPHABET) ** 6, ""
    for _place in range(6):
        number, value = divmod(number, len(ALPHABET))
        marks += ALPHABET[value]
    return f"DK-{marks[:4]}-{marks[4:]}"


def _seal(row: dict[str, Any], written: Written) -> bytes:
    """Seal a row for the clinic as intake does, and return its key. Nobody was ever given its receipt."""
    key, uid = vault.new_data_key(), row["uid"]
    row["token_hash"], row["receipt_hash"] = secrets.token_bytes(32), secrets.token_bytes(32)
    row["key_for_patient"] = secrets.token_bytes(72)
    row["key_for_clinic"], row["clinic_key_id"] = vault.wrap_for_clinic(key, uid)
    row["contact_sealed"] = contents.seal_contact(key, written.contact, uid)
    row["question_sealed"] = contents.seal_question(key, written.question, uid)
    return key


def _seal_with_receipt(row: dict[str, Any], written: Written) -> tuple[str, bytes]:
    inquiry, token = Inquiry(uid=row["uid"]), secrets.token_urlsafe(16)
    contents.seal_new(inquiry, token, written.contact, written.question)
    sealed = ["token_hash", "receipt_hash", "key_for_clinic", "clinic_key_id", "key_for_patient"]
    row |= {name: getattr(inquiry, name) for name in [*sealed, "contact_sealed", "question_sealed"]}
    given = receipt.from_token(token)
    return receipt.show(given), vault.unwrap_for_patient(inquiry.key_for_patient, given, inquiry.uid)


# What hangs on a few: replies, drafts, notes and mail.


def _draft(row: dict[str, Any], life: Life, key: bytes, chance: Random) -> dict[str, Any]:
    uid, text = uuid.uuid4(), chance.choice(everything()[row["language"]]["replies"])
    sealed = vault.seal(key, {"text": text}, table="draft", row=uid, field="text")
    drafted = {"by_id": life.owner, "at": life.events[-1]["at"], "step": Step.ANSWER}
    return drafted | {"inquiry_id": row["id"], "uid": uid, "text_sealed": sealed}


def _reply(
    now: datetime, at: datetime, row: dict[str, Any], life: Life, key: bytes, chance: Random
) -> dict[str, Any]:
    words = everything()[row["language"]]
    text = chance.choice(words["questions" if life.status == Status.WAITING else "replies"])
    uid = uuid.uuid4()
    return {
        "inquiry_id": row["id"],
        "uid": uid,
        "author": Author.CLINIC,
        "by_id": life.owner,
        "second_reader_id": life.reader,
        "text_sealed": vault.seal(key, {"text": text}, table="message", row=uid, field="text"),
        "at": at,
        "read_at": at + (now - at) / 4 if chance.random() < 0.8 else None,
    }


def _note(row: dict[str, Any], life: Life, key: bytes, chance: Random) -> dict[str, Any]:
    """Return what is noted for colleagues where the person was written to."""
    uid, text = uuid.uuid4(), chance.choice(everything()[row["language"]]["notes"])
    return {"uid": uid, "text_sealed": vault.seal(key, text, table="note", row=uid, field="text")}


def _mails(row: dict[str, Any], life: Life) -> Iterator[dict[str, Any]]:
    """Yield what went out by mail: that it came, and that there is a reply."""
    if row["contact_method"] != "email" or life.status == Status.DOUBTFUL:
        return
    for kind, at in [(MailKind.ACKNOWLEDGEMENT, life.received_at), (MailKind.REPLY, life.wrote_at)]:
        if at:
            mail = {"inquiry_id": row["id"], "uid": uuid.uuid4(), "kind": kind, "language": row["language"]}
            times = dict.fromkeys(["created_at", "due_at", "sent_at"], at)
            yield mail | times | {"state": MailState.SENT, "attempts": 1}


# Values in the text format of COPY; others are as Python writes them. None of ours has a tab or a backslash.
WRITTEN: dict[type, Callable[[Any], str]] = {
    type(None): lambda value: r"\N",
    bytes: lambda value: rf"\\x{value.hex()}",
    list: lambda value: f"{{{','.join(map(str, value))}}}",
}


def _line(model: type[models.Model], row: dict[str, Any]) -> str:
    for name, value in row.items():
        if type(value) in WRITTEN:
            row[name] = _text(value)
    return _pattern(model, tuple(row)) % row


@cache
def _pattern(model: type[models.Model], given: tuple[str, ...]) -> str:
    """Return a line with places for what is given, and with the defaults of the other columns."""
    places = [
        f"%({field.attname})s" if field.attname in given else _text(field.get_default()).replace("%", "%%")
        for field in columns(model)
    ]
    return "\t".join(places) + "\n"


def _text(value: Any) -> str:
    return WRITTEN.get(type(value), str)(value)
