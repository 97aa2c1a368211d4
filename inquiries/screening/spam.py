"""How doubtful an inquiry looks, and why, in words for staff.

Nothing is refused: what is doubtful waits in quarantine with its original time until somebody has
looked at it. One weak sign never makes an inquiry doubtful, and a foreign script is no sign at all.
Whoever may be in danger is never put into quarantine.
"""

import re
import unicodedata
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..rates import Counts

DOUBTFUL = 5  # points

# A person reads, chooses and types; only a program is done at once.
AT_ONCE, TOO_FAST, TOO_OLD = timedelta(seconds=2), timedelta(seconds=5), timedelta(hours=24)
# A hospital or a university is one network: many from there is a weak sign, a flood nearly a strong one.
MANY_FROM_NETWORK, FLOOD_FROM_NETWORK, MANY_EVERYWHERE = 20, 60, 200
MOST_SCRIPT_CHANGES = 1
LONG_ENOUGH_TO_COMPARE = 200

# Each sign: its points, and what staff read.
REASONS: dict[str, tuple[int, Promise]] = {
    "trap": (5, _("Filled in a field that people do not see.")),
    "at_once": (5, _("Sent within two seconds of opening the page.")),
    "too_fast": (3, _("Sent within five seconds of opening the page.")),
    "too_old": (1, _("The page was open for more than a day.")),
    "no_stamp": (2, _("It cannot be told when the page was opened.")),
    "many_from_network": (2, _("Many inquiries from the same network within the hour.")),
    "flood_from_network": (4, _("A flood of inquiries from the same network within the hour.")),
    "many_everywhere": (1, _("Unusually many inquiries in all within the hour.")),
    "link": (1, _("Has a link.")),
    "links": (3, _("Has several links.")),
    "link_in_name": (5, _("Has a link where a name belongs.")),
    "markup": (5, _("Has the code of a link or a script.")),
    "mixed_scripts": (3, _("Has words that mix letters of several scripts.")),
    "repeated_text": (3, _("Says the same again and again.")),
    "selling": (2, _("Has words that sell something.")),
    "staff": (0, _("Put aside by staff.")),
}

# No name: the signer's salt says what it is for.
STAMP_SALT = "inquiries.page_opened"

_LINK = re.compile(
    r"(?:https?://|www\.)\S|\b[\w-]+\.(?:com|net|org|info|biz|ru|cn|xyz|top|site|online|shop)\b", re.I
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_MARKUP = re.compile(r"\[/?(?:url|link|img)\b|<\s*/?\s*(?:a|script|iframe|img|form|svg)\b|javascript:", re.I)
_SELLING = re.compile(
    r"\b(?:seo|backlinks?|guest posts?|casino|betting|crypto(?:currency)?|forex|viagra|cialis|payday loans?|"
    r"web design|rank(?:ing)?s? (?:on|in) google|first page of google|increase (?:your )?(?:traffic|sales))\b"
    r"|카지노|바카라|토토사이트|슬롯|대출상담|홍보대행|상위노출|마케팅대행|블로그체험단",
    re.I,
)
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "HANGUL", "CJK", "HIRAGANA", "KATAKANA", "THAI", "ARABIC", "HEBREW")
# Scripts that stand together in one word of a living language.
_NEIGHBOURS = ({"CJK", "HIRAGANA", "KATAKANA"}, {"CJK", "HANGUL"})


@dataclass(frozen=True)
class Judgement:
    """How many points an inquiry has, for which signs, and whether staff must look before it counts."""

    score: int
    reasons: list[str]
    doubtful: bool


def page_stamp() -> str:
    """Return the signed time for a hidden field of the page."""
    return signing.TimestampSigner(salt=STAMP_SALT).sign("")


def opened_at(stamp: str) -> datetime | None:
    """Return when the page with this stamp was made; None for a stamp that is not ours."""
    try:
        signing.TimestampSigner(salt=STAMP_SALT).unsign(stamp)
        seconds = signing.b62_decode(stamp.rsplit(":", 2)[1])
    except (signing.BadSignature, IndexError, ValueError):
        return None
    return datetime.fromtimestamp(seconds, tz=timezone.get_default_timezone())


def judge(
    *,
    fields: dict[str, str],
    honeypot: str = "",
    token_issued_at: datetime | None,
    counts: Counts,
    in_danger: bool = False,
    now: datetime | None = None,
) -> Judgement:
    """Return how doubtful an inquiry looks. A pure function: it reads and keeps nothing.

    `fields` is what the person wrote freely, by field name. With `in_danger` the signs are still
    told, and nothing is doubtful.
    """
    signs = [
        *(["trap"] if honeypot.strip() else []),
        *_of_time(token_issued_at, now or timezone.now()),
        *_of_rate(counts),
        *_of_words(fields),
    ]
    score = sum(REASONS[sign][0] for sign in signs)
    return Judgement(score, signs, score >= DOUBTFUL and not in_danger)


def reason_words(reason: str) -> str:
    """Return a reason in the active language; one of an older version stands for itself."""
    return str(REASONS[reason][1]) if reason in REASONS else reason


def _of_time(issued_at: datetime | None, now: datetime) -> list[str]:
    if issued_at is None or issued_at > now + timedelta(minutes=5):
        return ["no_stamp"]
    took = now - issued_at
    if took < AT_ONCE:
        return ["at_once"]
    if took < TOO_FAST:
        return ["too_fast"]
    return ["too_old"] if took > TOO_OLD else []


def _of_rate(counts: Counts) -> list[str]:
    signs = []
    if counts.network > FLOOD_FROM_NETWORK:
        signs.append("flood_from_network")
    elif counts.network > MANY_FROM_NETWORK:
        signs.append("many_from_network")
    if counts.everywhere > MANY_EVERYWHERE:
        signs.append("many_everywhere")
    return signs


def _of_words(fields: dict[str, str]) -> list[str]:
    text = unicodedata.normalize("NFKC", "\n".join(fields.values()))
    signs = []
    links = len(_LINK.findall(_EMAIL.sub(" ", text)))
    if _LINK.search(_EMAIL.sub(" ", fields.get("preferred_name", ""))):
        signs.append("link_in_name")
    if _MARKUP.search(text):
        signs.append("markup")
    elif links:
        signs.append("link" if links == 1 else "links")
    if sum(_mixes_scripts(word) for word in re.findall(r"[^\W\d_]+", text)) > MOST_SCRIPT_CHANGES:
        signs.append("mixed_scripts")
    if any(_repeats(value) for value in fields.values()):
        signs.append("repeated_text")
    if _SELLING.search(text):
        signs.append("selling")
    return signs


def _mixes_scripts(word: str) -> bool:
    """Tell whether a word mixes scripts as no language does; Korean particles follow any word."""
    if word.isascii():
        return False
    names = [unicodedata.name(letter, "").split(" ")[0] for letter in word]
    scripts = {name for name in names if name in _SCRIPTS}
    if "HANGUL" in scripts:
        scripts = {"HANGUL", *scripts} - {"LATIN", "CJK"}  # CT를, 美
    return len(scripts) > 1 and not any(scripts <= together for together in _NEIGHBOURS)


def _repeats(text: str) -> bool:
    """Tell whether a long text says little: it packs far better than what people write."""
    data = text.encode()
    return len(data) >= LONG_ENOUGH_TO_COMPARE and len(zlib.compress(data, 9)) * 5 < len(data)
