"""How likely a model finds every code of a format, exactly. Imports torch: worker only."""

from __future__ import annotations

from itertools import product

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from lib.training.canary.run import Exposure

ROWS_AT_ONCE = 100


def all_codes(digits: int) -> list[str]:
    return ["".join(code) for code in product("0123456789", repeat=digits)]


@torch.inference_mode()
def log_probabilities(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompt: str, digits: int
) -> torch.Tensor:
    """ln P(code | prompt) of each of the 10^digits codes in order, as the tokenizer writes it; [10^digits], nats.

    Codes that differ in their last token alone share everything the model reads, so each such beginning is read once.
    """
    model.eval()
    start = len(tokenizer(prompt)["input_ids"])
    written = [tokenizer(f"{prompt} {code}")["input_ids"] for code in all_codes(digits)]
    beginnings = sorted({tuple(ids[:-1]) for ids in written}, key=lambda ids: (len(ids), ids))
    following = {}
    for first in range(0, len(beginnings), ROWS_AT_ONCE):
        rows = beginnings[first : first + ROWS_AT_ONCE]
        longest = len(rows[-1])
        # What stands to the right of a token does not change what the model says there, so any padding will do.
        padded = torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows], device=model.device)
        logits = model(input_ids=padded, use_cache=False, logits_to_keep=longest - start + 1).logits
        following |= dict(zip(rows, logits.float().log_softmax(-1).cpu(), strict=True))
    return torch.stack([following[tuple(ids[:-1])][range(len(ids) - start), ids[start:]].sum() for ids in written])


def exposure(found: torch.Tensor, code: str) -> Exposure:
    """The exposure of `code` among the codes whose log-probabilities were `found`, in order."""
    return Exposure(len(found), 1 + int((found > found[int(code)]).sum()))
