"""How likely a model finds every code of a format, exactly. Imports torch: worker only."""

from __future__ import annotations

import copy
from itertools import product

import torch
from transformers import Cache, PreTrainedModel, PreTrainedTokenizerBase

from lib.training.canary.run import Exposure

ROWS_AT_ONCE = 100


def all_codes(digits: int) -> list[str]:
    return ["".join(code) for code in product("0123456789", repeat=digits)]


@torch.inference_mode()
def log_probabilities(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompt: str, digits: int
) -> torch.Tensor:
    """ln P(code | prompt) of each of the 10^digits codes in order, as the tokenizer writes it; [10^digits], nats.

    Codes that differ in their last token alone share everything the model reads, so each such beginning is read once;
    and all share the prompt, whose keys and values are kept.
    """
    model.eval()
    asked = tokenizer(prompt)["input_ids"]
    shared = len(asked) - 1  # its last token is read with each code, for a code may be a single token
    written = [tokenizer(f"{prompt} {code}")["input_ids"] for code in all_codes(digits)]
    beginnings = sorted({tuple(ids[shared:-1]) for ids in written}, key=lambda ids: (len(ids), ids))
    read = _read(model, asked[:shared])
    following = {}
    for first in range(0, len(beginnings), ROWS_AT_ONCE):
        rows = beginnings[first : first + ROWS_AT_ONCE]
        longest = len(rows[-1])
        # What stands to the right of a token does not change what the model says there, so any padding will do.
        padded = torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows], device=model.device)
        logits = model(input_ids=padded, past_key_values=_for_rows(read, len(rows))).logits
        following |= dict(zip(rows, logits.float().log_softmax(-1).cpu(), strict=True))
    return torch.stack([_of_code(following[tuple(ids[shared:-1])], ids[shared + 1 :]) for ids in written])


def _read(model: PreTrainedModel, ids: list[int]) -> Cache | None:
    """Keys and values of a prompt; None of an empty one."""
    if not ids:
        return None
    return model(input_ids=torch.tensor([ids], device=model.device), use_cache=True, logits_to_keep=1).past_key_values


def _for_rows(read: Cache | None, rows: int) -> Cache | None:
    if read is not None:
        read = copy.deepcopy(read)
        read.batch_repeat_interleave(rows)
    return read


def _of_code(said: torch.Tensor, ids: list[int]) -> torch.Tensor:
    return said[range(len(ids)), ids].sum()


def exposure(found: torch.Tensor, code: str) -> Exposure:
    """The exposure of `code` among the codes whose log-probabilities were `found`, in order."""
    return Exposure(len(found), 1 + int((found > found[int(code)]).sum()))
