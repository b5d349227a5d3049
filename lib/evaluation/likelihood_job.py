"""Log-likelihoods of choices under a model. Imports torch: only a worker imports this module.

Tokenisation at the seam and truncation from the left follow lm-evaluation-harness (`TemplateLM._encode_pair`,
`HFLM._loglikelihood_tokens`): context and continuation are cut together, and what is not the context's own tokens is
the continuation's.
"""

from __future__ import annotations

import io
import tempfile
import time
import zipfile
from collections.abc import Iterator

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from lib.engine.job import StopRequested
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
from lib.models.load import load


def score_items(run: LikelihoodRun) -> Iterator[LikelihoodStarted | ItemScored | LikelihoodDone]:
    """Score items one by one; a stop keeps what is scored."""
    began = time.monotonic()
    model, tokenizer = load(catalogue.find(run.model), precision="fp32")
    if run.adapter is not None:
        model = with_adapter(model, run.adapter)
    yield LikelihoodStarted(run.model, str(model.device), model.config.max_position_embeddings)
    passes = 0
    try:
        for item in run.items:
            yield score_item(model, tokenizer, item)
            passes += len(item.choices)
    except StopRequested:
        pass
    yield LikelihoodDone(time.monotonic() - began, passes)


def with_adapter(model: PreTrainedModel, adapter: bytes) -> PreTrainedModel:
    """The model with a peft adapter from its zip."""
    from peft import PeftModel

    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(io.BytesIO(adapter)) as archive:
            archive.extractall(folder)
        return PeftModel.from_pretrained(model, folder).eval()


def score_item(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, item: Item) -> ItemScored:
    """Every choice of one item."""
    truncated = False
    scores = []
    for choice, (context, continuation) in zip(item.choices, item.requests(), strict=True):
        context_ids, continuation_ids = encode_pair(tokenizer, context, continuation)
        room = model.config.max_position_embeddings + 1 - len(continuation_ids)
        truncated |= len(context_ids) > room
        tokens, greedy = log_probabilities(model, tokenizer, context_ids[-room:], continuation_ids)
        scores.append(ChoiceScore(choice, tokens, greedy))
    return ItemScored(item, tuple(scores), truncated)


def encode_pair(tokenizer: PreTrainedTokenizerBase, context: str, continuation: str) -> tuple[list[int], list[int]]:
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
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, context: list[int], continuation: list[int]
) -> tuple[tuple[TokenScore, ...], bool]:
    """Log-probability of each continuation token, in single precision, and whether greedy decoding would write it."""
    # The last token is only predicted, never read.
    ids = torch.tensor([(context + continuation)[:-1]], device=model.device)
    logits = model(input_ids=ids, use_cache=False).logits[0, -len(continuation) :].float()
    predicted = torch.log_softmax(logits, dim=-1)
    target = torch.tensor(continuation, device=model.device)
    found = predicted.gather(1, target[:, None])[:, 0].tolist()
    greedy = bool((predicted.argmax(dim=-1) == target).all())
    texts = [tokenizer.decode([token]) for token in continuation]
    return tuple(TokenScore(text, value) for text, value in zip(texts, found, strict=True)), greedy
