"""What only a CUDA GPU can show: peaks, and memory given back."""

from __future__ import annotations

import pytest
import torch

from lib.models.shared import COPIES, KEPT_S
from lib.quant.findings.results import Results, collect
from lib.quant.measure.job import measure
from lib.quant.measure.run import QuantizationRun
from scripts.measure_quantization import random_model

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.torch,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA GPU on this machine"),
]
SIX = ("fp32", "bf16", "fp16", "int8", "fp4", "nf4")


@pytest.fixture(scope="module")
def model_of_135m(tmp_path_factory) -> str:
    """SmolLM2-135M's shape with random weights, under the bundled model's name."""
    folder = tmp_path_factory.mktemp("SmolLM2-135M")
    random_model("SmolLM2-135M", folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BASE_MODEL", str(folder))
        yield "Bundled base model"


@pytest.fixture(scope="module")
def results(model_of_135m) -> Results:
    return collect(measure(QuantizationRun(model_of_135m, SIX)))


def test_every_precision_is_measured(results):
    assert list(results.rows) == list(SIX)
    assert not results.failed


def test_the_peak_is_the_weights_and_what_a_window_needs(results):
    for row in results.rows.values():
        assert row.memory.true_bytes < row.memory.peak_bytes < row.memory.true_bytes + 2e9
    assert results.rows["nf4"].memory.peak_bytes < results.rows["fp32"].memory.peak_bytes


def test_the_next_run_shares_the_copies_and_then_they_are_freed(model_of_135m, results):
    assert KEPT_S > 0
    again = collect(measure(QuantizationRun(model_of_135m, SIX, ("quality",))))
    assert [row.load_s for row in again.rows.values()] == [None] * len(SIX)
    for name, row in results.rows.items():
        assert again.rows[name].quality.loss == pytest.approx(row.quality.loss, rel=1e-3)
    COPIES.free_unused()
    assert COPIES.held == ()
    assert torch.cuda.memory_allocated() < 50e6
