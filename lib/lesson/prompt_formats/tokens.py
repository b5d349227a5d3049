"""A rendered text as token ids: what is asked and what is told. No torch here: pages read these."""

from __future__ import annotations

from dataclasses import dataclass

from lib.lesson.prompt_formats.rendering import Rendered

MOST_TOKENS = 10_000


@dataclass(frozen=True)
class TokensWanted:
    model: str
    """Whose tokenizer cuts the text."""
    text: str
    learnt: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, model: str, rendered: Rendered) -> TokensWanted:
        return cls(model, rendered.text, rendered.learnt)


@dataclass(frozen=True)
class Token:
    id: int
    text: str
    special: bool
    learnt: bool


@dataclass(frozen=True)
class Tokens:
    tokens: tuple[Token, ...]
    total: int
    """Of the whole text; `tokens` are the first MOST_TOKENS."""

    @property
    def learnt(self) -> int:
        return sum(token.learnt for token in self.tokens)

    @property
    def cut(self) -> int:
        return self.total - len(self.tokens)
