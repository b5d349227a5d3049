"""Learn in one format, be asked in another. Imports torch: only a worker imports this module."""

from __future__ import annotations

from collections.abc import Iterator

from lib.lesson.prompt_formats.asked.asking import ids_of, write
from lib.lesson.prompt_formats.asked.learning import AskedIn, FormatRun, asked_in, texts_in
from lib.models import catalogue
from lib.models.borrow import borrow, own_modules
from lib.training.adapting import base_precision
from lib.training.events import Finished, Step
from lib.training.finetune import finetune
from lib.training.methods.files import with_files
from lib.training.texts.batches import held_out_loss

MOST_NEW_TOKENS = 12


def learn_and_ask(wanted: FormatRun) -> Iterator[Step | AskedIn]:
    """Fine-tune in the one format; then the same held-out questions in each, without the adapter and with it."""
    adapter = b""
    for event in finetune(wanted.fine_tuning):
        if isinstance(event, Step):
            yield event
        elif isinstance(event, Finished):
            adapter = event.adapter
    question, answer = wanted.question
    with borrow(catalogue.find(wanted.model), base_precision(wanted.model)) as (base, tokenizer):
        tuned = with_files(own_modules(base), adapter)
        for name in wanted.asked_formats:
            texts, ids = texts_in(name).held_out, ids_of(tokenizer, asked_in(name, question))
            losses = [held_out_loss(model, tokenizer, texts, "answer") for model in (base, tuned)]
            said = [write(model.eval(), tokenizer, ids, MOST_NEW_TOKENS).text for model in (base, tuned)]
            yield AskedIn(name, *losses, len(texts), question, answer, *said)
