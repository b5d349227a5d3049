"""Comparisons: every run made once, failures told, and words only where numbers decide."""

from __future__ import annotations

import pytest

from lib.models.catalogue import BUNDLED, REAL
from lib.models.device import Gpu, Machine
from lib.training import duration
from lib.training.comparing.comparison import Comparison, OfRun, RunFailed, Setting
from lib.training.comparing.findings import Difference, learns_less_and_forgets_less, winner
from lib.training.comparing.outcomes import columns
from lib.training.comparing.ran_with import ran_with
from lib.training.comparing.sweeps import SWEEPS
from lib.training.duration import run_expected_s, run_time_limit_s
from lib.training.errors import TrainingError
from lib.training.events import Cost, Finished, Forgotten, HeldOut, Step
from lib.training.forgetting.known import Known
from lib.training.methods.catalogue import methods
from lib.training.run import FineTuningRun

COST = Cost("fp32", 10, 400, 40, 80, 44, 1.0)


def run(method: str = "lora", **more) -> FineTuningRun:
    return FineTuningRun(**{"method": method, "steps": 4, "batch_size": 2, "rank": 4, **more})


def told(setting: int, seed: int, loss: float, book: float) -> list[OfRun]:
    """A finished run that began at 6 nats on its texts and 3 on the book."""
    known = [Known(3.0, ()), Known(book, ())]
    events = [HeldOut(0, 6.0), HeldOut(4, loss), COST, Forgotten(6.0, *known), Finished(4, (), 1.0, b"", None)]
    return [OfRun(setting, seed, event) for event in events]


def test_a_book_is_forgotten_by_as_much_as_its_loss_has_risen():
    assert Forgotten(6.0, Known(3.0, ()), Known(5.25, ())).forgot_nats == 2.25


FULL_AND_LORA = (Setting("full", run("full")), Setting("LoRA", run("lora")))


@pytest.mark.parametrize(
    ("full", "lora", "learns_less", "forgets_less", "confirmed"),
    [
        # (loss, book) by seed; by hand: full learns 4.0 and 4.2 and forgets 2.0 and 2.2
        ([(2.0, 5.0), (1.8, 5.2)], [(3.0, 4.0), (3.1, 4.1)], True, True, True),
        ([(2.0, 5.0), (1.8, 5.2)], [(1.0, 4.0), (1.1, 4.1)], False, True, False),
        ([(2.0, 5.0), (1.8, 5.2)], [(2.05, 4.0), (2.1, 4.1)], None, True, None),
        ([(2.0, 5.0)], [(3.0, 4.0)], None, None, None),
    ],
    ids=["both", "learns more", "within the spread", "one seed"],
)
def test_learns_less_and_forgets_less(full, lora, learns_less, forgets_less, confirmed):
    comparison = Comparison(FULL_AND_LORA, tuple(range(len(full))))
    events = [
        event
        for setting, results in enumerate((full, lora))
        for seed, result in enumerate(results)
        for event in told(setting, seed, *result)
    ]
    (found,) = learns_less_and_forgets_less(columns(comparison, events))
    assert found.learns.second == pytest.approx(sum(6 - loss for loss, _ in full) / len(full))
    assert (found.learns_less, found.forgets_less, found.confirmed) == (learns_less, forgets_less, confirmed)


def test_a_sweep_s_winner_needs_more_than_the_spread():
    comparison = Comparison((Setting("a", run()), Setting("b", run()), Setting("c", run())), (0, 1))
    near = [*told(0, 0, 2.0, 4), *told(0, 1, 2.4, 4), *told(1, 0, 2.1, 4), *told(1, 1, 2.5, 4)]
    found = winner(columns(comparison, near))
    assert found.best.setting.label == "a"
    assert not found.by.decided
    far = [*told(0, 0, 2.0, 4), *told(0, 1, 2.4, 4), *told(2, 0, 3.1, 4), *told(2, 1, 3.0, 4)]
    assert winner(columns(comparison, far)).by.decided
    assert winner(columns(comparison, told(0, 0, 2.0, 4))) is None


def test_a_difference_is_that_of_the_two_figures_as_they_are_written():
    found = Difference(1.784, 1.826, spread=0.4)  # by hand: 1.83 less 1.78; unrounded it would read 0.04
    assert f"{found.gap_shown:.2f}" == "0.05"
    assert not found.decided


