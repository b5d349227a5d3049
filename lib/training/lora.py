"""A LoRA run: load, train, tell. Plain PyTorch and peft; imports torch, so only a worker imports it.

`finetune` can be run with `list(finetune(LoraRun()))` in a test, with a `for` loop in a notebook, and by the
engine on another machine.
"""

from __future__ import annotations

import io
import math
import tempfile
import time
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from lib.errors import StopRequested
from lib.models import catalogue
from lib.models.borrow import borrow, own_modules
from lib.models.load import best_device, multiplies_bf16
from lib.models.shared import COPIES
from lib.training.base_model import said_once
from lib.training.complete import complete
from lib.training.datasets import load_dataset
from lib.training.errors import Diverged, TrainingError
from lib.training.run import (
    Answer,
    Before,
    Checkpoint,
    Event,
    Finished,
    HeldOut,
    LoraRun,
    Question,
    Started,
    Step,
)

EVALUATE_EVERY = 20
EVALUATED_AT_ONCE = 8
LONGEST_TEXT = 256
"""Tokens; what is longer is cut."""
DIVERGED = 1.2
"""Times the loss of guessing every token with equal probability, or of the first step where that is more."""
BUNDLED_IN_REPOSITORY = "assets/base-model"
"""How an adapter names the bundled model: its folder in this repository."""
IGNORED = -100
"""The label that cross-entropy leaves out (torch.nn.functional.cross_entropy, ignore_index)."""


def finetune(run: LoraRun) -> Iterator[Event]:
    """Train a LoRA adapter on `run.dataset`; yield what a student would want to see, as it happens.

    Raises TrainingError or ModelUnavailable with a message for the student. A StopRequested thrown in ends
    the training and still tells what the model has learnt.
    """
    COPIES.free_unused()  # training needs the room
    folder = catalogue.find(run.model)
    with borrow(folder, base_precision(run.model)) as (base, tokenizer):
        yield from _finetune(run, folder, base, tokenizer)


