"""A layer sensitivity map as it stands, and what it shows. No torch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lib.quant.layer_map.run import AllMeasured, LayerMeasured, MapEvent, MapProgress, MapStarted


@dataclass(frozen=True)
class SensitivityMap:
    """The matrices measured so far, each rounded alone, and all of them rounded together."""

    started: MapStarted
    cells: tuple[LayerMeasured, ...]
    together: AllMeasured | None

    @property
    def worst(self) -> LayerMeasured | None:
        return max(self.cells, key=lambda cell: cell.kl_nats, default=None)

    @property
    def sum_nats(self) -> float:
        """Of the KL divergences, each with one matrix alone rounded."""
        return sum(cell.kl_nats for cell in self.cells)

    @property
    def worst_share(self) -> float:
        return self.worst.kl_nats / self.sum_nats if self.sum_nats else 0.0

    @property
    def times_the_sum(self) -> float | None:
        """All matrices rounded at once against the sum of each alone; None before that has been measured."""
        if self.together is None or not self.sum_nats:
            return None
        return self.together.kl_nats / self.sum_nats


def collect(events: Iterable[MapEvent]) -> tuple[SensitivityMap | None, float]:
    """The map so far (None before it has started), and how far it is."""
    started, cells, together, share = None, [], None, 0.0
    for event in events:
        match event:
            case MapStarted():
                started = event
            case LayerMeasured():
                cells.append(event)
            case AllMeasured():
                together = event
            case MapProgress():
                share = event.done_share
    return (SensitivityMap(started, tuple(cells), together) if started else None), share
