"""Scaling laws: loss from parameters and tokens, and the best split of a training budget between them.

A loss is in nats per token of the text that its law was fitted on: losses of Kaplan's law and of the other two are
about different texts and tokens, and cannot be compared. Training compute is 6 · N · D FLOPs.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache

from lib.lesson.scaling.errors import ScalingError
from lib.places import ASSETS
from lib.sources import Source

FACTS = ASSETS / "lesson" / "scaling_laws.json"
PF_DAY = 1e15 * 24 * 3600
"""FLOPs of a petaFLOP/s-day, Kaplan's unit of compute."""


@dataclass(frozen=True)
class Point:
    """A model and what it read."""

    parameters: float
    tokens: float

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not (math.isfinite(value) and value > 0):
                raise ScalingError(f"{name} = {value} must be a number above 0.")

    @property
    def flops(self) -> float:
        """6 · N · D."""
        return 6 * self.parameters * self.tokens

    @property
    def ratio(self) -> float:
        """Tokens per parameter."""
        return self.tokens / self.parameters


@dataclass(frozen=True)
class Law:
    """What every law has beside its form."""

    name: str
    title: str
    text: str
    """What its loss is measured on."""
    fitted: str
    """The runs it was fitted to."""
    sources: tuple[Source, ...]

    def loss(self, at: Point) -> float:
        """Nats per token."""
        raise NotImplementedError

    def best(self, flops: float) -> Point:
        """The split of a budget that the law's authors call optimal."""
        raise NotImplementedError

    def worked(self, at: Point) -> str:
        """The formula with its values put in."""
        raise NotImplementedError


@dataclass(frozen=True)
class SumLaw(Law):
    """L = E + A / N^alpha + B / D^beta (Hoffmann et al. 2022, equation 2)."""

    e: float
    a: float
    b: float
    alpha: float
    beta: float

    def of_parameters(self, parameters: float) -> float:
        """A / N^alpha: what is lost to the model being finite."""
        return self.a / parameters**self.alpha

    def of_tokens(self, tokens: float) -> float:
        """B / D^beta: what is lost to the text being finite."""
        return self.b / tokens**self.beta

    def loss(self, at: Point) -> float:
        return self.e + self.of_parameters(at.parameters) + self.of_tokens(at.tokens)

    @property
    def exponent(self) -> float:
        """a of N_opt ∝ C^a: beta / (alpha + beta) (equation 4)."""
        return self.beta / (self.alpha + self.beta)

    def best(self, flops: float) -> Point:
        """N_opt = G (C/6)^a, D_opt = G⁻¹ (C/6)^(1 − a), G = (αA / βB)^(1 / (α + β)) (equation 4)."""
        _check_flops(flops)
        g = (self.alpha * self.a / (self.beta * self.b)) ** (1 / (self.alpha + self.beta))
        parameters = g * (flops / 6) ** self.exponent
        return Point(parameters, flops / 6 / parameters)

    def tokens_for(self, parameters: float, loss: float) -> float | None:
        """How many tokens bring a model of this size to this loss; None if none do."""
        left = loss - self.e - self.of_parameters(parameters)
        return (self.b / left) ** (1 / self.beta) if left > 0 else None

    def worked(self, at: Point) -> str:
        return (
            f"L = E + A / N^{self.alpha:g} + B / D^{self.beta:g} = "
            f"{self.e:g} + {self.of_parameters(at.parameters):.3f} + {self.of_tokens(at.tokens):.3f} = "
            f"**{self.loss(at):.3f}** nats per token, of which {self.e:g} stays however large "
            f"the model, {self.of_parameters(at.parameters):.3f} is for its size and "
            f"{self.of_tokens(at.tokens):.3f} for its text"
        )


@dataclass(frozen=True)
class JointLaw(Law):
    """L = [(N_c / N)^(alpha_N / alpha_D) + D_c / D]^alpha_D (Kaplan et al. 2020, equation 1.5).

    Its best split is the paper's own, from its figure 14 and table 6: N = N_e · C^0.73 with C in PF-days.
    """

    alpha_n: float
    alpha_d: float
    n_c: float
    d_c: float
    n_e: float
    p_n: float

    def loss(self, at: Point) -> float:
        of_parameters = (self.n_c / at.parameters) ** (self.alpha_n / self.alpha_d)
        return (of_parameters + self.d_c / at.tokens) ** self.alpha_d

    def best(self, flops: float) -> Point:
        _check_flops(flops)
        parameters = self.n_e * (flops / PF_DAY) ** self.p_n
        return Point(parameters, flops / 6 / parameters)

    def worked(self, at: Point) -> str:
        ratio = self.alpha_n / self.alpha_d
        return (
            f"L = [(N_c / N)^{ratio:.3f} + D_c / D]^{self.alpha_d:g} = [{(self.n_c / at.parameters) ** ratio:,.1f} + "
            f"{self.d_c / at.tokens:,.1f}]^{self.alpha_d:g} = **{self.loss(at):.3f}** nats per token: nothing stays "
            "for ever, so the law has no floor"
        )


@dataclass(frozen=True)
class Placed:
    """A model on a law, against the best that its training budget could have bought."""

    law: Law
    at: Point

    @property
    def best(self) -> Point:
        return self.law.best(self.at.flops)

    @property
    def loss(self) -> float:
        return self.law.loss(self.at)

    @property
    def best_loss(self) -> float:
        return self.law.loss(self.best)

    @property
    def lost(self) -> float:
        """Nats per token above the best."""
        return self.loss - self.best_loss

    @property
    def too_large(self) -> float:
        """Its parameters over the best's."""
        return self.at.parameters / self.best.parameters

    @property
    def too_small(self) -> float:
        return 1 / self.too_large


@cache
def laws() -> dict[str, Law]:
    """By name, oldest first."""
    kinds = {"sum": SumLaw, "joint": JointLaw}
    found = {}
    for row in _facts()["laws"]:
        sources = tuple(Source(**source) for source in row["sources"])
        about = {key: row[key] for key in ("name", "title", "text", "fitted")}
        found[row["name"]] = kinds[row["form"]](**about, sources=sources, **row["constants"])
    return found


def sum_law(name: str) -> SumLaw:
    """KeyError if there is none; TypeError if its form is another."""
    law = laws()[name]
    if not isinstance(law, SumLaw):
        raise TypeError(f"{name} is no sum of powers")
    return law


def rule_of_thumb(flops: float) -> Point:
    """20 tokens per parameter: 6 · N · 20 N = C."""
    _check_flops(flops)
    ratio = _facts()["rule_of_thumb"]["tokens_per_parameter"]
    parameters = math.sqrt(flops / 6 / ratio)
    return Point(parameters, ratio * parameters)


def placed_names() -> tuple[str, ...]:
    """Models of the landscape that the lesson places on the laws."""
    return tuple(_facts()["placed"])


def at_compute(law: Law, flops: float, parameters: list[float]) -> list[float]:
    """Losses of models of these sizes, each reading what the budget leaves it."""
    return [law.loss(Point(each, flops / 6 / each)) for each in parameters]


def _check_flops(flops: float) -> None:
    if not (math.isfinite(flops) and flops > 0):
        raise ScalingError(f"A training budget of {flops} FLOPs must be a number above 0.")


@cache
def _facts() -> dict:
    return json.loads(FACTS.read_text(encoding="utf-8"))
