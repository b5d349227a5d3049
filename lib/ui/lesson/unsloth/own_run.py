"""The student's newest run in Live LoRA; where there is none, the course's default settings and a recorded curve."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from lib import curriculum
from lib.lesson.unsloth.brought.recorded import Curve, curve_of, recorded_curve
from lib.models.origin import weights_by_way_of
from lib.training.out.record import RunRecord
from lib.training.run import FineTuningRun
from lib.ui.kit import jobs
from lib.ui.kit.chapter import measured
from lib.ui.kit.presenting.recorded_run import is_recorded
from lib.ui.kit.weights import came_through
from lib.ui.training.newest import chosen_run, newest_record


@dataclass(frozen=True, eq=False)
class OwnRun:
    run: FineTuningRun
    prompts: tuple[str, ...]
    curve: Curve
    adapter: bytes
    """Empty where there is none."""


def own_run() -> OwnRun:
    kind = chosen_run()
    record = None if is_recorded(jobs.current(kind)) else newest_record(kind)
    return _default() if record is None else _of(record)


def _of(record: RunRecord) -> OwnRun:
    prompts = tuple(each.prompt for each in record.finished.completions)
    return OwnRun(record.run, prompts, curve_of(record), record.finished.adapter)


def _default() -> OwnRun:
    run = FineTuningRun()
    return OwnRun(run, tuple(each.prompt for each in run.data.blanks), recorded_curve(), b"")


def say_whose_settings(own: OwnRun) -> None:
    """Whether the settings are the student's own; the way to a run where they are not."""
    run = own.run
    told = f"{len(run.data.training)} texts, rank {run.rank}, alpha {run.lora_alpha}, {run.steps} steps"
    if own.curve.is_own:
        st.caption(f":material/person: Your settings from Live LoRA: {told}.")
    else:
        _with_a_way_there(f":material/settings: The default settings of Live LoRA, not yours: {told}.")


def say_whose_curve(own: OwnRun) -> None:
    """Whether the curve is the student's own, with the device it was measured on."""
    curve = own.curve
    where = f"{curve.model} on {curve.device}; {curve.versions}."
    if curve.is_own:
        measured(f"Your run in Live LoRA: {where} {came_through(weights_by_way_of(own.run), 'own run')}")
    else:
        _with_a_way_there(
            f":material/speed: **Measured.** Not your run but one of the course, recorded on {curve.measured} with "
            f"Live LoRA's default settings: {where}"
        )


def _with_a_way_there(words: str) -> None:
    chapter = curriculum.chapter("live_lora")
    left, right = st.columns([3, 1], vertical_alignment="center")
    left.caption(words)
    right.page_link(chapter.file, label="Train one of your own", icon=chapter.icon)
