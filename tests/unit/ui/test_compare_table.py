"""What a comparison says: its table on a model that knows facts, and its sentences about what a sweep shows."""

from __future__ import annotations

import pytest

from lib.training.comparing.comparison import Comparison, OfRun, RunFailed, Setting
from lib.training.comparing.findings import learns_less_and_forgets_less, winner
from lib.training.comparing.outcomes import columns
from lib.training.events import Cost, Finished, Forgotten, HeldOut
from lib.training.forgetting.known import FactSaid, Known
from lib.training.run import FineTuningRun
from lib.ui.training.compare import table, words


def knowing(facts: int) -> Known:
    """Of ten facts so many."""
    said = [FactSaid("The capital of France is", "Paris", "Paris" if at < facts else "Rome", 0.0) for at in range(10)]
    return Known(3.0, tuple(said))


def told(seed: int, facts_after: int, setting: int = 0, loss: float = 6.0) -> list[OfRun]:
    cost = Cost("fp32", 233_472, 24_015_872, 933_888, 1_867_776, 940_000, 1.0)
    forgotten = Forgotten(6.0, knowing(9), knowing(facts_after))
    return [OfRun(setting, seed, each) for each in (HeldOut(0, loss), cost, forgotten, Finished(4, (), 1.0, b"", None))]


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


def test_what_each_setting_ran_with_stands_over_its_figures(monkeypatch):
    shown, captions = [], []
    monkeypatch.setattr(table, "show_table", lambda rows, **_: shown.extend(rows))
    monkeypatch.setattr(table.st, "caption", captions.append)
    lora = FineTuningRun(steps=40, batch_size=2, learning_rate=3e-3, lora_alpha=24, target_modules=("q_proj", "v_proj"))
    settings = (Setting("Base", FineTuningRun(method="base", steps=40, batch_size=2)), Setting("LoRA", lora))
    events = [*told(3, 7, 0), *told(4, 7, 0), *told(3, 7, 1), *told(4, 7, 1)]
    table.cost_table(columns(Comparison(settings, (3, 4)), events))
    assert shown[:5] == [
        {"": "Learning rate", "Base": "", "LoRA": "0.003"},
        {"": "Rank r", "Base": "", "LoRA": "8"},
        {"": "lora_alpha", "Base": "", "LoRA": "24"},
        {"": "Target modules", "Base": "", "LoRA": "Attention: query and value"},
        {"": "Held-out loss", "Base": "6.00", "LoRA": "6.00"},
    ]
    assert "40 steps with 2 texts in a batch, seeds 3, 4." in captions[0]


@pytest.fixture
def said(monkeypatch) -> list[str]:
    """What is written on the page."""
    written: list[str] = []
    for name in ("markdown", "caption"):
        monkeypatch.setattr(words.st, name, written.append)
    return written


def test_what_a_sweep_leaves_out_is_said(said):
    settings = tuple(Setting(f"r = {rank}", FineTuningRun(rank=rank)) for rank in (1, 4, 64))
    comparison = Comparison(settings, (0,))
    events = [*told(0, 7, 0, loss=2.0), *told(0, 7, 1, loss=1.5), RunFailed(2, 0, "The loss reached 50 at step 9")]
    words.who_wins(winner(columns(comparison, events)))
    assert "r = 4 has the lowest held-out loss, 1.50" in said[0]
    assert "**r = 64** did not come to the end with every seed" in said[1]
    said.clear()
    words.who_wins(winner(columns(comparison, events[5:])))
    assert "Nothing to rank" in said[0]


def test_the_rates_of_both_ways_stand_beside_what_they_learnt_and_forgot(said):
    settings = (
        Setting("LoRA", FineTuningRun(learning_rate=3e-3)),
        Setting("full", FineTuningRun(method="full", learning_rate=5e-5)),
    )
    both = [*told(0, 7, 0, loss=1.8), *told(0, 7, 1, loss=2.7)]
    words.less_and_less(columns(Comparison(settings, (0,)), both))
    (found,) = learns_less_and_forgets_less(columns(Comparison(settings, (0,)), both))
    assert found.learns.first == pytest.approx(4.2)  # 6.0 less 1.8, by hand
    assert "LoRA at 0.003 and full fine-tuning at 5e-05" in said[-1]
