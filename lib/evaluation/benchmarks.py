"""The major evaluation frameworks, an item in the style of each kind of benchmark, and two small benchmarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from lib.evaluation.facts import facts
from lib.evaluation.likelihood import Item
from lib.sources import Source


@dataclass(frozen=True)
class Framework:
    """A benchmark suite: what the lecture says it considers, and what its tasks test."""

    name: str
    link: str
    about: str
    on_slide: tuple[str, ...]
    tests: Mapping[str, tuple[str, ...]]
    """By factor, the tasks that test it."""
    source: Source

    def covered(self, wanted: Sequence[str]) -> tuple[str, ...]:
        """Those of the wanted factors that one of its tasks tests."""
        return tuple(factor for factor in wanted if factor in self.tests)


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
class Benchmark:
    """Items that are scored together."""

    title: str
    about: str
    items: tuple[Item, ...]
    names: tuple[str, ...]
    """What each item is called in a table."""


@cache
def frameworks() -> tuple[Framework, ...]:
    """The lecture's five."""
    return tuple(
        Framework(
            row["name"],
            row["link"],
            row["about"],
            tuple(row["on_slide"]),
            {factor: tuple(tasks) for factor, tasks in row["tests"].items()},
            Source(**row["source"]),
        )
        for row in facts("frameworks")["frameworks"]
    )


def factors() -> tuple[str, ...]:
    """What a language model may be tested for: all that the frameworks test, and some that none of them does."""
    return tuple(facts("frameworks")["factors"])


def widest(among: Sequence[Framework], wanted: Sequence[str]) -> Framework:
    """The framework that tests most of the wanted factors; of equals the first."""
    return max(among, key=lambda each: len(each.covered(wanted)))


def untested(among: Sequence[Framework], wanted: Sequence[str]) -> tuple[str, ...]:
    """Those of the wanted factors for which no framework has a task."""
    return tuple(factor for factor in wanted if not any(factor in each.tests for each in among))


@cache
def benchmark_items() -> dict[str, BenchmarkItem]:
    """Every item by its key, in the order of the lecture's nine kinds."""
    return {
        row["key"]: BenchmarkItem(
            Item(row["key"], row["context"], tuple(row["choices"]), row["gold"], tuple(row.get("contexts", ()))),
            row["kind"],
            tuple(row["benchmarks"]),
            row["style"],
            row["real"],
            row["source"],
        )
        for row in facts("items")["kinds"]
    }


@cache
def benchmarks() -> dict[str, Benchmark]:
    """Two small benchmarks to run: easy questions of one kind, and one item of each style."""
    easy = facts("easy_questions")
    questions = tuple(
        Item(f"easy-{number}", row["context"], tuple(row["choices"]), row["gold"])
        for number, row in enumerate(easy["items"], start=1)
    )
    styles = benchmark_items().values()
    return {
        "easy": Benchmark("40 easy questions", easy["source"], questions, tuple(item.context for item in questions)),
        "styles": Benchmark(
            "10 items, one of each style",
            facts("items")["source"],
            tuple(each.item for each in styles),
            tuple(f"{each.kind} ({each.style})" for each in styles),
        ),
    }
