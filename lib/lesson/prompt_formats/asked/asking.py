"""A text given to a model as it is: what it writes, and how likely it finds an answer. Imports torch: worker only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from lib.evaluation.likelihood_job import log_probabilities

MOST_NEW_TOKENS = 40


@dataclass(frozen=True)
class Written:
    text: str
    ended: bool


def ids_of(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    """The text's tokens; where it has special tokens, they are tokens, and none is added."""
    return tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]


def fitting(model: PreTrainedModel, ids: Sequence[int], after: int) -> list[int]:
    """The ids, without their beginning where `after` more would not fit the model."""
    return list(ids)[-(model.config.max_position_embeddings - after) :]


@torch.no_grad()
def write(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, ids: Sequence[int], most: int = MOST_NEW_TOKENS
) -> Written:
    """The likeliest token, again and again, to the end token or to `most`; special tokens are written out."""
    feed, past, new = torch.tensor([fitting(model, ids, most)], device=model.device), None, []
    while len(new) < most:
        output = model(input_ids=feed, past_key_values=past, use_cache=True, logits_to_keep=1)
        past = output.past_key_values
        new.append(int(output.logits[0, -1].argmax()))
        if new[-1] == tokenizer.eos_token_id:
            return Written(tokenizer.decode(new[:-1]), True)
        feed = torch.tensor([new[-1:]], device=model.device)
    return Written(tokenizer.decode(new), False)


def score(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, ids: Sequence[int], answer: str
) -> tuple[float, int]:
    """(Log-probability in nats, tokens) of the answer and the end token, after the text `ids`.

    The answer is cut by itself, so that the same tokens are scored after every prompt.
    """
    target = [*ids_of(tokenizer, answer), tokenizer.eos_token_id]
    ((tokens, _),) = log_probabilities(model, tokenizer, [(fitting(model, ids, len(target)), target)])
    return sum(token.log_probability for token in tokens), len(target)
