"""Rankings as a JSON file that a student takes home, hands to others, and loads again. No torch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from lib.alignment.answers import MOST_ANSWERS, Answer
from lib.alignment.errors import AlignmentError
from lib.alignment.preferences import Ranking

FORMAT = "finetuning-lab rankings 1"
MOST_BYTES, MOST_RANKINGS, MOST_CHARACTERS = 2_000_000, 500, 4_000
"""Of a file, and of a text in it. Pairs grow with the square of a ranking's answers: MOST_ANSWERS holds here too."""
EXPECTED = "it must be a file that this page's JSON button made"


def to_file(rankings: Sequence[Ranking]) -> dict[str, Any]:
    """What `json.dumps` takes."""
    return {
        "format": FORMAT,
        "rankings": [
            {
                "prompt": ranking.prompt,
                "answers": [
                    {"text": each.text, "tokens": each.tokens, "ended": each.ended} for each in ranking.answers
                ],
                "places": list(ranking.places),
            }
            for ranking in rankings
        ],
    }


def from_file(content: bytes, name: str) -> tuple[Ranking, ...]:
    """Raises AlignmentError, naming what is wrong."""
    if len(content) > MOST_BYTES:
        raise AlignmentError(f"“{name}” is larger than {MOST_BYTES // 1_000_000} MB; {EXPECTED}")
    try:
        read = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise AlignmentError(f"“{name}” is not JSON; {EXPECTED}") from None
    if not isinstance(read, dict) or read.get("format") != FORMAT or not isinstance(read.get("rankings"), list):
        raise AlignmentError(f"“{name}” holds no rankings; {EXPECTED}")
    if len(read["rankings"]) > MOST_RANKINGS:
        raise AlignmentError(f"“{name}” holds {len(read['rankings'])} rankings; at most {MOST_RANKINGS} are read")
    return tuple(_ranking(row, number, name) for number, row in enumerate(read["rankings"], start=1))


def _ranking(row: Any, number: int, name: str) -> Ranking:
    try:
        prompt = _text(row["prompt"])
        if len(row["answers"]) > MOST_ANSWERS:
            raise AlignmentError(f"it has {len(row['answers']):,} answers, and at most {MOST_ANSWERS} are compared")
        answers = tuple(
            Answer(prompt, _text(each["text"]), _tokens(each["tokens"]), bool(each["ended"])) for each in row["answers"]
        )
        return Ranking(prompt, answers, tuple(int(place) for place in row["places"]))
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        why = str(error) if isinstance(error, AlignmentError) else "a prompt, its answers or their places are missing"
        raise AlignmentError(f"Ranking {number} of “{name}” cannot be read ({why}); {EXPECTED}") from None


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MOST_CHARACTERS:
        raise AlignmentError(f"a text must be at most {MOST_CHARACTERS} characters")
    return value


def _tokens(value: Any) -> int:
    if not 0 <= int(value) <= MOST_CHARACTERS:
        raise AlignmentError(f"a text has 0 to {MOST_CHARACTERS} tokens, and this is said to have {value}")
    return int(value)
