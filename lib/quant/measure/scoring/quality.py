"""How well a model predicts a text, and how far it has moved from the model it was made from.

Everything is computed from numbers per token, so that nothing can disagree. No torch: `token_scores.py` fills these in.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class ChangedToken:
    """A place in the text where another token has become the likeliest."""

    position: int
    """Index of the predicted token in the text."""
    actual: str
    before: str
    after: str


@dataclass(frozen=True)
class Agreement:
    """Against the reference model, on the same tokens.

    kl_nats          mean over tokens of sum p · ln(p / q), p the reference's distribution and q this model's
    top1_share       share of tokens for which both find the same token likeliest
    loss_change      mean of (loss here - loss of the reference) in nats per token, with `loss_change_error`, the
                     standard error of that paired difference
    """

    kl_nats: float
    kl_error: float
    top1_share: float
    loss_change: float
    loss_change_error: float
    changed: tuple[ChangedToken, ...]


@dataclass(frozen=True)
class Quality:
    """Perplexity exp(mean loss) of `tokens` scored tokens.

    loss_error is a standard error over `blocks` stretches of text scored one after another (batch means, since
    neighbouring tokens are not independent); that of the perplexity follows by the delta method.
    """

    tokens: int
    blocks: int
    loss: float
    loss_error: float
    top1_right: float
    agreement: Agreement | None

    @property
    def perplexity(self) -> float:
        return math.exp(min(self.loss, 700.0))

    @property
    def perplexity_error(self) -> float:
        return self.perplexity * self.loss_error

    @property
    def perplexity_change_percent(self) -> float | None:
        """How much larger the perplexity is than the reference's, in percent; None for the reference."""
        return None if self.agreement is None else 100 * (math.exp(min(self.agreement.loss_change, 700.0)) - 1)
