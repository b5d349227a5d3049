"""Labels scored by log-likelihood. Imports torch: only a worker imports this module."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Iterator, Sequence

import torch
from torch import nn
from transformers import Cache, PreTrainedTokenizerBase

from lib.lesson.prompting.runs import AskedScore, AskRun, OwnAnswer, OwnRun, Weights
from lib.lesson.prompting.scores import Score
from lib.lesson.prompting.task import Wording, shortened, task, wording
from lib.models import catalogue
from lib.models.borrow import borrow
from lib.training.base_model import said_once
from lib.training.methods.in_front import AfterExamples, read_in_front
from lib.training.out.identity import weights_sha256

AT_ONCE = 20
MOST_TOKENS = 1_000
"""Of a student's own sentence: what is more would keep a processor busy for minutes."""
ROOM_FOR_A_LABEL = 16


def ask_in_every_way(run: AskRun) -> Iterator[AskedScore | Weights]:
    """Each way of asking put to all test sentences; then whether any weight has changed."""
    folder = catalogue.find(run.model)
    with borrow(folder) as (model, tokenizer):
        before = said_once(folder, ("fp32", "weights"), lambda: weights_sha256(model))
        for asked in run.asked:
            ids = ids_of(tokenizer, asked.front)
            yield AskedScore(asked, score(model, tokenizer, wording(asked.wording), ids))
        yield Weights(before, weights_sha256(model))


def ask_own(run: OwnRun) -> Iterator[OwnAnswer]:
    """How likely each label is after the student's own sentence."""
    with borrow(catalogue.find(run.model)) as (model, tokenizer):
        text, _ = shortened(run.text)
        how, own = wording(run.asked.wording), ids_of(tokenizer, text)
        front, after = ids_of(tokenizer, run.asked.front + how.before), ids_of(tokenizer, how.after)
        room = model.config.max_position_embeddings - len(front) - len(after) - ROOM_FOR_A_LABEL
        read = own[: max(1, min(MOST_TOKENS, room))]
        ids = [*front, *read, *after]
        (found,) = label_log_probabilities(model, tokenizer, [ids])
        most = max(found)
        shares = [math.exp(each - most) for each in found]
        probabilities = tuple(zip(task().labels, (share / sum(shares) for share in shares), strict=True))
        yield OwnAnswer(probabilities, sum(map(math.exp, found)), len(own), len(own) - len(read), len(ids))


def ids_of(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    """Text as tokens: signs that look like special tokens stay text, since a sentence may be anybody's."""
    return tokenizer(text, add_special_tokens=False, split_special_tokens=True, verbose=False)["input_ids"]


def score(model: nn.Module, tokenizer: PreTrainedTokenizerBase, how: Wording, front: Sequence[int] = ()) -> Score:
    """All test sentences, put as `how` says, after the tokens `front` or what the model was taught to have in front."""
    began = time.monotonic()
    reader = AfterExamples(model, list(front)) if front else model
    asked = [ids_of(tokenizer, how.ask(sentence.text)) for sentence in task().test]
    if not front and how.instruction:
        asked = [[*ids_of(tokenizer, how.instruction), *each] for each in asked]
    found = label_log_probabilities(reader, tokenizer, asked)
    labels = task().labels
    picked = tuple(labels[max(range(len(labels)), key=each.__getitem__)] for each in found)
    wanted = tuple(sentence.label for sentence in task().test)
    return Score(picked, wanted, time.monotonic() - began, len(front))


@torch.no_grad()
def label_log_probabilities(
    model: nn.Module, tokenizer: PreTrainedTokenizerBase, asked: Sequence[Sequence[int]]
) -> list[list[float]]:
    """ln P of every label, each behind a space, after each row of `asked`.

    What stands in front is read once. A label of one token needs no pass of its own: its row's last logits have it.
    """
    labels = [ids_of(tokenizer, f" {label}") for label in task().labels]
    single = all(len(label) == 1 for label in labels)
    endings: list[list[int]] = [[]] if single else [label[:-1] for label in labels]
    reader, past = read_in_front(model, 1)
    found = []
    for first in range(0, len(asked), AT_ONCE):
        some = asked[first : first + AT_ONCE]
        rows = [[*row, *ending] for row in some for ending in endings]
        logs, skipped = _log_probabilities(reader, rows, past, min(map(len, some)) - 1)
        for at, row in enumerate(some):
            if single:
                last = logs[at, len(row) - 1 - skipped]
                found.append([last[label[0]].item() for label in labels])
                continue
            mine = logs[at * len(labels) : (at + 1) * len(labels)]
            found.append(
                [
                    sum(mine[which, len(row) - 1 - skipped + place, token].item() for place, token in enumerate(label))
                    for which, label in enumerate(labels)
                ]
            )
    return found


def _log_probabilities(
    reader: nn.Module, rows: list[list[int]], past: Cache | None, skipped: int
) -> tuple[torch.Tensor, int]:
    """([rows, tokens - skipped, vocabulary], skipped): the first positions of a long row are of no interest.

    Shorter rows are filled up at the right, where no token before can see it.
    """
    width = max(map(len, rows))
    device = next(reader.parameters()).device
    ids = torch.tensor([row + row[-1:] * (width - len(row)) for row in rows], device=device)
    kept = width - skipped
    if past is None:
        logits = reader(input_ids=ids, use_cache=False, logits_to_keep=kept).logits
    else:
        mine = copy.deepcopy(past)
        mine.batch_repeat_interleave(len(rows))
        logits = reader(input_ids=ids, past_key_values=mine, use_cache=True, logits_to_keep=kept).logits
    return logits.float().log_softmax(-1), skipped
