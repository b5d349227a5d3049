"""One LoRA on everybody's texts beside the average of single ones: it is exact, and no run sees what is held out."""

from __future__ import annotations

import math

import pytest
import torch

from lib.training.averaging.job import average, inner, mean_of
from lib.training.averaging.run import MOST_SEPARATE, Averaged, Averaging, OneTrained
from lib.training.errors import TrainingError

TEXTS = tuple(f"Student {number} likes the number {number * 7} and kopi" for number in range(12))


def lora(seed: int) -> dict[str, torch.Tensor]:
    dice = torch.Generator().manual_seed(seed)
    return {
        f"base_model.model.{name}.lora_{part}.weight": torch.randn(shape, generator=dice)
        for name in ("q_proj", "v_proj")
        for part, shape in (("A", (8, 12)), ("B", (10, 8)))
    }


def updates(state: dict[str, torch.Tensor]) -> torch.Tensor:
    """(lora_alpha / r) B A of every matrix, made and laid end to end."""
    names = [name for name in state if "lora_A" in name]
    return torch.cat([(2 * state[n.replace("lora_A", "lora_B")] @ state[n]).flatten() for n in names])


def test_the_average_as_one_lora_is_the_average_of_the_updates():
    states = [lora(seed) for seed in range(3)]
    expected = torch.stack([updates(each) for each in states]).mean(0)
    torch.testing.assert_close(updates(mean_of(states)), expected)


def test_norms_and_cosines_are_those_of_the_updates_themselves():
    one, other = lora(1), lora(2)
    assert inner(one, other) == pytest.approx(torch.dot(updates(one), updates(other)).item(), rel=1e-4)
    assert math.sqrt(inner(one, one)) == pytest.approx(updates(one).norm().item(), rel=1e-4)


def test_a_fifth_is_held_out_and_only_so_many_are_trained_on_alone():
    asked = Averaging(TEXTS)
    assert len(asked.held_out) == 2
    assert not set(asked.held_out) & set(asked.training)
    assert set(asked.held_out) | set(asked.training) == set(TEXTS)
    assert len(asked.alone_runs) == MOST_SEPARATE
    assert asked.average_run.rank == 64
    assert Averaging(TEXTS, seed=1).held_out != asked.held_out


def test_too_few_texts_are_refused_with_how_many_are_needed():
    with pytest.raises(TrainingError, match="There are 4 different texts; at least 5"):
        Averaging(TEXTS[:4])


def test_what_is_kept_of_updates_at_right_angles_is_that_of_the_updates_themselves():
    """Four updates of length 3 along four axes; their mean is 3/4 of each, √(4 · (3/4)²) = 1.5 long."""
    alone = [3 * torch.eye(4)[:, axis] for axis in range(4)]
    norms = tuple(each.norm().item() for each in alone)
    average_norm = torch.stack(alone).mean(0).norm().item()
    found = Averaged(4, 2, 3, (3.0,) * 4, 2.0, average_norm, norms, 0.0, "", "", "", "")
    assert average_norm == pytest.approx(1.5)
    assert found.kept == pytest.approx(found.kept_at_right_angles) == pytest.approx(0.5)


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")
@pytest.mark.usefixtures("bundled_is_tiny")
def test_the_runs_tell_everything_beside_each_other():
    told = list(average(Averaging(TEXTS[:6])))
    assert [each.alone for each in told[:-1]] == list(range(len(told) - 1))
    assert all(isinstance(each, OneTrained) for each in told[:-1])
    found = told[-1]
    assert isinstance(found, Averaged)
    assert len(found.alone_losses) == len(told) - 2
    assert 1 / math.sqrt(len(found.alone_losses)) * 0.5 < found.kept <= 1
    assert -1 <= found.cosine <= 1
    assert found.together_loss < found.base_loss
    assert found.average_loss < found.base_loss
