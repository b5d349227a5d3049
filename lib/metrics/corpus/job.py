"""Scoring a whole corpus: a plain generator of events that can be stopped between any two rows.

Every row has ROUGE (as rouge-score), sentence BLEU (as NLTK and as sacrebleu) and chrF (as sacrebleu); the corpus has
corpus BLEU of both kinds, which is no mean of the rows, and chrF. Two systems are compared by paired bootstrap.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from lib.metrics.corpus.bootstrap import BootstrapProgress, Comparison, paired_bootstrap
from lib.metrics.corpus.file import Pair, Pairs
from lib.metrics.errors import MetricError
from lib.metrics.pair.bleu import UNIFORM, brevity_penalty, weighted_geometric_mean
from lib.metrics.pair.chrf import chrf_from_statistics, chrf_statistics
from lib.metrics.pair.ngrams import overlap
from lib.metrics.pair.rouge import rouge_fast
from lib.metrics.pair.sacre import ORDERS, bleu_from_statistics, bleu_signature, bleu_statistics_fast, chrf_signature
from lib.metrics.pair.smoothing import Counts, Setting, smoothing
from lib.metrics.pair.tokens import tokeniser

ROUGE_NAMES = ("rouge1", "rouge2", "rougeL", "rougeLsum")
MEASURES = (
    *(f"{name}_{part}" for name in ROUGE_NAMES for part in ("precision", "recall", "f1")),
    "nltk_bleu",
    "sacrebleu",
    "chrf2",
)
"""Columns of a system's values. ROUGE and NLTK's BLEU are shares of 1; sacrebleu's BLEU and chrF go to 100."""
REPORT_EVERY_S = 0.3


@dataclass(frozen=True)
class CorpusJob:
    pairs: Pairs
    stemmer: bool = False
    tokenise: str = "whitespace"
    """For NLTK's BLEU; sacrebleu keeps its 13a, which is what its published scores use."""
    method: int = 0
    """NLTK's smoothing."""
    samples: int = 1000
    """Bootstrap resamples, where there are two systems."""

    @property
    def systems(self) -> int:
        return 2 if any(pair.other is not None for pair in self.pairs.pairs) else 1


@dataclass(frozen=True)
class CorpusProgress:
    keep_only_newest = True
    done: int
    total: int
    rows_per_s: float
    mean_rouge_l: float
    """F1 of the rows so far."""


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
        return float(self.column(measure).mean())


@dataclass(frozen=True, eq=False)
class CorpusScored:
    """The result; of the rows done so far if the run was stopped."""

    row_numbers: tuple[int, ...]
    systems: tuple[SystemScores, ...]
    bleu_signature: str
    chrf_signature: str
    elapsed_s: float
    stopped: bool
    comparisons: tuple[Comparison, ...] = ()


@dataclass
class _Tally:
    """One system's rows as they come."""

    values: list[list[float]] = field(default_factory=list)
    nltk: list[list[int]] = field(default_factory=list)
    sacre: list[list[int]] = field(default_factory=list)
    chrf: list[list[int]] = field(default_factory=list)


def score_corpus(job: CorpusJob) -> Iterator[CorpusProgress | BootstrapProgress | CorpusScored]:
    """Score every pair, then the corpus, then compare; what is done is kept when the run is stopped."""
    from lib.engine import StopRequested  # brings Dask, which no page needs for scoring one pair

    tallies = [_Tally() for _ in range(job.systems)]
    started = reported = time.monotonic()
    stopped = False
    comparisons: list[Comparison] = []
    try:
        for done, pair in enumerate(job.pairs.pairs, start=1):
            texts = (pair.candidate, pair.other or "")[: job.systems]
            for tally, text in zip(tallies, texts, strict=True):
                _score_row(job, pair, text, tally)
            now = time.monotonic()
            if now - reported > REPORT_EVERY_S:
                reported = now
                yield _progress(job, tallies[0], done, now - started)
        for event in _compare(job, tallies):
            if isinstance(event, Comparison):
                comparisons.append(event)
            else:
                yield event
    except StopRequested:
        stopped = True
    if not all(tally.values for tally in tallies):
        return
    yield _result(job, tallies, time.monotonic() - started, stopped, tuple(comparisons))


def _progress(job: CorpusJob, tally: _Tally, done: int, elapsed_s: float) -> CorpusProgress:
    f1 = MEASURES.index("rougeL_f1")
    mean = math.fsum(row[f1] for row in tally.values) / done
    return CorpusProgress(done, len(job.pairs.pairs), done / elapsed_s, mean)


