"""A corpus' scores held to the libraries: some of its own rows scored again by rouge-score, NLTK and sacrebleu."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nltk.translate.bleu_score import SmoothingFunction, corpus_bleu

from lib.metrics.corpus.fast import ROUGE_NAMES
from lib.metrics.corpus.reading.file import Pair
from lib.metrics.corpus.rows import MEASURES, CorpusJob, Scorer, SystemScores, Tally
from lib.metrics.pair.libraries import rouge_scorer
from lib.metrics.smoothing import silence_nltk

MAX_CHECKED = 30
MAX_WORDS = 800
"""rouge-score's table grows with the product of the lengths: 800 × 800 words take about a tenth of a second."""


@dataclass(frozen=True)
class Difference:
    """A number in which the two paths differ."""

    row: int | None
    """None for a number of all checked rows together."""
    what: str
    library: float
    scored: float


@dataclass(frozen=True)
class Checked:
    """What was compared, on how many rows, and where it differed."""

    rows: int
    numbers: int
    differences: tuple[Difference, ...]


def check_sample(job: CorpusJob, tallies: Sequence[Tally]) -> Checked:
    """Rows spread evenly over those scored, each row's scores and the sample's corpus scores by both paths."""
    at = _spread([index for index in range(len(tallies[0].values)) if _short_enough(job, index)])
    if not at:
        return Checked(0, 0, ())
    pairs = [job.pairs.pairs[index] for index in at]
    numbers, differences = 0, []
    for system, tally in enumerate(tallies):
        texts = [job.texts(system)[index] for index in at]
        sample = Scorer(job).score_system(pairs, texts, tally.at(at))
        for row, what, library, scored in _both(job, pairs, texts, sample):
            numbers += 1
            if library != scored and not (math.isnan(library) and math.isnan(scored)):
                differences.append(Difference(row, what, library, scored))
    return Checked(len(at), numbers, tuple(differences))


def _spread(indices: list[int]) -> list[int]:
    count = min(len(indices), MAX_CHECKED)
    return [indices[number * len(indices) // count] for number in range(count)]


def _short_enough(job: CorpusJob, index: int) -> bool:
    pair = job.pairs.pairs[index]
    return all(len(text.split()) <= MAX_WORDS for text in (*pair.references, pair.candidate, pair.other or ""))


def _both(
    job: CorpusJob, pairs: Sequence[Pair], texts: Sequence[str], scored: SystemScores
) -> Iterator[tuple[int | None, str, float, float]]:
    """(row, measure, the library's number, the one scored) for every row, then for all of them as one corpus."""
    for pair, text, values in zip(pairs, texts, scored.values, strict=True):
        for what, library, found in zip(MEASURES, _row_by_libraries(job, pair, text), values.tolist(), strict=True):
            yield pair.number, what, library, found
    streams = reference_streams(pairs)
    tokens = [[job.cut(each) for each in pair.references] for pair in pairs], [job.cut(text) for text in texts]
    yield None, "corpus BLEU, NLTK", _nltk_bleu(job, *tokens), scored.corpus_nltk_bleu
    yield None, "corpus BLEU, sacrebleu", job.sacre_bleu().corpus_score(texts, streams).score, scored.corpus_sacrebleu
    yield None, "chrF", job.sacre_chrf().corpus_score(texts, streams).score, scored.corpus_chrf


def _row_by_libraries(job: CorpusJob, pair: Pair, text: str) -> list[float]:
    rouge = rouge_scorer(job.stemmer, ROUGE_NAMES).score_multi(pair.references, text)
    return [
        *(float(part) for score in rouge.values() for part in score),
        _nltk_bleu(job, [[job.cut(each) for each in pair.references]], [job.cut(text)]),
        job.sacre_bleu(sentence=True).sentence_score(text, pair.references).score,
        job.sacre_chrf().sentence_score(text, pair.references).score,
    ]


def _nltk_bleu(job: CorpusJob, references: list[list[list[str]]], candidates: list[list[str]]) -> float:
    """NaN where NLTK's smoothing stops."""
    silence_nltk()
    apply = getattr(SmoothingFunction(), f"method{job.method}")
    try:
        return float(corpus_bleu(references, candidates, job.weights, apply))
    except (AssertionError, IndexError):
        return math.nan


def reference_streams(pairs: Sequence[Pair]) -> list[list[str | None]]:
    """As sacrebleu wants references: every row's first, then every row's second …, None where there is none."""
    most = max(len(pair.references) for pair in pairs)
    return [[pair.references[n] if n < len(pair.references) else None for pair in pairs] for n in range(most)]
