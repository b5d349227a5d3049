"""ROUGE step by step: n-grams with their places, the longest common subsequence as a path, unions line by line.

C.-Y. Lin, "ROUGE: a package for automatic evaluation of summaries", 2004: ROUGE-N is section 2, ROUGE-L section 3.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from nltk.stem.porter import PorterStemmer
from rouge_score.tokenize import tokenize

from lib.metrics.errors import MetricError
from lib.metrics.pair.lcs import lcs_path
from lib.metrics.pair.ngrams import Overlap, overlap

MAX_DRAWN_WORDS = 2_000
"""Longest text, in words, whose matches are kept one by one; longer ones go through a corpus."""
_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Token:
    """What is compared (`text`, by rouge-score) and what the writer wrote (`surface`)."""

    text: str
    surface: str


@dataclass(frozen=True)
class Score:
    """Precision, recall and F1, shares of 1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean, 0 where both are 0."""
        if self.precision + self.recall > 0:
            return 2 * self.precision * self.recall / (self.precision + self.recall)
        return 0.0


class Share:
    """One ROUGE: what matched, over what there is in the candidate (precision) and in the reference (recall)."""

    what: str
    """What is counted."""
    matched: int
    in_reference: int
    in_candidate: int

    @property
    def score(self) -> Score:
        return Score(self.matched / max(self.in_candidate, 1), self.matched / max(self.in_reference, 1))


@dataclass(frozen=True)
class RougeN(Share):
    """ROUGE-N: n-grams in common over n-grams there are."""

    overlap: Overlap

    @property
    def what(self) -> str:
        return {1: "words", 2: "bigrams", 3: "trigrams"}.get(self.overlap.n, f"{self.overlap.n}-grams")

    @property
    def matched(self) -> int:
        return self.overlap.matched

    @property
    def in_candidate(self) -> int:
        return self.overlap.candidate_total

    @property
    def in_reference(self) -> int:
        return self.overlap.reference_totals[0]


@dataclass(frozen=True)
class RougeL(Share):
    """ROUGE-L: the longest common subsequence over the words there are, line breaks ignored."""

    reference: tuple[str, ...]
    candidate: tuple[str, ...]
    path: tuple[tuple[int, int], ...]
    what = "words in order"

    @property
    def matched(self) -> int:
        return len(self.path)

    @property
    def in_reference(self) -> int:
        return len(self.reference)

    @property
    def in_candidate(self) -> int:
        return len(self.candidate)


@dataclass(frozen=True)
class UnionLCS:
    """One reference sentence and which of its words some candidate sentence has in order (Lin 2004, section 3.2)."""

    sentence: tuple[str, ...]
    in_some_lcs: tuple[int, ...]
    counted: tuple[int, ...]
    """Those of them that count: a word is not counted more often than both texts have it."""


@dataclass(frozen=True)
class RougeLsum(Share):
    """ROUGE-Lsum: one union of common subsequences for each line of the reference."""

    unions: tuple[UnionLCS, ...]
    in_reference: int
    in_candidate: int
    what = "words in order, line by line"

    @property
    def matched(self) -> int:
        return sum(len(union.counted) for union in self.unions)


@dataclass(frozen=True)
class Rouge:
    """One reference and the candidate: the tokens, and every measure by rouge-score's name for it."""

    reference_tokens: tuple[Token, ...]
    candidate_tokens: tuple[Token, ...]
    measures: dict[str, Share]


def rouge(reference: str, candidate: str, stemmer: bool = False) -> Rouge:
    """Work out one pair and keep every step. MetricError beyond MAX_DRAWN_WORDS words."""
    reference_tokens, candidate_tokens = rouge_tokens(reference, stemmer), rouge_tokens(candidate, stemmer)
    longest = max(len(reference_tokens), len(candidate_tokens))
    if longest > MAX_DRAWN_WORDS:
        raise MetricError(
            f"A text here has {longest:,} words; up to {MAX_DRAWN_WORDS:,} can be shown word by word, "
            "longer ones go through the corpus page."
        )
    words = tuple(token.text for token in reference_tokens)
    others = tuple(token.text for token in candidate_tokens)
    measures: dict[str, Share] = {f"rouge{n}": RougeN(overlap([words], others, n)) for n in (1, 2, 3)}
    measures["rougeL"] = RougeL(words, others, lcs_path(words, others))
    measures["rougeLsum"] = rouge_lsum(rouge_lines(reference, stemmer), rouge_lines(candidate, stemmer))
    return Rouge(reference_tokens, candidate_tokens, measures)


def rouge_tokens(text: str, stemmer: bool) -> tuple[Token, ...]:
    """rouge-score's tokens, each with what was written where it stands.

    Lowering letter by letter keeps the place of every letter; `str.lower` on the whole text differs from it only
    in the Greek final sigma, which is no a–z and is thrown away either way.
    """
    lowered = [letter.lower() for letter in text]
    starts = [index for index, letters in enumerate(lowered) for _ in letters]
    written = (text[starts[word.start()] : starts[word.end() - 1] + 1] for word in _WORD.finditer("".join(lowered)))
    return tuple(map(Token, rouge_words(text, stemmer), written))


def rouge_words(text: str, stemmer: bool) -> list[str]:
    """rouge-score's tokens: lower case, runs of a–z and 0–9, words of more than three letters stemmed if asked."""
    return tokenize(text, porter() if stemmer else None)


@cache
def porter() -> PorterStemmer:
    return PorterStemmer()


def rouge_lines(text: str, stemmer: bool) -> list[list[str]]:
    """The sentences of ROUGE-Lsum: lines that are not empty."""
    return [rouge_words(line, stemmer) for line in text.split("\n") if line]


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
