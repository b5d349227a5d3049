"""Inside: what an adapter is, and what comes of turning it up, down, or mixing it."""

from __future__ import annotations

from lib import ui
from lib.ui.kit import controls
from lib.ui.kit.exports import Rows
from lib.ui.training.inside.counting import count_adapter
from lib.ui.training.inside.dial import dial_adapter
from lib.ui.training.inside.mixing import mix_adapters
from lib.ui.training.inside.update import look_at_update
from lib.ui.training.newest import chosen_run, marked_record, nothing_yet
from lib.ui.training.out.merged import merged_model

OF_NO_RUN = ("mix", "count")
"""Parts that are not about the newest run."""


def draw_inside() -> None:
    parts = {
        "update": ("The update", look_at_update),
        "dial": ("The dial", dial_adapter),
        "mix": ("Two adapters", mix_adapters),
        "merge": ("Merge", _merge),
        "count": ("Count", count_adapter),
    }
    titles = {name: title for name, (title, _) in parts.items()}
    chosen = controls.segmented("Look at", titles, "update", key="inside_part", label_visibility="collapsed")
    show = parts[chosen][1]
    rows = show() if chosen in OF_NO_RUN else show(chosen_run())
    ui.take_away("live_lora", rows=rows, name=f"lora-{chosen}")


def _merge(kind: str) -> Rows | None:
    record = marked_record(kind)
    if record is None:
        nothing_yet(kind, "its adapter, to be put into the weights,")
    else:
        merged_model(record)
    return None
