"""Pairs to begin from: the lecture's, and a set of traps. Their figures are computed, never written down."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from lib.metrics.pair.scored_pair import PairQuestion, PairScores
from lib.places import ASSETS

FOLDER = ASSETS / "metrics"


@dataclass(frozen=True)
class Preset:
    """A pair of texts that shows one thing, with what to look for."""

    key: str
    title: str
    group: str
    question: PairQuestion
    n: int
    """Which n-grams to look at."""
    tab: str
    """"ROUGE" or "BLEU": where the thing to see is."""
    look: str
    """What to look for, before it is explained."""
    explanation: str
    """Why; names in braces stand for numbers computed from the pair."""
    source: str

    def explain(self, scores: PairScores) -> str:
        """The explanation with this pair's own numbers in it."""
        return self.explanation.format(**{name: _Shown(value) for name, value in scores.numbers().items()})


class _Shown(float):
    """A number written so that 1.0, 0.495 and 7.3e-78 all read well."""

    def __format__(self, spec: str) -> str:
        if spec:
            return super().__format__(spec)
        return shown(float(self))


def shown(value: float) -> str:
    """Three decimals, or an exponent where those would hide the number."""
    if value == 0 or abs(value) >= 0.0005:
        return f"{value:.3f}".rstrip("0").rstrip(".") if value == round(value) else f"{value:.3f}"
    return f"{value:.2e}"


@cache
def presets() -> dict[str, Preset]:
    """Every preset by its key, in the order to be shown."""
    entries = json.loads((FOLDER / "presets.json").read_text(encoding="utf-8"))
    return {entry["key"]: _preset(entry) for entry in entries}


def _preset(entry: dict[str, Any]) -> Preset:
    settings = entry.get("settings", {})
    return Preset(
        key=entry["key"],
        title=entry["title"],
        group=entry["group"],
        question=PairQuestion(tuple(entry["references"]), entry["candidate"], **settings),
        n=entry.get("n", 1),
        tab=entry["tab"],
        look=entry["look"],
        explanation=entry["explanation"],
        source=entry["source"],
    )


@dataclass(frozen=True)
class Candidate:
    """One of the texts to be ranked."""

    key: str
    label: str
    text: str


@dataclass(frozen=True)
class RankingTask:
    """Candidates to rank against a reference, first by the student and then by each metric."""

    reference: str
    candidates: tuple[Candidate, ...]
    source: str


@cache
def ranking_task() -> RankingTask:
    """Four candidates to rank before any metric does."""
    entry = json.loads((FOLDER / "ranking.json").read_text(encoding="utf-8"))
    return RankingTask(entry["reference"], tuple(Candidate(**each) for each in entry["candidates"]), entry["source"])
