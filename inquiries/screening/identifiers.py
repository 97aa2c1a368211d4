"""Numbers that the clinic must not hold: they are refused where a person writes freely.

Each kind has a shape of its own, narrow enough that phone numbers, dates, prices, trial numbers and our
own references never have it. Sources: PIPA art. 24 and 24-2 for what must not be held; ISO/IEC 7812-1
for card numbers.
"""

import re
import unicodedata
from datetime import date

_DASH = r"[\s\-‐-―−~.·_/]{0,3}"

# Birth date, then a digit for century and sex (5 to 8: foreigners), then six.
_RESIDENT = re.compile(rf"(?<![\d.])(\d{{2}})(\d{{2}})(\d{{2}})({_DASH})([1-8])(\d{{6}})(?!\d)")
_FOREIGN = "5678"
# +82 010 1234 5678 without a space has the shape of a resident number.
_PHONE_IN_ONE = re.compile(r"820(?:1[016-9]|70)\d{8}")

# Korean passports: M, S, R, O, D or G, then eight digits, or three digits, a letter and four (since 2021).
_KOREAN_PASSPORT = re.compile(r"(?<![A-Z0-9])[MSRODG](\d{8}|\d{3}[A-Z]\d{4})(?![A-Z0-9])", re.I)
# Of other countries there are too many shapes: only right behind the word.
_PASSPORT = re.compile(
    r"(?:passport|여권)[^\d\n]{0,25}?(?<![A-Z\d])"
    r"([A-Z]{1,2}\d{6,8}|[A-Z]\d{2}[A-Z]{2}\d{4}|\d{9}|\d{2}[A-Z]{2}\d{5})(?![\w-]*\d)",
    re.I,
)

# Region, year, six digits, two: 11-24-123456-78; older ones begin with the name of the region.
_LICENCE = re.compile(
    r"(?<![\d-])(?:1[1-9]|2[0-8])[ -]\d{2}[ -]\d{6}[ -]\d{2}(?![\d-])"
    r"|(?:서울|부산|경기|강원|충북|충남|전북|전남|경북|경남|제주|대구|인천|광주|대전|울산)"
    r"[ -]?\d{2}[ -]\d{6}[ -]\d{2}(?!\d)"
    r"|(?:면허|licen[cs]e)[^\d\n]{0,25}?(?<!\d)(?:1[1-9]|2[0-8])\d{10}(?!\d)",
    re.I,
)

# 9 0 0 1 0 1 - 1 2 3: read as one number.
_SPELLED_OUT = re.compile(r"(?<!\d)\d(?:[\s\-‐-―−~.·_/]{1,3}\d(?!\d)){12,}")

# In one, in groups of four, or as American Express (4-6-5) and Diners Club (4-6-4) print it.
_CARD = re.compile(
    r"(?<!\d)(?<!\d[ .-])"
    r"(?:\d{14,19}|\d{4}(?:[ .-]\d{4}){3}(?:[ .-]\d{1,3})?|\d{4}[ .-]\d{6}[ .-]\d{4,5})"
    r"(?!\d)(?![ .-]\d)"
)
_ISSUERS = re.compile(
    r"4(?:\d{15}|\d{18})"  # Visa
    r"|(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}"  # American Express, Diners, JCB
    r"|6(?:011|4[4-9]\d|5\d{2})\d{12}|62\d{14,17}"  # Discover, UnionPay
    r"|9[0-9]\d{14}"  # Korean issuers without a brand of their own
    r"|5[06789]\d{14}|6[0379]\d{14}"  # Maestro
)


def identifiers_in(text: str) -> list[str]:
    """Return which kinds of number a text seems to hold: resident, foreigner, card, passport, licence."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    text = _SPELLED_OUT.sub(lambda spelled: re.sub(r"\D", "", spelled[0]), text)
    found = {_kind_of_resident(match) for match in _RESIDENT.finditer(text)}
    if _KOREAN_PASSPORT.search(text) or _PASSPORT.search(text):
        found.add("passport")
    if _LICENCE.search(text):
        found.add("licence")
    if any(_is_card(re.sub(r"\D", "", match[0])) for match in _CARD.finditer(text)):
        found.add("card")
    return sorted(found - {""})


def looks_like_identifier(text: str) -> bool:
    """Tell whether a text holds what looks like a number that the clinic must not hold."""
    return bool(identifiers_in(text))


def _kind_of_resident(match: re.Match[str]) -> str:
    year, month, day, dash, century, _rest = match.groups()
    if not dash and _PHONE_IN_ONE.fullmatch(match[0]):
        return ""
    before_2000 = century in "1256"
    try:
        date(int(("19" if before_2000 else "20") + year), int(month), int(day))
    except ValueError:
        return ""
    return "foreigner" if century in _FOREIGN else "resident"


def _is_card(digits: str) -> bool:
    return bool(_ISSUERS.fullmatch(digits)) and len(set(digits)) > 1 and passes_luhn(digits)


def passes_luhn(digits: str) -> bool:
    """Check the last digit as card issuers compute it (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
