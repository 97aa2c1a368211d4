from .absence import Absence, hand_over_the_absent
from .conversation import Author, Draft, Message, MessageKind
from .danger_word import Category, DangerWord, DangerWordChange
from .desk import FILTERS, Presence, SavedView, Tag
from .digest import Digest, DigestWish
from .ending import WITHDRAWN, reason_text
from .export import Export
from .inquiry import CHOSEN, Channel, Inquiry, Language
from .mail import MailKind, MailState, OutgoingMail
from .pins import pinning
from .purge import Purge, PurgeOutcome
from .queue import is_late, is_open, is_overdue, is_urgent
from .rate import Counted, RateCount
from .record import (
    Consent,
    ErasedBy,
    ErasedConsents,
    ErasedFact,
    ErasedInquiries,
    Erasure,
    Event,
    Mention,
    Note,
    Viewing,
)
from .reply_template import ReplyTemplate
from .triage import (
    AWAITING_REPLY,
    CATEGORIES,
    DANGER,
    IN_A_QUEUE,
    OPEN,
    SECOND_READER,
    STAFF_STEPS,
    TRANSITIONS,
    WRITTEN_TO,
    NextAction,
    Queue,
    Status,
    Step,
    StepRefused,
)

__all__ = [
    "Digest",
    "DigestWish",
    "Export",
    "AWAITING_REPLY",
    "CATEGORIES",
    "CHOSEN",
    "DANGER",
    "FILTERS",
    "IN_A_QUEUE",
    "OPEN",
    "SECOND_READER",
    "STAFF_STEPS",
    "TRANSITIONS",
    "WITHDRAWN",
    "WRITTEN_TO",
    "Absence",
    "Author",
    "Category",
    "Channel",
    "Consent",
    "Counted",
    "DangerWord",
    "DangerWordChange",
    "Draft",
    "ErasedBy",
    "ErasedConsents",
    "ErasedFact",
    "ErasedInquiries",
    "Erasure",
    "Event",
    "Inquiry",
    "Language",
    "MailKind",
    "MailState",
    "Mention",
    "Message",
    "MessageKind",
    "NextAction",
    "Note",
    "OutgoingMail",
    "Presence",
    "Purge",
    "PurgeOutcome",
    "Queue",
    "RateCount",
    "ReplyTemplate",
    "SavedView",
    "Status",
    "Step",
    "StepRefused",
    "Tag",
    "Viewing",
    "hand_over_the_absent",
    "is_late",
    "is_open",
    "is_overdue",
    "is_urgent",
    "pinning",
    "reason_text",
]
