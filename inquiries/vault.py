"""Sealing and opening what patients write: the only module that knows cryptography (docs/sealed-intake.md).

libsodium's own boxes are used as they are: SealedBox (Curve25519) to the clinic's public key,
XChaCha20-Poly1305 with associated data for contents. Hashes are keyed BLAKE2b, Python's own:
the same as libsodium's, without its wrapper, which takes fifteen times as long.
`python -m inquiries.vault` prints fresh keys.
"""

import json
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.conf import settings
from nacl.bindings import sodium_pad, sodium_unpad
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import Aead

KEY_BYTES = 32
type Stored = bytes | memoryview | None  # as a BinaryField gives it
BLOCK = 256  # what is sealed is filled up to a multiple, so that its length tells little


class WrongKey(Exception):
    """The key does not open this: it is another's, or the bytes are not those of this row and field."""


class NoKey(Exception):
    """This process does not hold the key that it needs; the message names the setting."""


# Contents


def new_data_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, value: Any, *, table: str, row: UUID, field: str) -> bytes:
    """Encrypt anything that JSON can hold, bound to the one place where it may be stored."""
    text = json.dumps(value, ensure_ascii=False).encode()
    return bytes(Aead(key).encrypt(sodium_pad(text, BLOCK), _place(table, row, field)))


def unseal(key: bytes, sealed: Stored, *, table: str, row: UUID, field: str) -> Any:
    """Return what was sealed, or raise WrongKey: never something else."""
    return json.loads(sodium_unpad(_open(key, sealed, _place(table, row, field)), BLOCK))


def _place(table: str, row: UUID, field: str) -> bytes:
    return "\0".join([table, str(row), field]).encode()


def _open(key: bytes, sealed: Stored, place: bytes) -> bytes:
    try:
        return Aead(key).decrypt(bytes(sealed or b""), place)
    except (CryptoError, ValueError, TypeError):
        raise WrongKey("The key does not open these bytes in this place.") from None


# The data key, twice: for the clinic and for the patient


def wrap_for_clinic(data_key: bytes, row: UUID) -> tuple[bytes, str]:
    """Seal a data key to the clinic's public key; return it with that key's id.

    Whoever seals cannot open it again. The row's id lies inside, since a sealed box has no associated data.
    """
    box, key_id = _public_key(settings.CLINIC_PUBLIC_KEY)
    return bytes(box.encrypt(row.bytes + data_key)), key_id


def unwrap_for_clinic(wrapped: Stored, key_id: str, row: UUID) -> bytes:
    """Return the data key with the private key of that id. Raises NoKey or WrongKey."""
    held = _private_keys()
    if not held:
        raise NoKey("CLINIC_PRIVATE_KEYS is empty: this process cannot open what patients wrote.")
    if key_id not in held:
        raise WrongKey(f"None of CLINIC_PRIVATE_KEYS is the key {key_id}.")
    try:
        opened = SealedBox(held[key_id]).decrypt(bytes(wrapped or b""))
    except (CryptoError, ValueError, TypeError):
        raise WrongKey(f"The key {key_id} does not open this data key.") from None
    if opened[: len(row.bytes)] != row.bytes:
        raise WrongKey("This data key belongs to another row.")
    return opened[len(row.bytes) :]


def wrap_for_patient(data_key: bytes, receipt: str, row: UUID) -> bytes:
    """Encrypt a data key under the receipt, which only the patient has."""
    place = _place("inquiry", row, "key_for_patient")
    return bytes(Aead(derive(receipt.encode(), "patient")).encrypt(data_key, place))


def unwrap_for_patient(wrapped: Stored, receipt: str, row: UUID) -> bytes:
    return _open(derive(receipt.encode(), "patient"), wrapped, _place("inquiry", row, "key_for_patient"))


# Hashes


