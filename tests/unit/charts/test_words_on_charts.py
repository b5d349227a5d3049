"""Words inside a plot: none over another or over a point, each where there is room for it."""

import math

import pytest

from lib.charts.lesson.landscape import HIGH, LETTER_PIXELS, LINE_PIXELS, WIDE, over_time
from lib.charts.lesson.pretraining import prices
from lib.charts.memory.calculator import memory_bars, moments_over_time
from lib.charts.training.canary import exposure_by_times
from lib.lesson.scaling.landscape import landscape
from lib.memory import TrainingSetup, architecture, estimate, gpu
from lib.training.canary.run import Exposure, Planted
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