def _score_row(job: CorpusJob, pair: Pair, text: str, tally: _Tally) -> None:
    cut = tokeniser(job.tokenise).cut
    reference, candidate = cut(pair.reference), cut(text)
    nltk_row = bleu_statistics_fast(reference, candidate)
    wmt = tokeniser("13a").cut
    sacre_row = bleu_statistics_fast(wmt(pair.reference), wmt(text))
    chrf_row = chrf_statistics(pair.reference, text)
    rouge_scores = rouge_fast(pair.reference, text, job.stemmer)
    row = [part for name in ROUGE_NAMES for part in _parts(rouge_scores[name])]
    row.append(_nltk_bleu([nltk_row], reference, candidate, job.method))
    row.append(bleu_from_statistics(sacre_row, sentence=True))
    row.append(chrf_from_statistics(chrf_row))
    # One system's lists grow together or not at all: a stop never falls between these lines.
    tally.values.append(row)
    tally.nltk.append(nltk_row)
    tally.sacre.append(sacre_row)
    tally.chrf.append(chrf_row)


def _parts(score) -> tuple[float, float, float]:
    return score.precision, score.recall, score.f1


def _nltk_bleu(rows: Sequence[Sequence[int]], reference: Sequence[str], candidate: Sequence[str], method: int) -> float:
    """NLTK's `corpus_bleu` from each row's statistics and the last row's tokens, which its smoothing looks at.

    NaN where its smoothing stops (6 without a common trigram).
    """
    candidate_length, reference_length = sum(row[0] for row in rows), sum(row[1] for row in rows)
    counts = [
        Counts(sum(row[2 + n] for row in rows), sum(max(row[2 + ORDERS + n], 1) for row in rows)) for n in range(ORDERS)
    ]
    if not counts[0].matched:
        return 0.0
    fifth = Counts(0, 1)
    if method in (5, 7):
        found = overlap([reference], candidate, 5)
        fifth = Counts(found.matched, max(found.candidate_total, 1))
    setting = Setting(candidate_length, tuple(max(len(candidate) - n, 0) for n in range(ORDERS)), fifth.value)
    try:
        values = smoothing(method).apply(counts, setting)
    except MetricError:
        return math.nan
    return brevity_penalty(reference_length, candidate_length) * weighted_geometric_mean(values, UNIFORM)


def _compare(job: CorpusJob, tallies: list[_Tally]) -> Iterator[BootstrapProgress | Comparison]:
    if len(tallies) < 2:
        return
    first, second = tallies
    yield from paired_bootstrap("BLEU", first.sacre, second.sacre, bleu_from_statistics, job.samples)
    yield from paired_bootstrap("chrF2", first.chrf, second.chrf, chrf_from_statistics, job.samples)
    rows, f1 = len(first.values), MEASURES.index("rougeL_f1")
    one, two = ([[row[f1]] for row in tally.values] for tally in tallies)
    yield from paired_bootstrap("ROUGE-L F1, mean", one, two, lambda total: float(total[0]) / rows, job.samples)


def _result(
    job: CorpusJob, tallies: list[_Tally], elapsed_s: float, stopped: bool, comparisons: tuple[Comparison, ...]
) -> CorpusScored:
    done = min(len(tally.values) for tally in tallies)
    last = job.pairs.pairs[done - 1]
    cut = tokeniser(job.tokenise).cut
    systems = []
    for tally, text in zip(tallies, (last.candidate, last.other or ""), strict=False):
        systems.append(
            SystemScores(
                values=np.array(tally.values[:done]),
                corpus_nltk_bleu=_nltk_bleu(tally.nltk[:done], cut(last.reference), cut(text), job.method),
                corpus_sacrebleu=bleu_from_statistics(np.sum(tally.sacre[:done], axis=0).tolist()),
                corpus_chrf=chrf_from_statistics(np.sum(tally.chrf[:done], axis=0).tolist()),
            )
        )
    return CorpusScored(
        row_numbers=tuple(pair.number for pair in job.pairs.pairs[:done]),
        systems=tuple(systems),
        bleu_signature=bleu_signature("13a", 1),
        chrf_signature=chrf_signature(1),
        elapsed_s=elapsed_s,
        stopped=stopped,
        comparisons=comparisons,
    )


def result_rows(job: CorpusJob, scored: CorpusScored) -> list[dict]:
    """Every row with its texts and scores, refused rows with why, and the signatures in every row."""
    systems = ["candidate", "other"][: len(scored.systems)]
    signatures = {"bleu_signature": scored.bleu_signature, "chrf_signature": scored.chrf_signature}
    rows = []
    for index, pair in enumerate(job.pairs.pairs[: len(scored.row_numbers)]):
        row = {"row": pair.number, "reference": pair.reference, "candidate": pair.candidate}
        if len(systems) == 2:
            row["other"] = pair.other
        for name, system in zip(systems, scored.systems, strict=True):
            prefix = f"{name}_" if len(systems) == 2 else ""
            row |= {f"{prefix}{measure}": value for measure, value in zip(MEASURES, system.values[index], strict=True)}
        rows.append(row | {"not_scored_because": None} | signatures)
    waiting = [(pair.number, "stopped before this row") for pair in job.pairs.pairs[len(scored.row_numbers) :]]
    for number, why in (*((each.number, each.why) for each in job.pairs.refused), *waiting):
        rows.append({"row": number, "not_scored_because": why} | signatures)
    return rows
