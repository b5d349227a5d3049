"""The loss of a few texts and its gradient, whole and in pieces: the same numbers, far less held at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

TOKENS, VOCABULARY, HIDDEN = 128, 1_000, 32
PIECES = (1, 2, 4, 8, 16, 32, 64, 128)


@dataclass(frozen=True, eq=False)
class Loss:
    """Cross-entropy of TOKENS tokens over VOCABULARY words, in nats per token, with what it took."""

    nats: float
    hidden_gradient: np.ndarray
    """[tokens, hidden], of the loss by what enters the output matrix."""
    head_gradient: np.ndarray
    """[vocabulary, hidden]."""
    logits_at_once: int
    """Numbers of the largest block of logits."""


@lru_cache(maxsize=16)
def loss_in_pieces(pieces: int, dtype: str = "float32", seed: int = 0) -> Loss:
    """-log softmax(h Wᵀ) at the right token, meaned; `pieces` blocks of tokens, one after the other.

    The softmax of a token needs that token's logits and no other's, so the sum over tokens may be taken in any order;
    only the last digits know, for floating-point sums round (Goldberg 1991).
    """
    generator = np.random.default_rng(seed)
    hidden = generator.normal(size=(TOKENS, HIDDEN)).astype(dtype)
    head = (generator.normal(size=(VOCABULARY, HIDDEN)) / np.sqrt(HIDDEN)).astype(dtype)
    right = generator.integers(VOCABULARY, size=TOKENS)
    total, largest = hidden.dtype.type(0), 0
    by_hidden, by_head = np.empty_like(hidden), np.zeros_like(head)
    for block in np.array_split(np.arange(TOKENS), pieces):
        logits = hidden[block] @ head.T
        largest = max(largest, logits.size)
        logits -= logits.max(axis=1, keepdims=True)
        exponentials = np.exp(logits)
        sums = exponentials.sum(axis=1)
        rows = np.arange(len(block))
        total += (np.log(sums) - logits[rows, right[block]]).sum()
        by_logits = exponentials / sums[:, None]
        by_logits[rows, right[block]] -= 1
        by_logits /= TOKENS
        by_hidden[block] = by_logits @ head
        by_head += by_logits.T @ hidden[block]
    return Loss(float(total) / TOKENS, by_hidden, by_head, largest)


@dataclass(frozen=True)
class Apart:
    """How far the loss in pieces is from the whole one."""

    whole: Loss
    pieced: Loss

    @property
    def nats(self) -> float:
        return abs(self.whole.nats - self.pieced.nats)

    @property
    def gradient(self) -> float:
        """The largest difference of any entry of both gradients, as a share of the largest entry."""
        pairs = (
            (self.whole.hidden_gradient, self.pieced.hidden_gradient),
            (self.whole.head_gradient, self.pieced.head_gradient),
        )
        return max(float(np.abs(one - other).max() / np.abs(one).max()) for one, other in pairs)

    @property
    def held_share(self) -> float:
        """Logits held at once, of all of them."""
        return self.pieced.logits_at_once / self.whole.logits_at_once


def apart(pieces: int, dtype: str = "float32") -> Apart:
    return Apart(loss_in_pieces(1, dtype), loss_in_pieces(pieces, dtype))
