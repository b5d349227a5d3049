"""A case run by the ordinary fine-tuning, with what else it shows. Imports torch: worker only."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator

from torch import nn
from transformers import PreTrainedTokenizerBase

from lib.models.borrow import borrow, own_modules
from lib.models.catalogue import find
from lib.training.adapting import base_precision, precision_of
from lib.training.errors import Diverged
from lib.training.events import Finished
from lib.training.faults.run import BrokeOff, CaseEvent, CaseRun, Measured, Preview, TokenSeen, Trainable
from lib.training.faults.texts import overlap
from lib.training.finetune import finetune
from lib.training.methods.files import with_files
from lib.training.methods.four_bits import without_backward
from lib.training.run import FineTuningRun
from lib.training.texts.batches import IGNORED, held_out_loss, labelled

SHOWN = 3


def investigate(case: CaseRun) -> Iterator[CaseEvent]:
    """A Preview, the events of the run, BrokeOff where its loss went out of bounds, and what is measured at its end."""
    run = case.run
    with borrow(find(run.model), base_precision(run.model)) as (base, tokenizer):
        yield _preview(run, tokenizer)
        adapter = b""
        try:
            trainable: list[Trainable] = []
            events = finetune(
                run,
                prepare=_prepared(case, trainable),
                zero_gradient_stops=False,
                divergence_stops=case.divergence_stops,
            )
            for event in events:
                yield from (trainable.pop() for _ in tuple(trainable))
                yield event
                if isinstance(event, Finished):
                    adapter = event.adapter
        except Diverged as error:
            yield BrokeOff(error.step, error.loss)
        answers = None
        if adapter and case.questions:
            answers = held_out_loss(with_files(own_modules(base), adapter), tokenizer, case.questions, "answer")
        yield Measured(answers, overlap(run.data))


def _prepared(case: CaseRun, found: list[Trainable]) -> Callable[[nn.Module], None]:
    """What makes a LoRA model that of the case, and notes in `found` what is trained of it."""

    def prepare(model: nn.Module) -> None:
        for name, parameter in model.named_parameters():
            if case.trained_half != "both" and "lora_" in name and f"lora_{case.trained_half}" not in name:
                parameter.requires_grad_(False)
        if case.without_backward:
            without_backward(model)
        trained = {name: each.numel() for name, each in model.named_parameters() if each.requires_grad}
        halves = [sum(size for name, size in trained.items() if f"lora_{half}" in name) for half in "AB"]
        found.append(Trainable(*halves))

    return prepare


def _preview(run: FineTuningRun, tokenizer: PreTrainedTokenizerBase) -> Preview:
    data = run.data
    training = []
    for example in data.training[:SHOWN]:
        ids, labels = labelled(example, tokenizer, run.loss_on)
        pairs = zip(ids, labels, strict=True)
        training.append(tuple(TokenSeen(tokenizer.decode([token]), label != IGNORED) for token, label in pairs))
    texts = [example.text for example in data.training]
    held_out = [example.text for example in data.held_out[:SHOWN]]
    nearest = [(difflib.get_close_matches(text, texts, n=1, cutoff=0.0) or [""])[0] for text in held_out]
    return Preview(precision_of(run), tuple(training), tuple(zip(held_out, nearest, strict=True)))
