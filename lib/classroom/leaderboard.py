"""Who writes the worst text with the highest score: the room's texts against one reference, as the metrics see them.

Whether a text is bad is the instructor's to judge, who lets through what belongs on the board; how it scores is the
libraries' word: rouge-score's and sacrebleu's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lib.classroom.records import Asked, Words

PART = "worst text"
REFERENCE = "I am very happy to say that I am drinking a warm cup of tea"


@dataclass(frozen=True)
class Entry:
    """One text on the board. ROUGE as F1 from 0 to 1, BLEU from 0 to 100."""

    text: str
    rouge_1: float
    rouge_l: float
    bleu: float


@dataclass(frozen=True)
class Board:
    """Highest ROUGE-1 first; texts level in it by ROUGE-L. Copies of the reference are only counted."""

    reference: str
    entries: tuple[Entry, ...]
    copies: int


def is_board(asked: Asked) -> bool:
    return asked.part == PART


def board(asked: Asked, words: Sequence[Words]) -> Board:
    """The board of a question of the part PART, whose question is the reference."""
    reference = asked.question
    own = [each.text for each in words if _words_of(each.text) != _words_of(reference)]
    entries = sorted((_entry(reference, text) for text in dict.fromkeys(own)), key=lambda e: (-e.rouge_1, -e.rouge_l))
    return Board(reference, tuple(entries), len(words) - len(own))


def _entry(reference: str, text: str) -> Entry:
    from lib.metrics.pair.libraries import library_rouge, sacre_bleu

    found = library_rouge([reference], text, stemmer=False)
    return Entry(text, found["rouge1"].fmeasure, found["rougeL"].fmeasure, sacre_bleu([reference], text).score)


def _words_of(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.lower()).split()
