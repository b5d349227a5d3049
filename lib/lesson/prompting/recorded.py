"""A run on the real small model, recorded by scripts/record_prompting.py."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from lib.lesson.prompting.runs import Asked, AskedScore, Near, NearestWords, WayScore, Weights
from lib.lesson.prompting.scores import Score
from lib.lesson.prompting.task import Sentence
from lib.places import ASSETS

FILE = ASSETS / "lesson" / "prompting.json"


@dataclass(frozen=True)
class Recorded:
    examples: tuple[AskedScore, ...]
    orders: tuple[AskedScore, ...]
    wordings: tuple[AskedScore, ...]
    ways: tuple[WayScore, ...]
    nearest: NearestWords | None
    weights: Weights
    facts: dict[str, Any]
    """How it was recorded: model, device, threads, date, versions, settings."""


@cache
def recorded() -> Recorded:
    """The run in `assets/lesson/prompting.json`."""
    told = json.loads(FILE.read_text(encoding="utf-8"))
    near = told.get("nearest")
    return Recorded(
        **{part: tuple(map(_asked_score, told[part])) for part in ("examples", "orders", "wordings")},
        ways=tuple(
            WayScore(**{**way, "score": _score(way["score"]), "weights": Weights(**way["weights"])})
            for way in told.get("ways", ())
        ),
        nearest=near and _nearest(near),
        weights=Weights(**told["weights"]),
        facts=told["facts"],
    )


def _asked_score(told: dict) -> AskedScore:
    asked = told["asked"]
    shown = tuple(Sentence(**each) for each in asked["examples"])
    return AskedScore(Asked(asked["name"], asked["wording"], shown), _score(told["score"]))


def _nearest(told: dict) -> NearestWords:
    near = tuple(Near(**{**each, "words": tuple(each["words"])}) for each in told["near"])
    scores = (_score(told[name]) for name in ("as_words", "nothing"))
    return NearestWords(near, told["usual_distance"], told["usual_length"], *scores)


def _score(told: dict) -> Score:
    return Score(tuple(told["picked"]), tuple(told["wanted"]), told["seconds"], told["front_tokens"])
