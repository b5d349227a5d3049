"""What a model knows besides its texts, measured. Imports torch: worker only."""

from __future__ import annotations

import torch
from torch import nn
from transformers import PreTrainedTokenizerBase

from lib.evaluation.likelihood import ItemScored
from lib.evaluation.likelihood_job import score_item
from lib.training.forgetting.known import PASSAGE_TOKENS, FactSaid, Known, facts, passages
from lib.training.texts.batches import held_out_loss
from lib.training.texts.datasets import Example


def known(model: nn.Module, tokenizer: PreTrainedTokenizerBase, *, with_facts: bool) -> Known:
    """How well `model` predicts held-out passages of a book, and which facts it knows."""
    model.eval()
    loss = held_out_loss(model, tokenizer, [_beginning(passage, tokenizer) for passage in passages()])
    asked = facts() if with_facts else ()
    with torch.inference_mode():
        return Known(loss, tuple(_said(score_item(model, tokenizer, fact.item)) for fact in asked))


def _beginning(passage: str, tokenizer: PreTrainedTokenizerBase) -> Example:
    """So much of a passage as is PASSAGE_TOKENS tokens long."""
    ends = tokenizer(passage, return_offsets_mapping=True, verbose=False)["offset_mapping"]
    return Example(passage[: ends[:PASSAGE_TOKENS][-1][1]])


def _said(scored: ItemScored) -> FactSaid:
    item = scored.item
    return FactSaid(item.context, item.choices[item.gold], item.choices[scored.picked("acc")], scored.margin)
