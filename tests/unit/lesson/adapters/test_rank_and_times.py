"""A recorded update against numpy's own decomposition; requests against the model they must not change."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lib.lesson.adapters.rank import RealUpdate, error_of, rank_of, recorded_update
from lib.lesson.adapters.timing import (
    DECODE,
    MUCH_NOISE,
    VARIANTS,
    Ready,
    Timed,
    Times,
    TimingRun,
    lora_work_share,
    recorded,
)
from lib.lesson.adapters.timing_job import time_adapters, variants
from lib.models.borrow import borrow
from lib.models.catalogue import bundled_folder
from lib.training.inside.update import Place


def test_the_error_is_the_frobenius_norm_of_what_is_missed():
    """Eckart and Young 1936, with the truncated matrix written out."""
    matrix = np.random.default_rng(0).standard_normal((20, 12))
    u, s, v = np.linalg.svd(matrix, full_matrices=False)
    for rank in (0, 1, 5, 12):
        missed = matrix - u[:, :rank] * s[:rank] @ v[:rank]
        assert error_of(s, rank) == pytest.approx(np.linalg.norm(missed) / np.linalg.norm(matrix), abs=1e-9)
        corners = np.stack([matrix - missed, matrix])[:, :3, :4]
        update = RealUpdate(Place(0, "q_proj"), 20, 12, (rank,), s, s, s, corners, {})
        assert update.missed_norm(rank) == pytest.approx(np.linalg.norm(missed), abs=1e-9)
        np.testing.assert_allclose(update.missed_corner(rank), missed[:3, :4], atol=1e-12)
        assert update.largest_in_corner == max(abs(each) for row in matrix[:3, :4].tolist() for each in row)
    assert rank_of(np.array([4.0, 3.0, 0.0]), 0.64) == 1  # 16 of 25
    assert rank_of(np.array([4.0, 3.0, 0.0]), 0.65) == 2


def test_the_record_agrees_with_itself():
    told = recorded_update()
    assert len(told.matrices) == 9
    for update in told.matrices.values():
        values = update.singular_values
        assert len(values) == min(update.outputs, update.inputs) == len(update.random_values)
        assert (np.diff(values) <= 1e-6).all()
        random_norm = np.sqrt((update.random_values.astype(float) ** 2).sum())
        assert random_norm == pytest.approx(update.norm, rel=1e-4)
        errors = [np.linalg.norm(update.corners[-1] - update.corner(rank)) for rank in update.ranks]
        assert errors[-1] < errors[0]
        assert update.rank_that_keeps(0.9) < update.random_rank_that_keeps(0.9)


def test_a_small_rank_keeps_more_of_what_was_learnt_than_of_the_update():
    told = recorded_update()
    assert told.learnt_at(0) == 0
    for rank in (1, 2, 4, 8, 16, 32, 64):
        assert told.learnt_at(rank) > told.energy_at(rank)
    assert round(told.energy_at(8), 2) == 0.43  # what the chapter's prediction says
    assert round(told.learnt_at(8), 2) == 0.88


def test_ratios_are_of_one_round():
    timed = [Timed(n, name, 1.0, n * (2.0 if name == "lora" else 1.0)) for n in (1, 2, 3) for name in VARIANTS]
    times = Times(tuple(timed))
    assert times.rounds == 3
    assert times.ratio("lora", DECODE).low == times.ratio("lora", DECODE).high == 2.0
    assert times.noise(DECODE) == 0


def test_what_a_merged_adapter_adds_is_noise():
    timed = [Timed(n, name, 1.0, 1.0) for n in (1, 2, 3) for name in VARIANTS if name != "lora_merged"]
    timed += [Timed(n, "lora_merged", 1.0, seconds) for n, seconds in ((1, 0.9), (2, 1.0), (3, 1.8))]
    assert Times(tuple(timed)).noise(DECODE) == pytest.approx(0.4)  # the upper quartile of 0.9, 1.0, 1.8 is 1.4
    assert recorded().times.noise(DECODE) < MUCH_NOISE


def test_lora_s_share_of_the_work_by_hand():
    """The bundled model: 6 layers, 256 wide, 128 of keys and of values, 768 in the MLP, 4,096 tokens; rank 8."""
    layer = 2 * 256 * 256 + 2 * 256 * 128 + 3 * 256 * 768
    lora = 8 * (2 * (256 + 256) + 2 * (256 + 128) + 3 * (256 + 768))
    assert lora_work_share(TimingRun()) == pytest.approx(6 * lora / (6 * layer + 4_096 * 256))


def test_the_recorded_run_is_whole_and_a_merge_costs_nothing_worth_naming():
    told = recorded()
    assert told.times.rounds == told.run.rounds
    merged, beside = (told.times.ratio(name, DECODE) for name in ("lora_merged", "lora"))
    assert merged.low < 1 < merged.high
    assert beside.low > merged.high
    assert told.ready.merged_differ_by < 1e-4 * told.ready.largest_logit


@pytest.mark.torch
@pytest.mark.usefixtures("bundled_is_tiny")
@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")
def test_merged_is_the_same_function_and_beside_is_another_than_the_base():
    with borrow(bundled_folder()) as (base, _), torch.no_grad():
        before = {name: each.clone() for name, each in base.state_dict().items()}
        torch.manual_seed(0)
        every = variants(base, TimingRun(rank=2, width=4, virtual_tokens=3))
        ids = torch.arange(10)[None]
        logits = {name: each.reads(input_ids=ids).logits[:, -10:] for name, each in every.items()}
        for name in ("lora", "ia3"):
            torch.testing.assert_close(logits[f"{name}_merged"], logits[name], rtol=1e-4, atol=1e-4)
            assert (logits[name] - logits["base"]).abs().max() > 1e-4
        assert all(torch.equal(before[name], each) for name, each in base.state_dict().items())


@pytest.mark.torch
@pytest.mark.usefixtures("bundled_is_tiny")
@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")
def test_every_variant_is_timed_once_a_round():
    run = TimingRun(prompt_tokens=8, new_tokens=2, rounds=2, rank=2, width=4, virtual_tokens=3)
    ready, *timed = time_adapters(run)
    assert isinstance(ready, Ready)
    assert sorted((each.round, each.variant) for each in timed) == sorted((n, v) for n in (1, 2) for v in VARIANTS)
    assert Times(tuple(timed)).rounds == 2
