"""One LoRA on everybody's texts beside the average of single ones: it is exact, and no run sees what is held out."""

from __future__ import annotations

import copy
import math

import pytest
import torch
from peft import get_peft_model_state_dict, set_peft_model_state_dict

from lib.models import catalogue
from lib.models.borrow import borrow
from lib.training.adapting import with_adapter
from lib.training.averaging.job import average, inner, mean_of, with_mean
from lib.training.averaging.run import MOST_SEPARATE, Averaged, Averaging, OneTrained
from lib.training.errors import TrainingError
from lib.training.texts.datasets import Example

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
    found = inner([one, other])
    dot = torch.dot(updates(one), updates(other)).item()
    assert [found[0, 1].item(), found[1, 0].item()] == pytest.approx([dot, dot], rel=1e-4)
    assert found.diagonal().sqrt().tolist() == pytest.approx([updates(each).norm().item() for each in (one, other)])


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")
@pytest.mark.usefixtures("bundled_is_tiny")
def test_a_model_with_the_average_of_forty_computes_with_the_mean_of_their_weights():
    """Each merged by peft, into a base of its own, is the other way to that."""
    run, dice, states, total = Averaging(TEXTS).together_run, torch.Generator().manual_seed(0), [], {}
    with borrow(catalogue.find(run.model)) as (base, tokenizer), torch.no_grad():
        for _ in range(MOST_SEPARATE):
            model = with_adapter(copy.deepcopy(base), run)
            shapes = get_peft_model_state_dict(model, save_embedding_layers=False)
            states.append({name: 0.3 * torch.randn(each.shape, generator=dice) for name, each in shapes.items()})
            set_peft_model_state_dict(model, states[-1])
            for name, weight in model.merge_and_unload().state_dict().items():
                total[name] = total.get(name, 0) + weight
        expected = copy.deepcopy(base)
        expected.load_state_dict({name: each / MOST_SEPARATE for name, each in total.items()})
        ids = tokenizer("kopi", return_tensors="pt").input_ids
        found, wanted = (each.eval()(ids).logits for each in (with_mean(base, run, states), expected))
        torch.testing.assert_close(found, wanted, rtol=1e-3, atol=1e-3)
        assert (wanted - base.eval()(ids).logits).abs().max() > 0.1


def test_a_fifth_is_held_out_and_only_so_many_are_trained_on_alone():
    asked = Averaging(TEXTS)
    assert len(asked.held_out) == 2
    assert not set(asked.held_out) & set(asked.training)
    assert set(asked.held_out) | set(asked.training) == set(TEXTS)
    assert [each.data.training for each in asked.alone_runs] == [(Example(each),) for each in asked.training]
    assert Averaging(TEXTS, seed=1).held_out != asked.held_out
    room = Averaging(tuple(f"Student {number} likes kopi" for number in range(60)))
    assert len(room.training) == 48
    assert len(room.alone_runs) == MOST_SEPARATE == 40


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
