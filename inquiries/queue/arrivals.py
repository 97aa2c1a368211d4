"""What has come since somebody opened the list: three numbers, and nothing about anybody."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext

from ..models import Status, is_open
from .capped import count_text, counted

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST = timedelta(hours=12)  # nobody leaves a list open for longer and wants to know only what is new


def stamp() -> str:
    """Return now, as an address writes it."""
    return str((timezone.now() - EPOCH) // timedelta(milliseconds=1))


def since(inquiries, stamped: str) -> str:
    """Return in words how many have come, into the queue or into quarantine, and how many were pinned."""
    now = timezone.now()
    if not (stamped.isascii() and stamped.isdecimal() and len(stamped) < 15):
        return ""
    begun = max(EPOCH + timedelta(milliseconds=int(stamped)), now - LONGEST)
    counts = counted(
        {
            "new": inquiries.filter(status=Status.NEW, received_at__gt=begun),
            "doubtful": inquiries.filter(status=Status.DOUBTFUL, received_at__gt=begun),
            "pinned": inquiries.filter(is_open(), pinned=True, pinned_at__gt=begun),
        }
    )
    words = {
        "new": gettext("%(n)s new"),
        "doubtful": gettext("%(n)s more in quarantine"),
        "pinned": gettext("%(n)s pinned"),
    }
    return ", ".join(words[what] % {"n": count_text(count)} for what, count in counts.items() if count)
