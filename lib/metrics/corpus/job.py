"""Scoring a whole corpus: a plain generator of events that can be stopped between any two rows.

Every row has ROUGE (as rouge-score), sentence BLEU (as NLTK and as sacrebleu) and chrF (as sacrebleu); the corpus has
corpus BLEU of both kinds, which is no mean of the rows, and chrF. Two systems are compared by paired bootstrap.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

from sacrebleu.metrics import BLEU, CHRF

from lib.errors import StopRequested
from lib.metrics.corpus.bootstrap import BootstrapProgress, Comparison, paired_bootstrap
from lib.metrics.corpus.checked import Checked, check_sample, reference_streams
from lib.metrics.corpus.reading.file import Pair
from lib.metrics.corpus.rows import MEASURES, CorpusJob, Scorer, SystemScores, Tally, score_of_sum
from lib.metrics.sacrebleu_internals import forget_lines

REPORT_EVERY_S = 0.3


@dataclass(frozen=True)
class CorpusProgress:
    keep_only_newest = True
    done: int
    total: int
    rows_per_s: float
    mean_rouge_l: float
    """F1 of the rows so far."""


@dataclass(frozen=True, eq=False)
class CorpusScored:
    """The result; of the rows done so far if the run was stopped."""

    row_numbers: tuple[int, ...]
    systems: tuple[SystemScores, ...]
    bleu_signature: str
    chrf_signature: str
    checked: Checked
    elapsed_s: float
    stopped: bool
    comparisons: tuple[Comparison, ...] = ()

    @property
    def rows_per_s(self) -> float:
        return len(self.row_numbers) / max(self.elapsed_s, 1e-9)


def score_corpus(job: CorpusJob) -> Iterator[CorpusProgress | BootstrapProgress | CorpusScored]:
    """Score every pair, then the corpus, then compare; what is done is kept when the run is stopped."""
    scorer, tallies = Scorer(job), [Tally() for _ in range(job.systems)]
    started = reported = time.monotonic()
    stopped = False
    comparisons: list[Comparison] = []
    try:
        for done, pair in enumerate(job.pairs.pairs, start=1):
            for tally, text in zip(tallies, (pair.candidate, pair.other or ""), strict=False):
                scorer.score_row(pair, text, tally)
            now = time.monotonic()
            if now - reported > REPORT_EVERY_S:
                reported = now
                yield _progress(job, tallies[0], done, now - started)
        for event in _compare_systems(job, tallies):
            if isinstance(event, Comparison):
                comparisons.append(event)
            else:
                yield event
    except StopRequested:
        stopped = True
    if not all(tally.values for tally in tallies):
        return
    yield _result(scorer, tallies, time.monotonic() - started, stopped, tuple(comparisons))


def _progress(job: CorpusJob, tally: Tally, done: int, elapsed_s: float) -> CorpusProgress:
    f1 = MEASURES.index("rougeL_f1")
    mean = math.fsum(row[f1] for row in tally.values) / done
    return CorpusProgress(done, len(job.pairs.pairs), done / elapsed_s, mean)


def _compare_systems(job: CorpusJob, tallies: list[Tally]) -> Iterator[BootstrapProgress | Comparison]:
    if len(tallies) < 2:
        return
    first, second = tallies
    yield from paired_bootstrap("BLEU", first.sacre, second.sacre, score_of_sum(job.sacre_bleu()), job.samples)
    yield from paired_bootstrap("chrF2", first.chrf, second.chrf, score_of_sum(job.sacre_chrf()), job.samples)
    rows, f1 = len(first.values), MEASURES.index("rougeL_f1")
    one, two = ([[row[f1]] for row in tally.values] for tally in tallies)
    yield from paired_bootstrap("ROUGE-L F1, mean", one, two, lambda total: float(total[0]) / rows, job.samples)


def _result(
    scorer: Scorer, tallies: list[Tally], elapsed_s: float, stopped: bool, comparisons: tuple[Comparison, ...]
) -> CorpusScored:
    job, done = scorer.job, min(len(tally.values) for tally in tallies)
    pairs, kept = job.pairs.pairs[:done], [tally.at(range(done)) for tally in tallies]
    result = CorpusScored(
        row_numbers=tuple(pair.number for pair in pairs),
        systems=tuple(scorer.score_system(pairs, job.texts(at)[:done], tally) for at, tally in enumerate(kept)),
        bleu_signature=_signature(job.sacre_bleu(), pairs),
        chrf_signature=_signature(job.sacre_chrf(), pairs),
        checked=check_sample(job, kept),
        elapsed_s=elapsed_s,
        stopped=stopped,
        comparisons=comparisons,
    )
    forget_lines()
    return result


def _signature(metric: BLEU | CHRF, pairs: tuple[Pair, ...]) -> str:
    """What makes a score repeatable; sacrebleu gives it once the metric has seen how many references rows have."""
    one_of_each = list({len(pair.references): pair for pair in pairs}.values())
    metric.corpus_score(["" for _ in one_of_each], reference_streams(one_of_each))
    return str(metric.get_signature())


def result_rows(job: CorpusJob, scored: CorpusScored) -> list[dict]:
    """Every row with its texts and scores, refused rows with why, and the signatures in every row."""
    systems = ["candidate", "other"][: len(scored.systems)]
    signatures = {"bleu_signature": scored.bleu_signature, "chrf_signature": scored.chrf_signature}
    rows = []
    for index, pair in enumerate(job.pairs.pairs[: len(scored.row_numbers)]):
        row = {"row": pair.number, **_reference_cells(job, pair), "candidate": pair.candidate}
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


def _reference_cells(job: CorpusJob, pair: Pair) -> dict[str, str | None]:
    """One column for each reference that some row has."""
    most = max(len(each.references) for each in job.pairs.pairs)
    names = ["reference", *(f"reference_{number}" for number in range(2, most + 1))]
    return dict(zip(names, (*pair.references, *[None] * (most - len(pair.references))), strict=True))