def _finetune(run: LoraRun, folder: Path, base: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> Iterator[Event]:
    began = time.monotonic()
    torch.manual_seed(run.seed)
    model = with_adapter(base, run)
    data = load_dataset(run.dataset)
    prompts = tuple(blank.prompt for blank in data.blanks) + run.prompts
    optimizer = torch.optim.AdamW(trainable_parameters(model), lr=run.learning_rate, weight_decay=0.0)
    first_step = restore(run.resume_from, model, optimizer)
    yield Started(
        trainable=sum(p.numel() for p in trainable_parameters(model)),
        total=sum(p.numel() for p in model.parameters()),
        training_texts=len(data.training),
        held_out_texts=len(data.held_out),
        guessing_loss=math.log(model.config.vocab_size),
        device=str(model.device),
        first_step=first_step,
    )
    step = first_step
    try:
        with model.disable_adapter():
            base_loss = said_once(folder, run.dataset, lambda: held_out_loss(model, tokenizer, data.held_out))
        yield HeldOut(step, held_out_loss(model, tokenizer, data.held_out) if first_step else base_loss)
        with model.disable_adapter():
            yield Before(said_once(folder, prompts, lambda: complete(model, tokenizer, prompts)))
        for event in training_loop(run, model, tokenizer, optimizer, data.training, first_step):
            step = event.step
            yield event
            if step % EVALUATE_EVERY == 0 or step == run.steps:
                yield HeldOut(step, held_out_loss(model, tokenizer, data.held_out))
                yield Checkpoint(step, saved(model, optimizer))
    except StopRequested:
        yield HeldOut(step, held_out_loss(model, tokenizer, data.held_out))
    yield Finished(step, complete(model, tokenizer, prompts), time.monotonic() - began, adapter_zip(model))


def answer(question: Question) -> Iterator[Answer]:
    """One prompt, with the adapter off and on."""
    prompts = (question.prompt,)
    with (
        borrow(catalogue.find(question.model), base_precision(question.model)) as (base, tokenizer),
        tempfile.TemporaryDirectory() as folder,
    ):
        with zipfile.ZipFile(io.BytesIO(question.adapter)) as archive:
            archive.extractall(folder)
        model = PeftModel.from_pretrained(own_modules(base), folder)
        with model.disable_adapter():
            (before,) = complete(model, tokenizer, prompts)
        (after,) = complete(model, tokenizer, prompts)
        yield Answer(before, after)


def training_loop(
    run: LoraRun,
    model: PeftModel,
    tokenizer: PreTrainedTokenizerBase,
    optimizer: torch.optim.Optimizer,
    texts: tuple[str, ...],
    first_step: int = 0,
) -> Iterator[Step]:
    """The whole of fine-tuning: next batch, loss, gradients, update."""
    guessing = math.log(model.config.vocab_size)
    highest = DIVERGED * guessing
    for step in range(first_step + 1, run.steps + 1):
        began = time.perf_counter()
        model.train()
        batch = pack(pick(texts, step, run), tokenizer, model.device)
        loss = model(**batch, use_cache=False).loss
        if step == first_step + 1:
            highest = max(highest, DIVERGED * loss.item())
        if not loss < highest:  # also true of a loss that is no number
            raise Diverged(step, loss.item(), guessing, run.learning_rate)
        loss.backward()
        grad_norm = torch.nn.utils.clip_grad_norm_(trainable_parameters(model), max_norm=1.0).item()
        if step == first_step + 1 and grad_norm == 0:
            raise TrainingError(
                "The first gradient is zero: the adapter is not connected to the loss; reload the model"
            )
        for group in optimizer.param_groups:
            group["lr"] = run.learning_rate_at(step)
        optimizer.step()
        optimizer.zero_grad()
        yield Step(step, loss.item(), grad_norm, batch["input_ids"].numel(), time.perf_counter() - began)


def base_precision(model: str) -> str:
    """What the frozen base is held in; the adapter is fp32.

    16 bits for a large one, as LoRA is used, where the hardware multiplies them itself. A processor that cannot is
    three times slower with them (measured: SmolLM2-135M, 3.0 s a step in bf16 and 1.1 s in fp32 on AVX-512).
    """
    return "bf16" if catalogue.catalogue()[model].wide and multiplies_bf16(best_device()) else "fp32"


def with_adapter(base: PreTrainedModel, run: LoraRun) -> PeftModel:
    """`base` with a fresh adapter beside its weights, which stay shared; the adapter names a base anyone can get."""
    model = get_peft_model(own_modules(base), lora_config(run))
    card = catalogue.catalogue()[run.model]
    config = model.peft_config[model.active_adapter]
    config.base_model_name_or_path, config.revision = card.hub_id or BUNDLED_IN_REPOSITORY, card.revision
    return model


def lora_config(run: LoraRun) -> LoraConfig:
    return LoraConfig(
        r=run.rank, lora_alpha=run.lora_alpha, target_modules=list(run.target_modules), task_type="CAUSAL_LM"
    )


def pick(texts: tuple[str, ...], step: int, run: LoraRun) -> list[str]:
    """The texts of a step. Every epoch is a new order, decided by the seed alone, so that a run can go on."""
    first = (step - 1) * run.batch_size
    chosen = []
    for position in range(first, first + run.batch_size):
        epoch, index = divmod(position, len(texts))
        order = torch.randperm(len(texts), generator=torch.Generator().manual_seed(run.seed * 100_003 + epoch))
        chosen.append(texts[order[index]])
    return chosen


def pack(texts: Sequence[str], tokenizer: PreTrainedTokenizerBase, device: torch.device) -> dict[str, torch.Tensor]:
    """Texts one after another in one row, [1, tokens], each closed by the end-of-text token; nothing is padding.

    Positions begin anew with each text, by which transformers keeps texts from attending to each other ("padding-free",
    https://huggingface.co/docs/trl/reducing_memory_usage#padding-free). A text's first token is predicted by nothing.
    """
    length = min(tokenizer.model_max_length, LONGEST_TEXT)
    rows = [[*tokenizer(text)["input_ids"][: length - 1], tokenizer.eos_token_id] for text in texts]

    def joined(parts: Iterable[Iterable[int]]) -> torch.Tensor:
        return torch.tensor([list(chain.from_iterable(parts))], device=device)

    return {
        "input_ids": joined(rows),
        "position_ids": joined(range(len(row)) for row in rows),
        "labels": joined([IGNORED, *row[1:]] for row in rows),
    }


@torch.inference_mode()
def held_out_loss(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, texts: tuple[str, ...]) -> float:
    """Mean negative log-likelihood in nats a token over all held-out texts, a few at a time to save memory."""
    model.eval()
    total, tokens = 0.0, 0
    for first in range(0, len(texts), EVALUATED_AT_ONCE):
        batch = pack(texts[first : first + EVALUATED_AT_ONCE], tokenizer, model.device)
        predicted = int((batch["labels"] != IGNORED).sum())
        total += model(**batch, use_cache=False).loss.item() * predicted
        tokens += predicted
    return total / tokens


def trainable_parameters(model: PeftModel) -> list[torch.nn.Parameter]:
    return [parameter for parameter in model.parameters() if parameter.requires_grad]


def saved(model: PeftModel, optimizer: torch.optim.Optimizer) -> bytes:
    """Adapter and optimiser state as a torch file."""
    buffer = io.BytesIO()
    adapter = get_peft_model_state_dict(model, save_embedding_layers=False)
    torch.save({"adapter": adapter, "optimizer": optimizer.state_dict()}, buffer)
    return buffer.getvalue()


def restore(checkpoint: Checkpoint | None, model: PeftModel, optimizer: torch.optim.Optimizer) -> int:
    """Put a checkpoint back; the steps already done."""
    if checkpoint is None:
        return 0
    state = torch.load(io.BytesIO(checkpoint.state), map_location=model.device, weights_only=True)
    set_peft_model_state_dict(model, state["adapter"])
    optimizer.load_state_dict(state["optimizer"])
    return checkpoint.step


def adapter_zip(model: PeftModel) -> bytes:
    """The adapter as peft saves it, ready for `PeftModel.from_pretrained`."""
    buffer = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        model.save_pretrained(folder, save_embedding_layers=False)  # "auto" would ask the hub about the base
        for file in sorted(Path(folder).glob("adapter_*")):
            archive.write(file, file.name)
    return buffer.getvalue()
