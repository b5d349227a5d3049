"""A conversation with special tokens in it, read in both ways. Imports torch: only a worker imports this module."""

from __future__ import annotations

from collections.abc import Iterator

from lib.lesson.prompt_formats.asked.asking import write
from lib.lesson.prompt_formats.asked.injection import Injection, ReadAs
from lib.lesson.prompt_formats.formats import REAL_FORMAT, formats
from lib.lesson.prompt_formats.tokens import Token
from lib.models import catalogue
from lib.models.borrow import borrow


def read_both_ways(injection: Injection) -> Iterator[ReadAs]:
    """As it comes, then with transformers' `sanitize_control_tokens`: only the template's own signs are special."""
    with borrow(catalogue.find(injection.model)) as (model, tokenizer):
        special = set(tokenizer.all_special_ids)
        for escaped in (False, True):
            ids = tokenizer.apply_chat_template(
                injection.conversation.messages,
                chat_template=formats()[REAL_FORMAT].template,
                add_generation_prompt=True,
                sanitize_control_tokens=escaped,
                return_dict=False,
            )
            tokens = tuple(Token(token, tokenizer.decode([token]), token in special, False) for token in ids)
            written = write(model, tokenizer, ids)
            yield ReadAs(escaped, tokens, written.text, written.ended)
