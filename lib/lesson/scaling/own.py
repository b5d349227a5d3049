"""A law of one's own: six recorded pretrainings, curves through five of them, and what these say of the sixth.

A curve is L = E + a · (x / x₁)^(−b), x₁ being the first run's; without a floor E is 0. It is fitted to the logarithms
of the losses, by least squares or by Huber's loss with delta = 1e-3 (Hoffmann et al. 2022, arXiv 2203.15556,
section 3.3, there with L-BFGS; here by damped Gauss-Newton steps from a grid of starts, in numpy).
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

import numpy as np

from lib.lesson.scaling.errors import ScalingError
from lib.places import ASSETS

FACTS = ASSETS / "measurements" / "scaling.json"
DELTA = 1e-3
"""Where Huber's loss turns from a square into a line, in logarithms of the loss (Hoffmann et al. 2022)."""
SHOWN = 5
"""Runs that a student fits; the next is predicted."""
FORMS = {"power": "power law, L = a · x^(−b)", "floor": "with a floor, L = E + a · x^(−b)"}
METHODS = {"squares": "least squares", "huber": "Huber's loss"}
AXES = {"flops": "training compute", "parameters": "parameters", "tokens": "tokens"}
FAR = 1_000
"""Times the sixth run: where forms that agree near by have parted."""
STEPS = 200


@dataclass(frozen=True)
class Seen:
    """The loss on the way."""

    tokens: int
    nats_per_token: float


@dataclass(frozen=True)
class Run:
    """One pretraining to its own end."""

    width: int
    layers: int
    parameters: int
    """All of them; input and output share one matrix."""
    embedding_parameters: int
    tokens: int
    flops: int
    """6 · parameters · tokens."""
    seed: int
    nats_per_token: float
    """On five books that no run has read."""
    nats_per_token_by_book: dict[str, float]
    curve: tuple[Seen, ...]
    training_s: float

    @property
    def between_books(self) -> tuple[float, float]:
        """(Easiest book, hardest book)."""
        return min(self.nats_per_token_by_book.values()), max(self.nats_per_token_by_book.values())


@dataclass(frozen=True)
class Recorded:
    """The six runs, smallest first, and the same sizes begun from other random numbers."""

    runs: tuple[Run, ...]
    repeats: tuple[Run, ...]
    facts: dict[str, Any]
    """Device, date, versions, how it was trained."""

    @property
    def shown(self) -> tuple[Run, ...]:
        return self.runs[:SHOWN]

    @property
    def hidden(self) -> Run:
        return self.runs[SHOWN]

    @property
    def seed_spread(self) -> float | None:
        """The largest difference between runs of one size that differ in their seed only; None without repeats."""
        spreads = []
        for run in self.runs:
            same = [run.nats_per_token, *(each.nats_per_token for each in self.repeats if each.width == run.width)]
            if len(same) > 1:
                spreads.append(max(same) - min(same))
        return max(spreads, default=None)

    def off(self, guess: float) -> float:
        """A prediction of the hidden run less what it came to, in nats."""
        return guess - self.hidden.nats_per_token

    def errors(self) -> tuple[float, float]:
        """(Lowest, highest) of what every way of fitting is off by."""
        found = [each.error(self.hidden.nats_per_token) for each in all_forecasts()]
        return min(found), max(found)


@dataclass(frozen=True)
class Curve:
    """L = e + a · (x / start)^(−b)."""

    e: float
    a: float
    b: float
    start: float
    """x of the first run."""

    def __post_init__(self) -> None:
        if not all(math.isfinite(value) for value in (self.e, self.a, self.b)) or self.e < 0 or self.a <= 0:
            raise ScalingError("A curve needs a floor E of 0 or more, an a above 0 and a finite exponent b.")

    def at(self, x: float) -> float:
        return self.e + self.a * (x / self.start) ** -self.b

    def off(self, xs: Sequence[float], losses: Sequence[float]) -> float:
        """Root mean square of what it is off by, in nats."""
        return math.sqrt(sum((self.at(x) - loss) ** 2 for x, loss in zip(xs, losses, strict=True)) / len(losses))


@cache
def recorded() -> Recorded:
    """What `scripts/record_scaling.py` has measured."""
    told = json.loads(FACTS.read_text(encoding="utf-8"))
    runs = [_run(row) for row in told.pop("runs")]
    first = min(run.seed for run in runs)
    mine = sorted((run for run in runs if run.seed == first), key=lambda run: run.parameters)
    return Recorded(tuple(mine), tuple(run for run in runs if run.seed != first), told)


def values(runs: Sequence[Run], axis: str) -> tuple[float, ...]:
    """x of each run: "flops", "parameters" or "tokens"."""
    return tuple(float(getattr(run, axis)) for run in runs)


def fit(form: str, method: str, xs: Sequence[float], losses: Sequence[float]) -> Curve:
    """The curve of this form that is closest to the losses in their logarithms.

    form    "power" (no floor) or "floor"; the latter needs three points
    method  "squares" or "huber"
    """
    return _fit(form, method, tuple(xs), tuple(losses))


