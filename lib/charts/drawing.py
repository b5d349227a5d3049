"""A figure that stays the one dictionary it was made of until something asks for more.

Streamlit asks a figure for its dictionary alone, at every move of a slider. Plotly would make an object of each part
before, and copy all of it four times, its template included: 4 ms a figure. What it takes from inside plotly is here,
and `tests/unit/charts/test_drawing.py` holds both ways against each other.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import plotly.graph_objects as go
import plotly.io


class Drawing(go.Figure):
    """plotly's figure, built when its parts are first asked for; a wrong property is refused with `validate`."""

    def __init__(self, spec: dict[str, Any], *, validate: bool = False) -> None:
        layout = {"template": _template(plotly.io.templates.default), **spec["layout"]}
        self._unbuilt, self._checks = {"data": spec["data"], "layout": layout}, validate
        if validate:
            go.Figure(self._unbuilt)

    def __getattr__(self, name: str) -> Any:
        """Of the attributes that plotly's own constructor sets, the first that is missing has all of them made."""
        spec = self.__dict__.get("_unbuilt")
        if spec is None or name.startswith("__"):
            raise AttributeError(name)
        self._unbuilt = None
        super().__init__(spec, _validate=self._checks)
        return getattr(self, name)

    def to_dict(self) -> dict[str, Any]:
        """What is drawn. Not to be changed: an unbuilt figure gives its own dictionary away, not a copy.

        Arrays plotly writes shorter than as lists, so a figure that has some is built.
        """
        unbuilt = self._unbuilt
        values = (value for trace in unbuilt["data"] for value in trace.values()) if unbuilt else ()
        return super().to_dict() if not unbuilt or any(isinstance(each, np.ndarray) for each in values) else unbuilt


@cache
def _template(name: str) -> dict[str, Any]:
    """One for all figures: nobody writes into a figure's template."""
    return plotly.io.templates[name].to_plotly_json()
