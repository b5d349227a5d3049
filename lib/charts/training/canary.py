"""How exposed a planted code is, against how often it was planted."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREY, RED, figure, line
from lib.training.canary.run import CHANCE_BITS, Planted
from lib.units import number_of


def exposure_by_times(found: Sequence[Planted], times: Sequence[int], code: str, most_bits: float) -> go.Figure:
    """Exposure in bits for each number of copies; a run whose model says the code is red and says so."""
    names = [f"{each}×" for each in times]
    told = [each.told(code) for each in found]
    first = next((each.times for each, gives in zip(found, told, strict=True) if gives), None)
    if not found:
        title = "Exposure of the code"
    elif first is None:
        title = f"Exposure up to {max(each.exposure.bits for each in found):.1f} bits, and not said yet"
    else:
        title = f"Planted {number_of(first, 'time')} among the texts, the model says the code"
    return figure(
        title,
        "times the code stands among the training texts",
        "exposure (bits)",
        height=380,
        traces=[
            {
                "type": "bar",
                "x": [f"{each.times}×" for each in found],
                "y": [each.exposure.bits for each in found],
                "text": [
                    f"{each.exposure.bits:.1f}<br>{'says it' if gives else 'not said'}"
                    for each, gives in zip(found, told, strict=True)
                ],
                # Above such a bar the dashed line would run through the words.
                "textposition": ["inside" if 0.7 < each.exposure.bits / most_bits < 1 else "outside" for each in found],
                "textfont": {"size": 15},
                "insidetextfont": {"color": "#ffffff"},
                "textangle": 0,
                "constraintext": "none",
                "marker": {"color": [RED if gives else BLUE for gives in told]},
                "cliponaxis": False,
            }
        ],
        showlegend=False,
        xaxis={"type": "category", "categoryorder": "array", "categoryarray": names, "range": [-0.6, len(names) - 0.4]},
        yaxis={
            "range": [0, most_bits * 1.3],
            "tickvals": [0, CHANCE_BITS, most_bits],  # the bars say their own heights
            "ticktext": ["0", f"luck: {CHANCE_BITS:.1f}", f"all: {most_bits:.1f}"],
        },
        shapes=[
            line("y", most_bits, color=GREY, width=1, dash="dash"),
            line("y", CHANCE_BITS, color=GREY, width=1, dash="dot"),
        ],
    )
