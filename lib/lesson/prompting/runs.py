"""What is asked for and what is told. No torch: pages read these."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

from lib.lesson.prompting.errors import PromptingError
from lib.lesson.prompting.scores import Score
from lib.lesson.prompting.task import (
    MOST_EXAMPLES,
    USUAL_WORDING,
    Sentence,
    as_dataset,
    examples,
    front,
    shortened,
    wording,
)
from lib.models.catalogue import catalogue
from lib.training.methods.catalogue import methods
from lib.training.run import FineTuningRun

PERMUTED = 3
PROMPTED, SOFT, LORA = "prompted", "prompt", "lora"


@dataclass(frozen=True)
class Asked:
    """One way to ask: what stands before every sentence, and how the sentence is put."""

    name: str
    wording: str
    examples: tuple[Sentence, ...]

    @property
    def front(self) -> str:
        return front(wording(self.wording), self.examples)

    def prompt(self, text: str) -> str:
        return self.front + wording(self.wording).ask(text)


@dataclass(frozen=True)
class AskRun:
    """Several ways to ask, each put to all test sentences and to a sentence of the student's own."""

    model: str
    asked: tuple[Asked, ...]
    own: str = ""

    @property
    def asking_s(self) -> float:
        """Seconds for all prompts, the model being loaded: measured on a slow core, 100 sentences after one prompt."""
        return (16 if catalogue()[self.model].wide else 2) * len(self.asked)


def by_examples(model: str, how: str, seed: int, most: int = MOST_EXAMPLES) -> AskRun:
    """0 examples, 1, 2, and so on."""
    return AskRun(model, tuple(Asked(str(count), how, examples(count, seed)) for count in range(most + 1)))


def by_order(model: str, how: str, seed: int) -> AskRun:
    """The same three examples in all six orders."""
    orders = permutations(examples(PERMUTED, seed))
    return AskRun(model, tuple(Asked(" · ".join(each.label for each in some), how, some) for some in orders))


def by_wording(model: str, names: tuple[str, ...], seed: int, count: int = PERMUTED) -> AskRun:
    """The same examples, put in other words."""
    return AskRun(model, tuple(Asked(name, name, examples(count, seed)) for name in names))


@dataclass(frozen=True)
class Weights:
    """SHA-256 of all weights of the model, before anything was asked and after everything was."""

    before: str
    after: str

    @property
    def same(self) -> bool:
        return self.before == self.after


@dataclass(frozen=True)
class AskedScore:
    asked: Asked
    score: Score


@dataclass(frozen=True)
class OwnRun:
    """A sentence of the student's own, with some examples before it."""

    model: str
    asked: Asked
    text: str

    @property
    def expected_s(self) -> float:
        """Seconds on two CPU cores, with loading."""
        return 15 if catalogue()[self.model].wide else 3

    @property
    def cut(self) -> int:
        return shortened(self.text)[1]

    def __post_init__(self) -> None:
        shortened(self.text)


@dataclass(frozen=True)
class OwnAnswer:
    probabilities: tuple[tuple[str, float], ...]
    """Of each label, among the labels alone."""
    all_labels: float
    """Of any of them, among everything that the model could write."""
    sentence_tokens: int
    left_out_tokens: int
    """Of the sentence, where it is longer than what is read of it."""
    prompt_tokens: int


@dataclass(frozen=True)
class WaysRun:
    """The task prompted with examples, then learnt by prompt tuning, then by LoRA."""

    model: str
    shots: int = 4
    virtual_tokens: int = 10
    steps: int = 40
    rank: int = 8
    seed: int = 0
    wording: str = USUAL_WORDING
    ways: tuple[str, ...] = (PROMPTED, SOFT, LORA)

    def __post_init__(self) -> None:
        if not 1 <= self.virtual_tokens <= 20:
            raise PromptingError(f"Choose 1 to 20 virtual tokens; {self.virtual_tokens} were asked for")

    @property
    def expected_s(self) -> float:
        """Seconds on two CPU cores, with loading."""
        return 80 + 5 * self.steps if catalogue()[self.model].wide else 12 + 0.3 * self.steps

    def training(self, way: str) -> FineTuningRun:
        return FineTuningRun(
            method=way,
            steps=self.steps,
            batch_size=8,
            seed=self.seed,
            model=self.model,
            rank=self.rank,
            virtual_tokens=self.virtual_tokens,
            learning_rate=methods()[way].usual_learning_rate(self.model),
            own=as_dataset(wording(self.wording)),
            loss_on="answer",
            ask_every=0,
            evaluate_every=self.steps,
        )


"""Learning rates by way and width where another than the method's usual one was found better on this task."""


@dataclass(frozen=True)
class Trained:
    """A step of one of the two trainings."""

    way: str
    step: int
    loss: float


@dataclass(frozen=True)
class WayScore:
    """One of the ways, put to all test sentences."""

    way: str
    score: Score
    trained_parameters: int
    seconds: float
    """To get ready: loading apart, 0 for a prompt; then come those of the score."""
    weights: Weights
    """Of the base model."""


@dataclass(frozen=True)
class Near:
    """A learnt vector and the words whose vectors are nearest to it."""

    position: int
    words: tuple[str, ...]
    distance: float
    """To the first of them (Euclidean)."""
    length: float
    """Of the vector itself."""


@dataclass(frozen=True)
class NearestWords:
    near: tuple[Near, ...]
    usual_distance: float
    """From a real word's vector to the nearest other one: the median over many."""
    usual_length: float
    """Of a real word's vector: the median."""
    as_words: Score
    """The task with those nearest words, as ordinary text, in front instead of the learnt vectors."""
    nothing: Score
    """And with nothing in front."""

    @property
    def nearest_distance(self) -> float:
        """The shortest from a learnt vector to any word's."""
        return min(each.distance for each in self.near)

    @property
    def times_usual(self) -> float:
        """How many times as far that is as a real word's vector is from the nearest other one."""
        return self.nearest_distance / self.usual_distance

    @property
    def longest(self) -> float:
        """Length of the longest learnt vector."""
        return max(each.length for each in self.near)
