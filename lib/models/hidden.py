"""What a model makes of texts inside: the mean of its last hidden states. Imports torch: only a worker imports it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from transformers import PreTrainedModel


@torch.no_grad()
def mean_hidden_states(model: PreTrainedModel, rows: Sequence[list[int]], starts: Sequence[int]) -> torch.Tensor:
    """The mean of the last hidden states of each row of token ids, from its position in `starts` to its end.

    [rows, hidden_size], fp32. The model is read as it stands: put it in eval mode first.
    """
    longest = max(map(len, rows))
    # Filled up at the right: a causal model's numbers at a token do not depend on what follows it.
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows], device=model.device)
    states = model.base_model(input_ids=ids, use_cache=False).last_hidden_state.float()
    return torch.stack(
        [state[start : len(row)].mean(0) for state, start, row in zip(states, starts, rows, strict=True)]
    )
