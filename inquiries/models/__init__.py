from .inquiry import Inquiry, Language, Status, Step, StepRefused, TRANSITIONS, reason_text
from .record import Consent, Event, Viewing

__all__ = [
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
