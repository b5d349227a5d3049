"""A corpus' scores held to the libraries: some of its own rows scored again by rouge-score, NLTK and sacrebleu."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nltk.translate.bleu_score import SmoothingFunction, corpus_bleu
from sacrebleu.significance import PairedTest

from lib.metrics.corpus.bootstrap import paired_bootstrap
from lib.metrics.corpus.fast import ROUGE_NAMES
from lib.metrics.corpus.reading.file import Pair
from lib.metrics.corpus.rows import MEASURES, CorpusJob, Scorer, SystemScores, Tally, score_of_sum
from lib.metrics.pair.libraries import rouge_scorer
from lib.metrics.smoothing import silence_nltk

MAX_CHECKED = 30
RESAMPLES = 100
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
    resamples: int = 0
    """In which two systems were compared on these rows; 0 where there is one system."""


def check_sample(job: CorpusJob, tallies: Sequence[Tally]) -> Checked:
    """Rows spread evenly over those scored: each row's scores, the sample's corpus scores and, where there are two
    systems, their comparison on it, by both paths."""
    at = _spread([index for index in range(len(tallies[0].values)) if _short_enough(job, index)])
    if not at:
        return Checked(0, 0, ())
    pairs = [job.pairs.pairs[index] for index in at]
    texts = [[job.texts(system)[index] for index in at] for system in range(len(tallies))]
    samples = [tally.at(at) for tally in tallies]
    found: list[tuple[int | None, str, float, float]] = []
    for said, sample in zip(texts, samples, strict=True):
        found += _both(job, pairs, said, Scorer(job).score_system(pairs, said, sample))
    if len(samples) == 2:
        found += _both_comparisons(job, pairs, texts, samples)
    differences = (
        Difference(row, what, library, scored)
        for row, what, library, scored in found
        if library != scored and not (math.isnan(library) and math.isnan(scored))
    )
    return Checked(len(at), len(found), tuple(differences), RESAMPLES if len(samples) == 2 else 0)


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


def _both_comparisons(
    job: CorpusJob, pairs: Sequence[Pair], texts: Sequence[list[str]], samples: Sequence[Tally]
) -> Iterator[tuple[None, str, float, float]]:
    """The same of the two systems' paired bootstrap on all of these rows, BLEU and chrF."""
    metrics = {"BLEU": job.sacre_bleu(), "chrF2": job.sacre_chrf()}
    systems = [(f"system {number}", said) for number, said in enumerate(texts, start=1)]
    _, by_library = PairedTest(systems, metrics, reference_streams(pairs), "bs", n_samples=RESAMPLES)()
    statistics = [each.sacre for each in samples], [each.chrf for each in samples]
    for (metric, scorer), (first, second) in zip(metrics.items(), statistics, strict=True):
        *_, ours = paired_bootstrap(metric, first, second, score_of_sum(scorer), RESAMPLES)
        for (name, _), library, scored in zip(systems, by_library[metric], (ours.first, ours.second), strict=True):
            yield None, f"{metric} of {name}", library.score, scored.score
            yield None, f"mean {metric} of {name}", float(library.mean), scored.mean
            yield None, f"half of the interval of {metric}, {name}", float(library.ci), scored.half_width
        yield None, f"p of {metric}", by_library[metric][1].p_value, ours.p_value


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
