"""Which abilities of a language model are tested, and with which datasets, as a survey has them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache

from lib.evaluation.facts import facts


@dataclass(frozen=True)
class SurveyRow:
    level: str
    """Basic or advanced."""
    ability: str
    task: str
    datasets: tuple[str, ...]


@dataclass(frozen=True)
class Riddle:
    """Which task does a dataset test? Only datasets with one place in the survey are asked for."""

    dataset: str
    row: SurveyRow
    options: tuple[str, ...]


@cache
def survey() -> tuple[SurveyRow, ...]:
    return tuple(SurveyRow(**{**row, "datasets": tuple(row["datasets"])}) for row in facts("survey")["rows"])


def survey_source() -> str:
    return facts("survey")["source"]


def uses() -> Counter[str]:
    """Every dataset, and for how many tasks it is listed."""
    return Counter(name for row in survey() for name in row.datasets)


def places_of(dataset: str) -> tuple[SurveyRow, ...]:
    """Where the survey lists a dataset."""
    return tuple(row for row in survey() if dataset in row.datasets)


def riddle(number: int) -> Riddle:
    """One of many: the same number always gives the same riddle, and numbers in a row unlike ones."""
    counts = uses()
    once = [(row, name) for row in survey() for name in row.datasets if counts[name] == 1]
    row, name = once[number * 17 % len(once)]
    tasks = [each.task for each in survey()]
    others = (tasks[(number * 5 + step) % len(tasks)] for step in (1, 6, 11))
    return Riddle(name, row, tuple(sorted({row.task, *others})))