def derive(secret: bytes, purpose: str, *, size: int = KEY_BYTES) -> bytes:
    """Return bytes that follow from a secret for one purpose, and tell nothing of it or of another purpose.

    The secret must be one that cannot be guessed: no work factor slows the guessing down.
    """
    return blake2b(secret, digest_size=size, person=purpose.encode()).digest()


def keyed_hash(key: bytes, text: str, purpose: str, *, size: int = KEY_BYTES) -> bytes:
    """Return a hash that only somebody with the key can compute, and so guess."""
    return blake2b(text.encode(), digest_size=size, key=key, person=purpose.encode()).digest()


def search_hash(text: str, purpose: str) -> int:
    """Return 64 bits for PostgreSQL's bigint, under the clinic's SEARCH_KEY."""
    if not settings.SEARCH_KEY:
        raise NoKey("SEARCH_KEY is empty: this process cannot compute or ask the search hashes.")
    digest = keyed_hash(_key_bytes("SEARCH_KEY", settings.SEARCH_KEY), text, purpose, size=16)
    return int.from_bytes(digest[:8], signed=True)


# A small secret that a browser keeps for us and cannot read


def seal_for_browser(value: Any, purpose: str, *, session: str = "") -> str:
    """Seal a value; with a session's key, so that nobody can read it again once that is forgotten."""
    box = Aead(_browser_key(session))
    text = json.dumps([int(time.time()), value]).encode()
    return urlsafe_b64encode(box.encrypt(text, purpose.encode())).decode()


def unseal_from_browser(sealed: str, purpose: str, *, seconds: int, session: str = "") -> Any | None:
    """Return what was given to the browser at most so many seconds ago; None if it is something else."""
    try:
        text = _open(_browser_key(session), urlsafe_b64decode(sealed), purpose.encode())
    except (WrongKey, ValueError):
        return None
    then, value = json.loads(text)
    return value if 0 <= time.time() - then <= seconds else None


def _browser_key(session: str) -> bytes:
    return derive(f"{settings.SECRET_KEY}{session}".encode(), "browser")


# The clinic's keys, as the settings give them: 64 hexadecimal digits each


def current_key_id() -> str:
    return _public_key(settings.CLINIC_PUBLIC_KEY)[1]


def held_key_ids() -> list[str]:
    """Return the ids of the private keys that this process holds, the newest first."""
    return list(_private_keys())


def can_open() -> bool:
    return bool(settings.CLINIC_PRIVATE_KEYS)


def read_key(setting: str) -> None:
    """Raise NoKey if a setting of ours holds no usable key."""
    value = getattr(settings, setting)
    for key in value if isinstance(value, list) else [value]:
        _key_bytes(setting, key)


def new_keys() -> dict[str, str]:
    """Return fresh keys by the names of their settings."""
    private = PrivateKey.generate()
    return {
        "CLINIC_PUBLIC_KEY": bytes(private.public_key).hex(),
        "CLINIC_PRIVATE_KEYS": bytes(private).hex(),
        "SEARCH_KEY": secrets.token_hex(KEY_BYTES),
    }


@lru_cache(maxsize=2)
def _public_key(text: str) -> tuple[SealedBox, str]:
    key = PublicKey(_key_bytes("CLINIC_PUBLIC_KEY", text))
    return SealedBox(key), _key_id(key)


def _private_keys() -> dict[str, PrivateKey]:
    keys = [PrivateKey(_key_bytes("CLINIC_PRIVATE_KEYS", key)) for key in settings.CLINIC_PRIVATE_KEYS]
    return {_key_id(key.public_key): key for key in keys}


def _key_id(key: PublicKey) -> str:
    return derive(bytes(key), "key-id", size=16).hex()[:16]


def _key_bytes(setting: str, text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise NoKey(f"{setting} is no key: expected {KEY_BYTES * 2} hexadecimal digits.")
    return key


if __name__ == "__main__":
    for name, value in new_keys().items():
        print(f"{name}={value}")
