"""A figure as one dictionary says what plotly's own object of it says."""

import json
import subprocess
import sys

import numpy as np
import plotly.graph_objects as go
import plotly.io
import pytest
from plotly.validator_cache import ValidatorCache

from lib.charts.drawing import Drawing, forget_properties, parts_of
from tests.waiting import LIMIT_S

TRACES = [{"type": "bar", "x": [1, 2], "y": ["a", "b"]}, {"type": "scatter", "x": [1.5], "y": [2], "mode": "lines"}]
SPEC = {"data": TRACES, "layout": {"title": {"text": "Loss"}, "shapes": [{"type": "line", "x0": 1, "x1": 1}]}}


MAP = {"data": [{"type": "heatmap", "z": np.array([[0.25, 3.0], [1.0, np.nan]])}], "layout": {}}


@pytest.mark.parametrize("spec", [SPEC, MAP])
def test_what_is_sent_is_what_plotly_sends(spec):
    assert json.loads(plotly.io.to_json(Drawing(spec))) == json.loads(plotly.io.to_json(go.Figure(spec)))


def test_its_template_is_plotlys_default(monkeypatch):
    monkeypatch.setattr(plotly.io.templates, "default", "plotly_dark")
    assert Drawing(SPEC).to_dict()["layout"]["template"] == go.Figure(SPEC).to_dict()["layout"]["template"]


def test_its_parts_are_plotlys_objects():
    fig = Drawing(SPEC)
    assert isinstance(fig.data[0], go.Bar)
    assert fig.layout.title.text == "Loss"
    assert fig == go.Figure(SPEC)


def test_what_is_changed_afterwards_is_sent():
    fig = Drawing(SPEC)
    fig.update_layout(title_text="Loss again").add_annotation(text="here", x=1, y=1)
    assert (
        fig.to_dict()
        == go.Figure(SPEC).update_layout(title_text="Loss again").add_annotation(text="here", x=1, y=1).to_dict()
    )


def test_what_it_has_not_is_missing():
    with pytest.raises(AttributeError):
        _ = Drawing(SPEC).colour


def test_a_misspelt_property_is_refused_if_that_is_wanted():
    wrong = {"data": [], "layout": {"titel": "Loss"}}
    with pytest.raises(ValueError, match="titel"):
        Drawing(wrong, validate=True)
    Drawing(wrong)


def test_what_only_plotlys_objects_take_apart_is_refused():
    with pytest.raises(ValueError, match="title_text"):
        Drawing({"data": [], "layout": {"title_text": "Loss"}}, validate=True)
    Drawing({**MAP, "layout": {"annotations": [], "legend": None}}, validate=True)
    with pytest.raises(ValueError, match="marker_color"):
        Drawing({"data": [{"type": "bar", "marker_color": "red"}], "layout": {}}, validate=True)


def test_its_parts_can_be_read_without_building_it():
    fig = Drawing(MAP)
    assert parts_of(fig)["data"] is MAP["data"]
    assert fig.unbuilt
    assert parts_of(go.Figure(SPEC)) == {"data": TRACES, "layout": go.Figure(SPEC).layout.to_plotly_json()}


def test_what_plotly_forgot_of_its_properties_it_reads_again():
    forget_properties()
    assert ValidatorCache._json_cache is None
    assert Drawing(SPEC).to_dict()["data"] == TRACES
    assert ValidatorCache._json_cache is None
    assert Drawing(SPEC).layout.title.text == "Loss"
    with pytest.raises(ValueError, match="titel"):
        Drawing({"data": [], "layout": {"titel": "Loss"}}, validate=True)
    assert ValidatorCache._json_cache


def test_streamlits_theme_has_them_read():
    """Where it does not, there is nothing to forget."""
    told = (
        "import streamlit.elements.plotly_chart, plotly.validator_cache as v; print(len(v.ValidatorCache._json_cache))"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, timeout=LIMIT_S, check=True)
    assert int(done.stdout) > 1_000
