"""One real training step, weighed tensor by tensor. Imports torch and peft: for workers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import peft
import torch
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from lib.memory.model.architecture import Architecture
from lib.memory.model.module_names import own_name
from lib.memory.train.adapters import lora_targets
from lib.memory.train.setup import TrainingSetup
from lib.models import catalogue
from lib.models.load import load
from lib.models.shared import COPIES
from lib.quant.measure.loading.true_bytes import weights_alone_bytes
from lib.training.methods.bases import base_to_read
from lib.training.texts.datasets import load_dataset
from lib.training.weigh.weighing import Parts, Weighed, Weighing

TEXTS = "kopi_orders"


def weigh(weighing: Weighing) -> Iterator[Weighed]:
    """The set-up, then each that differs from it in one thing; each told as soon as it is measured."""
    COPIES.free_unused()
    for name, setup in weighing.variants().items():
        began = time.perf_counter()
        torch.manual_seed(0)  # which weights the adapters begin with
        with _to_train(weighing.model, setup, weighing.held_in) as (model, tokenizer):
            measured = measure(prepare(model, weighing.architecture, setup), tokenizer, setup)
        yield Weighed(name, setup, measured, time.perf_counter() - began, weighing.held_in)


def measure(model: nn.Module, tokenizer: PreTrainedTokenizerBase, setup: TrainingSetup) -> Parts:
    """Bytes of one step's tensors: what autograd keeps, weights, gradients, and AdamW's states after its step."""
    ids = token_block(tokenizer, setup.batch, setup.sequence).to(next(model.parameters()).device)
    in_one_row = texts_in_one_row(ids) if setup.padded else {}
    kept = saved_tensor_bytes(model, ids, **in_one_row)
    trained = [each for each in model.parameters() if each.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-6)
    model(input_ids=ids, labels=ids, **in_one_row).loss.backward()
    gradients = sum(each.grad.nbytes for each in trained)
    optimizer.step()
    states = sum(
        value.nbytes for state in optimizer.state.values() for value in state.values() if value.dim()
    )  # a step counter, one number for each tensor, is left out
    return Parts(kept, weights_alone_bytes(model), gradients, states)


def token_block(tokenizer: PreTrainedTokenizerBase, batch: int, sequence: int) -> torch.Tensor:
    """[batch, sequence] tokens of real texts, one after another, from the beginning again where they end."""
    text = tokenizer.eos_token.join(each.text for each in load_dataset(TEXTS).training)
    ids = torch.tensor(tokenizer(text, verbose=False)["input_ids"])
    block = ids.repeat(-(-batch * sequence // len(ids)))[: batch * sequence]
    return block.clone().view(batch, sequence)  # of its own: autograd keeps the whole storage of what it keeps


def texts_in_one_row(ids: torch.Tensor) -> dict[str, Any]:
    """What tells a model that its row is two texts, one after the other, as a run has it; more of them take no other
    bytes. transformers looks for such texts only where nothing is cached."""
    half = ids.shape[1] // 2
    parts = [torch.arange(length, device=ids.device) for length in (half, ids.shape[1] - half)]
    return {"position_ids": torch.cat(parts)[None], "use_cache": False}


@contextmanager
def _to_train(
    name: str, setup: TrainingSetup, held_in: str
) -> Iterator[tuple[PreTrainedModel, PreTrainedTokenizerBase]]:
    """The shared weights where they stay frozen; a copy of one's own where every weight is trained."""
    folder = catalogue.find(name)
    if setup.trains_base:
        yield load(folder)
        return
    with base_to_read(folder, held_in) as (model, tokenizer):
        yield model, tokenizer


def prepare(model: nn.Module, arch: Architecture, setup: TrainingSetup) -> nn.Module:
    """Add adapters and checkpointing as `setup` asks, with peft's own defaults."""
    if setup.method != "full":
        config = peft.LoraConfig(
            r=setup.rank,
            target_modules=sorted(lora_module_names(model, arch, setup)),
            lora_dropout=0.05 if setup.adapter_dropout else 0.0,
            task_type="CAUSAL_LM",
        )
        model = peft.get_peft_model(model, config, autocast_adapter_dtype=setup.adapter_fp32)
        if setup.checkpointing or setup.method == "qlora":
            model.enable_input_require_grads()
    if setup.checkpointing:
        own = model if setup.method == "full" else model.get_base_model()
        newer = getattr(own, "activation_checkpointing_enable", None)  # its name in transformers 5.23; not yet in 5.17
        (newer or own.gradient_checkpointing_enable)({"use_reentrant": False})
    return model.train()


def lora_module_names(model: nn.Module, arch: Architecture, setup: TrainingSetup) -> set[str]:
    """Full names of the linear layers inside the blocks that the setup's targets mean."""
    ends = tuple(f".{own_name(model.config.model_type, each)}" for each in lora_targets(arch, setup.targets))
    return {name for name, _ in model.named_modules() if name.endswith(ends) and "experts." not in name}


def saved_tensor_bytes(model: nn.Module, ids: torch.Tensor, mask: torch.Tensor | None = None, **more: Any) -> int:
    """Bytes autograd keeps for the backward pass of one loss, the parameters not counted; `mask`: 0 where padded."""
    own = {each.untyped_storage().data_ptr() for each in (*model.parameters(), *model.buffers())}
    kept: dict[int, torch.UntypedStorage] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage  # holding it keeps its address from being used again
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        loss = model(input_ids=ids, attention_mask=mask, labels=ids, **more).loss
    size = sum(storage.nbytes() for storage in kept.values())
    del loss
    return size
