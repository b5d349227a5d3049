"""The table of a comparison, of runs on a model that knows facts."""

from __future__ import annotations

import pytest

from lib.training.comparing.comparison import Comparison, OfRun, Setting
from lib.training.comparing.outcomes import columns
from lib.training.events import Cost, Finished, Forgotten, HeldOut
from lib.training.forgetting.known import FactSaid, Known
from lib.training.run import FineTuningRun
from lib.ui.training.compare import table


def knowing(facts: int) -> Known:
    """Of ten facts so many."""
    said = [FactSaid("The capital of France is", "Paris", "Paris" if at < facts else "Rome", 0.0) for at in range(10)]
    return Known(3.0, tuple(said))


def told(seed: int, facts_after: int) -> list[OfRun]:
    cost = Cost("fp32", 233_472, 24_015_872, 933_888, 1_867_776, 940_000, 1.0)
    forgotten = Forgotten(6.0, knowing(9), knowing(facts_after))
    return [OfRun(0, seed, each) for each in (HeldOut(0, 6.0), cost, forgotten, Finished(4, (), 1.0, b"", None))]


@pytest.mark.parametrize(("after", "written"), [((7,), "9 → 7"), ((7, 8), "9 → 7.5"), ((7, 7), "9 → 7.0")])
def test_the_facts_of_one_seed_are_counted_and_those_of_several_are_a_mean(after, written, monkeypatch):
    shown = []
    monkeypatch.setattr(table, "has_facts", lambda _: True)  # of the bundled model, which is always there
    monkeypatch.setattr(table, "show_table", lambda rows, **_: shown.extend(rows))
    seeds = tuple(range(len(after)))
    comparison = Comparison((Setting("LoRA", FineTuningRun()),), seeds)
    table.cost_table(columns(comparison, [each for seed in seeds for each in told(seed, after[seed])]))
    figures = {row[""]: row["LoRA"] for row in shown}
    assert figures["Facts known, before → after"] == written
    assert figures["Weights"] == "24.0 MB ✓"
