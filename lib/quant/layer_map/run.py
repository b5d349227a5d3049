"""The layer sensitivity map: what it asks and the events it yields. No torch: pages read these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lib.quant.errors import QuantError
from lib.quant.measure.run import LONGEST_TEXT

SENSITIVITY_WIDTHS = (4, 3, 2)


@dataclass(frozen=True)
class SensitivityRun:
    """Round one layer at a time to `bits`, everything else in fp32, and read the text."""

    model: str
    bits: int = 3
    tokens: int = 512
    window: int = 256
    text: str | None = None

    def __post_init__(self) -> None:
        if self.bits not in SENSITIVITY_WIDTHS:
            raise QuantError(f"The map is made with 2, 3 or 4 bits, not with {self.bits}.")
        if self.window < 2 or not self.window < self.tokens <= 20_000:
            raise QuantError(f"The map needs more tokens than its window of {self.window}, and at most 20,000.")
        if self.text is not None and len(self.text) > LONGEST_TEXT:
            raise QuantError(f"Your text has {len(self.text):,} characters; up to {LONGEST_TEXT:,} are taken.")


@dataclass(frozen=True)
class MapStarted:
    """The grid: `kinds` of matrix (q_proj …) in every one of `layers` layers."""

    model: str
    bits: int
    tokens: int
    loss: float
    layers: int
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class LayerMeasured:
    """With this matrix alone rounded: KL from fp32 in nats per token, and the change of the loss."""

    layer: int
    kind: str
    weights: int
    kl_nats: float
    loss_change: float
    done_share: float


@dataclass(frozen=True)
class AllMeasured:
    """With every matrix rounded at once."""

    kl_nats: float
    loss_change: float


@dataclass(frozen=True)
class MapProgress:
    done_share: float
    keep_only_newest: ClassVar[bool] = True


MapEvent = MapStarted | LayerMeasured | AllMeasured | MapProgress
