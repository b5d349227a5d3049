"""Sentences and findings made from a run's figures, and the statistics behind them."""

import math
from dataclasses import replace

import numpy as np
import pytest

from lib.quant.findings.claims import Finding, check_claims, claims
from lib.quant.findings.results import collect, compare, pareto_front
from lib.quant.findings.verdict import verdict
from lib.quant.measure.run import Conditions, Finished, Memory, RowFailed, RowMeasured, Started
from lib.quant.measure.scoring.quality import Agreement, Quality
from lib.quant.measure.speed.rate import Rate, Speed, timed
from lib.standard_error import mean_and_error

STARTED = Started(
    model="m",
    parameters=1000,
    linear_weights=800,
    shipped_bytes=2000,
    conditions=Conditions("a processor", 2, "2026-01-01", "torch 2"),
    pieces=("a", "b"),
    window=8,
    stride=4,
    prompt_pieces=("a",),
)


def rate(median):
    return Rate(median, median * 0.98, median * 1.02, 5)


def row(name, size, loss_change=None, kl=0.0, decode=100.0, prefill=1000.0, elsewhere=0.0):
    def quality(change):
        agreement = None if change is None else Agreement(kl, kl / 10, 1 - kl, change, 0.001, ())
        return Quality(500, 8, 4.0 + (change or 0.0), 0.05, 0.3, agreement)

    simulated = name.startswith("rtn")
    memory = Memory(size, size, size, None, 200 if size < 2000 else 1000, simulated)
    speed = None if simulated else Speed(rate(prefill), rate(decode), 64, 32)
    return RowMeasured(
        name, 0.1, memory, quality(loss_change), quality(elsewhere if loss_change is not None else None), speed, None
    )


CPU_RUN = [
    STARTED,
    row("fp32", 4000),
    row("bf16", 2000, 0.0001, 1e-5, decode=110),
    row("fp16", 2000, 0.0001, 1e-6, prefill=250),
    row("int8", 1200, 0.0002, 1e-4, decode=60),
    row("fp4", 850, 0.013, 7e-3),
    row("nf4", 850, 0.01, 3e-3, elsewhere=0.05),
    row("rtn4", 820, 0.012, 5e-3),
    row("rtn2", 620, 0.8, 0.9),
    Finished(3.0),
]


def test_the_verdict_tells_the_uncomfortable_truths():
    words = " ".join(verdict(collect(CPU_RUN)))
    assert "int8 writes 1.8 times slower than bf16" in words  # 110 / 60
    assert "fp16 reads a prompt 4.0 times slower than fp32" in words  # 1000 / 250
    assert "fp32 → bf16 is free:" in words
    assert "nf4 stays closer to fp32 than fp4" in words
    assert "4.7 times less" in words  # 4000 / 850
    assert "at 2 bits the perplexity is 2.2 times as high" in words  # exp(0.8) = 2.23


def test_bf16_is_free_by_construction_where_the_files_hold_nothing_else():
    shipped = replace(STARTED, shipped_dtypes=("BF16",))
    assert "free here by construction" in " ".join(verdict(collect([shipped, *CPU_RUN[1:]])))
    mixed = replace(STARTED, shipped_dtypes=("BF16", "F32"))
    assert "by construction" not in " ".join(verdict(collect([mixed, *CPU_RUN[1:]])))


def test_fp16_is_slow_at_reading_and_not_at_writing():
    run = [STARTED, row("fp32", 4000), row("fp16", 2000, 0.0, 0.0, prefill=250, decode=250)]
    words = " ".join(verdict(collect(run)))
    assert "fp16 reads a prompt 4.0 times slower than fp32" in words
    assert "It writes 2.5 times as fast" in words


def test_the_verdict_follows_the_figures_and_not_a_script():
    fast = [
        STARTED,
        row("fp32", 4000),
        row("fp16", 2000, 0.0, 0.0, decode=200),
        row("int8", 1200, 0.0, 1e-4, decode=400),
    ]
    words = " ".join(verdict(collect(fast)))
    assert "int8 writes 2.0 times as fast" in words
    assert "slower" not in words


def test_a_rest_in_fp32_is_told_with_what_it_costs():
    in_fp32 = [replace(STARTED, rest_dtype="fp32"), row("fp32", 4000), row("nf4", 1250, 0.01, 3e-3)]
    words = " ".join(verdict(collect(in_fp32)))
    assert "800 B of its 1.25 kB. In bf16 they take half, and nf4 850 B" in words  # 200 weights of 4 bytes
    assert "not small by its name" not in " ".join(verdict(collect(CPU_RUN)))


def test_a_verdict_of_nothing_is_empty():
    assert collect([]) is None
    assert verdict(collect([STARTED])) == []


def test_claims_are_found_in_the_run():
    findings = {checked.claim.id: checked.finding for checked in check_claims(collect(CPU_RUN))}
    assert findings == {
        "memory": Finding.BY_DEFINITION,
        "faster": Finding.NOT_CONFIRMED,
        "energy": Finding.NOT_CONFIRMED,
        "cost": Finding.NOT_CONFIRMED,
        "precision": Finding.BY_DEFINITION,
        "generalisation": Finding.CONFIRMED,
        "finetuning": Finding.BY_DEFINITION,
        "tradeoff": Finding.CONFIRMED,
    }


