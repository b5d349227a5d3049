"""A user who writes special tokens, and what the model then reads. No torch here: pages read these."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lib.lesson.prompt_formats.conversation import SYSTEM, USER, Conversation, Turn
from lib.lesson.prompt_formats.errors import FormatError
from lib.lesson.prompt_formats.formats import REAL_FORMAT, formats
from lib.lesson.prompt_formats.rendering import Rendered, rendered
from lib.lesson.prompt_formats.tokens import Token
from lib.models.catalogue import catalogue

MOST_CHARACTERS = 1_000
_A_TURN = re.compile(r"<\|im_start\|>([^\n<]*)\n(.*?)(?:<\|im_end\|>|\Z)", re.DOTALL)


@dataclass(frozen=True)
class Injection:
    """An instruction and a user's text with special tokens in it. Raises FormatError if it is empty or too long."""

    model: str
    system: str
    user: str
    """What a stranger typed, special tokens and all."""

    def __post_init__(self) -> None:
        if not self.user.strip():
            raise FormatError("The user's text is empty; write what a stranger might type")
        longest = max(len(self.system), len(self.user))
        if longest > MOST_CHARACTERS:
            raise FormatError(f"Each text may have up to {MOST_CHARACTERS:,} characters; one has {longest:,}")

    @property
    def expected_s(self) -> float:
        """Seconds on two CPU cores, with loading."""
        return 20 if catalogue()[self.model].wide else 3

    @property
    def conversation(self) -> Conversation:
        return Conversation((Turn(SYSTEM, self.system), Turn(USER, self.user)))

    def rendered(self) -> Rendered:
        return rendered(formats()[REAL_FORMAT], self.conversation, add_generation_prompt=True)

    def read_as_tokens(self) -> tuple[tuple[str, str], ...]:
        """(Role, text) of every turn that the model reads where the user's special tokens are special."""
        return tuple((role, text.strip()) for role, text in _A_TURN.findall(self.rendered().text))[:-1]

    def read_as_text(self) -> tuple[tuple[str, str], ...]:
        """The same where they are ordinary letters: the turns that were written."""
        return tuple((turn.role, turn.content.strip()) for turn in self.conversation.turns)


@dataclass(frozen=True)
class ReadAs:
    """One of the two ways to cut the same conversation, and the answer to it."""

    escaped: bool
    """Whether the user's special tokens were cut as ordinary text."""
    tokens: tuple[Token, ...]
    answer: str
    ended: bool

    @property
    def special(self) -> int:
        return sum(token.special for token in self.tokens)

    def special_beyond(self, as_text: ReadAs) -> int:
        """Special tokens that the user typed: so many fewer there are where the user's signs are cut as text."""
        return self.special - as_text.special

    @property
    def words(self) -> str:
        """The answer up to the first sign of the format: a model that read them as letters writes them so, too."""
        found = [self.answer.find(sign) for sign in formats()[REAL_FORMAT].special_tokens]
        return self.answer[: min((at for at in found if at >= 0), default=None)].strip()
