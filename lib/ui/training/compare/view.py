"""Compare: methods side by side, or one setting varied."""

from __future__ import annotations

from lib import ui
from lib.ui.kit import controls
from lib.ui.training.compare import methods_side_by_side, sweep

SIDE_BY_SIDE, SWEEP = "Methods side by side", "Sweep one setting"


def draw_compare() -> None:
    parts = {SIDE_BY_SIDE: methods_side_by_side.methods_side_by_side, SWEEP: sweep.sweep}
    chosen = controls.segmented("What to compare", list(parts), SIDE_BY_SIDE, key="cmp_what")
    parts[chosen]()
    kind = sweep.KIND if chosen == SWEEP else methods_side_by_side.KIND
    rows, data = methods_side_by_side.exports_of(kind)
    ui.take_away("live_lora", rows=rows, data=data, name=kind)
