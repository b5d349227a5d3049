"""A run on the real small model, recorded by scripts/record_honesty.py. No torch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from lib.alignment.honesty.facts import facts
from lib.alignment.honesty.run import FactAnswered
from lib.places import ASSETS

FILE = ASSETS / "alignment" / "honesty.json"


@dataclass(frozen=True)
class RecordedHonesty:
    answers: tuple[FactAnswered, ...]
    facts: dict[str, Any]
    """How it was recorded: model, device, threads, date, versions."""


@cache
def recorded_honesty() -> RecordedHonesty:
    """The run in `assets/alignment/honesty.json`. Raises ValueError where it is of other questions."""
    told = json.loads(FILE.read_text(encoding="utf-8"))
    if [row["question"] for row in told["answers"]] != [fact.question for fact in facts()]:
        raise ValueError(f"{FILE.name} was recorded on other questions; run scripts/record_honesty.py again")
    return RecordedHonesty(
        tuple(
            FactAnswered(fact, tuple(row["probabilities"]), row["replies"])
            for fact, row in zip(facts(), told["answers"], strict=True)
        ),
        told["facts"],
    )