@cache
def _fit(form: str, method: str, xs: tuple[float, ...], losses: tuple[float, ...]) -> Curve:
    if len(xs) < 3:
        raise ScalingError(f"A curve needs 3 runs or more; these are {len(xs)}.")
    far = np.log(np.array(xs) / xs[0])
    logs = np.log(np.array(losses))
    floors = (None,) if form == "power" else (0.1, 0.6, 0.9)
    best = None
    for share, b in product(floors, (0.1, 0.5)):
        floor = None if share is None else share * min(losses)
        start = [math.log(losses[0] - (floor or 0.0)), b, *([] if floor is None else [math.log(floor)])]
        found = _descend(np.array(start), far, logs, method)
        if best is None or found[1] < best[1]:
            best = found
    theta = best[0]
    return Curve(
        e=0.0 if form == "power" else float(np.exp(theta[2])), a=float(np.exp(theta[0])), b=float(theta[1]), start=xs[0]
    )


def _descend(theta: np.ndarray, far: np.ndarray, logs: np.ndarray, method: str) -> tuple[np.ndarray, float]:
    """Damped Gauss-Newton steps on (log a, b[, log E]): (where they end, the loss there)."""
    damping, (residual, slope) = 1e-2, _residual(theta, far, logs)
    cost = _cost(residual, method)
    for _ in range(STEPS):
        weight = np.ones_like(residual) if method == "squares" else 1 / np.maximum(np.abs(residual) / DELTA, 1)
        square = slope.T @ (slope * weight[:, None])
        step = np.linalg.solve(
            square + damping * np.eye(len(theta)) * (1e-9 + np.trace(square)), slope.T @ (weight * residual)
        )
        tried = theta - np.clip(step, -1, 1)
        found, its_slope = _residual(tried, far, logs)
        its_cost = _cost(found, method)
        if its_cost < cost:
            settled = cost - its_cost <= 1e-13 + 1e-9 * cost
            theta, residual, slope, cost, damping = tried, found, its_slope, its_cost, damping / 5
            if settled:
                break
        elif damping > 1e4:
            break
        else:
            damping *= 4
    return theta, cost


def _residual(theta: np.ndarray, far: np.ndarray, logs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(log of the curve less log of the loss, [points]; its derivatives, [points, parameters])."""
    power = np.exp(theta[0] - theta[1] * far)
    floor = np.exp(theta[2]) if len(theta) == 3 else 0.0
    whole = power + floor
    slopes = [power / whole, -far * power / whole]
    if len(theta) == 3:
        slopes.append(floor / whole)
    return np.log(whole) - logs, np.stack(slopes, axis=1)


def _cost(residual: np.ndarray, method: str) -> float:
    if method == "squares":
        return float((residual**2).sum() / 2)
    size = np.abs(residual)
    return float(np.where(size <= DELTA, size**2 / 2, DELTA * (size - DELTA / 2)).sum())


@dataclass(frozen=True)
class Forecast:
    """What one way of fitting says of the run that it has not seen."""

    form: str
    method: str
    axis: str
    curve: Curve
    goal: float
    """x of that run."""

    @property
    def predicted(self) -> float:
        return self.curve.at(self.goal)

    @property
    def far_away(self) -> float:
        """What it says of a run FAR times as far out as that one."""
        return self.curve.at(FAR * self.goal)

    def error(self, measured: float) -> float:
        """Predicted less measured, in nats."""
        return self.predicted - measured


def forecast(form: str, method: str, axis: str) -> Forecast:
    """Fitted to the first five recorded runs, of the sixth."""
    known = recorded().shown
    curve = fit(form, method, values(known, axis), [run.nats_per_token for run in known])
    return Forecast(form, method, axis, curve, values([recorded().hidden], axis)[0])


def left_out(form: str, method: str, axis: str) -> tuple[float, float]:
    """(Lowest, highest) prediction of the sixth when one of the five runs is left out of the fit."""
    known, goal = recorded().shown, values([recorded().hidden], axis)[0]
    found = []
    for gone in known:
        rest = [run for run in known if run is not gone]
        found.append(fit(form, method, values(rest, axis), [run.nats_per_token for run in rest]).at(goal))
    return min(found), max(found)


def other_seeds(axis: str) -> tuple[float, float]:
    """(Lowest, highest) prediction of the sixth with other seeds' runs in place of those that were repeated.

    A power law by least squares, over every choice of one run a size.
    """
    told, goal = recorded(), values([recorded().hidden], axis)[0]
    choices = [[run, *(each for each in told.repeats if each.width == run.width)] for run in told.shown]
    found = [
        fit("power", "squares", values(runs, axis), [run.nats_per_token for run in runs]).at(goal)
        for runs in product(*choices)
    ]
    return min(found), max(found)


def all_forecasts() -> tuple[Forecast, ...]:
    """Every form, method and axis."""
    return tuple(forecast(form, method, axis) for axis in AXES for form in FORMS for method in METHODS)


def _run(row: dict) -> Run:
    names = Run.__dataclass_fields__
    kept = {name: value for name, value in row.items() if name in names}
    return Run(**{**kept, "curve": tuple(Seen(**point) for point in row["curve"])})
