"""Log-likelihoods of choices under a model. Imports torch: only a worker imports this module.

Tokenisation at the seam and truncation from the left follow lm-evaluation-harness (`TemplateLM._encode_pair`,
`HFLM._loglikelihood_tokens`): context and continuation are cut together, and what is not the context's own tokens is
the continuation's.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from lib.errors import StopRequested
from lib.evaluation.likelihood import (
    ChoiceScore,
    Item,
    ItemScored,
    LikelihoodDone,
    LikelihoodRun,
    LikelihoodStarted,
    TokenScore,
)
from lib.models import catalogue
from lib.models.borrow import borrow, own_modules
from lib.training.methods.files import with_files

Pair = tuple[list[int], list[int]]
"""Token ids of a context and its continuation."""
MAX_TOKENS = 512
"""At once, so that a vocabulary of 49,152 makes 100 MB of logits at most."""


def score_items(run: LikelihoodRun) -> Iterator[LikelihoodStarted | ItemScored | LikelihoodDone]:
    """Score items one by one; a stop keeps what is scored."""
    began = time.monotonic()
    with borrow(catalogue.find(run.model)) as (model, tokenizer):
        if run.adapter is not None:
            model = with_files(own_modules(model), run.adapter).eval()
        yield LikelihoodStarted(run.model, str(model.device), model.config.max_position_embeddings)
        choices = 0
        try:
            for item in run.items:
                yield score_item(model, tokenizer, item)
                choices += len(item.choices)
        except StopRequested:
            pass
    yield LikelihoodDone(time.monotonic() - began, choices)


def score_item(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, item: Item) -> ItemScored:
    """Every choice of one item."""
    longest = model.config.max_position_embeddings + 1  # the last token is predicted, never read
    pairs = [encode_pair(tokenizer, context, continuation) for context, continuation in item.requests()]
    truncated = any(len(context) + len(continuation) > longest for context, continuation in pairs)
    fitting = [(context[-(longest - len(continuation)) :], continuation) for context, continuation in pairs]
    found = [each for some in batches(fitting) for each in log_probabilities(model, tokenizer, some)]
    scores = [ChoiceScore(choice, *each) for choice, each in zip(item.choices, found, strict=True)]
    return ItemScored(item, tuple(scores), truncated)


def batches(pairs: list[Pair]) -> Iterator[list[Pair]]:
    """As many at once as stay within MAX_TOKENS when all are as long as the longest."""
    longest = max(len(context) + len(continuation) for context, continuation in pairs)
    size = max(1, MAX_TOKENS // longest)
    for first in range(0, len(pairs), size):
        yield pairs[first : first + size]


def encode_pair(tokenizer: PreTrainedTokenizerBase, context: str, continuation: str) -> Pair:
    """Token ids of both. Spaces that end the context belong to the continuation; an empty context is one end token."""
    spaces = len(context) - len(context.rstrip())
    if spaces:
        context, continuation = context[:-spaces], context[-spaces:] + continuation
    if not context:
        return [tokenizer.eos_token_id], tokenizer(continuation, add_special_tokens=False)["input_ids"]
    whole = tokenizer(context + continuation, add_special_tokens=False)["input_ids"]
    own = tokenizer(context, add_special_tokens=False)["input_ids"]
    return own, whole[len(own) :]


@torch.no_grad()
def log_probabilities(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, pairs: list[Pair]
) -> Iterator[tuple[tuple[TokenScore, ...], bool]]:
    """For each pair the log-probability of every continuation token, in single precision, and whether greedy decoding
    would write the continuation.

    One forward pass: shorter rows are filled up at the right, where no token before can see it.
    """
    rows = [(context + continuation)[:-1] for context, continuation in pairs]
    width = max(map(len, rows))
    ids = torch.tensor([row + row[-1:] * (width - len(row)) for row in rows], device=model.device)
    logits = model(input_ids=ids, use_cache=False).logits[:, -width:]  # a learnt prompt puts its own in front
    for (context, continuation), row in zip(pairs, logits, strict=True):
        predicted = torch.log_softmax(row[len(context) - 1 :][: len(continuation)].float(), dim=-1)
        target = torch.tensor(continuation, device=model.device)
        found = predicted.gather(1, target[:, None])[:, 0].tolist()
        texts = [tokenizer.decode([token]) for token in continuation]
        tokens = tuple(TokenScore(text, value) for text, value in zip(texts, found, strict=True))
        yield tokens, bool((predicted.argmax(dim=-1) == target).all())
