"""Scoring rows: one job's settings, the scores of each row, and what it adds to its corpus.

sacrebleu's numbers are its own; ROUGE and NLTK's BLEU take a faster path, held to the libraries by `checked.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.metrics.base import Metric

from lib.metrics.corpus.fast import ROUGE_NAMES, bleu_of_counts, clipped_counts, fast_rouge
from lib.metrics.corpus.reading.file import Pair, Pairs
from lib.metrics.pair.bleu import UNIFORM, check_weights
from lib.metrics.sacrebleu_internals import forget_lines, row_statistics, score_of_statistics
from lib.metrics.tokenisers import lost_words, suggested_tokeniser, tokeniser

AUTOMATIC = "automatic"
LOOKED_AT = 200
"""Rows by whose letters a tokeniser is found."""
MEASURES = (
    *(f"{name}_{part}" for name in ROUGE_NAMES for part in ("precision", "recall", "f1")),
    "nltk_bleu",
    "sacrebleu",
    "chrf2",
)
"""Columns of a system's values. ROUGE and NLTK's BLEU are shares of 1; sacrebleu's BLEU and chrF go to 100."""


@dataclass(frozen=True)
class CorpusJob:
    """The rows and every setting that changes a number."""

    pairs: Pairs
    stemmer: bool = False
    tokenise: str = AUTOMATIC
    """For NLTK's BLEU, and for sacrebleu's where it has it; else sacrebleu keeps its 13a."""
    method: int = 0
    """NLTK's smoothing."""
    weights: tuple[float, ...] = UNIFORM
    """NLTK's, one an order."""
    lowercase: bool = False
    """For both kinds of BLEU and chrF; ROUGE never sees case."""
    samples: int = 1000
    """Bootstrap resamples, where there are two systems."""

    def __post_init__(self) -> None:
        check_weights(self.weights)
        tokeniser(self.cut_by)

    @cached_property
    def cut_by(self) -> str:
        """The tokeniser's key, found by the letters of the first rows where none is chosen."""
        if self.tokenise != AUTOMATIC:
            return self.tokenise
        return self.suggested

    @cached_property
    def suggested(self) -> str:
        return suggested_tokeniser(self._first_texts())

    @cached_property
    def lost_words(self) -> tuple[str, ...]:
        """Words of the first rows that rouge-score does not see whole."""
        return tuple(dict.fromkeys(word for text in self._first_texts() for word in lost_words(text)))

    def _first_texts(self) -> list[str]:
        return [text for pair in self.pairs.pairs[:LOOKED_AT] for text in (*pair.references, pair.candidate)]

    @property
    def systems(self) -> int:
        return 2 if any(pair.other is not None for pair in self.pairs.pairs) else 1

    @property
    def expected_s(self) -> float:
        """Seconds at about 2,500 rows a second and system, and resamples at 2,000 a second."""
        resampling = 3 * self.samples / 2_000 if self.systems == 2 else 0
        return 1 + self.systems * len(self.pairs.pairs) / 2_500 + resampling

    def texts(self, system: int) -> list[str]:
        """What the first (0) or the second (1) system wrote, row by row."""
        return [pair.candidate if system == 0 else pair.other or "" for pair in self.pairs.pairs]

    def cut(self, text: str) -> list[str]:
        """Tokens for NLTK's BLEU."""
        return tokeniser(self.cut_by).cut(text.lower() if self.lowercase else text)

    def sacre_bleu(self, *, sentence: bool = False) -> BLEU:
        name = tokeniser(self.cut_by).sacrebleu or "13a"
        return BLEU(tokenize=name, lowercase=self.lowercase, effective_order=sentence)

    def sacre_chrf(self) -> CHRF:
        return CHRF(lowercase=self.lowercase)


