"""What a run has told, put in order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lib.training.events import Asked, Before, Checkpoint, Finished, HeldOut, Started, Step
from lib.training.progress import go_on, progress, smoothed
from lib.training.run import FineTuningRun
from lib.training.texts.prompts import Completion


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
    assert progress(earlier).left_s(30) is None, "this sitting has not begun"


def test_a_worker_lost_before_its_first_checkpoint_leaves_the_one_it_began_from():
    run = FineTuningRun(steps=60)
    told = [Before(()), HeldOut(0, 3.0), *(step(number, 1.0) for number in range(1, 21)), Checkpoint(20, b"x")]
    second = go_on(run, told)
    lost = [*second.earlier, step(21, 1.0), step(22, 2.0)]
    third = go_on(second, lost)
    assert third.resume_from == Checkpoint(20, b"x")
    assert [each.step for each in progress(third.earlier).steps] == list(range(1, 21)), "21 and 22 are made again"
    whole = [*lost, Finished(60, (), 1.0, b"", None)]
    assert go_on(second, whole) is None
    assert go_on(replace(run, steps=20), told).resume_from.step == 20, "its files are not written yet"


def test_what_it_said_where_it_was_stopped_is_kept_as_an_answer_on_its_way():
    run = FineTuningRun(steps=60)
    said, on_its_way = ((Completion("Kopi O =", words, (), (), ()),) for words in ("black", "bla"))
    stopped = [Before(()), step(5, 1.0), Checkpoint(5, b"x"), Finished(5, said, 1.0, b"", None)]
    assert progress(go_on(run, stopped).earlier).asked == (Asked(5, said),)
    both = [*stopped[:2], Asked(5, on_its_way), *stopped[2:]]
    assert progress(go_on(run, both).earlier).asked == (Asked(5, on_its_way),)
