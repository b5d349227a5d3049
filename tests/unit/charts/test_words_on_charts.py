"""Words inside a plot: none over another or over a point, each where there is room for it."""

import math
from itertools import pairwise

import pytest

from lib.charts.lesson.landscape import HIGH, LETTER_PIXELS, LINE_PIXELS, WIDE, over_time
from lib.charts.lesson.pretraining import prices
from lib.charts.memory.calculator import memory_bars, moments_over_time
from lib.charts.training.canary import exposure_by_times
from lib.charts.training.compare import overlaid
from lib.lesson.scaling.landscape import landscape
from lib.memory import TrainingSetup, architecture, estimate, gpu
from lib.training.canary.run import Exposure, Planted
from lib.training.comparing.comparison import Comparison, OfRun, Setting
from lib.training.comparing.outcomes import columns
from lib.training.events import HeldOut
from lib.training.run import FineTuningRun
from lib.training.texts.prompts import Completion
from lib.units import GIB

ABOVE = {"top": 1, "middle": 0, "bottom": -1}
BESIDE = {"left": -1, "center": -0.5, "right": 0}


def boxes(fig) -> list[tuple[float, float, float, float]]:
    """(left, right, low, high) in pixels of every name in a plot of WIDE by HIGH."""
    points = [
        (x, math.log10(y), text, where)
        for trace in fig.data
        if trace.text
        for x, y, text, where in zip(trace.x, trace.y, trace.text, trace.textposition, strict=True)
    ]
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    across, up = WIDE / (max(xs) - min(xs)), HIGH / (max(ys) - min(ys))
    found = []
    for x, y, text, where in points:
        if text:
            row, side = where.split()
            width = LETTER_PIXELS * len(text.removeprefix("<b>").removesuffix("</b>"))
            left = (x - min(xs)) * across + BESIDE[side] * width
            middle = (y - min(ys)) * up + ABOVE[row] * LINE_PIXELS
            found.append((left, left + width, middle - LINE_PIXELS / 2, middle + LINE_PIXELS / 2))
    return found


@pytest.mark.parametrize("what", ["parameters", "tokens"])
def test_names_of_models_cover_no_other_name(what):
    placed = boxes(over_time(landscape(), what, "Models"))
    assert len(placed) >= 10
    for at, (left, right, low, high) in enumerate(placed):
        for other in placed[at + 1 :]:
            assert left >= other[1] or other[0] >= right or low >= other[3] or other[2] >= high


def test_a_models_price_stands_at_the_left_of_its_row_and_a_line_leads_to_its_bar():
    fig = prices({"small": (0.01, 0.02, 0.1), "large": (1e7, 1e8, 1e9)}, "large", 3.2e6)
    small, large, slide = fig.layout.annotations
    assert [(each.xref, each.x, each.xanchor) for each in (small, large)] == [("paper", 0, "left")] * 2
    assert any(tuple(each.x) == (0.01, 1e7) and set(each.y) == {1} for each in fig.data), "from the edge to the bar"
    assert "3.20 million" in slide.text


@pytest.mark.parametrize("setup", [TrainingSetup(), TrainingSetup(method="lora", precision="bf16")], ids=str)
def test_the_fullest_moment_is_named_away_from_the_next_step(setup):
    made = estimate(architecture("Llama-3.1-8B"), setup.with_tokens(1_024), gpu("RTX 4090"))
    fig = moments_over_time(made.runs, "GiB", "Over time", 24 * GIB)
    peak = next(each for each in fig.layout.annotations if "Fullest" in each.text)
    length = len(made.first_step)
    assert (peak.ax > 0) == (peak.x % length < length / 2)
    assert any("card: 24.0 GiB" in each.text for each in fig.layout.annotations)


def test_a_bars_words_are_readable_or_not_there():
    made = estimate(architecture("Llama-3.2-1B"), TrainingSetup(), gpu("RTX 4090"))
    assert memory_bars({"a": made}, 24 * GIB, "RTX 4090", "GiB", "Fits").layout.uniformtext.minsize >= 11


def test_no_line_runs_through_the_words_of_a_bar():
    said = Completion("The code of my locker is", " strong coffee", (), (), ())
    planted = [Planted(times, said, Exposure(10_000, rank), -9.0, "1234") for times, rank in ((0, 7_000), (4, 3))]
    fig = exposure_by_times(planted, (0, 4), "8742", 13.3)
    assert list(fig.data[0].textposition) == ["outside", "inside"]


COMPARED_HIGH = 307
"""Pixels of its plot in a comparison of four settings, under a title of two lines."""
LABEL_LINE_PIXELS = 14 * 1.3


@pytest.mark.parametrize(
    "losses",
    [(2.0, 2.1, 2.05, 5.9), (6.0, 6.0, 6.0, 6.0), (0.01, 0.02, 0.0, 6.0), (1.0, 2.5, 4.0, 6.0)],
    ids=["near each other", "all at the top", "three at the bottom", "far apart"],
)
def test_the_names_of_compared_lines_are_apart_and_inside_the_plot(losses):
    labels = ("Prompt tuning, 16 tokens", "Prefix tuning, 16 tokens", "Bottleneck adapter, 16 wide", "LoRA, r 8")
    comparison = Comparison(tuple(Setting(label, FineTuningRun()) for label in labels), (0,))
    events = [OfRun(at, 0, each) for at, loss in enumerate(losses) for each in (HeldOut(0, 6.0), HeldOut(25, loss))]
    fig = overlaid(columns(comparison, events))
    low, high = fig.layout.yaxis.range
    boxes_of_names = []
    for each in fig.layout.annotations:
        middle = (each.y - low) / (high - low) * COMPARED_HIGH
        half = (each.text.count("<br>") + 1) * LABEL_LINE_PIXELS / 2
        boxes_of_names.append((middle - half, middle + half))
    boxes_of_names.sort()
    assert len(boxes_of_names) == 4
    assert boxes_of_names[0][0] >= 0
    assert boxes_of_names[-1][1] <= COMPARED_HIGH
    assert all(below[1] <= above[0] for below, above in pairwise(boxes_of_names))