def test_a_setting_that_failed_with_a_seed_wins_nothing_with_the_others():
    comparison = Comparison((Setting("a", run()), Setting("b", run()), Setting("c", run())), (0, 1))
    whole = [*told(0, 0, 2.0, 4), *told(0, 1, 2.1, 4), *told(1, 0, 3.0, 4), *told(1, 1, 3.1, 4)]
    lucky = [*told(2, 0, 1.0, 4), RunFailed(2, 1, "too high")]
    found = winner(columns(comparison, [*whole, *lucky]))
    assert found.best.setting.label == "a"
    assert [each.setting.label for each in found.out] == ["c"]
    assert winner(columns(comparison, [*whole[:10], *lucky])) is None, "one whole setting wins over nobody"


def test_what_is_finished_is_not_computed_again():
    comparison = Comparison(FULL_AND_LORA, (0, 1))
    half = (*told(0, 0, 2.0, 4.0), OfRun(1, 0, HeldOut(0, 6.0)), RunFailed(0, 1, "too high"))
    left = comparison.going_on(half)
    assert list(left.to_do()) == [(1, 0), (1, 1)]
    assert left.expected_s < comparison.expected_s
    full, lora = columns(left, ())
    assert [outcome.seed for outcome in full.whole] == [0]
    assert [each.message for each in full.failures] == ["too high"]
    assert not lora.runs, "what was half done begins anew"
    assert left.going_on((*told(1, 0, 2.0, 4.0), *told(1, 1, 2.0, 4.0))) is None


def test_a_method_that_trains_nothing_is_expected_to_take_no_steps():
    short, long = (Comparison((Setting("base", run("base", steps=steps)),), (0,)) for steps in (4, 400))
    assert short.expected_s == long.expected_s
    assert short.expected_s < Comparison((Setting("LoRA", run("lora", steps=400)),), (0,)).expected_s


@pytest.mark.parametrize("model", [BUNDLED, REAL])
@pytest.mark.parametrize("name", [name for name, method in methods().items() if method.trains])
def test_each_method_s_time_is_told_at_the_pace_measured_for_it(name, model):
    def told_s(method: str, **more) -> float:
        return run_expected_s(
            run(method, **{"model": model, "steps": 20, "ask_every": 0, "evaluate_every": 500, **more})
        )

    def part_s(method: str, **more) -> float:
        return told_s(method, **more) - told_s(method)

    pace = methods()[name].pace_on(model)
    for part, more in ((pace.step, {"steps": 30}), (pace.look, {"evaluate_every": 2}), (pace.answer, {"ask_every": 2})):
        assert part_s(name, **more) == pytest.approx(part * part_s("lora", **more))


def test_what_takes_longer_than_lora_is_told_to():
    """Processor time of a step on SmolLM2-135M: LoRA 1.3 s; DoRA 2.1, full fine-tuning 2.4 and IA3 1.1 on one
    thread; LoRA 1.5 s, QLoRA 2.1 (4 bits) and 2.3 (8 bits) on two."""
    told = {
        name: run_expected_s(FineTuningRun(method=name, model=REAL, steps=100))
        for name in ("ia3", "lora", "qlora_nf4", "qlora_int8", "dora", "full")
    }
    assert told["ia3"] < told["lora"] < min(told[name] for name in ("qlora_nf4", "qlora_int8", "dora", "full"))


@pytest.mark.torch
def test_bf16_is_emulated_by_what_linux_tells_of_a_processor_as_by_what_torch_tells():
    import torch

    from lib.models.load import best_device, multiplies_bf16

    if best_device() == torch.device("cpu"):
        assert (duration.slower_in_bf16() == 1) == multiplies_bf16(best_device())


@pytest.mark.parametrize(
    ("instructions", "gpus", "times"),
    [
        ({"avx2", "avx512f", "avx512_bf16"}, (), 1),
        ({"asimd", "bf16"}, (), 1),
        ({"avx2", "avx512f"}, (), 3),
        ({"avx2"}, (), 15),
        ((), (), 15),
        ({"avx2"}, (Gpu("NVIDIA A100", 1, 1),), 1),
    ],
)
def test_a_base_in_bf16_takes_its_time_where_bf16_is_emulated_and_is_given_it(monkeypatch, instructions, gpus, times):
    monkeypatch.setattr(duration, "instructions", lambda: frozenset(instructions))
    monkeypatch.setattr(duration, "this_machine", lambda: Machine("", 1, 1, gpus))
    usual, in_bf16 = FineTuningRun(), FineTuningRun(base_in="bf16")
    around_s = duration.SMALL.around_s
    assert run_expected_s(in_bf16) - around_s == pytest.approx(times * (run_expected_s(usual) - around_s))
    assert run_time_limit_s(in_bf16) == pytest.approx(times * run_time_limit_s(usual))
    assert run_expected_s(FineTuningRun(base_in="fp32")) == run_expected_s(usual)


