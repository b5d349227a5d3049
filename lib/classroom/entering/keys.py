"""Codes, keys and tokens: how they are made, and what of them is kept.

A code is short, since it is read from a projector and typed on a phone: it lets in whoever is in the hall. A key leads
a room: 128 random bits, of which the database keeps only a fingerprint, as of the browsers' tokens.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from lib.classroom.errors import RoomError

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without I, L and O, which are read as digits or as each other."""
CODE_LENGTH = 5
KEY_BYTES = 16


def new_code() -> str:
    """One of 23⁵ (6.4 million) codes, drawn by the operating system's randomness."""
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))


def clean_code(text: str) -> str:
    """The code somebody typed: small letters, spaces and dashes are forgiven. RoomError if it cannot be one."""
    code = "".join(text.split()).replace("-", "").upper()[: CODE_LENGTH + 1]
    if len(code) != CODE_LENGTH or set(code) - set(LETTERS):
        raise RoomError(f"A room's code is {CODE_LENGTH} letters, such as it stands on the projector.")
    return code


def new_key() -> str:
    """A new instructor's key: 128 random bits in 22 letters, digits, dashes and underscores."""
    return secrets.token_urlsafe(KEY_BYTES)


def fingerprint(room: str, secret: str) -> str:
    """What is kept of a key or of a browser's token: SHA-256 over it and the room's code.

    The secrets are random and long, so that no slow hash is needed; with the code in it, nobody who reads the database
    can tell whether the same browser was in two rooms.
    """
    return hashlib.sha256(f"{room}:{secret}".encode()).hexdigest()


def is_same(one: str, other: str) -> bool:
    """Whether two fingerprints are the same, in a time that tells nothing of where they differ."""
    return hmac.compare_digest(one, other)
