"""Where an inquiry stands, in words for the person who asked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone
from django.utils.formats import date_format

from clinic_site.calendar import moment_in_words
from clinic_site.clinic import clinic

from ..contents import Said
from ..models import IN_A_QUEUE, Author, Inquiry, Status
from ..wording import wording
from .forms import texts


@dataclass(frozen=True)
class Standing:
    text: str
    title: str = ""  # only of what must be noticed: a promise that was not kept


def standing(inquiry: Inquiry, said: list[Said]) -> Standing:
    """Say where it stands. A doubtful one is told what everybody is told: it waits like the others."""
    words = texts()["standing"]
    if inquiry.merged_into:  # it is worked on there, and answered in both
        return standing(inquiry.merged_into, said)
    if inquiry.is_withdrawn:
        return Standing(words["withdrawn"].format(deleted_on=deleted_on(inquiry)))
    match inquiry.status:
        case Status.WAITING:
            return Standing(words["asked"])
        case Status.CLOSED:
            return Standing(words["closed"].format(deleted_on=deleted_on(inquiry)))
        case Status.ANSWERED:
            here = any(one.message.author == Author.CLINIC for one in said)
            return Standing(words["answered_here" if here else "answered_elsewhere"])
    promised = in_their_time(inquiry.reply_by, inquiry)
    if inquiry.reply_by < timezone.now():
        phone = clinic().phone.replace(" ", "\N{NO-BREAK SPACE}")
        facts = {"date": promised, "phone": phone, "ref": inquiry.reference}
        return Standing(words["late"].format(**facts), words["late_title"])
    return Standing(words["waiting" if inquiry.status in IN_A_QUEUE else "taken"].format(date=promised))


def in_their_time(moment: datetime, inquiry: Inquiry) -> str:
    """Return a moment as the person's clock shows it, or Seoul's where we do not know theirs."""
    return times(moment, inquiry)[0]


def times(moment: datetime, inquiry: Inquiry) -> list[str]:
    """Return a moment in the person's time zone, if it is another, and in Seoul's."""
    words = texts()["standing"]
    here = timezone.localtime(moment)
    seoul = words["seoul_time"].format(time=moment_in_words(here))
    zone = _zone(inquiry.time_zone)
    if zone is None or (there := moment.astimezone(zone)).utcoffset() == here.utcoffset():
        return [seoul]
    city = zone.key.rpartition("/")[2].replace("_", " ")
    if city in {"UTC", "GMT"}:  # already says that it is a time
        return [f"{moment_in_words(there)} ({city})", seoul]
    return [words["their_time"].format(time=moment_in_words(there), zone=city), seoul]


def deleted_on(inquiry: Inquiry) -> str:
    """Return the day on which a closed inquiry will have been deleted."""
    days = timedelta(days=wording()["retention"]["closed_days"])
    return date_format(timezone.localtime((inquiry.closed_at or timezone.now()) + days), "DATE_FORMAT")


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