def test_each_run_is_told_with_the_settings_that_its_method_has():
    runs = [
        run("base", learning_rate=0.5),
        run("few_shot", examples=5),
        run("lora", learning_rate=2e-3, lora_alpha=32, target_modules=("v_proj", "q_proj")),
        run("pissa", learning_rate=1e-4, target_modules=("q_proj", "up_proj")),
        run("prompt", learning_rate=0.3, virtual_tokens=32),
        run("bottleneck", learning_rate=5e-3, bottleneck=64),
    ]
    assert ran_with(runs) == {
        "Learning rate": ["", "", "0.002", "0.0001", "0.3", "0.005"],
        "Rank r": ["", "", "4", "4", "", ""],
        "lora_alpha": ["", "", "32", "", "", ""],
        "Target modules": ["", "", "Attention: query and value", "q_proj, up_proj", "", ""],
        "Positions in front": ["", "", "", "", "32", ""],
        "Width of the bottleneck": ["", "", "", "", "", "64"],
        "Examples in the prompt": ["", "5", "", "", "", ""],
    }
    assert ran_with(runs[:1]) == {}


def test_what_one_run_moved_is_told_of_all_that_have_it():
    runs = [run("full"), run("lora"), run("lora", lora_dropout=0.1, layers=(0, 1), lr_scheduler_type="cosine")]
    told_of = ran_with(runs)
    assert told_of["Learning rate after its peak"] == ["linear", "linear", "cosine"]
    assert told_of["Dropout"] == ["", "0", "0.1"]
    assert told_of["Layers, from 0"] == ["", "all", "0, 1"]


def test_a_comparison_has_limits():
    with pytest.raises(TrainingError, match="1 to 7 settings; these are 0"):
        Comparison((), (0,))
    with pytest.raises(TrainingError, match="1 to 3 seeds; these are 4"):
        Comparison(FULL_AND_LORA, (0, 1, 2, 3))


@pytest.mark.parametrize("name", SWEEPS)
def test_a_sweep_varies_one_thing(name):
    settings = SWEEPS[name](run(lora_alpha=8, learning_rate=9e-3), 6)
    assert len({setting.label for setting in settings}) == len(settings) == 4
    changed = {
        "Rank": [(1, 8), (4, 8), (16, 8), (64, 8)],
        "Learning rate": [0.001, 0.003, 0.009, 0.027],
        "Which layers": [(), (0, 1), (2, 3), (4, 5)],
    }[name]
    read = {
        "Rank": lambda each: (each.rank, each.lora_alpha),
        "Learning rate": lambda each: each.learning_rate,
        "Which layers": lambda each: each.layers,
    }[name]
    assert [read(setting.run) for setting in settings] == changed


@pytest.mark.usefixtures("bundled_is_tiny")
@pytest.mark.torch
class TestRuns:
    """On the tiny model."""

    pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")

    def test_a_run_that_diverges_leaves_its_sentence_and_the_others_go_on(self, monkeypatch):
        from lib.training import finetune
        from lib.training.comparing.job import compare

        monkeypatch.setattr(finetune, "DIVERGED", 0.9)  # so small a model cannot be very wrong
        settings = (Setting("too fast", run(learning_rate=10.0, steps=40)), Setting("base", run("base")))
        comparison = Comparison(settings, (0,))
        events = list(compare(comparison))
        fast, base = columns(comparison, events)
        assert "learning rate of 10 is too high" in fast.failures[0].message
        assert not fast.whole
        assert base.whole

    def test_an_unexpected_error_is_one_run_s_own(self, monkeypatch):
        from lib.training.comparing import job

        real = job.finetune

        def broken(run):
            if run.method == "full":
                raise OSError("no space left")
            return real(run)

        monkeypatch.setattr(job, "finetune", broken)
        full, lora = columns(comparison := Comparison(FULL_AND_LORA, (0,)), list(job.compare(comparison)))
        assert "no space left" in full.failures[0].message
        assert lora.whole

    def test_a_stop_halfway_keeps_what_is_finished(self):
        from lib.errors import StopRequested
        from lib.training.comparing.job import compare

        comparison = Comparison(FULL_AND_LORA, (0,))
        events, seen = compare(comparison), []
        for event in events:
            seen.append(event)
            if event.setting == 1 and isinstance(getattr(event, "event", None), Step):
                break
        with pytest.raises(StopIteration):
            events.throw(StopRequested())
        full, lora = columns(comparison, seen)
        assert full.whole
        assert not lora.whole
        assert list(comparison.going_on(tuple(seen)).to_do()) == [(1, 0)]
