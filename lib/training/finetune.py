"""A run: load, train, tell. Plain PyTorch and peft; imports torch, so only a worker imports it.

`finetune` can be run with `list(finetune(FineTuningRun()))` in a test, with a `for` loop in a notebook, and by the
engine on another machine.
"""

from __future__ import annotations

import io
import math
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from peft import PeftModel
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from lib.errors import StopRequested
from lib.models import catalogue
from lib.models.borrow import borrow, own_modules
from lib.models.load import memory_in_use
from lib.models.shared import COPIES
from lib.training.adapting import adapter_zip, base_precision, restore, saved, trainable_parameters, with_adapter
from lib.training.base_model import said_once
from lib.training.batches import held_out_loss, pack, pick
from lib.training.complete import complete
from lib.training.datasets import Example
from lib.training.errors import Diverged, TrainingError
from lib.training.run import (
    Answer,
    Asked,
    Before,
    Checkpoint,
    Event,
    FineTuningRun,
    Finished,
    HeldOut,
    Question,
    Started,
    Step,
)

EVALUATE_EVERY = 20
ASKED_TOKENS = 10
"""How far an answer goes on the way: enough to see what it orders, and quick."""
DIVERGED = 1.2
"""Times the loss of guessing every token with equal probability, or of the first step where that is more."""


def finetune(run: FineTuningRun) -> Iterator[Event]:
    """Train a LoRA adapter on `run.dataset`; yield what a student would want to see, as it happens.

    Raises TrainingError or ModelUnavailable with a message for the student. A StopRequested thrown in ends
    the training and still tells what the model has learnt.
    """
    COPIES.free_unused()  # training needs the room
    folder = catalogue.find(run.model)
    with borrow(folder, base_precision(run.model)) as (base, tokenizer):
        yield from _finetune(run, folder, base, tokenizer)


def _finetune(
    run: FineTuningRun, folder: Path, base: PreTrainedModel, tokenizer: PreTrainedTokenizerBase
) -> Iterator[Event]:
    began = time.monotonic()
    torch.manual_seed(run.seed)
    model = with_adapter(base, run)
    data = run.data
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

    def loss_held_out() -> float:
        return held_out_loss(model, tokenizer, data.held_out, run.loss_on)

    step = first_step
    try:
        with model.disable_adapter():
            base_loss = said_once(folder, (data.held_out, run.loss_on), loss_held_out)
        yield HeldOut(step, loss_held_out() if first_step else base_loss)
        with model.disable_adapter():
            yield Before(said_once(folder, prompts, lambda: complete(model, tokenizer, prompts)))
        for event in training_loop(run, model, tokenizer, optimizer, data.training, first_step):
            step = event.step
            yield event
            if step % EVALUATE_EVERY == 0 or step == run.steps:
                yield HeldOut(step, loss_held_out())
                yield Checkpoint(step, saved(model, optimizer))
            if run.ask_every and step % run.ask_every == 0 and step < run.steps:
                yield Asked(step, complete(model, tokenizer, prompts, ASKED_TOKENS))
    except StopRequested:
        yield HeldOut(step, loss_held_out())
        if step > first_step:
            yield Checkpoint(step, saved(model, optimizer))
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
    run: FineTuningRun,
    model: PeftModel,
    tokenizer: PreTrainedTokenizerBase,
    optimizer: torch.optim.Optimizer,
    texts: Sequence[Example],
    first_step: int = 0,
) -> Iterator[Step]:
    """The whole of fine-tuning: next batch, loss, gradients, update."""
    guessing = math.log(model.config.vocab_size)
    highest = DIVERGED * guessing
    first_began = time.perf_counter()
    for step in range(first_step + 1, run.steps + 1):
        began = time.perf_counter()
        model.train()
        batch = pack(pick(texts, step, run), tokenizer, model.device, run.loss_on)
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
        now = time.perf_counter()
        yield Step(
            step=step,
            loss=loss.item(),
            grad_norm=grad_norm,
            tokens=batch["input_ids"].numel(),
            seconds=now - began,
            elapsed_s=now - first_began,
            memory_bytes=memory_in_use(model.device),
        )
