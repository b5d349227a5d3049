"""A trainer's log that was brought back: `trainer_state.json` as transformers and TRL write it, or a table as CSV."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lib.lesson.unsloth.errors import ActivityError
from lib.metrics.corpus.reading.delimited import read_delimited
from lib.metrics.corpus.reading.encoding import decode

MOST_BYTES = 10_000_000
MOST_STEPS = 10_000_000
NAMES = {
    "step": ("step", "global_step", "train/global_step", "steps"),
    "loss": ("loss", "training loss", "train_loss", "train/loss"),
    "held_out": ("eval_loss", "validation loss", "eval/loss", "val_loss"),
    "learning_rate": ("learning_rate", "train/learning_rate", "lr"),
    "grad_norm": ("grad_norm", "train/grad_norm"),
}
"""What each is called: in the Trainer's log, in the table a notebook shows, in Weights & Biases."""
RIGHT = "bring trainer_state.json from the notebook, or a CSV with the columns step and loss"


@dataclass(frozen=True)
class At:
    """A value at a step."""

    step: int
    value: float


@dataclass(frozen=True)
class TrainerLog:
    """What a trainer wrote: losses in nats per token, each by step."""

    file: str
    training: tuple[At, ...]
    """Finite ones only."""
    held_out: tuple[At, ...]
    learning_rate: tuple[At, ...]
    grad_norm: tuple[At, ...]
    wrong_step: int | None
    """The first step whose loss or gradient is no number."""
    zero_step: int | None
    """The first step with a loss of exactly 0, which the Trainer writes in place of NaN (logging_nan_inf_filter)."""

    @property
    def lowest_held_out(self) -> At | None:
        return min(self.held_out, key=lambda each: each.value, default=None)

    @property
    def rises_again(self) -> bool:
        """Whether the held-out loss ends more than 2% above its lowest point."""
        lowest = self.lowest_held_out
        return lowest is not None and self.held_out[-1].value > 1.02 * lowest.value


def read_log(content: bytes, file: str) -> TrainerLog:
    """ActivityError, or the CorpusError of its encoding or table, in one sentence where there is no loss to read."""
    if len(content) > MOST_BYTES:
        raise ActivityError(
            f"“{file}” has {len(content) / 1e6:,.0f} MB; a log is read up to {MOST_BYTES // 1_000_000} MB. Is it the "
            "trainer's log, and not a model?"
        )
    if not content.strip():
        raise ActivityError(f"“{file}” is empty; {RIGHT}.")
    text = decode(content).text
    rows = _history(text, file) if text.lstrip()[:1] in ("{", "[") else _table(text, file)
    return _log(rows, file)


def _history(text: str, file: str) -> list[Mapping[str, Any]]:
    """The entries of `log_history`, or of a list of them, without the summary at a run's end.

    That one has the mean of all steps as `train_loss`, at the last step.
    """
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise ActivityError(f"“{file}” begins as JSON but is cut short or damaged; {RIGHT}.") from None
    entries = told.get("log_history") if isinstance(told, dict) else told
    if not isinstance(entries, list):
        raise ActivityError(f"“{file}” has no log_history, so it is not a trainer_state.json; {RIGHT}.")
    steps = (each for each in entries if isinstance(each, dict) and "train_runtime" not in each)
    return [{str(key).lower(): value for key, value in each.items()} for each in steps]


def _table(text: str, file: str) -> list[Mapping[str, Any]]:
    first = {cell.strip().strip('"').lower() for sign in ",;\t|" for cell in text.split("\n", 1)[0].split(sign)}
    if not first & set(NAMES["step"]) or not first & {*NAMES["loss"], *NAMES["held_out"]}:
        raise ActivityError(f"“{file}” is not a trainer's log: its first line does not name step and loss; {RIGHT}.")
    read = read_delimited(text.replace("\r\n", "\n"), header=True)
    columns = [column.strip().lower() for column in read.columns]
    return [dict(zip(columns, cells, strict=False)) for _, cells in read.rows]


def _log(rows: list[Mapping[str, Any]], file: str) -> TrainerLog:
    found: dict[str, dict[int, float]] = {name: {} for name in NAMES if name != "step"}
    for row in rows:
        step = _step(row)
        if step is None:
            continue
        for name, values in found.items():
            value = _value(row, name)
            if value is not None:
                values[step] = value
    training, held_out = (_finite(found[name]) for name in ("loss", "held_out"))
    wrong = [step for name in ("loss", "held_out", "grad_norm") for step, value in found[name].items() if _odd(value)]
    if not training and not held_out:
        if wrong:
            raise ActivityError(
                f"Every loss in “{file}” is NaN or infinite: the run diverged from step {min(wrong)} on. Try a tenth "
                "of the learning rate, or a GPU with bf16."
            )
        raise ActivityError(f"“{file}” holds no loss at any step: did the run log at all (logging_steps=1)? {RIGHT}.")
    zeros = [each.step for each in training if each.value == 0]
    return TrainerLog(
        file,
        training,
        held_out,
        _finite(found["learning_rate"]),
        _finite(found["grad_norm"]),
        min(wrong, default=None),
        min(zeros, default=None),
    )


def _step(row: Mapping[str, Any]) -> int | None:
    value = _value(row, "step")
    return int(value) if value is not None and not _odd(value) and 0 <= value <= MOST_STEPS else None


def _value(row: Mapping[str, Any], name: str) -> float | None:
    """The number under the first of its names; None where there is none, or it is no number."""
    for key in NAMES[name]:
        value = row.get(key)
        if isinstance(value, bool) or value is None:
            continue
        try:
            return float(value)
        except (TypeError, ValueError, OverflowError):
            continue
    return None


def _odd(value: float) -> bool:
    return not math.isfinite(value)


def _finite(values: Mapping[int, float]) -> tuple[At, ...]:
    pairs: Iterable[tuple[int, float]] = sorted(values.items())
    return tuple(At(step, value) for step, value in pairs if not _odd(value))


def relative(values: tuple[At, ...]) -> tuple[At, ...]:
    """Each as a share of the first, so that runs with unlike tokenizers can be laid over each other."""
    first = values[0].value if values else 0.0
    return tuple(At(each.step, each.value / first) for each in values) if first else values
