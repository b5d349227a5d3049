"""The same numbers as rouge-score's and NLTK's without their tables and their counting anew: for 10,000 rows.

ROUGE keeps no places, and the longest common subsequence is one Python integer a row of the classic table (H. Hyyrö,
"Bit-parallel LCS-length computation revisited", AWOCA 2004): 5,000 words take milliseconds where a table of 25
million cells takes seconds and a gigabyte. BLEU is made from counts that are summed over rows. `checked.py` holds both
to the libraries on a sample of every corpus.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache

from lib.metrics.errors import MetricError
from lib.metrics.pair.bleu import brevity_penalty, closest_length, weighted_geometric_mean
from lib.metrics.pair.lcs import lcs_length
from lib.metrics.pair.rouge import Score, porter, rouge_lsum
from lib.metrics.smoothing import Counts, smoothed

ROUGE_NAMES = ("rouge1", "rouge2", "rougeL", "rougeLsum")
_WORD = re.compile(r"[a-z0-9]+")


def fast_rouge(references: Sequence[str], candidate: str, stemmer: bool = False) -> dict[str, Score]:
    """rouge-score's measures, each of the reference with the best F1. Memory grows with the words."""
    found = [_rouge_of_one(reference, candidate, stemmer) for reference in references]
    return {name: max((each[name] for each in found), key=lambda score: score.f1) for name in ROUGE_NAMES}


def _rouge_of_one(reference: str, candidate: str, stemmer: bool) -> dict[str, Score]:
    there, here = _stemmed_words(reference, stemmer), _stemmed_words(candidate, stemmer)
    scores = {f"rouge{n}": _ngram_score(there, here, n) for n in (1, 2)}
    longest = lcs_length(there, here)
    scores["rougeL"] = Score(longest / max(len(here), 1), longest / max(len(there), 1))
    if "\n" in reference or "\n" in candidate:
        by_line = rouge_lsum(
            *([_stemmed_words(line, stemmer) for line in text.split("\n")] for text in (reference, candidate))
        )
        scores["rougeLsum"] = by_line.score
    else:  # texts of one line have one union of one subsequence
        scores["rougeLsum"] = scores["rougeL"]
    return scores


def _stemmed_words(text: str, stemmer: bool) -> list[str]:
    words = _WORD.findall(text.lower())
    return [_stem(word) if len(word) > 3 else word for word in words] if stemmer else words


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    return porter().stem(word)


def _ngram_score(reference: Sequence[str], candidate: Sequence[str], n: int) -> Score:
    matched = _matched(_counted(reference, n), candidate, n)
    return Score(matched / max(len(candidate) - n + 1, 1), matched / max(len(reference) - n + 1, 1))


def clipped_counts(references: Sequence[Sequence[str]], candidate: Sequence[str], orders: int) -> list[int]:
    """Candidate length, nearest reference length, clipped matches for n = 1 …, n-grams for n = 1 …"""
    length = len(candidate)
    counts = [length, closest_length([len(reference) for reference in references], length)]
    for n in range(1, orders + 1):
        most = _counted(references[0], n)
        for reference in references[1:]:
            for ngram, count in _counted(reference, n).items():
                most[ngram] = max(count, most.get(ngram, 0))
        counts.append(_matched(most, candidate, n))
    return counts + [max(length - n + 1, 0) for n in range(1, orders + 1)]


def _ngrams(tokens: Sequence[str], n: int):
    return zip(*(tokens[start:] for start in range(n)), strict=False) if n > 1 else tokens


def _counted(tokens: Sequence[str], n: int) -> dict:
    counted: dict = {}
    for ngram in _ngrams(tokens, n):
        counted[ngram] = counted.get(ngram, 0) + 1
    return counted


def _matched(left: dict, candidate: Sequence[str], n: int) -> int:
    """How many n-grams of the candidate are there; each found takes one away from `left`."""
    matched = 0
    for ngram in _ngrams(candidate, n):
        there = left.get(ngram, 0)
        if there:
            left[ngram] = there - 1
            matched += 1
    return matched


def bleu_of_counts(
    rows: Sequence[Sequence[int]],
    references: Sequence[Sequence[str]],
    candidate: Sequence[str],
    weights: Sequence[float],
    method: int,
) -> float:
    """NLTK's `corpus_bleu`, a share of 1, from each row's clipped counts; NaN where its smoothing stops.

    references, candidate  of the last row, which some of NLTK's smoothing methods look at
    """
    orders = len(weights)
    candidate_length, reference_length = sum(row[0] for row in rows), sum(row[1] for row in rows)
    counts = [
        Counts(sum(row[2 + n] for row in rows), sum(max(row[2 + orders + n], 1) for row in rows)) for n in range(orders)
    ]
    if not counts[0].matched:
        return 0.0
    try:
        precisions = smoothed(counts, references, candidate, method, candidate_length)
    except MetricError:
        return math.nan
    return brevity_penalty(reference_length, candidate_length) * weighted_geometric_mean(precisions, weights)
