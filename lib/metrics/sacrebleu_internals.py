"""What sacrebleu keeps to itself: the one file that touches it.

Its public interface scores a sentence or a corpus and gives a number. The counts that a row adds to its corpus, which
a bootstrap draws again and again, the line of working it prints, and the lines it keeps in memory cannot be had
otherwise. `tests/unit/metrics/test_sacrebleu_internals.py` compares all of it with the public interface and fails when
an upgrade changes it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.metrics.base import Metric, Score
from sacrebleu.metrics.bleu import BLEUScore
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a
from sacrebleu.tokenizers.tokenizer_char import TokenizerChar
from sacrebleu.tokenizers.tokenizer_intl import TokenizerV14International
from sacrebleu.tokenizers.tokenizer_ja_mecab import TokenizerJaMecab
from sacrebleu.tokenizers.tokenizer_re import TokenizerRegexp
from sacrebleu.tokenizers.tokenizer_spm import TokenizerSPM
from sacrebleu.tokenizers.tokenizer_ter import TercomTokenizer
from sacrebleu.tokenizers.tokenizer_zh import TokenizerZh

REMEMBERING = (
    Tokenizer13a,
    TokenizerChar,
    TokenizerJaMecab,
    TokenizerRegexp,
    TokenizerSPM,
    TokenizerV14International,
    TokenizerZh,
    TercomTokenizer,
)


def working(score: BLEUScore) -> str:
    """Precisions, brevity penalty and lengths as sacrebleu prints them."""
    return score._verbose


def row_statistics(metric: BLEU | CHRF, references: Sequence[str], candidate: str) -> list[int]:
    """What one row adds to its corpus: counts that are summed before a score is made of them."""
    return metric._extract_corpus_statistics([candidate], [[reference] for reference in references])[0]


def score_of_statistics(metric: Metric, statistics: Sequence[float]) -> Score:
    """The score made of one row's statistics, or of their sum."""
    return metric._compute_score_from_stats(list(statistics))


def forget_lines() -> None:
    """Drop the lines that tokenisers remember: up to 65,536 of them for each, of every visitor, for ever."""
    for each in REMEMBERING:
        each.__call__.cache_clear()
