"""A confidence read out of what a model says. No torch."""

from __future__ import annotations

import re

NUMBER = re.compile(r"(?<![\w.,])(\d+(?:[.,]\d+)?)(?!\w)(\s*%|\s+percent)?")
NO_SHARE = re.compile(r"\s*(?:/|-|in\b|out of\b|to\b|and\b)")
"""After the number: neither "1 in 10" nor "from 0 to 100" is how sure it is."""
NEGATED = re.compile(r"\bnot\b|n['’]t\b", re.IGNORECASE)


def stated_share(reply: str, answer: str) -> float | None:
    """The first number in a reply, as a share from 0 to 1.

    None where there is none, where it is over 100, where the reply says "not" ("I'm not 100% sure"), where it is part
    of a ratio or a range ("1 in 10", "from 0 to 100"), and where it is only the model's `answer` once more ("The
    atomic number of carbon is 12." says nothing of how sure it is).

    "95", "95%" and "0.95" are all 0.95: with a percent sign or above 1 it counts in hundredths, else one that is
    written with a decimal point counts as it is.
    """
    found = NUMBER.search(reply)
    if found is None or NEGATED.search(reply) or NO_SHARE.match(reply, found.end()):
        return None
    if found[1] == answer and not found[2]:
        return None
    written, percent = found[1].replace(",", "."), found[2]
    value = float(written)
    if value <= 1 and "." in written and not percent:
        return value
    return value / 100 if value <= 100 else None
