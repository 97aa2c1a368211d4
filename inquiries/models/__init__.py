from .inquiry import (
    AWAITING_REPLY,
    TRANSITIONS,
    Inquiry,
    Language,
    Status,
    Step,
    StepRefused,
    is_open,
    is_overdue,
    reason_text,
)
from .record import Consent, Event, Note, Viewing

__all__ = [
    "AWAITING_REPLY",
    "TRANSITIONS",
    "Consent",
    "Event",
    "Inquiry",
    "Language",
    "Note",
    "Status",
    "Step",
    "StepRefused",
    "Viewing",
    "is_open",
    "is_overdue",
    "reason_text",
]
