"""How far off the estimates and the rules of thumb are from what was recorded, like compared with like."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from lib.memory.model.catalogue import catalogue
from lib.memory.rules_of_thumb import ServingRule, TrainingRule
from lib.memory.train.setup import TrainingSetup
from lib.places import ASSETS

RECORDED = ASSETS / "measurements" / "memory.json"
Way = Literal["cuda", "fake", "cpu"]
"""On a GPU; simulated, by running every operation on tensors without contents; single tensors on a processor."""
BITS_OF = {"bf16": 16, "fp32": 32}


@dataclass(frozen=True)
class Record:
    """One recorded size beside our estimate of it."""

    way: Way
    model: str
    family: str
    kind: Literal["serving", "training", "tensors"]
    what: str
    setup: dict[str, Any]
    measured_bytes: int
    estimated_bytes: int

    @property
    def error(self) -> float:
        """Estimate over record, minus one."""
        return self.estimated_bytes / self.measured_bytes - 1

    @property
    def is_peak(self) -> bool:
        """Whether it is the fullest moment of a whole set-up, and not one kind of tensor."""
        return self.kind != "tensors" and self.what != "KV cache"

    @property
    def rule_bytes(self) -> float | None:
        """What the lecture's rule says, where it speaks of such a set-up; None elsewhere.

        The training rule counts fp32 weights, gradients and Adam's states of every weight; the serving rule takes the
        bits of a weight.
        """
        parameters = catalogue()[self.model].parameters
        if self.kind == "serving":
            return ServingRule(parameters, BITS_OF[self.setup.get("precision", "bf16")]).total_bytes
        return TrainingRule(parameters).total_bytes if TrainingSetup(**self.setup).is_of_the_rule else None

    @property
    def rule_error(self) -> float | None:
        return None if self.rule_bytes is None else self.rule_bytes / self.measured_bytes - 1


@dataclass(frozen=True)
class Section:
    """What was recorded in one way: on which device, when, with which versions."""

    way: Way
    device: str
    versions: dict[str, str]
    date: str
    records: tuple[Record, ...]


@dataclass(frozen=True)
class Accuracy:
    """The estimates and the rules of thumb over a number of records."""

    records: tuple[Record, ...]

    @property
    def mean_error(self) -> float:
        return _mean([abs(each.error) for each in self.records])

    @property
    def worst(self) -> Record:
        return max(self.records, key=lambda each: abs(each.error))

    @property
    def of_rule(self) -> tuple[Record, ...]:
        """The records that a rule of thumb speaks of."""
        return tuple(each for each in self.records if each.rule_bytes is not None)

    @property
    def rule_mean_error(self) -> float:
        return _mean([abs(each.rule_error) for each in self.of_rule])

    @property
    def mean_error_where_rule_speaks(self) -> float:
        return _mean([abs(each.error) for each in self.of_rule])

    @property
    def families(self) -> frozenset[str]:
        return frozenset(each.family for each in self.records)


@cache
def recorded() -> dict[Way, Section]:
    """The records that came with the app, by how they were made."""
    made = json.loads(RECORDED.read_text(encoding="utf-8"))
    return {way: _section(way, made[way]) for way in ("cuda", "fake", "cpu") if made.get(way, {}).get("rows")}


def _section(way: Way, made: dict[str, Any]) -> Section:
    fields = ("model", "family", "kind", "what", "setup", "measured_bytes", "estimated_bytes")
    records = tuple(Record(way, **{field: row[field] for field in fields}) for row in made["rows"])
    return Section(way, made["device"], made["versions"], max(row["date"] for row in made["rows"]), records)


def accuracy() -> Accuracy:
    """Over the peaks of whole set-ups: those of a GPU where there are any, else simulated ones."""
    found = recorded()
    section = found.get("cuda") or found["fake"]
    return Accuracy(tuple(each for each in section.records if each.is_peak))


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
