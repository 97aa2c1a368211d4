"""By when the clinic promises to reply, and by when staff are to act."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from clinic_site.clinic import clinic

WORKING_DAYS = 2  # "within 2 working days", as the form says
# By category, as content/inquiry-form.yaml says; what has none yet, and spam, as the form promises.
TARGET_HOURS = {"T0": 1, "T1": 1}
TARGET_DAYS = {"T5": 1, "T6": 1, "T7": 1, "T8": 3}


def reply_by(received_at: datetime, days: int = WORKING_DAYS) -> datetime:
    """Return the close of the second working day after a message came, in Seoul.

    Days on which the clinic is closed do not count: by its opening hours, by its own list of closed days,
    and Korean public holidays, substitute days included.
    """
    day = timezone.localtime(received_at).date()
    for _ in range(days):
        day = next_working_day(day)
    return _at(day, clinic().closes_at(day))


def act_by(category: str, since: datetime) -> datetime:
    """Return by when staff are to act on an inquiry of a category ("" while it has none)."""
    if hours := TARGET_HOURS.get(category):
        return working_time_after(since, timedelta(hours=hours))
    return reply_by(since, TARGET_DAYS.get(category, WORKING_DAYS))


def working_time_after(moment: datetime, left: timedelta) -> datetime:
    """Return the moment at which so much time of opening hours has gone by."""
    start = timezone.localtime(moment)
    day = start.date()
    while True:
        if clinic().is_open_on(day):
            opens, closes = (_at(day, hour) for hour in clinic().opening[day.weekday()])
            begins = max(start, opens)
            if begins + left <= closes:
                return begins + left
            left -= max(timedelta(), closes - begins)
        day += timedelta(days=1)


def next_close(moment: datetime) -> datetime:
    """Return when the clinic closes next: today, or at the end of the next working day."""
    local = timezone.localtime(moment)
    day = local.date()
    if not clinic().is_open_on(day) or local >= _at(day, clinic().closes_at(day)):
        day = next_working_day(day)
    return _at(day, clinic().closes_at(day))


def next_working_day(day: date) -> date:
    """Return the first day after `day` on which the clinic is open."""
    day += timedelta(days=1)
    while not clinic().is_open_on(day):
        day += timedelta(days=1)
    return day


def _at(day: date, hour) -> datetime:
    return timezone.make_aware(datetime.combine(day, hour))
