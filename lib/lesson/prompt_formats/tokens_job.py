"""A rendered text cut by a model's own tokenizer. Imports transformers: only a worker imports this module."""

from __future__ import annotations

from collections.abc import Iterator

from transformers import AutoTokenizer

from lib.lesson.prompt_formats.tokens import MOST_TOKENS, Token, Tokens, TokensWanted
from lib.models import catalogue


def cut(wanted: TokensWanted) -> Iterator[Tokens]:
    """The text as token ids; a token counts as learnt that ends inside an answer, as in training (`labelled`)."""
    tokenizer = AutoTokenizer.from_pretrained(catalogue.find(wanted.model), local_files_only=True)
    found = tokenizer(wanted.text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    special = set(tokenizer.all_special_ids)
    ids = found["input_ids"]
    yield Tokens(
        tuple(
            Token(
                token,
                tokenizer.decode([token]),
                token in special,
                any(first < end <= last for first, last in wanted.learnt),
            )
            for token, (_, end) in zip(ids[:MOST_TOKENS], found["offset_mapping"], strict=False)
        ),
        len(ids),
    )