@dataclass(frozen=True, eq=False)
class SystemScores:
    """One system: a row of `values` for each pair scored, and what is made of all rows together."""

    values: np.ndarray
    corpus_nltk_bleu: float
    corpus_sacrebleu: float
    corpus_chrf: float

    def column(self, measure: str) -> np.ndarray:
        return self.values[:, MEASURES.index(measure)]

    def mean(self, measure: str) -> float:
        """Over the rows that have a number; NLTK's smoothing 6 gives some none."""
        column = self.column(measure)
        return float(np.nanmean(column)) if not np.isnan(column).all() else math.nan

    def spread(self, measure: str) -> tuple[float, float, float]:
        """(Lowest, median, highest) of the rows that have a number; NaN where none has."""
        column = self.column(measure)
        known = column[~np.isnan(column)]
        if not len(known):
            return (math.nan,) * 3
        return float(known.min()), float(np.median(known)), float(known.max())

    def worst_first(self, measure: str) -> list[int]:
        """The places of the rows, from 0, by their score, in their order where it is the same; without a number first.

        So the best come first when it is read from its end.
        """
        return np.argsort(np.nan_to_num(self.column(measure), nan=-1.0), kind="stable").tolist()


@dataclass
class Tally:
    """One system's rows as they come: scores, and what each row adds to its corpus."""

    values: list[list[float]] = field(default_factory=list)
    nltk: list[list[int]] = field(default_factory=list)
    sacre: list[list[int]] = field(default_factory=list)
    chrf: list[list[int]] = field(default_factory=list)

    def at(self, indices: Sequence[int]) -> Tally:
        """The same of these rows only."""
        kept = (self.values, self.nltk, self.sacre, self.chrf)
        return Tally(*([rows[index] for index in indices] for rows in kept))


class Scorer:
    """Scores rows by one job's settings."""

    def __init__(self, job: CorpusJob) -> None:
        self.job = job
        self.bleu, self.sentence_bleu, self.chrf = job.sacre_bleu(), job.sacre_bleu(sentence=True), job.sacre_chrf()

    def score_row(self, pair: Pair, text: str, tally: Tally) -> None:
        """Add one row to a system's tally."""
        job = self.job
        references, candidate = [job.cut(each) for each in pair.references], job.cut(text)
        counts = clipped_counts(references, candidate, len(job.weights))
        sacre_row = row_statistics(self.bleu, pair.references, text)
        chrf_row = row_statistics(self.chrf, pair.references, text)
        rouge = fast_rouge(pair.references, text, job.stemmer)
        row = [part for score in rouge.values() for part in (score.precision, score.recall, score.f1)]
        row.append(bleu_of_counts([counts], references, candidate, job.weights, job.method))
        row.append(score_of_statistics(self.sentence_bleu, sacre_row).score)
        row.append(score_of_statistics(self.chrf, chrf_row).score)
        # One system's lists grow together or not at all: a stop never falls between these lines.
        tally.values.append(row)
        tally.nltk.append(counts)
        tally.sacre.append(sacre_row)
        tally.chrf.append(chrf_row)
        if len(tally.values) % 1_000 == 0:
            forget_lines()

    def score_system(self, pairs: Sequence[Pair], texts: Sequence[str], tally: Tally) -> SystemScores:
        """Everything of one system from the tally of these rows."""
        last = [self.job.cut(each) for each in pairs[-1].references], self.job.cut(texts[-1])
        return SystemScores(
            values=np.array(tally.values),
            corpus_nltk_bleu=bleu_of_counts(tally.nltk, *last, self.job.weights, self.job.method),
            corpus_sacrebleu=float(score_of_sum(self.bleu)(np.sum(tally.sacre, axis=0))),
            corpus_chrf=float(score_of_sum(self.chrf)(np.sum(tally.chrf, axis=0))),
        )


def score_of_sum(metric: Metric) -> Callable[[np.ndarray], float]:
    """The score of a corpus from the sum of its rows' statistics, in the precision of the sum, as in sacrebleu."""
    return lambda total: score_of_statistics(metric, total).score
