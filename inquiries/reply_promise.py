"""By when the clinic promises to reply."""

from datetime import date, datetime, timedelta

import holidays
from django.utils import timezone

from clinic_site.clinic import clinic

WORKING_DAYS = 2  # "within 2 working days", as the form says


def reply_by(received_at: datetime) -> datetime:
    """Return the close of the second working day after a message came, in Seoul.

    Weekends and Korean public holidays, substitute days included, do not count.
    """
    day = timezone.localtime(received_at).date()
    for _ in range(WORKING_DAYS):
        day = next_working_day(day)
    return timezone.make_aware(datetime.combine(day, clinic().closing_time))


def next_working_day(day: date) -> date:
    closed = holidays.country_holidays("KR")
    day += timedelta(days=1)
    while day.weekday() >= 5 or day in closed:
        day += timedelta(days=1)
    return day
