"""Learn answers in one format, be asked in another. No torch here: pages read these.

The texts are those of the made-up company, of which no model knows anything before. Every format gets the same
questions and answers, and the loss counts the answer and the end token alone, so its figures can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from lib.lesson.prompt_formats.conversation import ASSISTANT, USER, Conversation, Turn
from lib.lesson.prompt_formats.errors import FormatError
from lib.lesson.prompt_formats.formats import formats
from lib.lesson.prompt_formats.rendering import rendered
from lib.models.catalogue import BUNDLED, catalogue
from lib.training.run import FineTuningRun, usual_learning_rate
from lib.training.texts.datasets import Dataset, Example, load_dataset

TEXTS = "made_up_company"
ASKS, ASKED_WITH = "Question:", " Answer:"
"""What the texts of that set have around a question; a format has its own way."""
NO_FORMAT = "none"
STEPS, BATCH = 30, 4


def titles() -> dict[str, str]:
    """What can be learnt in and asked in, by name."""
    return {**{name: each.title for name, each in formats().items()}, NO_FORMAT: "No format"}


def pair_of(example: Example) -> tuple[str, str]:
    """(Question, answer) of a text of the set."""
    ((start, end),) = example.answers
    question = example.text[:start].strip().removeprefix(ASKS).removesuffix(ASKED_WITH)
    return question.strip(), example.text[start:end].strip()


def asked_in(name: str, question: str) -> str:
    """The question as a format has it, up to where the answer begins."""
    if name == NO_FORMAT:
        return question + "\n"
    return formats()[name].render(Conversation((Turn(USER, question),)), add_generation_prompt=True)


def written_in(name: str, question: str, answer: str) -> Example:
    """Question and answer as a format has them, to the end of the answer; training puts the end token behind it."""
    if name == NO_FORMAT:
        start = len(asked_in(name, question))
        return Example(f"{question}\n{answer}", ((start, start + len(answer)),))
    talk = Conversation((Turn(USER, question), Turn(ASSISTANT, answer)))
    found = rendered(formats()[name], talk, add_generation_prompt=False)
    start, end = next((start, end) for turn, start, end in found.turns or () if turn == 1)
    return Example(found.text[:end], ((start, end),))


@cache
def texts_in(name: str) -> Dataset:
    """The texts of the set in a format."""
    plain = load_dataset(TEXTS)
    return Dataset(
        title=f"{plain.title}, in the format {titles()[name]}",
        about=plain.about,
        source=plain.source,
        training=tuple(written_in(name, *pair_of(each)) for each in plain.training),
        held_out=tuple(written_in(name, *pair_of(each)) for each in plain.held_out),
        blanks=(),
    )


@dataclass(frozen=True)
class FormatRun:
    """A short fine-tuning in one format, then the same questions in that format, in another and in none."""

    learned: str
    asked: str
    model: str = BUNDLED
    steps: int = STEPS
    seed: int = 0

    def __post_init__(self) -> None:
        for name in (self.learned, self.asked):
            if name not in titles():
                raise FormatError(f"There is no format {name[:40]}; choose one of {', '.join(titles().values())}")
        if self.learned == self.asked:
            raise FormatError("Learn and ask in two different formats; these are the same")

    @property
    def fine_tuning(self) -> FineTuningRun:
        return FineTuningRun(
            steps=self.steps,
            batch_size=BATCH,
            seed=self.seed,
            model=self.model,
            learning_rate=usual_learning_rate(self.model, TEXTS),
            own=texts_in(self.learned),
            loss_on="answer",
            ask_every=0,
            evaluate_every=self.steps,
        )

    @property
    def expected_s(self) -> float:
        """Seconds on two CPU cores, with loading."""
        return 30 + 1.5 * self.steps if catalogue()[self.model].wide else 4 + 0.2 * self.steps

    @property
    def asked_formats(self) -> tuple[str, ...]:
        """The learnt one first."""
        return tuple(dict.fromkeys((self.learned, self.asked, NO_FORMAT)))

    @property
    def question(self) -> tuple[str, str]:
        """A held-out question and its answer."""
        return pair_of(load_dataset(TEXTS).held_out[0])


@dataclass(frozen=True)
class AskedIn:
    """Held-out questions in one format, before the run and after it."""

    format: str
    loss_before: float
    loss_after: float
    """Nats per token of the answer and the end token."""
    texts: int
    question: str
    answer: str
    said_before: str
    said_after: str

    @property
    def gained(self) -> float:
        """By how much the run made the loss fall, in nats per token."""
        return self.loss_before - self.loss_after
