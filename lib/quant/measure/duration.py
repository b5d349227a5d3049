"""How long measuring may take: what a student in the queue is told, and when a run is ended. No torch."""

from __future__ import annotations

from lib.models.catalogue import catalogue
from lib.quant.measure.run import QuantizationRun

MILLION = 1_000_000
# Measured on two CPU cores: 2.5 s a row for 5.8M parameters, 14 s for 135M. Half a billion may take its 20 minutes.
EXPECTED_S_PER_ROW, EXPECTED_S_PER_ROW_AND_MILLION = 1.7, 0.09
MAP_EXPECTED_S_PER_MILLION = 2.5
"""Layer map: 15 s for the bundled model on two CPU cores."""
TIME_LIMIT_S, TIME_LIMIT_S_PER_MILLION = 600, 4


def expected_s(run: QuantizationRun) -> float:
    """Seconds all rows of `run` will take, until runs of its kind have been seen."""
    return 3 + len(run.rows) * (EXPECTED_S_PER_ROW + EXPECTED_S_PER_ROW_AND_MILLION * _millions(run.model))


def map_expected_s(model: str) -> float:
    """Seconds a layer map of `model` will take: every matrix of a larger model takes longer, and there are more."""
    return MAP_EXPECTED_S_PER_MILLION * _millions(model)


def time_limit_s(model: str) -> float:
    """Seconds after which a job with this model is ended."""
    return TIME_LIMIT_S + TIME_LIMIT_S_PER_MILLION * _millions(model)


def _millions(model: str) -> float:
    return catalogue()[model].parameters / MILLION
