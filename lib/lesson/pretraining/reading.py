"""A text as a model reads it. No torch here: pages read these.

Before each token the model gives every token of its vocabulary a probability p. The surprise of the token that came is
−log₂ p bits. The loss of pretraining is the mean of −ln p over all tokens but the first, which nothing predicts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lib.lesson.pretraining.errors import PretrainingError

LONGEST_TEXT_CHARACTERS = 20_000
MOST_TOKENS = 128
"""Of a text, its first; both models here can read more at once, a page cannot show it."""
KEPT_LOGITS = 400_000
"""Logits that a reading carries, 4 bytes each: every position of a small vocabulary, a large one's last few."""


def visible(text: str) -> str:
    """A token's text with its spaces and line ends made visible."""
    return text.replace(" ", "␣").replace("\n", "⏎").replace("\t", "⇥") or "(nothing)"


@dataclass(frozen=True)
class ReadingRun:
    """A text for one model after another."""

    models: tuple[str, ...]
    text: str

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise PretrainingError("There is nothing to read; write a sentence of two words or more.")
        if len(self.text) > LONGEST_TEXT_CHARACTERS:
            raise PretrainingError(
                f"The text has {len(self.text):,} characters; at most {LONGEST_TEXT_CHARACTERS:,} are taken."
            )


@dataclass(frozen=True)
class Candidate:
    """A token the model thought of."""

    text: str
    probability: float


@dataclass(frozen=True)
class Token:
    """A token of the text, and what the model expected in its place."""

    id: int
    text: str
    size_bytes: int
    part_of_character: bool
    """Whether it is no whole character: this tokenizer has no piece for the script."""
    log_probability: float | None
    """Natural logarithm of the model's probability for this token after everything before it; None for the first."""
    rank: int | None
    """1 for the likeliest token; None for the first of the text."""
    expected: tuple[Candidate, ...]
    """The likeliest tokens in its place; empty for the first."""

    @property
    def probability(self) -> float | None:
        return None if self.log_probability is None else math.exp(self.log_probability)

    @property
    def surprise_bits(self) -> float | None:
        """−log₂ p."""
        return None if self.log_probability is None else -self.log_probability / math.log(2)


@dataclass(frozen=True)
class Logits:
    """What the model computed for one position, for every token of its vocabulary."""

    position: int
    """The token it predicts, counted from 0; as many as there are tokens means the one after the text."""
    values: bytes
    """float32, [vocabulary]."""

    @property
    def array(self) -> np.ndarray:
        return np.frombuffer(self.values, dtype=np.float32)


@dataclass(frozen=True)
class Reading:
    """One text read by one model."""

    model: str
    tokens: tuple[Token, ...]
    text_tokens: int
    """Of the whole text; more than `tokens` where it was cut."""
    next: tuple[Candidate, ...]
    """The likeliest tokens after the text."""
    logits: tuple[Logits, ...]
    """For the last positions, the one after the text among them."""
    pieces: tuple[str, ...]
    """Text of every token id of the vocabulary that is among the likeliest of `logits`, by `piece`."""
    piece_ids: tuple[int, ...]
    library_loss: float | None
    """What transformers gives as the loss of the same tokens; None where there is but one."""
    seconds: float

    @property
    def scored(self) -> tuple[Token, ...]:
        """The tokens that something predicts: all but the first."""
        return self.tokens[1:]

    @property
    def nats(self) -> float:
        """−Σ ln p."""
        return -sum(token.log_probability for token in self.scored)

    @property
    def loss(self) -> float:
        """Mean of −ln p, in nats per token."""
        if not self.scored:
            raise PretrainingError("The text is one token, which nothing predicts; write one word more.")
        return self.nats / len(self.scored)

    @property
    def perplexity(self) -> float:
        """e^loss: among so many equally likely tokens the model might as well have chosen."""
        return math.exp(self.loss)

    @property
    def scored_bytes(self) -> int:
        """Of UTF-8, in the tokens that count."""
        return sum(token.size_bytes for token in self.scored)

    @property
    def bits_per_byte(self) -> float:
        """−Σ log₂ p over the bytes of those tokens: it can be compared between tokenizers."""
        return self.loss * len(self.scored) / math.log(2) / self.scored_bytes

    @property
    def bytes_per_token(self) -> float:
        """Mean over all tokens, the first among them."""
        return sum(token.size_bytes for token in self.tokens) / len(self.tokens)

    @property
    def parts_of_characters(self) -> int:
        """Tokens that are no whole character."""
        return sum(token.part_of_character for token in self.tokens)

    def piece(self, token_id: int) -> str:
        """The text of a token that is among the likeliest of a kept position; its number for any other."""
        try:
            return self.pieces[self.piece_ids.index(token_id)]
        except ValueError:
            return f"token {token_id}"


@dataclass(frozen=True)
class BlanksRun:
    """The lecture's blanks for one model after another."""

    models: tuple[str, ...]


@dataclass(frozen=True)
class BlankFilled:
    """One blank: what a model writes, and how likely it finds the right answer."""

    model: str
    prompt: str
    answer: str
    """The letters that are missing."""
    continuation: str
    """What the model writes by itself, the likeliest token each time."""
    answer_nats: float
    """−Σ ln p of the whole last word or words, after those before."""
    word: str
    """That word."""

    @property
    def right(self) -> bool:
        return self.continuation.strip().lower().startswith(self.answer.lower())
