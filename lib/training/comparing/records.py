"""The runs of a comparison as records, from which files are made. No torch."""

from __future__ import annotations

from collections.abc import Iterable

from lib.training.comparing.comparison import Comparison, OfRun, RunFailed
from lib.training.out.record import RunRecord, record


def records(comparison: Comparison, told: Iterable[OfRun | RunFailed]) -> dict[str, RunRecord]:
    """Every finished run that has trained something, by its setting and its seed in words."""
    told = [each for each in (*comparison.earlier, *told) if isinstance(each, OfRun)]
    found = {}
    for seed in comparison.seeds:
        for index, setting in enumerate(comparison.settings):
            events = [each.event for each in told if (each.setting, each.seed) == (index, seed)]
            made = record(comparison.run_of(index, seed), events)
            if made is not None:
                found[f"{setting.label}, seed {seed}"] = made
    return found
