"""A conversation: turns with a role and a text, and how much of them is read."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lib.lesson.prompt_formats.errors import FormatError

SYSTEM, USER, ASSISTANT = ROLES = ("system", "user", "assistant")
MOST_TURNS = 8
CHARACTERS_A_TOKEN = 4
"""Of English, roughly."""
MOST_CHARACTERS = 40_000
"""Of all turns together: about 10,000 tokens of English."""


@dataclass(frozen=True)
class Turn:
    """What one side says. Raises FormatError for a role that is none of ROLES."""

    role: str
    content: str

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise FormatError(f"A turn's role must be one of {', '.join(ROLES)}; this is {self.role[:20]}")

    def to_dict(self) -> dict[str, str]:
        """As chat templates know it."""
        return {"role": self.role, "content": self.content}


@dataclass(frozen=True)
class Conversation:
    """Turns in their order. Raises FormatError unless there are 1 to MOST_TURNS."""

    turns: tuple[Turn, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.turns) <= MOST_TURNS:
            raise FormatError(f"A conversation must have 1 to {MOST_TURNS} turns; this has {len(self.turns)}")

    @property
    def messages(self) -> list[dict[str, str]]:
        return [turn.to_dict() for turn in self.turns]

    @property
    def characters(self) -> int:
        return sum(len(turn.content) for turn in self.turns)

    def shortened(self, most: int = MOST_CHARACTERS) -> Conversation:
        """As it is, or with its longest texts cut to one length at which all have `most` characters or fewer.

        So a question behind a long text is still asked.
        """
        left = most
        lengths = sorted(len(turn.content) for turn in self.turns)
        for at, length in enumerate(lengths):
            each = left // (len(lengths) - at)
            if length > each:
                return Conversation(tuple(replace(turn, content=turn.content[:each]) for turn in self.turns))
            left -= length
        return self
