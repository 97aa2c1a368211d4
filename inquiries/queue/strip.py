"""The promises that are broken right now, above the queue; nothing while all are kept."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from .. import broken_promises
from ..spans import span
from .capped import count_text

NAMES = {
    "danger_not_seen_to": _("Danger that nobody has seen to"),
    "overdue_replies": _("Replies that are overdue"),
    "forgotten": _("Planned action forgotten for days"),
    "doubtful_not_looked_at": _("Quarantine that nobody looked at"),
    "mail_not_sent": _("Mail that has not gone out"),
    "kept_too_long": _("Kept longer than promised"),
    "purge_refused_or_failed": _("The last erasing was refused or failed"),
}
JUST_ONE = "purge_refused_or_failed"  # there is one last run
# In which tab the inquiries stand for which a promise is broken.
TABS = {
    "danger_not_seen_to": "open",
    "overdue_replies": "open",
    "forgotten": "open",
    "doubtful_not_looked_at": "doubtful",
    "kept_too_long": "all",
}


@dataclass(frozen=True)
class Broken:
    promise: str
    count: str

    @property
    def name(self) -> Any:
        return NAMES[self.promise]

    @property
    def address(self) -> str:
        """Where these inquiries are listed; nothing where no list holds them."""
        return f"?tab={TABS[self.promise]}&promise={self.promise}" if self.promise in TABS else ""


def strip() -> dict[str, Any]:
    """Return which promises are broken, the worst first, and since when the oldest waits to be taken."""
    counts = broken_promises.broken()
    if not counts:
        return {}
    seconds = broken_promises.oldest_untriaged_seconds()
    return {
        "broken": [
            Broken(name, "" if name == JUST_ONE else count_text(counts[name]))
            for name in NAMES
            if name in counts
        ],
        "oldest": "" if seconds is None else span(timedelta(seconds=seconds)),
    }
