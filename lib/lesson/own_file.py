"""A JSON file that the app itself made and is given back: read, or refused in a sentence."""

from __future__ import annotations

import json
from typing import Any

from lib.errors import StudentError

MOST_BYTES = 1_000_000


def read_own_file(
    content: bytes, name: str, *, format: str, holds: str, expected: str, error: type[StudentError]
) -> dict[str, Any]:
    """The object in the file, whose `format` is as it must be; what is in it is still to be checked.

    holds     what a file of another kind lacks
    expected  what would be right
    error     raised, naming what is wrong
    """
    if len(content) > MOST_BYTES:
        raise error(f"“{name}” is larger than {MOST_BYTES // 1_000_000} MB; {expected}.")
    try:
        read = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise error(f"“{name}” is not JSON; {expected}.") from None
    if not isinstance(read, dict) or read.get("format") != format:
        raise error(f"“{name}” holds no {holds}; {expected}.")
    return read
