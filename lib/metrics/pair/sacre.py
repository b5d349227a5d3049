"""sacrebleu's scores with the signature that makes them repeatable.

M. Post, "A call for clarity in reporting BLEU scores", WMT 2018. sacrebleu keeps the last 65,536 lines it has
tokenised in memory for ever, so lines are cut by `tokens` (equal, tested) and only its arithmetic is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sacrebleu.metrics import BLEU, CHRF, TER
from sacrebleu.tokenizers.tokenizer_ter import TercomTokenizer

from lib.metrics.errors import MetricError
from lib.metrics.pair.bleu import closest_length
from lib.metrics.pair.chrf import chrf
from lib.metrics.pair.ngrams import overlap
from lib.metrics.pair.tokens import tokeniser

ORDERS = 4
MAX_TER_WORDS = 40
"""TER tries to move every phrase everywhere: 40 words take about 0.2 s, 300 take 5 s."""

SACRE_NAMES = {"whitespace": "none", "13a": "13a", "intl": "intl"}
"""Our tokenisers that sacrebleu has, and what it calls them."""


@dataclass(frozen=True)
class SacreScore:
    """A score from 0 to 100 (TER: errors, 0 is best) and how it was made."""

    name: str
    score: float
    signature: str
    working: str


def sacre_bleu(references: Sequence[str], candidate: str, tokenise: str = "13a") -> SacreScore:
    """Sentence BLEU as sacrebleu advises: exponential smoothing, only the orders the candidate is long enough for."""
    if not references:
        raise MetricError("There is no reference; BLEU needs at least one text to compare with.")
    statistics = bleu_statistics(
        [tokeniser(tokenise).cut(each) for each in references], tokeniser(tokenise).cut(candidate)
    )
    score = BLEU.compute_bleu(
        correct=statistics[2 : 2 + ORDERS],
        total=statistics[2 + ORDERS :],
        sys_len=statistics[0],
        ref_len=statistics[1],
        smooth_method="exp",
        effective_order=True,
    )
    return SacreScore("BLEU", score.score, bleu_signature(tokenise, len(references), sentence=True), score._verbose)


def sacre_chrf(references: Sequence[str], candidate: str) -> SacreScore:
    found = chrf(references, candidate)
    working = f"average precision {found.precision:.3f}, average recall {found.recall:.3f}, β = 2"
    return SacreScore("chrF2", found.score, chrf_signature(len(references)), working)


def sacre_ter(references: Sequence[str], candidate: str) -> SacreScore:
    """Translation edit rate; MetricError beyond MAX_TER_WORDS words."""
    longest = max(len(text.split()) for text in (*references, candidate))
    if longest > MAX_TER_WORDS:
        raise MetricError(
            f"TER tries to move every phrase everywhere, so it is worked out up to {MAX_TER_WORDS} words; "
            f"a text here has {longest:,}."
        )
    metric = TER()
    score = metric.sentence_score(candidate, list(references))
    TercomTokenizer.__call__.cache_clear()
    working = f"{score.num_edits} edits over {score.ref_length:g} reference words"
    return SacreScore("TER", score.score, str(metric.get_signature()), working)


def bleu_statistics(references: Sequence[Sequence[str]], candidate: Sequence[str], orders: int = ORDERS) -> list[int]:
    """Candidate length, nearest reference length, matches for n = 1 …, n-grams for n = 1 …"""
    overlaps = [overlap(references, candidate, n) for n in range(1, orders + 1)]
    nearest = closest_length([len(reference) for reference in references], len(candidate))
    return [
        len(candidate),
        nearest,
        *(each.matched for each in overlaps),
        *(each.candidate_total for each in overlaps),
    ]


def bleu_statistics_fast(reference: Sequence[str], candidate: Sequence[str]) -> list[int]:
    """The same for one reference and orders 1 to 4 without keeping any places: the fast path for a corpus."""
    matches, totals = [], []
    for n in range(1, ORDERS + 1):
        have: dict = {}
        for ngram in zip(*(reference[i:] for i in range(n)), strict=False):
            have[ngram] = have.get(ngram, 0) + 1
        matched = 0
        for ngram in zip(*(candidate[i:] for i in range(n)), strict=False):
            left = have.get(ngram, 0)
            if left:
                have[ngram] = left - 1
                matched += 1
        matches.append(matched)
        totals.append(max(len(candidate) - n + 1, 0))
    return [len(candidate), len(reference), *matches, *totals]


def bleu_from_statistics(statistics: Sequence[float], sentence: bool = False) -> float:
    """sacrebleu's BLEU, 0 to 100, from statistics or their sum over a corpus."""
    return BLEU.compute_bleu(
        correct=list(statistics[2 : 2 + ORDERS]),
        total=list(statistics[2 + ORDERS :]),
        sys_len=int(statistics[0]),
        ref_len=int(statistics[1]),
        smooth_method="exp",
        effective_order=sentence,
    ).score


def bleu_signature(tokenise: str, references: int, *, sentence: bool = False) -> str:
    metric = BLEU(tokenize=SACRE_NAMES[tokenise], effective_order=sentence)
    metric.num_refs = references
    return str(metric.get_signature())


def chrf_signature(references: int) -> str:
    metric = CHRF()
    metric.num_refs = references
    return str(metric.get_signature())
