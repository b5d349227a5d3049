"""The runs, and the average of their updates as one LoRA. Imports torch and peft: worker only."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import combinations
from statistics import fmean

import torch
from peft import set_peft_model_state_dict
from safetensors.torch import load

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


def average(asked: Averaging) -> Iterator[AveragingEvent]:
    """Train on all texts together and on some one by one; then everything beside the average."""
    together, losses, before, after = _trained(asked.together_run)
    yield OneTrained(0, losses[-1])
    states, alone = [], []
    for number, run in enumerate(asked.alone_runs, start=1):
        state, its_losses, _, _ = _trained(run)
        states.append(state)
        alone.append(its_losses[-1])
        yield OneTrained(number, its_losses[-1])
    mean = mean_of(states)
    run = asked.average_run
    with borrow(catalogue.find(run.model), base_precision(run.model)) as (base, tokenizer):
        model = with_adapter(base, run, tokenizer)
        set_peft_model_state_dict(model, mean)
        average_loss = held_out_loss(model, tokenizer, run.data.held_out, run.loss_on)
        said = complete(model, tokenizer, run.prompts)[0].continuation
    norms = [math.sqrt(inner(each, each)) for each in states]
    cosines = [
        inner(states[one], states[other]) / (norms[one] * norms[other])
        for one, other in combinations(range(len(states)), 2)
    ]
    yield Averaged(
        base_loss=losses[0],
        together_loss=losses[-1],
        average_loss=average_loss,
        alone_losses=tuple(alone),
        together_norm=math.sqrt(inner(together, together)),
        average_norm=math.sqrt(inner(mean, mean)),
        alone_norms=tuple(norms),
        cosine=fmean(cosines) if cosines else None,
        prompt=run.prompts[0],
        base_says=before,
        together_says=after,
        average_says=said,
    )


def _trained(run: FineTuningRun) -> tuple[State, list[float], str, str]:
    """(Its adapter, held-out losses before and after, what the base says, what it says)."""
    losses, before = [], ""
    with closing(finetune(run)) as events:
        for event in events:
            if isinstance(event, HeldOut):
                losses.append(event.loss)
            elif isinstance(event, Before):
                before = event.completions[0].continuation
            elif isinstance(event, Finished):
                finished = event
    with zipfile.ZipFile(io.BytesIO(finished.adapter)) as archive:
        return load(archive.read(WEIGHTS)), losses, before, finished.completions[0].continuation


def mean_of(states: Sequence[State]) -> State:
    """The LoRA whose update is the mean of theirs: A one under the other, B / k side by side."""
    return {
        name: torch.cat([state[name] for state in states], dim=0)
        if "lora_A" in name
        else torch.cat([state[name] for state in states], dim=1) / len(states)
        for name in states[0]
    }


def inner(one: State, other: State, scale: float = ALPHA / RANK) -> float:
    """Σ over matrices of ⟨ΔW, ΔW'⟩, without making them: ⟨B A, B' A'⟩ = Σ (Bᵀ B') ∘ (A A'ᵀ)."""
    total = 0.0
    for name, first in one.items():
        if "lora_A" not in name:
            continue
        name_b = name.replace("lora_A", "lora_B")
        of_b = one[name_b].double().T @ other[name_b].double()
        total += (of_b * (first.double() @ other[name].double().T)).sum().item()
    return scale**2 * total
