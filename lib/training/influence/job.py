"""Train and trace an answer back to its texts; train again without them. Imports torch: worker only."""

from __future__ import annotations

import time
from collections.abc import Iterator

from torch import nn
from transformers import PreTrainedModel

from lib.models.borrow import borrow
from lib.models.catalogue import find
from lib.training.adapting import base_precision, restore, with_adapter
from lib.training.errors import TrainingError
from lib.training.events import Checkpoint, Step
from lib.training.finetune import finetune
from lib.training.influence.run import InfluenceEvent, Retrained, Retraining, Traced, Tracing
from lib.training.influence.scores import answer_gradient, answered, chances, dot_products
from lib.training.run import FineTuningRun
from lib.training.texts.complete import complete


def trace(tracing: Tracing) -> Iterator[InfluenceEvent]:
    """Train, yielding each Step; then Traced: every training text's score for the tuned model's answer."""
    run = tracing.run
    checkpoints = yield from trained(run)
    began = time.monotonic()
    with borrow(find(run.model), base_precision(run.model)) as (base, tokenizer):
        model = put_back(checkpoints[-1], base, run)
        (said,) = complete(model, tokenizer, (tracing.prompt,))
        if not said.continuation.strip():
            raise TrainingError("The model answered with nothing; ask for the rest of a sentence it can go on with")
        answer = answered(tracing.prompt.rstrip(), said.continuation)
        after = chances(model, tokenizer, answer)
        with model.disable_adapter():
            before = chances(model, tokenizer, answer)
        used = checkpoints if tracing.every_checkpoint else checkpoints[-1:]
        total = [0.0] * len(run.data.training)
        done = 0
        for checkpoint in used:
            model = put_back(checkpoint, base, run)
            rate = sum(run.learning_rate_at(step) for step in range(done + 1, checkpoint.step + 1))
            directions = answer_gradient(model, tokenizer, answer)
            found = dot_products(model, tokenizer, run.data.training, directions, run.loss_on)
            total = [sum_ + rate * value for sum_, value in zip(total, found, strict=True)]
            done = checkpoint.step
        steps = tuple(checkpoint.step for checkpoint in used)
        yield Traced(said, before, after, tuple(total), steps, time.monotonic() - began)


def retrain(retraining: Retraining) -> Iterator[InfluenceEvent]:
    """Train twice, yielding each Step; a Retrained after each: without the top texts, and without as many others."""
    tracing, said = retraining.tracing, retraining.traced.answer
    answer = answered(tracing.prompt.rstrip(), said.continuation)
    for which, taken_out in (("top", retraining.top), ("others", retraining.others)):
        run = retraining.without(taken_out)
        checkpoints = yield from trained(run)
        with borrow(find(run.model), base_precision(run.model)) as (base, tokenizer):
            model = put_back(checkpoints[-1], base, run)
            (says,) = complete(model, tokenizer, (tracing.prompt,))
            yield Retrained(which, taken_out, says, chances(model, tokenizer, answer))


def trained(run: FineTuningRun) -> Iterator[Step]:
    """Train, yielding each Step; returns a checkpoint per look at the held-out texts, the last at the end of the run.

    A run keeps more of them, so that little is lost with a worker; each one more would be read for every text.
    """
    checkpoints = []
    for event in finetune(run):
        if isinstance(event, Checkpoint):
            if event.step % run.evaluate_every == 0 or event.step == run.steps:
                checkpoints.append(event)
        elif isinstance(event, Step):
            yield event
    return checkpoints


def put_back(checkpoint: Checkpoint, base: PreTrainedModel, run: FineTuningRun) -> nn.Module:
    """The model as it was at a checkpoint of `run`, to read."""
    model = with_adapter(base, run)
    restore(checkpoint, model)
    return model
