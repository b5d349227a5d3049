"""The same conversation given to a model in the right format and in wrong ones. No torch here: pages read these."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lib.lesson.prompt_formats.conversation import ASSISTANT, Conversation
from lib.lesson.prompt_formats.errors import FormatError
from lib.lesson.prompt_formats.formats import REAL_FORMAT, formats
from lib.models.catalogue import catalogue

MOST_ANSWER_CHARACTERS = 300
MOST_CHARACTERS = 4_000
"""Of a conversation that a model is asked."""
RIGHT, OTHER, NONE, NO_BEGINNING, DOUBLED = "right", "other", "none", "no beginning", "doubled"


@dataclass(frozen=True)
class Prompt:
    key: str
    title: str
    what: str
    """What is wrong with it, in a sentence."""
    text: str


@dataclass(frozen=True)
class Asking:
    """A conversation that waits for an answer, the answer that would be right, and the format that is wrong."""

    model: str
    conversation: Conversation
    answer: str
    other: str

    def __post_init__(self) -> None:
        if self.conversation.turns[-1].role == ASSISTANT:
            raise FormatError("The conversation must end with a question; its last turn is an answer")
        if self.conversation.characters > MOST_CHARACTERS:
            raise FormatError(
                f"A conversation for a model may have up to {MOST_CHARACTERS:,} characters; "
                f"this one has {self.conversation.characters:,}"
            )
        if not 0 < len(self.answer.strip()) <= MOST_ANSWER_CHARACTERS:
            raise FormatError(f"The right answer must have 1 to {MOST_ANSWER_CHARACTERS} characters")

    @property
    def expected_s(self) -> float:
        """Seconds on two CPU cores, with loading."""
        return 40 if catalogue()[self.model].wide else 4

    def prompts(self) -> tuple[Prompt, ...]:
        """The texts that are read. Raises FormatError where the other format refuses the conversation."""
        own, other = formats()[REAL_FORMAT], formats()[self.other]
        right = own.render(self.conversation, add_generation_prompt=True)
        bare = "\n".join(turn.content for turn in self.conversation.turns) + "\n"
        return (
            Prompt(RIGHT, "The right format", f"{own.title}'s own template", right),
            Prompt(
                OTHER,
                f"{other.title}'s format",
                "another model's template",
                other.render(self.conversation, add_generation_prompt=True),
            ),
            Prompt(NONE, "No format", "the texts alone, one per line", bare),
            Prompt(
                NO_BEGINNING,
                "No generation prompt",
                "the right template, without the beginning of the answer",
                own.render(self.conversation, add_generation_prompt=False),
            ),
            Prompt(DOUBLED, "Doubled BOS", f"{own.bos_token} once more in front", own.bos_token + right),
        )


@dataclass(frozen=True)
class Said:
    """What a model makes of one prompt."""

    prompt: Prompt
    prompt_tokens: int
    answer: str
    """Greedily, to its end token or to the limit; special tokens are written out."""
    ended: bool
    """Whether it ended by itself."""
    log_probability_nats: float
    """Of the right answer and the end token behind it."""
    scored_tokens: int


def times_as_likely(right: Said, wrong: Said) -> float:
    """How many times as likely the right answer is after the one prompt as after the other."""
    return math.exp(min(700.0, right.log_probability_nats - wrong.log_probability_nats))
