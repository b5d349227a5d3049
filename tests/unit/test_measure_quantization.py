"""What the recording script makes of a run in which precisions fail."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from lib.quant.findings.recorded import recorded_runs
from lib.quant.measure.run import Finished, RowFailed
from scripts import measure_quantization as script
from scripts.gpu_items import Item, six_precisions
from scripts.measure_on_gpu import FAILED, MEASURED, OUT_OF_MEMORY, outcome_of
from tests.unit.quant.test_results import STARTED, row

pytestmark = pytest.mark.torch
FP32 = row("fp32", 4000)
NO_KERNEL = RowFailed("int8", "int8 cannot run on this device (no kernel); leave it out.")
TOO_LARGE = RowFailed("fp32", "fp32 would need about 32 GiB and 20 GiB is free; choose fewer bits.", no_room=True)


@pytest.fixture
def out(tmp_path) -> Path:
    return tmp_path / "quantization-gpu.json"


def becomes(monkeypatch, measure, *rows) -> tuple[str, dict]:
    """What becomes of an item whose run yields these rows."""
    monkeypatch.setattr(script, "measure", lambda _run: iter([STARTED, *rows, Finished(1.0)]))
    return outcome_of(Item("precisions", 1.0, measure), 1000)


def test_a_precision_that_fails_makes_a_failure_and_loses_no_other(monkeypatch, out):
    outcome, found = becomes(monkeypatch, partial(script.measure_random, "tiny", out), FP32, NO_KERNEL)
    assert (outcome, found["said"]) == (FAILED, f"RuntimeError: {NO_KERNEL.message}")
    (run,) = recorded_runs(out.parent)
    assert (list(run.results.rows), run.results.failed) == (["fp32"], {"int8": NO_KERNEL})


def test_what_does_not_fit_beside_what_does_is_a_measurement(monkeypatch, out):
    rows = (TOO_LARGE, row("nf4", 850))
    assert becomes(monkeypatch, partial(script.measure_random, "tiny", out), *rows) == (MEASURED, {})
    (run,) = recorded_runs(out.parent)
    assert (list(run.results.rows), run.results.failed) == (["nf4"], {"fp32": TOO_LARGE})


def test_where_nothing_fits_nothing_is_recorded_but_that(monkeypatch, out):
    outcome, _ = becomes(monkeypatch, partial(script.measure_random, "tiny", out), TOO_LARGE)
    assert outcome == OUT_OF_MEMORY
    assert not out.exists()


def test_six_precisions_of_which_one_fails_are_not_a_measurement(monkeypatch):
    six = partial(six_precisions, "tiny")
    assert becomes(monkeypatch, six, FP32, NO_KERNEL)[0] == FAILED
    outcome, found = becomes(monkeypatch, six, TOO_LARGE, row("nf4", 850))
    assert (outcome, found["kept"], found["no_room"]) == (MEASURED, False, ["fp32"])
