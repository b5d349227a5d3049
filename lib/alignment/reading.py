"""Prompts read once for all of their answers, as keys and values that each answer goes on from. Imports torch: worker
only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn
from transformers import DynamicCache


@dataclass(frozen=True, eq=False)
class Prefix:
    """What is kept of the prompts that so many answers follow, a row an answer."""

    cache: DynamicCache
    attended: torch.Tensor
    """1 where there is a token, 0 where a shorter prompt was filled up at the left; [rows, longest prompt]."""
    logits: torch.Tensor
    """After the last token, [rows, 1, vocabulary]."""


def read_prompts(model: nn.Module, prompts: Sequence[Sequence[int]]) -> Prefix:
    """Token ids of prompts, one a row, of which many may be the same: each is read once.

    Gradients go through it: the rows of a prompt are copies of one row.
    """
    at = {prompt: number for number, prompt in enumerate(dict.fromkeys(map(tuple, prompts)))}
    ids, attended = filled_up(list(at), model.device, left=True)
    positions = (attended.cumsum(1) - 1).clamp(min=0)
    read = model(input_ids=ids, attention_mask=attended, position_ids=positions, use_cache=True, logits_to_keep=1)
    rows = torch.tensor([at[tuple(prompt)] for prompt in prompts], device=model.device)
    read.past_key_values.batch_select_indices(rows)
    return Prefix(read.past_key_values, attended[rows], read.logits[rows])


def filled_up(
    rows: Sequence[Sequence[int]], device: torch.device, *, left: bool = False
) -> tuple[torch.Tensor, torch.Tensor]:
    """(Token ids, 1 where there is one), both [rows, longest row]."""
    longest = max(map(len, rows))
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    there = torch.zeros_like(ids)
    for number, row in enumerate(rows):
        place = slice(longest - len(row), None) if left else slice(0, len(row))
        ids[number, place] = torch.tensor(row, dtype=torch.long)
        there[number, place] = 1
    return ids.to(device), there.to(device)
