"""A run on the real small model, recorded by scripts/record_toxicity.py. No torch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from lib.alignment.toxicity.run import Scored
from lib.alignment.toxicity.texts import course_texts
from lib.places import ASSETS

FILE = ASSETS / "alignment" / "toxicity.json"


@dataclass(frozen=True)
class RecordedToxicity:
    scored: Scored
    facts: dict[str, Any]
    """How it was recorded: model, device, threads, date, versions."""


@cache
def recorded_toxicity() -> RecordedToxicity:
    """The run in `assets/alignment/toxicity.json`. Raises ValueError where it is of other texts."""
    told = json.loads(FILE.read_text(encoding="utf-8"))
    texts = course_texts()
    if [row["text"] for row in told["scores"]] != [each.text for each in texts]:
        raise ValueError(f"{FILE.name} was recorded on other texts; run scripts/record_toxicity.py again")
    scores = tuple(row["score"] for row in told["scores"])
    return RecordedToxicity(Scored(texts, scores, told["weights"], told["seconds"]), told["facts"])
