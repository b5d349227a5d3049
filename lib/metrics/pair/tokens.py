"""Cutting text into tokens, the five ways the metrics do, each equal to the library it is named after.

The scores of ROUGE and BLEU are counts of equal tokens, so the cut decides them. rouge-score keeps only a–z and
0–9; NLTK's tutorials use `str.split`; sacrebleu applies the WMT scripts mteval-v13a and mteval-v14 ("intl").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import regex

from lib.metrics.errors import MetricError
from lib.metrics.pair.porter import stem

_ROUGE_WORD = re.compile(r"[a-z0-9]+")
_WORDPUNCT = regex.compile(r"\w+|[^\w\s]+")


@dataclass(frozen=True)
class Token:
    """What is compared (`text`) and what the writer wrote (`surface`)."""

    text: str
    surface: str

    @property
    def changed(self) -> bool:
        return self.text != self.surface


@dataclass(frozen=True)
class Tokeniser:
    """One way of cutting, and the Python that does the same with the library itself."""

    key: str
    label: str
    cut: Callable[[str], list[str]]
    imports: str
    expression: str


def rouge_tokens(text: str, stemmer: bool = False) -> list[Token]:
    """rouge-score 0.1.2's tokens: lower case, runs of a–z and 0–9, words longer than three letters stemmed.

    Lowering letter by letter keeps the place of every letter; `str.lower` on the whole text differs from it only
    in the Greek final sigma, which is no a–z and is thrown away either way.
    """
    lowered = [letter.lower() for letter in text]
    starts = [index for index, letters in enumerate(lowered) for _ in letters]
    tokens = []
    for word in _ROUGE_WORD.finditer("".join(lowered)):
        surface = text[starts[word.start()] : starts[word.end() - 1] + 1]
        tokens.append(Token(_stemmed(word.group()) if stemmer else word.group(), surface))
    return tokens


def rouge_words(text: str, stemmer: bool = False) -> list[str]:
    """The same tokens without their surfaces: the fast path for a corpus."""
    words = _ROUGE_WORD.findall(text.lower())
    return [_stemmed(word) for word in words] if stemmer else words


def _stemmed(word: str) -> str:
    return stem(word) if len(word) > 3 else word


def lost_words(text: str) -> tuple[str, ...]:
    """Words of which rouge-score's tokeniser throws letters away: Chinese, Tamil, accents, Cyrillic …"""
    return tuple(word for word in text.split() if any(_is_lost(letter) for letter in word))


def _is_lost(letter: str) -> bool:
    if re.fullmatch(r"[a-z0-9]+", letter.lower()):
        return False
    return letter.isalnum() or unicodedata.category(letter).startswith("M")


def whitespace_tokens(text: str) -> list[str]:
    return text.split()


def wordpunct_tokens(text: str) -> list[str]:
    r"""NLTK 3.10's `wordpunct_tokenize`: runs of \w and runs of the rest, by the `regex` module's idea of \w."""
    return _WORDPUNCT.findall(text)


