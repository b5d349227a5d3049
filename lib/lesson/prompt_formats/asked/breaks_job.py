"""A model asked in the right format and in wrong ones. Imports torch: only a worker imports this module."""

from __future__ import annotations

from collections.abc import Iterator

from lib.lesson.prompt_formats.asked.asking import ids_of, score, write
from lib.lesson.prompt_formats.asked.breaks import Asking, Said
from lib.models import catalogue
from lib.models.borrow import borrow


def ask_in_every_way(asking: Asking) -> Iterator[Said]:
    """The answer and the probability of the right one, prompt by prompt."""
    with borrow(catalogue.find(asking.model)) as (model, tokenizer):
        for prompt in asking.prompts():
            ids = ids_of(tokenizer, prompt.text)
            nats, tokens = score(model, tokenizer, ids, asking.answer.strip())
            written = write(model, tokenizer, ids)
            yield Said(prompt, len(ids), written.text, written.ended, nats, tokens)
