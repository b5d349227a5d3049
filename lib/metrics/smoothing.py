"""NLTK's eight smoothing methods, by name, called on clipped counts.

B. Chen and C. Cherry, "A systematic comparison of smoothing techniques for sentence-level BLEU", WMT 2014. Quirks are
NLTK's: 5 and 7 give more than 1 for a perfect pair, 4 leaves a missing order out altogether when the candidate has one
word, and for a corpus 5, 6 and 7 look at its last pair only.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

from nltk.translate.bleu_score import Fraction, SmoothingFunction

from lib.metrics.errors import MetricError

NEEDS_A_TRIGRAM = "NLTK's smoothing 6 needs at least one trigram in common; without one it stops."


@dataclass(frozen=True)
class Counts:
    """Clipped matches of one order and what they are divided by. Not reduced: 2/4 stays 2/4."""

    matched: int
    total: int

    @property
    def value(self) -> Fraction:
        """As NLTK keeps it, which decides the last digit of what is made of it."""
        return Fraction(self.matched, self.total)


@dataclass(frozen=True)
class Smoothing:
    """`SmoothingFunction().method{method}` of NLTK, with its default parameters."""

    method: int
    name: str
    what: str


SMOOTHINGS = (
    Smoothing(0, "none", "A missing order becomes 2.2e-308, the smallest normal float, so that its logarithm exists."),
    Smoothing(1, "epsilon", "0.1 match where there is none."),
    Smoothing(2, "add one", "One match and one n-gram more, from order 2 up (Lin and Och 2004)."),
    Smoothing(3, "geometric", "1/2, 1/4, 1/8 … of a match for each order in turn that has none (NIST's mteval)."),
    Smoothing(4, "geometric by length", "As method 3, scaled by ln(length)/5, so that short candidates earn less."),
    Smoothing(5, "average of neighbours", "The average with the orders below and above."),
    Smoothing(6, "interpolation", "From order 3 up, mixed with a guess from the two orders below (Gao and He 2013)."),
    Smoothing(7, "4 then 5", "Method 4, then method 5."),
)


def smoothing(method: int) -> Smoothing:
    """NLTK's method of that number; MetricError if there is none."""
    if method not in range(len(SMOOTHINGS)):
        raise MetricError(f"There is no smoothing method {method}; NLTK has 0 to {len(SMOOTHINGS) - 1}.")
    return SMOOTHINGS[method]


def smoothed(
    counts: Sequence[Counts],
    references: Sequence[Sequence[str]],
    candidate: Sequence[str],
    method: int,
    candidate_length: int,
) -> list[Fraction | float]:
    """Precisions after NLTK's smoothing; MetricError where it stops.

    references, candidate  the pair that methods 5, 6 and 7 look at besides the counts; of a corpus, the last
    candidate_length       of all candidates together
    """
    silence_nltk()
    apply = getattr(SmoothingFunction(), f"method{smoothing(method).method}")
    try:
        return apply(
            [each.value for each in counts],
            references=[list(reference) for reference in references],
            hypothesis=list(candidate),
            hyp_len=candidate_length,
        )
    except (AssertionError, IndexError) as error:  # method 6 without a common trigram, or without an order 3
        raise MetricError(NEEDS_A_TRIGRAM) from error


def silence_nltk() -> None:
    """Keep NLTK from warning of every order without a match: the page says so itself, and what is wrong with it.

    Called before each use, since filters are the process's and others set them too; a filter is never put in twice.
    """
    warnings.filterwarnings("ignore", message=r"\s*The hypothesis contains 0 counts")