def test_what_was_not_measured_stays_open():
    for checked in (*check_claims(None), *check_claims(collect([STARTED, row("fp32", 4000)]))):
        assert checked.finding == (Finding.BY_DEFINITION if checked.claim.by_definition else Finding.OPEN)


def test_claims_that_a_run_can_refute_are_refuted_by_one():
    """No claim is marked as decided by the figures whose check no figures fail."""
    against = [
        STARTED,
        row("fp32", 4000),
        row("int8", 1200, 0.0002, 1e-2, decode=60, prefill=100),
        row("nf4", 850, 0.01, 3e-3, decode=50, prefill=100),
    ]
    refuted = {c.claim.id for c in check_claims(collect(against)) if c.finding is Finding.NOT_CONFIRMED}
    assert refuted == {claim.id for claim in claims() if not claim.by_definition}


def test_a_definition_is_not_held_against_the_figures():
    larger = [STARTED, row("fp32", 4000), row("int8", 4100, 0.0, 1e-4)]
    assert check_claims(collect(larger))[0].finding is Finding.NOT_CONFIRMED


def test_the_lecture_has_four_advantages_and_four_disadvantages():
    assert [claim.side for claim in claims()].count("advantage") == 4
    assert [claim.side for claim in claims()].count("disadvantage") == 4


def test_failed_rows_are_kept_beside_the_others():
    int8 = RowFailed("int8", "out of memory", no_room=True)
    results = collect([STARTED, row("fp32", 4000), int8])
    assert results.failed == {"int8": int8}
    assert list(results.rows) == ["fp32"]


def test_the_front_holds_what_nothing_beats():
    points = [("a", 1, 9), ("b", 2, 5), ("c", 3, 6), ("d", 4, 1), ("e", 4, 1.5), ("f", 2, 5)]
    assert pareto_front(points) == ["a", "b", "d", "f"]


def test_rates_that_overlap_are_called_equal():
    assert not compare(Rate(105, 95, 110, 5), Rate(100, 98, 104, 5)).certain
    assert not compare(Rate(103, 102.9, 103.1, 2), Rate(100, 99.9, 100.1, 2)).certain  # two that agree by chance
    assert compare(Rate(150, 140, 160, 5), Rate(100, 98, 104, 5)).words == "1.5 times as fast"


def test_standard_error_of_equal_blocks_is_the_textbook_one():
    values = np.random.default_rng(0).normal(3, 1, (20, 8))
    mean, error = mean_and_error([float(block.sum()) for block in values], [8] * 20)
    means = values.mean(axis=1)
    assert mean == pytest.approx(values.mean())
    assert error == pytest.approx(means.std(ddof=1) / math.sqrt(20))
    assert math.isnan(mean_and_error([1.0], [3])[1])


def test_standard_error_covers_the_truth_about_two_times_in_three():
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(400):
        counts = rng.integers(4, 30, 25)
        sums = [float(rng.exponential(2.0, n).sum()) for n in counts]
        mean, error = mean_and_error(sums, list(counts))
        hits += abs(mean - 2.0) < error
    assert 0.6 < hits / 400 < 0.75  # 68% for a normal distribution


def test_timing_warms_up_and_reports_the_median():
    clock = iter([0.0, 1.0, 10.0, 12.0, 20.0, 24.0])
    calls = []
    *ticks, found = timed(lambda: calls.append(1), 8, 3, clock=lambda: next(clock))
    assert len(calls) == 4  # one to warm up
    assert ticks == [None] * 4
    assert (found.median, found.low, found.high, found.repeats) == (4.0, 3.0, 6.0, 3)  # of 8, 4 and 2


def test_timing_of_something_slow_ends_early():
    clock = iter([0.0, 10.0, 10.0, 22.0, 22.0, 36.0])
    *_, found = timed(lambda: None, 1, 50, clock=lambda: next(clock), budget_s=15)
    assert found.repeats == 2


def test_timing_ends_once_two_in_a_row_agree_within_a_percent():
    clock = iter([0.0, 1.0, 1.0, 3.0, 3.0, 5.01, 5.01])
    *_, found = timed(lambda: None, 1, 50, clock=lambda: next(clock), budget_s=100)
    assert found.repeats == 3  # 1, 2 and 2.01 seconds


def test_what_has_just_been_done_needs_no_warm_up():
    calls, clock = [], iter([0.0, 1.0, 1.0, 2.0])
    list(timed(lambda: calls.append(1), 8, 2, clock=lambda: next(clock), warm=True))
    assert len(calls) == 2


def test_perplexity_follows_from_the_loss():
    quality = Quality(100, 4, math.log(50), 0.02, 0.3, Agreement(0, 0, 1, math.log(1.1), 0.01, ()))
    assert quality.perplexity == pytest.approx(50)
    assert quality.perplexity_error == pytest.approx(1.0)
    assert quality.perplexity_change_percent == pytest.approx(10)
