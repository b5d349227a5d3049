"""ROUGE with every quantity on the way, equal to `rouge-score` 0.1.2 to the last digit.

C.-Y. Lin, "ROUGE: a package for automatic evaluation of summaries", 2004: ROUGE-N is section 2, ROUGE-L section 3.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lib.metrics.errors import MetricError
from lib.metrics.pair.lcs import lcs_length, lcs_path
from lib.metrics.pair.ngrams import Overlap, overlap
from lib.metrics.pair.score import ZERO, Score
from lib.metrics.pair.tokens import Token, rouge_tokens, rouge_words

MAX_DRAWN_WORDS = 2_000
"""Longest text, in words, whose matches are kept one by one; longer ones go through `rouge_fast`."""


@dataclass(frozen=True)
class RougeN:
    """ROUGE-N: n-grams in common over n-grams there are."""

    overlap: Overlap

    @property
    def n(self) -> int:
        return self.overlap.n

    @property
    def matched(self) -> int:
        return self.overlap.matched

    @property
    def in_candidate(self) -> int:
        return self.overlap.candidate_total

    @property
    def in_reference(self) -> int:
        return self.overlap.reference_totals[0]

    @property
    def score(self) -> Score:
        return Score(self.matched / max(self.in_candidate, 1), self.matched / max(self.in_reference, 1))


@dataclass(frozen=True)
class RougeL:
    """ROUGE-L: the longest common subsequence over the words there are, line breaks ignored."""

    reference: tuple[str, ...]
    candidate: tuple[str, ...]
    path: tuple[tuple[int, int], ...]

    @property
    def matched(self) -> int:
        return len(self.path)

    @property
    def score(self) -> Score:
        if not self.reference or not self.candidate:
            return ZERO
        return Score(self.matched / len(self.candidate), self.matched / len(self.reference))


@dataclass(frozen=True)
class UnionLCS:
    """One reference sentence and which of its words some candidate sentence has in order (Lin 2004, section 3.2)."""

    sentence: tuple[str, ...]
    in_some_lcs: tuple[int, ...]
    counted: tuple[int, ...]
    """Those of them that count: a word is not counted more often than both texts have it."""


@dataclass(frozen=True)
class RougeLsum:
    """ROUGE-Lsum: one union of common subsequences for each line of the reference."""

    unions: tuple[UnionLCS, ...]
    in_reference: int
    in_candidate: int

    @property
    def matched(self) -> int:
        return sum(len(union.counted) for union in self.unions)

    @property
    def score(self) -> Score:
        if not self.in_reference or not self.in_candidate:
            return ZERO
        return Score(self.matched / self.in_candidate, self.matched / self.in_reference)


@dataclass(frozen=True)
class Rouge:
    """Everything rouge-score computes for one pair, and the tokens it computed it from."""

    reference_tokens: tuple[Token, ...]
    candidate_tokens: tuple[Token, ...]
    by_n: dict[int, RougeN]
    longest: RougeL
    by_sentence: RougeLsum

    def scores(self) -> dict[str, Score]:
        """By rouge-score's names: rouge1 … rougeN, rougeL, rougeLsum."""
        return {f"rouge{n}": each.score for n, each in self.by_n.items()} | {
            "rougeL": self.longest.score,
            "rougeLsum": self.by_sentence.score,
        }


def rouge(reference: str, candidate: str, stemmer: bool = False, orders: Sequence[int] = (1, 2, 3)) -> Rouge:
    """Score one pair and keep the working. MetricError beyond MAX_DRAWN_WORDS words."""
    reference_tokens = tuple(rouge_tokens(reference, stemmer))
    candidate_tokens = tuple(rouge_tokens(candidate, stemmer))
    longest = max(len(reference_tokens), len(candidate_tokens))
    if longest > MAX_DRAWN_WORDS:
        raise MetricError(
            f"A text here has {longest:,} words; up to {MAX_DRAWN_WORDS:,} can be shown word by word, "
            "longer ones go through the corpus page."
        )
    reference_words = tuple(token.text for token in reference_tokens)
    candidate_words = tuple(token.text for token in candidate_tokens)
    return Rouge(
        reference_tokens=reference_tokens,
        candidate_tokens=candidate_tokens,
        by_n={n: RougeN(overlap([reference_words], candidate_words, n)) for n in orders},
        longest=RougeL(reference_words, candidate_words, lcs_path(reference_words, candidate_words)),
        by_sentence=rouge_lsum(_lines(reference, stemmer), _lines(candidate, stemmer)),
    )


