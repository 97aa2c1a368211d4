"""Find an inquiry by what stands in it, without the database knowing a word of it.

Words, addresses and numbers are hashed under SEARCH_KEY, on the staff's side only: whoever has the
database alone cannot try words out. Whoever has both sees which words return, and may guess.
"""

import re
import unicodedata
from collections.abc import Iterator

import phonenumbers
from django.db.models import BigIntegerField, Q, Value

from . import contents, vault
from .models import Author, Inquiry

WORD = re.compile(r"\w+")
HANGUL = re.compile("[가-힣]{2,}")
ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
NUMBER = re.compile(r"\+?\d[\d\s().-]{2,}\d")
LONGEST = 8  # syllables: Korean words carry particles and are written together
LAST_DIGITS = 4  # what staff and patients say on the phone


def index(inquiry: Inquiry) -> None:
    """Compute the hashes of one inquiry anew. Raises vault.NoKey or vault.WrongKey."""
    opened = contents.for_staff(inquiry)
    said = [text.text for text in opened.conversation() if text.message.author == Author.PERSON]
    found = set(_of_contact(opened.contact)) | set(of_text("\n".join([opened.question, *said])))
    # Unless something was added since it was read.
    same = Inquiry.objects.filter(pk=inquiry.pk, version=inquiry.version, erased_at=None)
    same.update(search_hashes=sorted(found))


def matching(query: str) -> Q:
    """Return the condition for inquiries that hold everything that was asked for. Raises vault.NoKey."""
    text = normal(query)
    wanted = Q()
    for address in ADDRESS.findall(text):
        wanted &= _holds(vault.search_hash(address, "email"))
    text = ADDRESS.sub(" ", text)
    for number in NUMBER.findall(text):
        digits = re.sub(r"\D", "", number)
        wanted &= _holds(vault.search_hash(digits, "phone")) | _holds(vault.search_hash(digits, "word"))
    for word in WORD.findall(NUMBER.sub(" ", text)):
        wanted &= _holds(vault.search_hash(word[:LONGEST] if HANGUL.fullmatch(word) else word, "word"))
    return wanted or Q(pk=None)


def same_address(contact: contents.Contact) -> Q:
    """Return the condition for whatever came from this address or number. Raises vault.NoKey."""
    wanted = Q(pk=None)
    for hashed in _whole(contact):
        wanted |= _holds(hashed)
    return wanted


def of_address(contact: contents.Contact) -> int | None:
    """Return the hash of the address, or else of the number. Raises vault.NoKey."""
    return next(_whole(contact), None)


def _whole(contact: contents.Contact) -> Iterator[int]:
    if contact.email:
        yield vault.search_hash(normal(contact.email), "email")
    if contact.phone:
        yield vault.search_hash(re.sub(r"\D", "", contact.phone), "phone")


def _holds(number: int) -> Q:
    # Told its size: Django binds a bare number in an array as 32 bits, and cuts it.
    return Q(search_hashes__contains=[Value(number, output_field=BigIntegerField())])


def _of_contact(contact: contents.Contact) -> Iterator[int]:
    if contact.email:
        yield vault.search_hash(normal(contact.email), "email")
    if contact.phone:
        for digits in _numbers(contact.phone):
            yield vault.search_hash(digits, "phone")
    yield from of_text("\n".join([contact.preferred_name, contact.best_time, contact.wishes]))


def of_text(text: str) -> Iterator[int]:
    for word in set(WORD.findall(normal(text))):
        yield vault.search_hash(word, "word")
        for run in HANGUL.findall(word):
            for part in _parts(run):
                yield vault.search_hash(part, "word")


def _parts(run: str) -> set[str]:
    """Return what a Korean word may be looked for by: 줄기세포치료를 by 줄기세포 and by 치료."""
    size = len(run)
    return {run[at:end] for at in range(size - 1) for end in range(at + 2, min(at + LONGEST, size) + 1)}


def _numbers(phone: str) -> set[str]:
    """Return the ways in which the same number may be typed."""
    number = phonenumbers.parse(phone)
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    digits = {re.sub(r"\D", "", text) for text in (phone, national, str(number.national_number))}
    return digits | {phone[-LAST_DIGITS:]}


def normal(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold())
