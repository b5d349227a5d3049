"""An answer as a row of numbers: a model's hidden states. Imports torch: worker only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from lib.alignment.answers import Answer
from lib.alignment.sampling import asked
from lib.models.hidden import mean_hidden_states

ROWS_AT_ONCE = 16


@torch.no_grad()
def hidden_states(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, answers: Sequence[Answer]
) -> Iterator[torch.Tensor]:
    """The mean of the last hidden states over each answer's tokens, read after its prompt; [some, hidden_size] each."""
    was_training = model.training
    model.eval()
    for first in range(0, len(answers), ROWS_AT_ONCE):
        yield _of_some(model, tokenizer, answers[first : first + ROWS_AT_ONCE])
    model.train(was_training)


def _of_some(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, answers: Sequence[Answer]) -> torch.Tensor:
    rows, starts = [], []
    for answer in answers:
        prompt = asked(tokenizer, answer.prompt)
        gap = "" if tokenizer.chat_template else " "
        text = tokenizer(gap + answer.text, add_special_tokens=False)["input_ids"] or [tokenizer.eos_token_id]
        room = model.config.max_position_embeddings - len(text)
        rows.append(prompt[-room:] + text)
        starts.append(len(rows[-1]) - len(text))
    return mean_hidden_states(model, rows, starts)
