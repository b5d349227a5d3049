"""The task: short sentences, the label that each should get, and the prompts that ask for it. No torch."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from lib.lesson.prompting.errors import PromptingError
from lib.places import ASSETS
from lib.training.texts.datasets import Blank, Dataset, Example

MOST_EXAMPLES = 8
MOST_CHARACTERS = 2_000
"""Of a student's own sentence: about 500 tokens of English."""


@dataclass(frozen=True)
class Sentence:
    text: str
    label: str


@dataclass(frozen=True)
class Task:
    title: str
    about: str
    source: str
    labels: tuple[str, ...]
    training: tuple[Sentence, ...]
    """Examples are taken from these, and fine-tuning learns these."""
    test: tuple[Sentence, ...]
    """Only ever asked."""

    @property
    def guessing(self) -> float:
        """The share that a guesser gets right."""
        return 1 / len(self.labels)

    @property
    def right_by_guessing(self) -> float:
        """How many of the test sentences a guesser gets right on average."""
        return self.guessing * len(self.test)


@dataclass(frozen=True)
class Wording:
    """How a sentence is put; the label follows after a space."""

    name: str
    instruction: str
    before: str
    after: str

    def ask(self, text: str) -> str:
        return f"{self.before}{text}{self.after}"

    def example(self, sentence: Sentence) -> str:
        """A sentence with its label, as it stands in a prompt."""
        return f"{self.ask(sentence.text)} {sentence.label}\n\n"


_NAMED = "food, money, science or sport"
WORDINGS = {
    wording.name: wording
    for wording in (
        Wording("Text and topic", "", "Text: ", "\nTopic:"),
        Wording("Topics named first", f"Say whether each text is about {_NAMED}.\n\n", "Text: ", "\nTopic:"),
        Wording("A question", "", f"Is this about {_NAMED}? ", "\nAnswer:"),
        Wording("Half a sentence", "", "“", "” is a sentence about"),
        Wording("An arrow", "", "", " ->"),
    )
}
USUAL_WORDING = "Text and topic"


@cache
def task() -> Task:
    """The task in `assets/lesson/topics.json`."""
    told = json.loads((ASSETS / "lesson" / "topics.json").read_text(encoding="utf-8"))
    part = {
        split: tuple(Sentence(item["text"], item["label"]) for item in told["items"] if item["split"] == split)
        for split in ("train", "test")
    }
    return Task(told["title"], told["about"], told["source"], tuple(told["labels"]), part["train"], part["test"])


def wording(name: str) -> Wording:
    """Raises PromptingError if there is none of that name."""
    if name not in WORDINGS:
        raise PromptingError(f"There is no wording {name[:40]}; choose one of {', '.join(WORDINGS)}")
    return WORDINGS[name]


def examples(count: int, seed: int = 0) -> tuple[Sentence, ...]:
    """`count` training sentences: the first of an order that the seed decides, in which every four have four labels.

    So the examples of a shorter prompt are the first of a longer one.
    """
    if not 0 <= count <= MOST_EXAMPLES:
        raise PromptingError(f"A prompt may have 0 to {MOST_EXAMPLES} examples; {count} were asked for")
    choice, order = random.Random(seed), []
    of_label = {label: [each for each in task().training if each.label == label] for label in task().labels}
    for some in of_label.values():
        choice.shuffle(some)
    for turn in range(MOST_EXAMPLES // len(of_label)):
        labels = choice.sample(list(of_label), len(of_label))
        order += [of_label[label][turn] for label in labels]
    return tuple(order[:count])


def front(how: Wording, shown: Sequence[Sentence]) -> str:
    """What stands before the sentence that is asked."""
    return how.instruction + "".join(map(how.example, shown))


def shortened(text: str) -> tuple[str, int]:
    """(The sentence as it is asked, how many characters of it were cut). Raises PromptingError where there is none."""
    text = text.strip()
    if not text:
        raise PromptingError("The sentence is empty; write one that is about something")
    return text[:MOST_CHARACTERS].strip(), max(0, len(text) - MOST_CHARACTERS)


def as_dataset(how: Wording) -> Dataset:
    """The training sentences as texts to fine-tune on; only the label counts as an answer."""

    def example(sentence: Sentence) -> Example:
        asked = how.instruction + how.ask(sentence.text)
        return Example(f"{asked} {sentence.label}", ((len(asked), len(asked) + 1 + len(sentence.label)),))

    training = tuple(map(example, task().training))
    return Dataset(task().title, task().about, task().source, training, training[:HELD_OUT], (_blank(how),))


def _blank(how: Wording) -> Blank:
    """A run asks something before and after; what it is worth is measured on the test sentences."""
    first = task().training[0]
    return Blank(how.instruction + how.ask(first.text), first.label)


HELD_OUT = 8
"""A run looks at the loss of some texts on its way; what it is worth is measured on the test sentences afterwards."""
