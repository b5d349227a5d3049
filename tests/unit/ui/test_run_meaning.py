"""What a finished run is said to mean: never more than its own numbers show."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from lib.engine import JobState
from lib.training.events import Finished, HeldOut, Started, Step
from lib.training.run import FineTuningRun
from lib.ui.training.train import meaning


def steps(*losses: float) -> list[Step]:
    return [Step(at, loss, 1.0, 64, 0.1, 0.1 * at, 1) for at, loss in enumerate(losses, start=1)]


@pytest.fixture
def said(monkeypatch):
    """From what a run has told to what is written about it."""

    def words_on(*events, first_step: int = 0) -> str:
        started = Started(100, 1000, 84, 21, 8.3, "cpu", first_step)
        last = Finished(0, (), 1.0, b"", SimpleNamespace(held_in="fp32"))
        view = SimpleNamespace(
            argument=FineTuningRun(), events=(started, *events, last), state=JobState.DONE, paused=False
        )
        written: list[str] = []

        def note(text: str, **_: object) -> None:
            written.append(text)

        monkeypatch.setattr(meaning.jobs, "current", lambda _: view)
        for name in ("info", "warning", "header"):
            monkeypatch.setattr(meaning.st, name, note)
        for name in ("happened", "problem"):
            monkeypatch.setattr(meaning, name, note)
        meaning.meaning()
        return "\n".join(written)

    return words_on


def test_a_run_stopped_before_its_first_step_blames_no_learning_rate(said):
    words = said(HeldOut(0, 6.0), HeldOut(0, 6.0))
    assert "Stopped before the first step" in words
    assert "too high" not in words


@pytest.mark.parametrize("last", [5.997, 6.001])
def test_a_loss_that_reads_the_same_neither_fell_nor_rose(said, last):
    words = said(HeldOut(0, 5.999), *steps(6.0, 5.9), HeldOut(2, last))
    assert "stayed at **6.00**" in words
    assert "higher learning rate than 0.015" in words
    assert "fell" not in words
    assert "rose" not in words


def test_what_fell_and_what_rose_is_told_as_before(said):
    fell = said(HeldOut(0, 6.0), *steps(6.0, 2.0), HeldOut(2, 2.0))
    assert "fell from **6.00** to **2.00**" in fell
    assert "held in fp32" in fell
    assert "by heart" in said(HeldOut(0, 6.0), *steps(6.0, 2.0), HeldOut(2, 7.0))
    assert "too high" in said(HeldOut(0, 6.0), *steps(6.0, 7.0), HeldOut(2, 7.0))


def test_the_time_of_a_run_that_went_on_is_told_of_its_last_sitting_alone(said):
    told = (HeldOut(0, 6.0), *steps(6.0, 5.0), HeldOut(2, 5.0))
    assert ". The run took 1.0 s" in said(*told)
    assert ". From step 1 on, the run took 1.0 s" in said(*told, first_step=1)
