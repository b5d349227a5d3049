"""The runs, and the average of their updates as one LoRA. Imports torch and peft: worker only."""

from __future__ import annotations

import copy
import io
import math
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing

import torch
from peft import PeftModel, set_peft_model_state_dict
from safetensors.torch import load
from transformers import PreTrainedModel

from lib.models import catalogue
from lib.models.borrow import borrow
from lib.training.adapting import base_precision, with_adapter
from lib.training.averaging.run import ALPHA, RANK, Averaged, Averaging, AveragingEvent, OneTrained
from lib.training.events import Before, Finished, HeldOut
from lib.training.finetune import finetune
from lib.training.methods.files import WEIGHTS
from lib.training.run import FineTuningRun
from lib.training.texts.batches import held_out_loss
from lib.training.texts.complete import complete

State = dict[str, torch.Tensor]
"""An adapter: A and B of each matrix by name."""
AVERAGE = "average"


def average(asked: Averaging) -> Iterator[AveragingEvent]:
    """Train on all texts together and on some one by one; then everything beside the average."""
    run = asked.together_run
    # Loaded once for all runs, which borrow it again.
    with borrow(catalogue.find(run.model), base_precision(run.model)) as (base, tokenizer):
        together, losses, before, after = _trained(run)
        yield OneTrained(0, losses[-1])
        states, alone = [], []
        for number, each in enumerate(asked.alone_runs, start=1):
            state, its_losses, _, _ = _trained(each)
            states.append(state)
            alone.append(its_losses[-1])
            yield OneTrained(number, its_losses[-1])
        model = with_mean(base, run, states)
        average_loss = held_out_loss(model, tokenizer, run.data.held_out, run.loss_on)
        said = complete(model, tokenizer, run.prompts)[0].continuation
    products = inner(states)
    norms = products.diagonal().sqrt()
    pairs = torch.triu_indices(len(states), len(states), offset=1)
    cosines = (products / torch.outer(norms, norms))[tuple(pairs)]
    yield Averaged(
        base_loss=losses[0],
        together_loss=losses[-1],
        average_loss=average_loss,
        alone_losses=tuple(alone),
        together_norm=math.sqrt(inner([together]).item()),
        average_norm=math.sqrt(products.mean().item()),
        alone_norms=tuple(norms.tolist()),
        cosine=cosines.mean().item() if len(cosines) else None,
        prompt=run.prompts[0],
        base_says=before,
        together_says=after,
        average_says=said,
    )


def _trained(run: FineTuningRun) -> tuple[State, list[float], str, str]:
    """(Its adapter, held-out losses before and after, what the base says, what it says); "" where it is not asked."""
    losses, before = [], ""
    with closing(finetune(run)) as events:
        for event in events:
            if isinstance(event, HeldOut):
                losses.append(event.loss)
            elif isinstance(event, Before):
                before = _first_said(event)
            elif isinstance(event, Finished):
                finished = event
    with zipfile.ZipFile(io.BytesIO(finished.adapter)) as archive:
        return load(archive.read(WEIGHTS)), losses, before, _first_said(finished)


def _first_said(event: Before | Finished) -> str:
    return event.completions[0].continuation if event.completions else ""


def with_mean(base: PreTrainedModel, run: FineTuningRun, states: Sequence[State]) -> PeftModel:
    """`base` with the mean of the updates of LoRAs that `run` and others like it have trained."""
    model = with_adapter(base, run)
    config = copy.deepcopy(model.active_peft_config)
    config.r, config.lora_alpha = len(states) * RANK, len(states) * ALPHA
    model.add_adapter(AVERAGE, config)
    model.set_adapter(AVERAGE)
    set_peft_model_state_dict(model, mean_of(states), adapter_name=AVERAGE)
    return model


def mean_of(states: Sequence[State]) -> State:
    """The LoRA whose update is the mean of theirs: A one under the other, B / k side by side."""
    return {name: _joined(states, name) / (1 if "lora_A" in name else len(states)) for name in states[0]}


def _joined(states: Sequence[State], name: str) -> torch.Tensor:
    return torch.cat([state[name] for state in states], dim=0 if "lora_A" in name else 1)


def inner(states: Sequence[State], scale: float = ALPHA / RANK) -> torch.Tensor:
    """⟨ΔW, ΔW'⟩ of each with each, summed over matrices that are not made: ⟨B A, B' A'⟩ = Σ (Bᵀ B') ∘ (A A'ᵀ)."""
    count = len(states)
    total = torch.zeros(count, count, dtype=torch.float64)
    for name in states[0]:
        if "lora_A" not in name:
            continue
        a, b = (_joined(states, each).double() for each in (name, name.replace("lora_A", "lora_B")))
        total += ((b.T @ b) * (a @ a.T)).view(count, RANK, count, RANK).sum(dim=(1, 3))
    return scale**2 * total
