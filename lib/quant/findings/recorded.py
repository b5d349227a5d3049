"""Runs recorded on other machines, read back as the same events a live run yields. No torch.

`scripts/measure_quantization.py` writes them; `assets/measurements/quantization*.json` holds them, each file a list
of runs. A run recorded elsewhere always carries its device, date and versions.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path

from lib.models.origin import Origin
from lib.places import ASSETS
from lib.quant.errors import QuantError
from lib.quant.findings.results import Results
from lib.quant.measure.run import Conditions, Finished, Generation, Memory, RowFailed, RowMeasured, Started
from lib.quant.measure.scoring.quality import Agreement, ChangedToken, Quality
from lib.quant.measure.speed.rate import Rate, Speed

MEASUREMENTS = ASSETS / "measurements"
KEPT_CHANGED = 40  # changed tokens kept of each row: enough to show, small enough to ship


@dataclass(frozen=True)
class RecordedRun:
    title: str
    random_weights: bool
    """A model of a real size and shape whose weights mean nothing: memory and speed are real, quality is not."""
    results: Results

    @property
    def on_gpu(self) -> bool:
        return any(row.memory and row.memory.peak_bytes for row in self.results.rows.values())


def recorded_runs(folder: Path = MEASUREMENTS) -> tuple[RecordedRun, ...]:
    """Every recorded run, by file name; none where there is no file."""
    runs = []
    for file in sorted(folder.glob("quantization*.json")):
        runs += _runs_of(file, file.stat().st_mtime_ns)
    return tuple(runs)


@lru_cache(maxsize=16)
def _runs_of(file: Path, _modified_ns: int) -> tuple[RecordedRun, ...]:
    """What this file holds, read once for each time it was written."""
    try:
        return tuple(_run(run) for run in json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError) as error:
        raise QuantError(f"The recorded runs in {file.name} cannot be read; record them again.") from error


def sizes_on_one_device(runs: tuple[RecordedRun, ...]) -> tuple[RecordedRun, ...]:
    """Runs with speeds of fp32 and nf4, from the device on which most sizes of model were measured, smallest first.

    All are of one day with the same versions: machines of one name differ from day to day by more than two precisions.
    """
    by_conditions: dict[Conditions, dict[int, RecordedRun]] = {}
    for run in runs:
        started = run.results.started
        if {"fp32", "nf4"} <= {row.row for row in run.results.with_speed()}:
            by_conditions.setdefault(started.conditions, {})[started.parameters] = run
    most = max(by_conditions.values(), key=len, default={})
    return tuple(most[size] for size in sorted(most))


def to_dict(title: str, results: Results, *, random_weights: bool = False) -> dict:
    """A run as it is written to a file; of the text only the changed places are kept."""
    started = replace(results.started, pieces=results.started.pieces[:1])
    return {
        "title": title,
        "random_weights": random_weights,
        "source": "scripts/measure_quantization.py in this repository",
        "started": asdict(started),
        "rows": [_shortened(asdict(row)) for row in results.rows.values()],
        "failed": [asdict(row) for row in results.failed.values()],
        "finished": asdict(results.finished) if results.finished else None,
    }


def _shortened(row: dict) -> dict:
    for name in ("quality", "elsewhere"):
        if row[name] and row[name]["agreement"]:
            row[name]["agreement"]["changed"] = row[name]["agreement"]["changed"][:KEPT_CHANGED]
    return row


def _run(run: dict) -> RecordedRun:
    started = dict(run["started"])
    started["conditions"] = Conditions(**started["conditions"])
    started["weights"] = Origin(**started.get("weights", {}))
    for name in ("pieces", "prompt_pieces", "shipped_dtypes", "unpacked"):
        started[name] = tuple(started.get(name, ()))
    finished = Finished(**run["finished"]) if run["finished"] is not None else None
    rows = {row["row"]: _row_measured(row) for row in run["rows"]}
    failed = {row["row"]: RowFailed(**row) for row in run["failed"]}
    results = Results(Started(**started), rows, failed, None, finished)
    return RecordedRun(run["title"], run["random_weights"], results)


def _row_measured(row: dict) -> RowMeasured:
    speed, written = row["speed"], row["generation"]
    return RowMeasured(
        row=row["row"],
        load_s=row["load_s"],
        memory=Memory(**row["memory"]) if row["memory"] else None,
        quality=_quality(row["quality"]),
        elsewhere=_quality(row["elsewhere"]),
        speed=_speed(speed) if speed else None,
        generation=Generation(tuple(written["pieces"]), written["first_difference"]) if written else None,
    )


def _quality(quality: dict | None) -> Quality | None:
    if quality is None:
        return None
    agreement = quality["agreement"]
    if agreement is not None:
        changed = tuple(ChangedToken(**token) for token in agreement["changed"])
        agreement = Agreement(**{**agreement, "changed": changed})
    return Quality(**{**quality, "agreement": agreement})


def _speed(speed: dict) -> Speed:
    rates = {name: Rate(**speed[name]) for name in ("prefill_tokens_per_s", "decode_tokens_per_s")}
    return Speed(**{**speed, **rates})
