"""What rouge-score, NLTK and sacrebleu say of exactly the texts on the screen: the numbers that a page shows.

M. Post, "A call for clarity in reporting BLEU scores", WMT 2018, is why sacrebleu's come with a signature.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu
from rouge_score.rouge_scorer import RougeScorer
from rouge_score.scoring import Score
from sacrebleu.metrics import BLEU, CHRF, TER

from lib.metrics.errors import MetricError
from lib.metrics.sacrebleu_internals import forget_lines, working
from lib.metrics.smoothing import NEEDS_A_TRIGRAM, silence_nltk, smoothing
from lib.metrics.tokenisers import tokeniser

ROUGE_MEASURES = ("rouge1", "rouge2", "rouge3", "rougeL", "rougeLsum")
VERSIONS = {name: version(name) for name in ("rouge-score", "nltk", "sacrebleu")}
MAX_TER_WORDS = 40
"""TER tries to move every phrase everywhere: 40 words take about 0.2 s, 300 take 5 s."""


@dataclass(frozen=True)
class SacreScore:
    """A score from 0 to 100 (TER: errors, 0 is best) and how it was made."""

    name: str
    score: float
    signature: str
    working: str


@cache
def rouge_scorer(stemmer: bool, measures: tuple[str, ...] = ROUGE_MEASURES) -> RougeScorer:
    return RougeScorer(list(measures), use_stemmer=stemmer)


def library_rouge(references: Sequence[str], candidate: str, stemmer: bool) -> dict[str, Score]:
    """Of several references the one with the best F1, for each measure by itself."""
    return rouge_scorer(stemmer).score_multi(references, candidate)


def library_bleu(
    references: Sequence[Sequence[str]], candidate: Sequence[str], weights: Sequence[float], method: int
) -> float:
    """NLTK's sentence BLEU from tokens, a share of 1; MetricError where its smoothing stops."""
    silence_nltk()
    apply = getattr(SmoothingFunction(), f"method{smoothing(method).method}")
    try:
        return float(sentence_bleu(references, candidate, tuple(weights), apply))
    except (AssertionError, IndexError) as error:
        raise MetricError(NEEDS_A_TRIGRAM) from error


def sacre_bleu(references: Sequence[str], candidate: str, tokenise: str = "13a") -> SacreScore:
    """Sentence BLEU as sacrebleu advises: exponential smoothing, only the orders the candidate is long enough for."""
    metric = BLEU(tokenize=sacrebleu_name(tokenise), effective_order=True)
    score = metric.sentence_score(candidate, references)
    forget_lines()
    return SacreScore("BLEU", score.score, str(metric.get_signature()), working(score))


def sacre_chrf(references: Sequence[str], candidate: str) -> SacreScore:
    """Of several references the one with the best chrF."""
    metric = CHRF()
    score = metric.sentence_score(candidate, references).score
    how = f"runs of 1 to {metric.char_order} characters, spaces left out; recall weighs β = {metric.beta} times as much"
    return SacreScore("chrF2", score, str(metric.get_signature()), how)


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
    forget_lines()
    how = f"{score.num_edits} edits over {score.ref_length:g} reference words"
    return SacreScore("TER", score.score, str(metric.get_signature()), how)


def sacrebleu_name(tokenise: str) -> str:
    """sacrebleu's name for a tokeniser; its own 13a for those it does not have."""
    return tokeniser(tokenise).sacrebleu or "13a"
