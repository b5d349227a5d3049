"""The events of a case as the numbers that a diagnosis needs. No torch."""

from __future__ import annotations

from collections.abc import Iterable

from lib.training.events import Forgotten, HeldOut, Step
from lib.training.faults.run import BrokeOff, CaseEvent, Measured, Outcome


def outcome(events: Iterable[CaseEvent]) -> Outcome | None:
    """What a case that is over came to; None before its end."""
    events = tuple(events)

    def last(kind: type) -> CaseEvent | None:
        return next((event for event in reversed(events) if isinstance(event, kind)), None)

    held_out = [event.loss for event in events if isinstance(event, HeldOut)]
    measured, forgotten = last(Measured), last(Forgotten)
    if measured is None or not held_out:
        return None
    return Outcome(
        first=held_out[0],
        last=held_out[-1],
        lowest=min(held_out),
        largest_gradient=max((event.grad_norm for event in events if isinstance(event, Step)), default=0.0),
        broke_off=last(BrokeOff) is not None,
        forgot_nats=forgotten.forgot_nats if forgotten else None,
        measured=measured,
    )
