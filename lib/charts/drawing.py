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
from _plotly_utils.utils import convert_to_base64
from plotly.validator_cache import ValidatorCache


class Drawing(go.Figure):
    """plotly's figure, built when its parts are first asked for; with `validate` a wrong property is refused."""

    def __init__(self, spec: dict[str, Any], *, validate: bool = False) -> None:
        layout = {"template": _template(plotly.io.templates.default), **spec["layout"]}
        self._unbuilt, self._checks = {"data": spec["data"], "layout": layout}, validate
        if validate:
            _refuse_what_plotly_would_write_otherwise(self._unbuilt)

    def __getattr__(self, name: str) -> Any:
        """Of the attributes that plotly's own constructor sets, the first that is missing has all of them made."""
        spec = self.__dict__.get("_unbuilt")
        if spec is None or name.startswith("__"):
            raise AttributeError(name)
        self._unbuilt = None
        super().__init__(spec, _validate=self._checks)
        return getattr(self, name)

    def to_dict(self) -> dict[str, Any]:
        """What is drawn. Not to be changed: an unbuilt figure gives its own dictionary away, not a copy."""
        if self.unbuilt is None:
            return super().to_dict()
        return {"data": [_with_short_arrays(trace) for trace in self.unbuilt["data"]], "layout": self.unbuilt["layout"]}

    @property
    def unbuilt(self) -> dict[str, Any] | None:
        """The dictionary it was made of, as long as it is nothing else."""
        return self._unbuilt


def _with_short_arrays(trace: dict[str, Any]) -> dict[str, Any]:
    """Its arrays as plotly writes them, which is half as long as a list."""
    if not any(isinstance(value, np.ndarray) for value in trace.values()):
        return trace
    copied = dict(trace)
    convert_to_base64(copied)
    return copied


def parts_of(figure: go.Figure) -> dict[str, Any]:
    """`data` and `layout` as dictionaries, arrays as they are, and nothing built for it. Not to be changed."""
    if isinstance(figure, Drawing) and figure.unbuilt:
        return figure.unbuilt
    return {"data": [each.to_plotly_json() for each in figure.data], "layout": figure.layout.to_plotly_json()}


def forget_properties() -> None:
    """Drop plotly's list of all properties that there are, 9 MB, which Streamlit has it read for its theme.

    Only what is built is looked up there; plotly reads the list again once a figure is.
    """
    ValidatorCache._json_cache = None


def _refuse_what_plotly_would_write_otherwise(spec: dict[str, Any]) -> None:
    """A property that plotly has not, or one such as `title_text`, which only its own objects take apart."""
    built = go.Figure(spec)
    pairs = [(spec["layout"], built.layout), *zip(spec["data"], built.data, strict=True)]
    for given, taken in pairs:
        empty = {name for name, value in given.items() if value is None or (isinstance(value, list) and not value)}
        changed = set(given) - empty - set(taken.to_plotly_json())
        if changed:
            raise ValueError(f"{', '.join(sorted(changed))}: write a part of a part as a dictionary in a dictionary")


@cache
def _template(name: str) -> dict[str, Any]:
    """One for all figures: nobody writes into a figure's template."""
    return plotly.io.templates[name].to_plotly_json()