_13A = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"([\{-\~\[-\` -\&\(-\+\:-\@\/])", r" \1 "),
        (r"([^0-9])([\.,])", r"\1 \2 "),
        (r"([\.,])([^0-9])", r" \1 \2"),
        (r"([0-9])(-)", r"\1 \2 "),
    )
)
_ENTITIES = (("&quot;", '"'), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"))


def wmt_13a_tokens(text: str) -> list[str]:
    """mteval-v13a.pl as in sacrebleu 2.6.0, `tokenize="13a"`."""
    line = text.rstrip().replace("<skipped>", "").replace("-\n", "").replace("\n", " ")
    for entity, character in _ENTITIES:
        line = line.replace(entity, character)
    return _rewrite(f" {line} ", _13A).split()


@lru_cache(maxsize=1)
def _intl() -> tuple:
    return (
        (regex.compile(r"(\P{N})(\p{P})"), r"\1 \2 "),
        (regex.compile(r"(\p{P})(\P{N})"), r" \1 \2"),
        (regex.compile(r"(\p{S})"), r" \1 "),
    )


def wmt_intl_tokens(text: str) -> list[str]:
    """mteval-v14.pl as in sacrebleu 2.6.0, `tokenize="intl"`: every punctuation mark and symbol of Unicode."""
    return _rewrite(text.rstrip(), _intl()).split()


@lru_cache(maxsize=1)
def _treebank() -> tuple[tuple, tuple]:
    """The rules of `nltk.tokenize.NLTKWordTokenizer` (NLTK 3.10.4, Apache-2.0), before and after padding."""
    before = (
        ("([«“‘„]|[`]+)", r" \1 "),
        (r"^\"", r"``"),
        (r"(``)", r" \1 "),
        (r"([ \(\[{<])(\"|\'{2})", r"\1 `` "),
        (r"(?i)(?<!\w)(\')(?!(?:re|ve|ll|m|t|s|d|n)\b)(?=\w)", r"\1 "),
        (r'([^\.])(\.)([\]\)}>"\'' "»”’ " r"]*+)\s*$", r"\1 \2 \3 "),
        (r"([:,])([^\d])", r" \1 \2"),
        (r"([:,])$", r" \1 "),
        (r"\.{2,}", r" \g<0> "),
        (r"[;@#$%&]", r" \g<0> "),
        (r"[\u2012-\u2015]", r" \g<0> "),
        (r'([^\.])(\.)([\]\)}>"\']*)\s*$', r"\1 \2\3 "),
        (r"[?!]", r" \g<0> "),
        (r"([^'])' ", r"\1 ' "),
        (r"[*]", r" \g<0> "),
        (r"[\]\[\(\)\{\}\<\>]", r" \g<0> "),
        (r"--", r" -- "),
    )
    after = (
        ("([»”’])", r" \1 "),
        (r"''", " '' "),
        (r'"', " '' "),
        (r"\s+", " "),
        (r"([^' ])('[sS]|'[mM]|'[dD]|') ", r"\1 \2 "),
        (r"([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) ", r"\1 \2 "),
    )
    contractions = (
        (r"(?i)\b(can)(not)\b", r" \1 \2 "),
        (r"(?i)\b(d)('ye)\b", r" \1 \2 "),
        (r"(?i)\b(gim)(me)\b", r" \1 \2 "),
        (r"(?i)\b(gon)(na)\b", r" \1 \2 "),
        (r"(?i)\b(got)(ta)\b", r" \1 \2 "),
        (r"(?i)\b(lem)(me)\b", r" \1 \2 "),
        (r"(?i)\b(more)('n)\b", r" \1 \2 "),
        (r"(?i)\b(wan)(na)(?=\s)", r" \1 \2 "),
        (r"(?i) ('t)(is)\b", r" \1 \2 "),
        (r"(?i) ('t)(was)\b", r" \1 \2 "),
    )
    return (
        tuple((regex.compile(pattern), new) for pattern, new in before),
        tuple((regex.compile(pattern), new) for pattern, new in after)
        # NLTK compiles these with `re`, whose \b also falls before a combining accent.
        + tuple((re.compile(pattern), new) for pattern, new in contractions),
    )


def treebank_tokens(text: str) -> list[str]:
    """NLTK's `word_tokenize(text, preserve_line=True)`: its rules without its sentence splitter, which needs data."""
    before, after = _treebank()
    return _rewrite(f" {_rewrite(text, before)} ", after).split()


def _rewrite(text: str, rules: tuple) -> str:
    for pattern, replacement in rules:
        text = pattern.sub(replacement, text)
    return text


TOKENISERS = {
    each.key: each
    for each in (
        Tokeniser("whitespace", "whitespace (str.split)", whitespace_tokens, "", "{text}.split()"),
        Tokeniser(
            "nltk",
            "NLTK word_tokenize",
            treebank_tokens,
            "from nltk.tokenize import word_tokenize",
            "word_tokenize({text}, preserve_line=True)",
        ),
        Tokeniser(
            "wordpunct",
            "NLTK wordpunct_tokenize",
            wordpunct_tokens,
            "from nltk.tokenize import wordpunct_tokenize",
            "wordpunct_tokenize({text})",
        ),
        Tokeniser(
            "13a",
            "sacrebleu 13a",
            wmt_13a_tokens,
            "from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a",
            "Tokenizer13a()({text}.rstrip()).split()",
        ),
        Tokeniser(
            "intl",
            "sacrebleu intl",
            wmt_intl_tokens,
            "from sacrebleu.tokenizers.tokenizer_intl import TokenizerV14International",
            "TokenizerV14International()({text}.rstrip()).split()",
        ),
    )
}


def tokeniser(key: str) -> Tokeniser:
    """The tokeniser named `key`; MetricError if there is none."""
    if key not in TOKENISERS:
        raise MetricError(f"There is no tokeniser {key!r}; choose one of {', '.join(TOKENISERS)}.")
    return TOKENISERS[key]
