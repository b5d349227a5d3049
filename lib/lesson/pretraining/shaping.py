"""Temperature, top-k, top-p and min-p: what they do to a distribution, in the order in which transformers applies them.

Each is the same as transformers' TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper and MinPLogitsWarper
(transformers/generation/logits_process.py); the tests compare them. Top-k: Fan et al. 2018, arXiv 1805.04833; top-p:
Holtzman et al. 2019, arXiv 1904.09751; min-p: Nguyen et al. 2024, arXiv 2407.01082.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lib.lesson.pretraining.errors import PretrainingError


@dataclass(frozen=True)
class Sampling:
    """Settings of a sampler; the defaults leave the model's distribution as it is."""

    temperature: float = 1.0
    """Logits are divided by it. 0 stands for its limit: the likeliest token, always."""
    top_k: int = 0
    """So many of the likeliest stay; 0 keeps all."""
    top_p: float = 1.0
    """The likeliest stay until together they have this probability; 1 keeps all."""
    min_p: float = 0.0
    """What has less than this share of the likeliest token's probability goes; 0 keeps all."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.temperature) and 0 <= self.temperature <= 100):
            raise PretrainingError(f"Temperature = {self.temperature:g} must lie between 0 and 100.")
        if self.top_k < 0:
            raise PretrainingError(f"Top-k = {self.top_k} must be 0 (all tokens) or more.")
        if not 0 < self.top_p <= 1:
            raise PretrainingError(f"Top-p = {self.top_p:g} must be more than 0 and at most 1.")
        if not 0 <= self.min_p <= 1:
            raise PretrainingError(f"Min-p = {self.min_p:g} must lie between 0 and 1.")


@dataclass(frozen=True)
class Distribution:
    """Probabilities of the next token, [vocabulary]; a token that cannot be drawn has 0."""

    probabilities: np.ndarray

    @property
    def kept(self) -> int:
        """Tokens that can be drawn."""
        return int(np.count_nonzero(self.probabilities))

    @property
    def entropy_bits(self) -> float:
        """−Σ p log₂ p."""
        drawn = self.probabilities[self.probabilities > 0]
        return abs(float(-(drawn * np.log2(drawn)).sum()))

    def likeliest(self, count: int) -> list[int]:
        """Ids of the likeliest tokens, best first; of equals the lower id."""
        least = np.partition(self.probabilities, -count)[-count] if count < self.probabilities.size else 0
        ids = np.flatnonzero(self.probabilities >= least)  # few: to order a whole vocabulary takes 5 ms
        return ids[np.argsort(-self.probabilities[ids], kind="stable")][:count].tolist()


def shaped(logits: np.ndarray, sampling: Sampling) -> Distribution:
    """The distribution a sampler with these settings draws from; `logits` are the model's, [vocabulary]."""
    scores = np.asarray(logits, dtype=np.float64)
    if sampling.temperature == 0:
        probabilities = np.zeros_like(scores)
        probabilities[int(scores.argmax())] = 1.0
        return Distribution(probabilities)
    scores = scores / sampling.temperature
    if 0 < sampling.top_k < scores.size:
        scores = np.where(scores < np.partition(scores, -sampling.top_k)[-sampling.top_k], -np.inf, scores)
    if sampling.top_p < 1:
        scores = _top_p(scores, sampling.top_p)
    if sampling.min_p > 0:
        probabilities = softmax(scores)
        scores = np.where(probabilities < sampling.min_p * probabilities.max(), -np.inf, scores)
    return Distribution(softmax(scores))


def softmax(scores: np.ndarray) -> np.ndarray:
    """exp(s) / Σ exp(s), [vocabulary]."""
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


def _top_p(scores: np.ndarray, top_p: float) -> np.ndarray:
    """The smallest set of likeliest tokens that has at least `top_p`; never empty."""
    order = np.argsort(scores, kind="stable")
    gone = np.cumsum(softmax(scores[order])) <= 1 - top_p
    gone[-1] = False
    result = scores.copy()
    result[order[gone]] = -np.inf
    return result
