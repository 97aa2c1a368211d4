"""Days of work in Seoul: public holidays, and opening hours in words."""

from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cache
from typing import Any

import holidays
from django.utils.formats import date_format
from django.utils.translation import get_language

LANGUAGES = {"en": "en_US", "ko": "ko"}
DAYS = {
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "ko": ["월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일"],
}
SHORT_DAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
Hours = tuple[time, time]
DAY_BEFORE_TIME = {"en": "l j F Y, ", "ko": "Y년 n월 j일 l "}
TOGETHER = "\N{NO-BREAK SPACE}"  # a number and its unit stay on one line


@cache
def _korean(language: str) -> Any:
    return holidays.country_holidays("KR", language=LANGUAGES[language])


def public_holiday(day: date, language: str) -> str:
    """Return the name of a Korean public holiday, substitute days included; empty on any other day."""
    return _korean(language).get(day) or ""


def in_words(opening: Mapping[int, Hours], language: str) -> str:
    """Return opening hours as a sentence: days with the same hours in a row are one stretch."""
    say = _korean_words if language == "ko" else _english_words
    return say(_stretches(opening))


def hours_in_words(hours: Hours, language: str) -> str:
    """Return the hours of one day as the sentence says them."""
    opens, closes = hours
    if language == "ko":
        return f"{_korean_time(opens)}~{_korean_time(closes)}"
    return f"{_english_time(opens)} to {_english_time(closes)}"


def moment_in_words(moment: datetime) -> str:
    """Return a moment as every page and letter says it to readers, in the time zone that it carries."""
    language = get_language() or "en"
    clock = _korean_time if language == "ko" else _english_time
    return date_format(moment, DAY_BEFORE_TIME[language]) + clock(moment)


def for_search_engines(opening: Mapping[int, Hours]) -> list[str]:
    """Return opening hours as schema.org writes them: Mo-Fr 09:00-18:00."""
    return [
        f"{'-'.join(dict.fromkeys([SHORT_DAYS[days[0]], SHORT_DAYS[days[-1]]]))} {opens:%H:%M}-{closes:%H:%M}"
        for days, (opens, closes) in _stretches(opening)
    ]


def _stretches(opening: Mapping[int, Hours]) -> list[tuple[list[int], Hours]]:
    stretches: list[tuple[list[int], Hours]] = []
    for day in sorted(opening):
        days, hours = stretches[-1] if stretches else ([], None)
        if hours == opening[day] and days[-1] == day - 1:
            days.append(day)
        else:
            stretches.append(([day], opening[day]))
    return stretches


def _english_words(stretches: list[tuple[list[int], Hours]]) -> str:
    said = "; ".join(
        f"{_stretch(days, 'en', ' to ')}, {hours_in_words(hours, 'en')}" for days, hours in stretches
    )
    return f"{said} (Seoul time). Closed on Korean public holidays."


def _korean_words(stretches: list[tuple[list[int], Hours]]) -> str:
    said = ", ".join(
        f"{_stretch(days, 'ko', '~')} {hours_in_words(hours, 'ko')}" for days, hours in stretches
    )
    return f"{said}(한국 시간). 공휴일은 쉬어요."


def _stretch(days: list[int], language: str, to: str) -> str:
    names = DAYS[language]
    return names[days[0]] if len(days) == 1 else f"{names[days[0]]}{to}{names[days[-1]]}"


def _english_time(moment: time | datetime) -> str:
    minutes = f".{moment.minute:02}" if moment.minute else ""
    return f"{moment.hour % 12 or 12}{minutes}{TOGETHER}{'am' if moment.hour < 12 else 'pm'}"


def _korean_time(moment: time | datetime) -> str:
    minutes = f"{TOGETHER}{moment.minute}분" if moment.minute else ""
    return f"{'오전' if moment.hour < 12 else '오후'}{TOGETHER}{moment.hour % 12 or 12}시{minutes}"
