"""What invented people write, and the hashes by which it is found."""

from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from .. import search_hashes, vault
from ..contents import Contact

FILE = Path(__file__).parents[1] / "content" / "invented-inquiries.yaml"


@cache
def everything() -> dict[str, Any]:
    return yaml.safe_load(FILE.read_text("utf-8"))


@dataclass
class Written:
    """What one person wrote, together with the search hashes of exactly that."""

    contact: Contact
    question: str
    hashes: set[int] = field(repr=False)
    ways: set[int] = field(repr=False)  # the hashes of the address alone


def write(
    chance: Random,
    number: int,
    language: str,
    topic: str,
    method: str,
    *,
    unwell=False,
    selling=False,
    before: Written | None = None,
) -> Written:
    """Compose what one person writes; `number` makes the address and the phone theirs alone.

    Who wrote `before` has the same name and address as then.
    """
    words = everything()[language]
    sentences = [chance.choice(words["openings"])]
    about = words["topics"][topic]
    sentences += chance.sample(about, min(len(about), chance.choice((1, 1, 2, 2, 3))))
    sentences += [words["unwell"]] * unwell + [words["selling"]] * selling
    sentences.append(chance.choice(words["ends"]))
    slots = {name: chance.choice(values) for name, values in words["slots"].items()}
    sentences = [sentence.format_map(slots) for sentence in sentences]
    name = before.contact.preferred_name if before else _name(chance, language, words)
    some = chance.random()
    best_time = chance.choice(words["best_times"]) if method == "phone" and some < 0.6 else ""
    wishes = chance.choice(words["wishes"]) if some < 0.1 else ""
    email = phone = ""
    if before:
        email, phone, found = before.contact.email, before.contact.phone, set(before.ways)
    elif method == "email":
        email = f"{chance.choice(everything()['en']['surnames']).lower()}{number}@example.org"
        found = {vault.search_hash(email, "email")}
    else:
        phone, digits = _phone(language, number)
        found = {vault.search_hash(way, "phone") for way in digits}
    ways = set(found)
    found.update(*map(_hashes, [name, *filter(None, [best_time, wishes]), *sentences]))
    contact = Contact(name, email, phone, best_time, wishes)
    return Written(contact, " ".join(sentences), found, ways)


def _name(chance: Random, language: str, words: dict[str, Any]) -> str:
    given, family = chance.choice(words["names"]), chance.choice(words["surnames"])
    if chance.random() < 0.4:
        return given
    return f"{family}{given}" if language == "ko" else f"{given} {family}"


def _phone(language: str, number: int) -> tuple[str, set[str]]:
    """Return a number that nobody has, with the ways in which it may be typed.

    The same as search_hashes finds by parsing it, which takes ten times as long.
    """
    if language == "ko":
        national = f"10{number % 100_000_000:08d}"
        code, prefix = "82", "0"
    else:
        area, line = divmod(number, 10_000)
        national = f"{201 + area % 789}555{line:04d}"
        code, prefix = "1", ""
    digits = {f"{code}{national}", f"{prefix}{national}", national, national[-4:]}
    return f"+{code}{national}", digits


@lru_cache(maxsize=100_000)
def _hashes(text: str) -> frozenset[int]:
    return frozenset(search_hashes.of_text(text))