def rouge_lsum(reference: Sequence[Sequence[str]], candidate: Sequence[Sequence[str]]) -> RougeLsum:
    """Summary-level ROUGE-L from tokenised sentences, with the clipping of ROUGE 1.5.5."""
    left_in_reference = Counter(word for sentence in reference for word in sentence)
    left_in_candidate = Counter(word for sentence in candidate for word in sentence)
    in_reference, in_candidate = left_in_reference.total(), left_in_candidate.total()
    unions = []
    for sentence in reference:
        hits = sorted({i for other in candidate for i, _ in lcs_path(sentence, other)})
        counted = []
        for index in hits:
            word = sentence[index]
            if left_in_candidate[word] > 0 and left_in_reference[word] > 0:
                counted.append(index)
                left_in_candidate[word] -= 1
                left_in_reference[word] -= 1
        unions.append(UnionLCS(tuple(sentence), tuple(hits), tuple(counted)))
    return RougeLsum(tuple(unions), in_reference, in_candidate)


def best_of(scores: Sequence[dict[str, Score]]) -> dict[str, tuple[int, Score]]:
    """For each measure the reference with the highest F1 and its score: rouge-score's `score_multi`."""
    if not scores:
        raise MetricError("There is no reference; ROUGE needs at least one text to compare with.")
    best = {}
    for name in scores[0]:
        index = max(range(len(scores)), key=lambda i, name=name: scores[i][name].f1)
        best[name] = (index, scores[index][name])
    return best


def rouge_fast(
    reference: str, candidate: str, stemmer: bool = False, orders: Sequence[int] = (1, 2), lsum: bool = True
) -> dict[str, Score]:
    """The same scores without the working, for a corpus. Memory grows with the words, not with their product."""
    reference_words = rouge_words(reference, stemmer)
    candidate_words = rouge_words(candidate, stemmer)
    scores = {f"rouge{n}": _ngram_score(reference_words, candidate_words, n) for n in orders}
    scores["rougeL"] = _lcs_score(reference_words, candidate_words)
    if lsum:
        # Texts of one line have one union of one subsequence, so both measures are the same number.
        one_line = "\n" not in reference and "\n" not in candidate
        scores["rougeLsum"] = (
            scores["rougeL"] if one_line else rouge_lsum(_lines(reference, stemmer), _lines(candidate, stemmer)).score
        )
    return scores


def _lines(text: str, stemmer: bool) -> list[list[str]]:
    return [rouge_words(line, stemmer) for line in text.split("\n") if line]


def _ngram_score(reference: Sequence[str], candidate: Sequence[str], n: int) -> Score:
    have: dict = {}
    for ngram in zip(*(reference[i:] for i in range(n)), strict=False) if n > 1 else reference:
        have[ngram] = have.get(ngram, 0) + 1
    matched = 0
    for ngram in zip(*(candidate[i:] for i in range(n)), strict=False) if n > 1 else candidate:
        left = have.get(ngram, 0)
        if left:
            have[ngram] = left - 1
            matched += 1
    return Score(matched / max(len(candidate) - n + 1, 1), matched / max(len(reference) - n + 1, 1))


def _lcs_score(reference: Sequence[str], candidate: Sequence[str]) -> Score:
    if not reference or not candidate:
        return ZERO
    length = lcs_length(reference, candidate)
    return Score(length / len(candidate), length / len(reference))
