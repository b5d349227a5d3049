"""The facts of the evaluation chapters, from `assets/evaluation`: each with its source, none in code."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from typing import Any

from lib.evaluation.likelihood import Item
from lib.evaluation.selection import Choice, Factor
from lib.memory.ask.rules_of_thumb import ServingRule
from lib.memory.gpus import Gpu
from lib.places import ASSETS

FOLDER = ASSETS / "evaluation"


@dataclass(frozen=True)
class Framework:
    """A benchmark suite and the factors that the lecture says it considers."""

    name: str
    link: str
    factors: tuple[str, ...]
    about: str
    source: str


@dataclass(frozen=True)
class BenchmarkItem:
    """One question in the style of a benchmark."""

    item: Item
    kind: str
    benchmarks: tuple[str, ...]
    """Those the lecture names for this kind of task."""
    style: str
    real: str
    """How the real benchmark scores, where that differs."""
    source: str


@dataclass(frozen=True)
class SurveyRow:
    level: str
    ability: str
    task: str
    datasets: tuple[str, ...]


@dataclass(frozen=True)
class Skill:
    name: str
    ability: str
    about: str


@dataclass(frozen=True)
class Rating:
    skill: str
    a: int
    b: int


@dataclass(frozen=True)
class AnswerPair:
    """One instruction with two answers, and how the course reads them."""

    key: str
    instruction: str
    a: str
    b: str
    ours: tuple[Rating, ...]
    why: str
    reading: str


@dataclass(frozen=True)
class OpenModel:
    """A published open model; None is not published."""

    name: str
    hub: str
    parameters_b: float
    active_b: float
    context_tokens: int
    context_source: str
    licence: str
    licence_freedom: float
    """1 open, 0.5 commercial use under conditions, 0 no commercial use: the course's own reading."""
    mmlu: float | None
    mmlu_source: str
    training_tokens_t: float | None
    training_tokens_source: str
    arena: float | None
    arena_source: str

    def serving(self, bits: float) -> ServingRule:
        """The lecture's rule of thumb for its weights at this precision."""
        return ServingRule(self.parameters_b * 1e9, bits)

    def gpus_needed(self, bits: float, gpu: Gpu) -> int:
        return math.ceil(self.serving(bits).total_bytes / gpu.usable_bytes)

    def ms_per_token(self, bits: float, gpu: Gpu) -> float:
        """Least time for one token of one conversation: every active weight is read once from the cards' memory.

        An upper bound on speed, as if several cards shared the reading perfectly.
        """
        active_bytes = self.active_b * 1e9 * bits / 8
        return active_bytes / (gpu.bandwidth_gb_s * 1e9 * self.gpus_needed(bits, gpu)) * 1e3


FACTORS = (
    Factor("mmlu", "Benchmark scores", True, False, "MMLU, %", "published", "knowledge and reasoning, 57 subjects"),
    Factor(
        "data", "Training data", True, True, "trillion tokens", "published", "quantity only: quality is not published"
    ),
    Factor("human", "Human evaluation", True, False, "Arena rating", "published", "blind votes between two answers"),
    Factor(
        "latency", "Inference latency", False, True, "ms a token, at least", "formula", "active weights ÷ bandwidth"
    ),
    Factor(
        "cost", "Cost of deployment", False, True, "GPUs", "formula", "the lecture's memory rule ÷ one card's memory"
    ),
    Factor("context", "Context size", True, True, "tokens", "published", "longest input and output together"),
    Factor("licence", "Licence terms", True, False, "0 to 1", "published", "1 open, 0.5 conditions, 0 non-commercial"),
)
"""The lecture's seven factors, each made one number."""


def choices(bits: float, gpu: Gpu, chosen: tuple[OpenModel, ...]) -> tuple[Choice, ...]:
    """The models as `selection` ranks them, served at this precision on this card."""
    return tuple(
        Choice(
            model.name,
            {
                "mmlu": model.mmlu,
                "data": model.training_tokens_t,
                "human": model.arena,
                "latency": model.ms_per_token(bits, gpu),
                "cost": float(model.gpus_needed(bits, gpu)),
                "context": float(model.context_tokens),
                "licence": model.licence_freedom,
            },
        )
        for model in chosen
    )


@cache
def frameworks() -> tuple[Framework, ...]:
    return tuple(Framework(**{**row, "factors": tuple(row["factors"])}) for row in _load("frameworks.json"))


@cache
def benchmark_items() -> dict[str, BenchmarkItem]:
    """Every item by its key, in the order of the lecture's nine kinds."""
    return {row["key"]: _item(row) for row in _load("items.json")["kinds"]}


@cache
def survey() -> tuple[SurveyRow, ...]:
    return tuple(SurveyRow(**{**row, "datasets": tuple(row["datasets"])}) for row in _load("survey.json")["rows"])


def survey_source() -> str:
    return _load("survey.json")["source"]


@cache
def skills() -> tuple[Skill, ...]:
    """FLASK's twelve, ability by ability."""
    return tuple(Skill(**row) for row in _load("flask.json")["skills"])


def skills_source() -> str:
    return _load("flask.json")["source"]


@cache
def answer_pairs() -> dict[str, AnswerPair]:
    return {
        row["key"]: AnswerPair(**{**row, "ours": tuple(Rating(**rating) for rating in row["ours"])})
        for row in _load("flask.json")["pairs"]
    }


@cache
def open_models() -> tuple[OpenModel, ...]:
    return tuple(OpenModel(**row) for row in _load("models.json")["models"])


def models_note() -> tuple[str, str]:
    """(what the table is, when it was put together)."""
    table = _load("models.json")
    return table["about"], table["accessed"]


def _item(row: dict[str, Any]) -> BenchmarkItem:
    item = Item(row["key"], row["context"], tuple(row["choices"]), row["gold"], tuple(row.get("contexts", ())))
    return BenchmarkItem(item, row["kind"], tuple(row["benchmarks"]), row["style"], row["real"], row["source"])


@cache
def _load(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))
