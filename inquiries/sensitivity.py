"""What each field tells of a person: one map, which whatever shows, sends, logs or erases data asks.

Letters and the person's copy read rows through `Only`, the queue's list and erasure take their columns
from here. tests/inquiries/test_sensitivity.py walks the map; tests/site/test_project.py fails for a field
without a class.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.apps import apps
from django.db import models


@dataclass(frozen=True, eq=False)  # two classes may well have the same rule
class Rule:
    """What may be done with a field. What is not sealed and not masked may stand in a list."""

    masked: bool  # hidden from staff until they open the inquiry, which is recorded
    exported: bool  # part of the copy that the person gets of their own data
    in_files: bool  # may stand in a list that staff take along as a file
    mailed: bool  # may stand in a mail
    logged: bool  # may stand in a log line
    erased: bool  # gone when the inquiry is erased, at the latest when its time of keeping ends


class Privacy(Enum):
    OPERATIONAL = Rule(masked=False, exported=True, in_files=True, mailed=True, logged=True, erased=False)
    # who of the staff did something, and when they looked: the record of access stays
    STAFF = Rule(masked=False, exported=False, in_files=True, mailed=False, logged=True, erased=False)
    # what a person chose, a fact about them, or the name they want to be called by in the queue
    PERSONAL = Rule(masked=False, exported=True, in_files=True, mailed=False, logged=False, erased=True)
    # how to reach them
    CONTACT = Rule(masked=True, exported=True, in_files=False, mailed=False, logged=False, erased=True)
    # their own words, and whatever else may tell of their health
    HEALTH = Rule(masked=True, exported=True, in_files=False, mailed=False, logged=False, erased=True)
    # why an inquiry stands first: staff must see it before they choose which one to open
    TRIAGE = Rule(masked=False, exported=False, in_files=False, mailed=False, logged=False, erased=True)
    # what staff think: not part of the person's copy
    INTERNAL = Rule(masked=True, exported=False, in_files=False, mailed=False, logged=False, erased=True)
    # keys, and hashes that would lead to somebody
    SECRET = Rule(masked=True, exported=False, in_files=False, mailed=False, logged=False, erased=True)


O, S, P, C, H, T, I, K = Privacy  # noqa: E741 - the table below is read across

FIELDS: dict[str, dict[str, Privacy]] = {
    "Inquiry": {
        **dict.fromkeys(["id", "uid", "reference", "received_at", "status", "reply_by", "version"], O),
        # of a reason that tells of health, erasure leaves "answered"
        **dict.fromkeys(["answered_at", "closed_at", "closing_reason", "erased_at"], O),
        **dict.fromkeys(["queue", "next_action", "next_action_at", "due_at", "merged_into"], O),
        "owner": S,
        **dict.fromkeys(["token_hash", "receipt_hash", "content_digest", "search_hashes"], K),
        **dict.fromkeys(["key_for_clinic", "clinic_key_id", "key_for_patient"], K),
        "contact_sealed": C,
        "question_sealed": H,
        **dict.fromkeys(["contact_method", "forbidden_channels", "language", "lives_in"], P),
        **dict.fromkeys(["asking_for", "topic", "time_zone", "came_from"], P),
        **dict.fromkeys(["category", "danger_reasons", "pinned_at", "pinned"], T),
        **dict.fromkeys(["doubt", "doubt_reasons", "tags", "email_came_back", "before_merge"], T),
    },
    "Message": {
        **dict.fromkeys(["id", "inquiry", "uid", "author", "kind", "at", "read_at", "copy_of"], O),
        **dict.fromkeys(["by", "second_reader"], S),
        "text_sealed": H,
        "content_digest": K,
    },
    "Draft": {"id": O, "inquiry": O, "uid": O, "step": O, "by": S, "at": S, "text_sealed": I},
    # `reason` may name a category or a tag, which are T where the inquiry has them: erasure.py empties it,
    # but for how the work ended, and that without a word of health. What is left are the steps themselves:
    # that a physician was called in, or that a second person read the reply, tells roughly of the kind.
    "Event": dict.fromkeys(["id", "inquiry", "step", "was", "became", "reason", "at"], O)
    | dict.fromkeys(["other", "planned_at", "by", "to"], S),
    "Note": {"id": O, "event": O, "uid": O, "text_sealed": I},
    "Mention": {"id": O, "note": O, "person": S, "seen_at": S},
    "Consent": dict.fromkeys(
        ["id", "inquiry", "key", "text_version", "text_digest", "language", "given_at"], P
    ),
    "Viewing": {"id": O, "inquiry": O, "by": S, "at": S, "words": S},
    "Erasure": dict.fromkeys(
        ["id", "inquiry", "reference", "received_at", "closed_at", "closing_reason", "asked_by", "at"], O
    )
    | {"by": S},
    "ErasedConsents": dict.fromkeys(["id", "key", "text_version", "language", "count"], O),
    "ErasedInquiries": dict.fromkeys(["id", "month", "what", "value", "within", "count"], O),
    # the staff's own
    "Absence": {"id": O, **dict.fromkeys(["person", "starts_at", "ends_at", "deputy", "by"], S)},
    "Presence": {"id": O, "inquiry": O, "person": S, "at": S},
    "SavedView": {"id": O, "owner": S, "name": S, "shared": O, "filters": S},
    "Tag": dict.fromkeys(["id", "key", "name_en", "name_ko"], O),
    "DigestWish": {"id": O, **dict.fromkeys(["person", "wanted", "language"], S)},
    "Digest": {"id": O, "person": S, **dict.fromkeys(["day", "state", "tried_at", "sent_at"], O)},
    "Export": {"id": O, "by": S, **dict.fromkeys(["at", "filters", "searched", "with_choices", "rows"], O)},
    "ReplyTemplate": dict.fromkeys(["id", "name", "language", "topic", "body", "retired"], O),
    # what clinicians maintain, and counts that lead to nobody
    "DangerWord": dict.fromkeys(
        ["id", "shipped_digest", "key", "category", "language", "name_en", "name_ko"]
        + ["phrases", "unless", "needs", "off_because"],
        O,
    ),
    "DangerWordChange": dict.fromkeys(["id", "word", "field", "was", "became", "reason", "at"], O)
    | {"by": S},
    "RateCount": dict.fromkeys(["id", "what", "since", "count"], O) | {"network": K},
    "OutgoingMail": dict.fromkeys(
        ["id", "inquiry", "uid", "kind", "language", "state", "attempts"]
        + ["created_at", "due_at", "sent_at", "last_error"],
        O,
    ),
    "Purge": dict.fromkeys(["id", "at", "outcome", "found", "erased", "warned", "forgotten", "error"], O),
}

# What lies inside the sealed fields.
SEALED: dict[str, dict[str, Privacy]] = {
    "Inquiry.contact_sealed": {
        "preferred_name": P,
        **dict.fromkeys(["email", "phone", "best_time", "wishes"], C),
    },
    "Inquiry.question_sealed": {"message": H},
    "Message.text_sealed": {"text": H, "choices": P},
    "Draft.text_sealed": {"text": I},
    "Note.text_sealed": {"text": I},
}


def rule(model: type[models.Model] | models.Model, field: str) -> Rule:
    """Return what may be done with a field of one of our models."""
    return FIELDS[model._meta.object_name or ""][field].value


class Withheld(Exception):
    """The class of a field forbids what somebody tried to do with it."""


class Only:
    """A row of ours of which just those fields can be read that may be put to one use.

    `use` is the name of a rule: "mailed" or "exported". Anything else raises Withheld.
    """

    def __init__(self, row: models.Model, use: str) -> None:
        self._row, self._use = row, use

    def __getattr__(self, name: str) -> Any:
        field = name.removeprefix("get_").removesuffix("_display")
        if not getattr(rule(self._row, field), self._use):
            raise Withheld(f"{self._row._meta.object_name}.{field} must not be {self._use}")
        return getattr(self._row, name)


def masked(model: type[models.Model]) -> list[str]:
    """Return the columns of a table that no list shows."""
    fields = model._meta.concrete_fields
    return [field.name for field in fields if rule(model, field.name).masked]


def emptied(model: type[models.Model]) -> dict[str, object]:
    """Return the columns of a row that was erased, each with its empty value."""
    stored = [field for field in model._meta.concrete_fields if not field.generated]
    fields = [field for field in stored if rule(model, field.name).erased]
    return {field.name: field.get_default() for field in fields}


def fields_without_a_class() -> set[str]:
    ours = apps.get_app_config("inquiries").get_models()
    every = {f"{model._meta.object_name}.{field.name}" for model in ours for field in model._meta.fields}
    known = {f"{model}.{name}" for model, names in FIELDS.items() for name in names}
    return every ^ known
