"""The receipt: what a patient keeps to come back with. It opens the conversation, and is never stored."""

import re
import unicodedata

from . import vault

# Without 0 O 1 I L: a receipt is read aloud on the phone, and typed from paper. 31 marks, a prime number.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
GROUPS, GROUP = 5, 4
LENGTH = GROUPS * GROUP
FREE = LENGTH - 1  # the last mark follows from the others: 31¹⁹ receipts, 94 bits


class Mistyped(ValueError):
    """What was typed is no receipt, and needs no look into the database: `reason` is "length" or "letter"."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


def from_token(token: str) -> str:
    """Return the receipt that follows from a form's token: the same one each time the form is sent."""
    number = int.from_bytes(vault.derive(token.encode(), "receipt", size=64))
    marks = ""
    for _place in range(FREE):
        number, value = divmod(number, len(ALPHABET))
        marks += ALPHABET[value]
    return marks + _checksum(marks)


def show(receipt: str) -> str:
    """Return it as it is printed, such as 4F7Q-29KM-…"""
    return "-".join(receipt[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def read(typed: str) -> str:
    """Return the receipt that somebody means: in any case and width, with any spaces and dashes between.

    Raises Mistyped.
    """
    text = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", typed)).upper()
    if len(text) != LENGTH:
        raise Mistyped("length")
    if not set(text) <= set(ALPHABET) or _checksum(text[:FREE]) != text[FREE]:
        raise Mistyped("letter")
    return text


def receipt_hash(receipt: str) -> bytes:
    """Return what the database looks it up by. 94 random bits cannot be guessed from it."""
    return vault.derive(receipt.encode(), "receipt-hash")


def token_hash(token: str) -> bytes:
    return vault.derive(token.encode(), "token-hash")


def _checksum(marks: str) -> str:
    """Return the mark that reveals any one wrong letter and any two that changed places.

    Each place has a weight of its own and 31 is prime, so neither leaves the sum as it was.
    """
    total = sum(weight * ALPHABET.index(mark) for weight, mark in enumerate(marks, start=1))
    return ALPHABET[total % len(ALPHABET)]
