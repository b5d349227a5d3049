"""Duplicates taken out, a part held out, and what of that part training nearly has. No torch.

A held-out text counts as nearly trained on by PaLM's rule (Chowdhery et al. 2022, arXiv 2204.02311, section 8): at
least 70% of its 8-grams of words occur in the training texts. A text of fewer words has one n-gram, all its words.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lib.evaluation.contamination import PALM_N, PALM_SHARE, words_of
from lib.training.errors import TrainingError
from lib.training.own_data.texts import HELD_OUT, OwnText, Turn


@dataclass(frozen=True)
class Near:
    """A held-out text that training nearly has."""

    text: OwnText
    share: float
    """Of its n-grams, those that occur in a training text."""


@dataclass(frozen=True)
class Split:
    training: tuple[OwnText, ...]
    held_out: tuple[OwnText, ...]
    duplicates: tuple[OwnText, ...]
    """Texts that stood there before; each is kept once."""
    would_leak: int
    """Duplicates of held-out texts: had they stayed, training could have had the very same text."""
    near: tuple[Near, ...]


def split(texts: Sequence[OwnText], held_out_share: float, seed: int) -> Split:
    """Every different text on one side only, at least one on each; TrainingError where all are the same.

    held_out_share  of the different texts, above 0 and below 1
    """
    unique = list(dict.fromkeys(text.turns for text in texts))
    if len(unique) < 2:
        raise TrainingError(
            f"All {len(texts):,} texts are the same, so none can be held out; give at least two different ones"
        )
    held = min(len(unique) - 1, max(1, math.floor(held_out_share * len(unique) + 0.5)))
    chosen = random.Random(seed).sample(range(len(unique)), held)
    return _sides(texts, {unique[at] for at in chosen})


def own_split(texts: Sequence[OwnText]) -> Split:
    """The sides that the texts themselves name; what names none is trained on, and what names both is held out.

    TrainingError where nothing is left to train on.
    """
    made = _sides(texts, {text.turns for text in texts if text.side == HELD_OUT})
    if not made.training:
        raise TrainingError("Every text to train on is a held-out text too; give at least one that is not")
    return made


def _sides(texts: Sequence[OwnText], kept: set[tuple[Turn, ...]]) -> Split:
    """Every different text once, those of `kept` held out."""
    first: dict[tuple[Turn, ...], OwnText] = {}
    duplicates = tuple(text for text in texts if first.setdefault(text.turns, text) is not text)
    training = tuple(text for text in first.values() if text.turns not in kept)
    held_out = tuple(text for text in first.values() if text.turns in kept)
    leaks = sum(text.turns in kept for text in duplicates)
    return Split(training, held_out, duplicates, leaks, near_copies(training, held_out))


def near_copies(training: Iterable[OwnText], held_out: Iterable[OwnText]) -> tuple[Near, ...]:
    """The held-out texts that PaLM's rule finds in training."""
    known = [_compared_words(text) for text in training]
    grams: dict[int, set[tuple[str, ...]]] = {}
    found = []
    for text in held_out:
        words = _compared_words(text)
        n = min(PALM_N, len(words))
        if not n:
            continue
        if n not in grams:
            grams[n] = {gram for each in known for gram in _ngrams(each, n)} if n == PALM_N else set(map(tuple, known))
        own = _ngrams(words, n)
        share = sum(gram in grams[n] for gram in own) / len(own)
        if share >= PALM_SHARE:
            found.append(Near(text, share))
    return tuple(found)


def _compared_words(text: OwnText) -> list[str]:
    return [compared for compared, _ in words_of(text.words)]


def _ngrams(words: list[str], n: int) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + n]) for at in range(len(words) - n + 1)]
