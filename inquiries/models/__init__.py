from .inquiry import (
    AWAITING_REPLY,
    OPEN,
    TRANSITIONS,
    Inquiry,
    Language,
    Status,
    Step,
    StepRefused,
    reason_text,
)
from .record import Consent, Event, Viewing

__all__ = [
    "AWAITING_REPLY",
    "OPEN",
    "TRANSITIONS",
    "Consent",
    "Event",
    "Inquiry",
    "Language",
    "Status",
    "Step",
    "StepRefused",
    "Viewing",
    "reason_text",
]
