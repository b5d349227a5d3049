"""Was the test in the training text? The rules that published models used, on texts of one's own.

gpt3   Brown et al. 2020, arXiv 2005.14165, appendix C: an item is dirty if any of its n-grams of words, lower case and
       without punctuation, occurs in the training text. n is the length of a short item of its benchmark (the 5th
       percentile), but at least 8 and at most 13; here the one item is the benchmark.
palm   Chowdhery et al. 2022, arXiv 2204.02311, section 8: dirty if at least 70% of its 8-grams occur.
gpt4   OpenAI 2023, arXiv 2303.08774, appendix C: letters and digits only; three random substrings of 50 characters
       (the whole item if it is shorter); dirty if any occurs.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from lib.evaluation.errors import EvaluationError

MAX_TRAINING_CHARACTERS = 2_000_000
MAX_ITEM_CHARACTERS = 20_000
GPT3_LEAST, GPT3_MOST = 8, 13
PALM_N, PALM_SHARE = 8, 0.7
GPT4_SUBSTRINGS, GPT4_LENGTH = 3, 50


@dataclass(frozen=True)
class Word:
    text: str
    """Lower case, without punctuation: what is compared."""
    surface: str
    seen: bool
    """Whether it lies in an n-gram that occurs in the training text."""


@dataclass(frozen=True)
class Overlap:
    """An item's words against a training text, by one n."""

    n: int
    words: tuple[Word, ...]
    ngrams: int
    found: int
    """How many of its n-grams occur in the training text."""
    longest_run: int
    """Most words in a row that occur in the training text in that order."""

    @property
    def share(self) -> float:
        return self.found / self.ngrams if self.ngrams else 0.0

    @property
    def seen_share(self) -> float:
        """Share of the item's words inside a found n-gram."""
        return sum(word.seen for word in self.words) / len(self.words) if self.words else 0.0


@dataclass(frozen=True)
class Verdict:
    rule: str
    dirty: bool | None
    """None where the item is too short for the rule."""
    why: str


def words_of(text: str) -> list[tuple[str, str]]:
    """(compared, as written) for each word between spaces; words of punctuation alone vanish."""
    pairs = ((re.sub(r"[^\w]+", "", word.lower()), word) for word in text.split())
    return [(compared, surface) for compared, surface in pairs if compared]


def overlap(training: str, item: str, n: int) -> Overlap:
    """n-grams of the item that occur in the training text; EvaluationError for a text too large or an n below 1."""
    _check(training, item)
    if n < 1:
        raise EvaluationError(f"n is {n}; an n-gram has at least one word.")
    known = [compared for compared, _ in words_of(training)]
    asked = words_of(item)
    compared = [word for word, _ in asked]
    grams = set(zip(*(known[start:] for start in range(n)), strict=False))
    hits = [tuple(compared[i : i + n]) in grams for i in range(len(compared) - n + 1)]
    seen = [any(hits[max(0, i - n + 1) : i + 1]) for i in range(len(compared))]
    return Overlap(
        n=n,
        words=tuple(Word(word, surface, flag) for (word, surface), flag in zip(asked, seen, strict=True)),
        ngrams=len(hits),
        found=sum(hits),
        longest_run=_longest_run(known, compared),
    )


def _longest_run(known: list[str], asked: list[str]) -> int:
    """The longest common substring of words, by bisection on its length."""
    low, high = 0, min(len(known), len(asked))
    while low < high:
        middle = (low + high + 1) // 2
        grams = set(zip(*(known[start:] for start in range(middle)), strict=False))
        if any(gram in grams for gram in zip(*(asked[start:] for start in range(middle)), strict=False)):
            low = middle
        else:
            high = middle - 1
    return low


def seen_by_n(training: str, item: str, largest: int = 20) -> dict[int, float]:
    """Share of the item's words inside a run of n words that the training text has too, for n from 1."""
    return {n: overlap(training, item, n).seen_share for n in range(1, largest + 1)}


def verdicts(training: str, item: str, seed: int = 0) -> tuple[Verdict, ...]:
    """What each published rule says of one item."""
    return (_gpt3(training, item), _palm(training, item), _gpt4(training, item, seed))


def gpt3_n(words: int) -> int:
    """The n of GPT-3's rule for an item of so many words."""
    return min(GPT3_MOST, max(GPT3_LEAST, words))


def _gpt3(training: str, item: str) -> Verdict:
    n = gpt3_n(len(words_of(item)))
    found = overlap(training, item, n)
    if not found.ngrams:
        return Verdict("GPT-3", None, f"the item has {len(found.words)} words, fewer than one {n}-gram")
    return Verdict("GPT-3", found.found > 0, f"{found.found} of {found.ngrams} {n}-grams occur; one is enough")


def _palm(training: str, item: str) -> Verdict:
    found = overlap(training, item, PALM_N)
    if not found.ngrams:
        return Verdict("PaLM", None, f"the item has {len(found.words)} words, fewer than one {PALM_N}-gram")
    why = f"{found.share:.0%} of its {PALM_N}-grams occur; {PALM_SHARE:.0%} make it contaminated"
    return Verdict("PaLM", found.share >= PALM_SHARE, why)


def _gpt4(training: str, item: str, seed: int) -> Verdict:
    known, asked = _letters(training), _letters(item)
    if not asked:
        return Verdict("GPT-4", None, "the item has no letters or digits")
    starts = range(max(1, len(asked) - GPT4_LENGTH + 1))
    rng = random.Random(seed)
    picked = rng.sample(starts, min(GPT4_SUBSTRINGS, len(starts)))
    hits = sum(asked[start : start + GPT4_LENGTH] in known for start in picked)
    length = min(GPT4_LENGTH, len(asked))
    return Verdict("GPT-4", hits > 0, f"{hits} of {len(picked)} random substrings of {length} characters occur")


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def _check(training: str, item: str) -> None:
    for name, text, limit in (
        ("The training text", training, MAX_TRAINING_CHARACTERS),
        ("The item", item, MAX_ITEM_CHARACTERS),
    ):
        if len(text) > limit:
            raise EvaluationError(f"{name} has {len(text):,} characters; up to {limit:,} are searched.")
        if not text.strip():
            raise EvaluationError(f"{name} is empty; put some words in.")
