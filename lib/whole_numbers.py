"""The one check for whole numbers from a student, a link or a file."""

from __future__ import annotations

from lib.errors import StudentError


def check_whole(name: str, value: object, least: int, largest: int, error: type[StudentError]) -> None:
    """Raise `error`, naming the field and what would be right, unless `value` is an int from `least` to `largest`.

    Neither true nor 2.0 is a whole number here: a silent conversion would hide what went wrong.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        unquoted = ", without quotes" if isinstance(value, str) and value.isdecimal() else ""
        raise error(f"{name} = {_shown_value(value)} must be a whole number from {least:,} to {largest:,}{unquoted}.")
    if not least <= value <= largest:
        raise error(f"{name} = {_shown_value(value)} must lie between {least:,} and {largest:,}.")


def _shown_value(value: object) -> str:
    text = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
