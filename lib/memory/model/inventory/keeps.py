"""What a layer keeps of a context: keys and values, a window of them, a latent, a state, or nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Keeps:
    """What each of `layers` layers keeps of a context.

    `numbers_per_token` while the context is shorter than `window` (where there is one), `numbers_past_window` for each
    token after that; both hold keys, values and whatever else grows, and take a KV cache's bits. `state_bytes` is of
    constant size: the state of a Mamba or linear-attention layer, in the types in which transformers keeps it.
    """

    layers: int
    numbers_per_token: float = 0.0
    window: int | None = None
    numbers_past_window: float = 0.0
    state_bytes: int = 0
    latent: bool = False

    @property
    def kind(self) -> str:
        if not self.numbers_per_token:
            return "state" if self.state_bytes else "nothing"
        if self.window:
            return "window and more" if self.numbers_past_window else "window"
        return "latent" if self.latent else "full attention"

    def numbers(self, tokens: int) -> float:
        """Kept numbers of one layer after `tokens` tokens, the state aside."""
        inside = min(tokens, self.window) if self.window else tokens
        return self.numbers_per_token * inside + self.numbers_past_window * (tokens if self.window else 0)
