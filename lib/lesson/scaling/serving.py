"""Why a small model is trained far past the optimum: it is trained once and then read from all its life.

Whole-life compute = 6 · N · D + 2 · N · tokens served (Sardana et al. 2024, arXiv 2401.00448). At one and
the same loss a smaller model needs more training and less for every token served.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from lib.lesson.scaling.errors import ScalingError
from lib.lesson.scaling.laws import Point, SumLaw

SIZES_LOOKED_AT = 250


@dataclass(frozen=True)
class Life:
    """A model from its first training step to its last token served."""

    point: Point
    served_tokens: float

    @property
    def training_flops(self) -> float:
        return self.point.flops

    @property
    def serving_flops(self) -> float:
        """2 · N for every token read or written."""
        return 2 * self.point.parameters * self.served_tokens

    @property
    def flops(self) -> float:
        return self.training_flops + self.serving_flops


@dataclass(frozen=True)
class Choice:
    """Models of different sizes and the same loss, and which is cheapest over its life."""

    loss: float
    lives: tuple[Life, ...]
    """By size, smallest first."""
    best: Life
    compute_optimal: Life
    """The cheapest to train alone."""

    @property
    def saved_share(self) -> float:
        """Of the compute-optimal model's whole life."""
        return 1 - self.best.flops / self.compute_optimal.flops


def same_loss(law: SumLaw, parameters: float, served_tokens: float) -> Choice:
    """All sizes that reach the loss of a compute-optimal model of `parameters`, with what serving costs on top.

    law            whose constants are taken
    parameters     of the compute-optimal model that sets the loss
    served_tokens  over the model's life, read and written
    """
    if not (math.isfinite(served_tokens) and served_tokens >= 0):
        raise ScalingError(f"Tokens served = {served_tokens} must be a number of 0 or more.")
    optimal = optimal_of_size(law, parameters)
    loss = law.loss(optimal)
    smallest = (law.a / (loss - law.e)) ** (1 / law.alpha)  # below it no amount of text is enough

    def lives(first: float, last: float) -> list[Life]:
        """Of sizes from the first to the last, by equal factors."""
        sizes = [first * (last / first) ** (step / SIZES_LOOKED_AT) for step in range(SIZES_LOOKED_AT + 1)]
        read = [(size, law.tokens_for(size, loss)) for size in sizes]
        return [Life(Point(size, tokens), served_tokens) for size, tokens in read if tokens is not None]

    seen = lives(smallest * 1.0005, 3 * parameters)
    at = min(range(len(seen)), key=lambda place: seen[place].flops)
    around = [seen[max(0, at - 1)].point.parameters, seen[min(at + 1, len(seen) - 1)].point.parameters]
    best = min(lives(*around), key=lambda life: life.flops)
    return Choice(loss, tuple(seen), best, Life(optimal, served_tokens))


def optimal_of_size(law: SumLaw, parameters: float) -> Point:
    """What a compute-optimal model of this size reads: N_opt(C) turned round."""
    if not (math.isfinite(parameters) and parameters > 0):
        raise ScalingError(f"Parameters = {parameters} must be a number above 0.")
    g = (law.alpha * law.a / (law.beta * law.b)) ** (1 / (law.alpha + law.beta))
    sixth_of_flops = (parameters / g) ** (1 / law.exponent)
    return Point(parameters, sixth_of_flops / parameters)


def served_for(law: SumLaw, at: Point) -> float:
    """Tokens a model must serve for its size and text to be the cheapest of its loss; below 0 where none make it so.

    On the line of equal loss dD/dN = −(αA / N^(α+1)) / (βB / D^(β+1)); the whole-life compute is least where
    6D + 6N · dD/dN + 2T = 0, which gives T = 3 D · [(αA / N^α) / (βB / D^β) − 1].
    """
    of_parameters = law.alpha * law.of_parameters(at.parameters)
    of_tokens = law.beta * law.of_tokens(at.tokens)
    return 3 * at.tokens * (of_parameters / of_tokens - 1)


def pays_after(small: Point, large: Point) -> float:
    """Tokens served after which the smaller of two models of equal loss has cost less.

    6 N₁ D₁ + 2 N₁ T = 6 N₂ D₂ + 2 N₂ T.
    """
    if small.parameters >= large.parameters:
        raise ScalingError("The first model must be smaller than the second.")
    return (small.flops - large.flops) / (2 * (large.parameters - small.parameters))
