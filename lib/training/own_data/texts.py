"""A text as it was given, and how much may be given. No torch."""

from __future__ import annotations

from dataclasses import dataclass

MAX_BYTES = 2_000_000
MAX_TEXTS = 2_000
"""More are left out, and the page says so."""
MIN_TEXTS = 2
"""One to train on and one to hold out."""
PLAIN = "text"
"""The role of a text that nobody says to anybody."""
USER, ASSISTANT, SYSTEM = "user", "assistant", "system"
TRAINING, HELD_OUT = "training", "held out"


@dataclass(frozen=True)
class Turn:
    role: str
    """As in the chat format of OpenAI and of transformers: "system", "user", "assistant"; or PLAIN."""
    content: str
    answers: bool = False
    """Whether it is to be learnt where only answers are."""


@dataclass(frozen=True)
class OwnText:
    """A text to learn from: turns of a conversation, or one turn that is PLAIN."""

    number: int
    """Of its row or line, as the one who gave it counts."""
    turns: tuple[Turn, ...]
    side: str = ""
    """TRAINING or HELD_OUT, where the file says it; "" where it does not."""

    @property
    def is_plain(self) -> bool:
        return self.turns[0].role == PLAIN

    @property
    def words(self) -> str:
        """All that is said in it, without who says it."""
        return "\n".join(turn.content for turn in self.turns)


@dataclass(frozen=True)
class Refused:
    """A row that is not learnt, and why."""

    number: int
    why: str
