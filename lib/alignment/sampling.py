"""Sampling answers, and the log-probabilities of answers. Imports torch: worker only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from lib.alignment.answers import Answer, Sampled, Sampling
from lib.alignment.reading import filled_up, read_prompts
from lib.models import catalogue
from lib.models.borrow import borrow
from lib.training.adapting import base_precision

ROWS_AT_ONCE = 32
SENTENCE_END = re.compile(r"(?<=[^\W\d_])[.!?][\"”’']?(?=\s|$)")


@dataclass(frozen=True)
class Row:
    """A prompt and an answer as token ids; the answer ends with the end-of-text token if the model ended it."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]


def write_answers(sampling: Sampling) -> Iterator[Sampled]:
    """The answers to each prompt, as they come; the same seed gives the same answers."""
    with borrow(catalogue.find(sampling.model), base_precision(sampling.model)) as (model, tokenizer):
        torch.manual_seed(sampling.seed)
        for prompt in sampling.prompts:
            _, answers = draw(model, tokenizer, [prompt] * sampling.count, sampling)
            yield Sampled(prompt, tuple(whole_sentences(tokenizer, answer) for answer in answers))


def whole_sentences(tokenizer: PreTrainedTokenizerBase, answer: Answer) -> Answer:
    """An answer that was cut at the most tokens allowed, without the sentence that it was cut in; as it is where that
    is its first."""
    ends = list(SENTENCE_END.finditer(answer.text))
    if answer.ended or not ends:
        return answer
    text = answer.text[: ends[-1].end()]
    return Answer(answer.prompt, text, len(tokenizer(text, add_special_tokens=False)["input_ids"]))


def draw(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompts: Sequence[str], sampling: Sampling
) -> tuple[tuple[Row, ...], tuple[Answer, ...]]:
    """One answer to each of `prompts`, which may repeat, drawn by torch's own generator as it stands."""
    questions = [asked(tokenizer, prompt) for prompt in prompts]
    written = []
    for first in range(0, len(questions), ROWS_AT_ONCE):
        written += sampled_ids(model, tokenizer, questions[first : first + ROWS_AT_ONCE], sampling)
    end = tokenizer.eos_token_id
    answers = (
        Answer(prompt, decoded(tokenizer, ids), sum(token != end for token in ids), ids[-1] == end)
        for prompt, ids in zip(prompts, written, strict=True)
    )
    return tuple(Row(tuple(q), tuple(ids)) for q, ids in zip(questions, written, strict=True)), tuple(answers)


def asked(tokenizer: PreTrainedTokenizerBase, prompt: str) -> list[int]:
    """Token ids of a prompt: in the model's chat format where it has one, else as the beginning of a text."""
    if tokenizer.chat_template:
        chat = [{"role": "user", "content": prompt.strip()}]
        text = tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
    else:
        text = prompt.rstrip()
    return tokenizer(text, add_special_tokens=False)["input_ids"]


@torch.no_grad()
def sampled_ids(
    model: nn.Module, tokenizer: PreTrainedTokenizerBase, rows: Sequence[list[int]], sampling: Sampling
) -> list[list[int]]:
    """What the model adds to each row of token ids, the token that ends it included if it came."""
    was_training = model.training
    model.eval()
    ids, attended = filled_up(rows, model.device, left=True)
    longest = ids.shape[1]
    # All but the last token of a prompt is read once for all of its answers: what `generate` is given it need not read.
    read = read_prompts(model, [row[:-1] for row in rows]).cache if longest > 1 else None
    written = model.generate(
        input_ids=ids,
        attention_mask=attended,
        past_key_values=read,
        do_sample=True,
        temperature=sampling.temperature,
        top_k=0,
        top_p=1.0,
        max_new_tokens=sampling.max_new_tokens,
        pad_token_id=tokenizer.eos_token_id,
    )[:, longest:].tolist()
    model.train(was_training)
    end = tokenizer.eos_token_id
    return [row[: row.index(end) + 1] if end in row else row for row in written]


def decoded(tokenizer: PreTrainedTokenizerBase, ids: Sequence[int]) -> str:
    return tokenizer.decode([token for token in ids if token != tokenizer.eos_token_id]).strip()


def row_of(tokenizer: PreTrainedTokenizerBase, answer: Answer) -> Row:
    """An answer as token ids again, after its prompt."""
    gap = "" if tokenizer.chat_template else " "
    ids = tokenizer(gap + answer.text, add_special_tokens=False)["input_ids"]
    end = [tokenizer.eos_token_id] if answer.ended or not ids else []
    return Row(tuple(asked(tokenizer, answer.prompt)), tuple(ids + end))
