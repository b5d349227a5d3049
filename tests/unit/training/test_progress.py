"""What a run has told, put in order."""

from __future__ import annotations

import pytest

from lib.training.events import Started, Step
from lib.training.progress import progress, smoothed


def step(number: int, elapsed_s: float) -> Step:
    return Step(number, 2.0, 1.0, 100, 0.1, elapsed_s, 1)


def test_the_moving_average_by_hand():
    # 0.8 of the past: (0.8 * 4 + 1) / 1.8, then (0.64 * 4 + 0.8 * 1 + 1) / 2.44
    assert smoothed([4.0, 1.0, 1.0]) == pytest.approx([4.0, 4.2 / 1.8, 4.36 / 2.44])
    assert smoothed([]) == ()


def test_what_is_left_is_told_from_the_pace_of_this_sitting():
    started = Started(1, 2, 3, 4, 5.5, "cpu", first_step=20)
    earlier = [step(number, 10.0 * number) for number in range(1, 21)]
    now = [step(21, 0.5), step(22, 1.0), step(23, 1.5)]
    assert progress([started, *earlier, *now]).left_s(30) == pytest.approx(0.5 * 7)
    assert progress([started, *earlier, *now[:1]]).left_s(30) is None
