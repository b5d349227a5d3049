"""A run: load, train, tell. Plain PyTorch and peft; imports torch, so only a worker imports it.

`finetune` can be run with `list(finetune(FineTuningRun()))` in a test, with a `for` loop in a notebook, and by the
engine on another machine.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from pathlib import Path

import torch
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from lib.errors import StopRequested
from lib.models import catalogue
from lib.models.load import memory_in_use
from lib.models.shared import COPIES
from lib.training.adapting import (
    base_alone,
    base_precision,
    count_parameters,
    precision_of,
    restore,
    saved,
    trainable_parameters,
    with_adapter,
)
from lib.training.base_model import Value, said_once
from lib.training.errors import Diverged, TrainingError
from lib.training.events import Asked, Before, Checkpoint, Event, Finished, Forgotten, HeldOut, Started, Step
from lib.training.forgetting.known import Known, has_facts
from lib.training.forgetting.measuring import known
from lib.training.inside.watching import look
from lib.training.methods.bases import base_for, base_to_read
from lib.training.methods.catalogue import methods
from lib.training.methods.files import Files, with_files
from lib.training.methods.weighing import Scales
from lib.training.out.identity import run_card, weights_sha256
from lib.training.run import FineTuningRun
from lib.training.texts.batches import batch_for, held_out_loss, pick
from lib.training.texts.complete import complete
from lib.training.texts.datasets import Example
from lib.training.texts.prompts import Answer, Question

ASKED_TOKENS = 10
"""How far an answer goes on the way: enough to see what it orders, and quick."""
CHECKPOINT_EVERY = 10
"""Steps, and the first one: whoever loses a worker, however early, loses no more than these."""
DIVERGED = 1.2
"""Times the loss of guessing every token with equal probability, or of the first step where that is more."""


def leave_as_it_is(_: nn.Module) -> None:
    """What is done to a model before its training, usually."""


def finetune(
    run: FineTuningRun,
    *,
    prepare: Callable[[nn.Module], None] = leave_as_it_is,
    zero_gradient_stops: bool = True,
    divergence_stops: bool = True,
) -> Iterator[Event]:
    """Train `run.method`, LoRA by default, on the run's texts; yield what a student would want to see, as it happens.

    prepare              may freeze more of the model, before its optimiser is made
    zero_gradient_stops  whether a first gradient of zero ends the run; the bug hunt lets it go on
    divergence_stops     whether a loss far above that of guessing ends it; most training programs go on

    Raises TrainingError or ModelUnavailable with a message for the student. A StopRequested thrown in ends
    the training and still tells what the model has learnt.
    """
    COPIES.free_unused()  # training needs the room
    folder = catalogue.find(run.model)
    stops = {"zero_gradient_stops": zero_gradient_stops, "divergence_stops": divergence_stops}
    with base_for(run, folder) as (base, tokenizer):
        yield from _finetune(run, folder, base, tokenizer, prepare, stops)


def _finetune(
    run: FineTuningRun,
    folder: Path,
    base: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prepare: Callable[[nn.Module], None],
    stops: dict[str, bool],
) -> Iterator[Event]:
    began = time.monotonic()
    base_sha256 = said_once(folder, (precision_of(run), "weights"), lambda: weights_sha256(base))
    torch.manual_seed(run.seed)
    model = with_adapter(base, run, tokenizer)
    prepare(model)
    data, method = run.data, methods()[run.method]
    prompts = tuple(blank.prompt for blank in data.blanks) + run.prompts
    trained = trainable_parameters(model)
    step = first_step = run.resume_from.step if run.resume_from else 0
    yield Started(
        trainable=sum(p.numel() for p in trained),
        total=count_parameters(model),
        training_texts=len(data.training),
        held_out_texts=len(data.held_out),
        guessing_loss=math.log(model.config.vocab_size),
        device=str(model.device),
        first_step=first_step,
    )

    def loss_held_out(asked: nn.Module = model) -> float:
        return held_out_loss(asked, tokenizer, data.held_out, run.loss_on)

    def base_says(question: Hashable, ask: Callable[[nn.Module], Value]) -> Value:
        with base_alone(model) as alone:
            return said_once(folder, (precision_of(run), question), lambda: ask(alone))

    def knows(asked: nn.Module) -> Known:
        return known(asked, tokenizer, with_facts=has_facts(run.model))

    files, scales = Files(model), Scales(model, trained) if run.weighs else None
    optimizer = optimizer_for(model, run) if trained else None
    try:
        base_loss = base_says((data.held_out, run.loss_on), loss_held_out)
        said = base_says(prompts, lambda asked: complete(asked, tokenizer, prompts))
        knew = base_says("known", knows) if scales else None
        restore(run.resume_from, model, optimizer)
        yield HeldOut(step, base_loss if method.starts_as_base and not first_step else loss_held_out())
        yield Before(said)
        yield from look(model, run, step)
        loop = training_loop(run, model, tokenizer, optimizer, data.training, first_step, **stops)
        for event in loop if trained else ():
            step = event.step
            yield event
            yield from look(model, run, step)
            if step % run.evaluate_every == 0 or step == run.steps:
                yield HeldOut(step, loss_held_out())
            is_kept = step in (first_step + 1, run.steps) or step % CHECKPOINT_EVERY == 0
            yield from _checkpoint(run, step, model, optimizer) if is_kept else ()
            if run.ask_every and step % run.ask_every == 0 and step < run.steps:
                yield Asked(step, complete(model, tokenizer, prompts, ASKED_TOKENS))
    except StopRequested:
        yield HeldOut(step, loss_held_out())
        if step > first_step:
            yield from _checkpoint(run, step, model, optimizer)
    adapter, files_bytes = files.zipped()
    if scales:
        yield scales.cost(optimizer, files_bytes, seconds=time.monotonic() - began)
        yield Forgotten(base_loss, knew, knows(model))
    answers = complete(model, tokenizer, prompts)
    base_after = None if method.own_weights else weights_sha256(base)
    card = run_card(run, folder, precision_of(run), base, (base_sha256, base_after))
    yield Finished(step, answers, time.monotonic() - began, adapter, card)


def _checkpoint(
    run: FineTuningRun, step: int, model: nn.Module, optimizer: torch.optim.Optimizer
) -> Iterator[Checkpoint]:
    """None of a run that is one of many, nor of one too large to pass on."""
    state = None if run.weighs else saved(model, optimizer)
    if state is not None:
        yield Checkpoint(step, state)


def answer(question: Question) -> Iterator[Answer]:
    """One prompt, with the adapter off and on."""
    prompts = (question.as_asked,)
    precision = question.precision or base_precision(question.model)
    with base_to_read(catalogue.find(question.model), precision) as (base, tokenizer):
        (before,) = complete(base, tokenizer, prompts)
        (after,) = complete(with_files(base, question.adapter), tokenizer, prompts)
        yield Answer(before, after)


def optimizer_for(model: nn.Module, run: FineTuningRun) -> torch.optim.Optimizer:
    """AdamW over what is trained, without weight decay."""
    trained = trainable_parameters(model)
    # An adapter is many small tensors: `foreach` goes through them in C++, to the same numbers. It holds a copy of them
    # all while it does, which is too much where every weight is trained.
    few = sum(parameter.numel() for parameter in trained) <= 10_000_000
    return torch.optim.AdamW(trained, lr=run.learning_rate, weight_decay=0.0, foreach=few)


def training_loop(
    run: FineTuningRun,
    model: nn.Module,
    tokenizer: PreTrainedTokenizerBase,
    optimizer: torch.optim.Optimizer,
    texts: Sequence[Example],
    first_step: int = 0,
    *,
    zero_gradient_stops: bool = True,
    divergence_stops: bool = True,
) -> Iterator[Step]:
    """The whole of fine-tuning: next batch, loss, gradients, update."""
    guessing = math.log(model.config.vocab_size)
    highest = DIVERGED * guessing
    trained = trainable_parameters(model)
    first_began = time.perf_counter()
    for step in range(first_step + 1, run.steps + 1):
        began = time.perf_counter()
        model.train()
        batch = batch_for(model, pick(texts, step, run), tokenizer, run.loss_on)
        loss = model(**batch, use_cache=False).loss
        if step == first_step + 1:
            highest = max(highest, DIVERGED * loss.item())
        if divergence_stops and not loss < highest:  # also true of a loss that is no number
            raise Diverged(step, loss.item(), guessing, run.learning_rate)
        loss.backward()
        grad_norm = torch.nn.utils.clip_grad_norm_(trained, max_norm=1.0, foreach=True).item()
        if step == first_step + 1 and grad_norm == 0 and zero_gradient_stops:
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
