"""Numbers that the clinic must not hold: they are refused where a person writes freely."""

import re
import unicodedata

# Resident and alien registration numbers: birth date, then a digit for century and sex (PIPA art. 24-2).
RESIDENT = re.compile(r"(?<!\d)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])[\s-]?[1-8]\d{6}(?!\d)")
# Korean passports: M, S, R, O or D, then eight digits, or three digits, a letter and four (since 2021).
PASSPORT = re.compile(r"(?<![A-Za-z0-9])[MSRODmsrod](\d{8}|\d{3}[A-Za-z]\d{4})(?![A-Za-z0-9])")
CARD = re.compile(r"(?<!\d)(?:\d[\s-]?){12,18}\d(?!\d)")


def looks_like_identifier(text: str) -> bool:
    """Tell whether a text holds what looks like a resident, passport or payment card number."""
    text = unicodedata.normalize("NFKC", text)
    cards = (re.sub(r"\D", "", match[0]) for match in CARD.finditer(text))
    return bool(RESIDENT.search(text) or PASSPORT.search(text) or any(map(passes_luhn, cards)))


def passes_luhn(digits: str) -> bool:
    """Check the last digit as card issuers compute it (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
