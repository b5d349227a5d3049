"""Cutting text into tokens, each way by the library it is named after.

The scores of ROUGE and BLEU are counts of equal tokens, so the cut decides them. rouge-score keeps only a–z and 0–9;
NLTK's tutorials use `str.split`; sacrebleu has the WMT scripts mteval-v13a and mteval-v14 ("intl") and tokenisers for
languages that write no spaces.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import regex
from nltk.tokenize import word_tokenize, wordpunct_tokenize
from sacrebleu.metrics import BLEU
from sacrebleu.utils import SACREBLEU_DIR

from lib.metrics.errors import MetricError

SPACELESS_SHARE = 0.3
"""Of a text's letters: from here on spaces are no help in cutting it."""
_LETTER = regex.compile(r"\p{L}")
_SPACELESS = {
    "Han": regex.compile(r"\p{Han}"),
    "kana": regex.compile(r"[\p{Hiragana}\p{Katakana}]"),
    "other": regex.compile(r"[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]"),
}
FLORES_MODEL = Path(SACREBLEU_DIR) / "models" / "flores200sacrebleuspm"
"""Where sacrebleu keeps what it would download for flores200."""


@dataclass(frozen=True)
class Tokeniser:
    """One way of cutting, and the Python that does it without this app."""

    key: str
    label: str
    cut: Callable[[str], list[str]]
    imports: str
    expression: str
    sacrebleu: str | None = None
    """sacrebleu's name for it, where it has it."""
    spaceless: bool = False
    """Whether it cuts inside runs of letters, as languages without spaces need."""


def _of_sacrebleu(name: str, label: str, *, spaceless: bool = False) -> Tokeniser:
    def cut(text: str) -> list[str]:
        return _loaded(name)(text.rstrip()).split()

    expression = f'BLEU(tokenize="{name}").tokenizer({{text}}.rstrip()).split()'
    return Tokeniser(name, label, cut, "from sacrebleu.metrics import BLEU", expression, name, spaceless)


@cache
def _loaded(name: str) -> Callable[[str], str]:
    return BLEU(tokenize=name).tokenizer


@cache
def not_here() -> dict[str, str]:
    """sacrebleu's tokenisers that this machine cannot use, and what each lacks. None of them is ever downloaded."""
    lacking = {}
    if not (find_spec("MeCab") and find_spec("ipadic")):
        lacking["ja-mecab"] = "it needs a Japanese dictionary: pip install sacrebleu[ja]"
    if not (find_spec("sentencepiece") and FLORES_MODEL.exists()):
        lacking["flores200"] = (
            f"it needs the package sentencepiece and a model that sacrebleu downloads to {FLORES_MODEL.name}"
        )
    return lacking


@cache
def tokenisers() -> dict[str, Tokeniser]:
    """Every tokeniser that can be used here, by its key."""
    every = (
        Tokeniser("whitespace", "whitespace (str.split)", str.split, "", "{text}.split()"),
        Tokeniser(
            "nltk",
            "NLTK word_tokenize",
            # Its sentence splitter needs data; one pair is short enough to do without.
            lambda text: word_tokenize(text, preserve_line=True),
            "from nltk.tokenize import word_tokenize",
            "word_tokenize({text}, preserve_line=True)",
        ),
        Tokeniser(
            "wordpunct",
            "NLTK wordpunct_tokenize",
            wordpunct_tokenize,
            "from nltk.tokenize import wordpunct_tokenize",
            "wordpunct_tokenize({text})",
        ),
        _of_sacrebleu("13a", "sacrebleu 13a"),
        _of_sacrebleu("intl", "sacrebleu intl"),
        _of_sacrebleu("zh", "sacrebleu zh (Chinese)", spaceless=True),
        _of_sacrebleu("ja-mecab", "sacrebleu ja-mecab (Japanese)", spaceless=True),
        _of_sacrebleu("char", "sacrebleu char (every character)", spaceless=True),
        _of_sacrebleu("flores200", "sacrebleu flores200 (200 languages)", spaceless=True),
    )
    return {each.key: each for each in every if each.key not in not_here()}


def tokeniser(key: str) -> Tokeniser:
    """The tokeniser named `key`; MetricError if there is none, or not here."""
    if key in not_here():
        raise MetricError(f"The tokeniser {key} cannot be used here: {not_here()[key]}.")
    if key not in tokenisers():
        raise MetricError(f"There is no tokeniser {key!r}; choose one of {', '.join(tokenisers())}.")
    return tokenisers()[key]


def suggested_tokeniser(texts: Iterable[str]) -> str:
    """By the letters: "zh" for Chinese, MeCab for Japanese where it is here, "char" for other languages without spaces.

    "whitespace" for the rest, which have spaces.
    """
    text = "".join(texts)
    found = {script: len(letters.findall(text)) for script, letters in _SPACELESS.items()}
    if sum(found.values()) <= SPACELESS_SHARE * len(_LETTER.findall(text)):
        return "whitespace"
    if found["kana"] > 0.05 * sum(found.values()):
        return "ja-mecab" if "ja-mecab" in tokenisers() else "char"
    return "zh" if found["Han"] > found["other"] else "char"


def lost_words(text: str) -> tuple[str, ...]:
    """Words of which rouge-score's tokeniser throws letters away: Chinese, Tamil, accents, Cyrillic …"""
    return tuple(word for word in text.split() if not word.isascii() and any(map(_is_lost, word)))


def _is_lost(letter: str) -> bool:
    if re.fullmatch(r"[a-z0-9]+", letter.lower()):
        return False
    return letter.isalnum() or unicodedata.category(letter).startswith("M")
