"""Texts to fine-tune on, with the part that is held out and the blanks that test them. No torch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from lib.places import ASSETS
from lib.training.errors import TrainingError

FOLDER = ASSETS / "datasets"


@dataclass(frozen=True)
class Blank:
    """A prompt whose continuation is known."""

    prompt: str
    answer: str


@dataclass(frozen=True)
class Example:
    """A text to learn from."""

    text: str
    answers: tuple[tuple[int, int], ...] = ()
    """Where in `text` (first character, and the one after the last) what is to be answered stands; nowhere in a text
    that answers nothing, all of which is to be learnt."""

    def is_answer(self, character: int) -> bool:
        return not self.answers or any(first <= character < end for first, end in self.answers)


@dataclass(frozen=True)
class Dataset:
    """Texts to learn from, those held out, and blanks to fill in."""

    title: str
    about: str
    source: str
    training: tuple[Example, ...]
    held_out: tuple[Example, ...]
    blanks: tuple[Blank, ...]
    ask: str = ""
    """A question in the manner of the texts, to begin with."""
    around: tuple[str, str] = ("", "")
    """What the texts have before a question, and between it and its answer."""

    @property
    def has_answers(self) -> bool:
        """Whether its texts ask something and answer it."""
        return any(example.answers for example in self.training)

    def question_in(self, prompt: str) -> str:
        """What a prompt asks, without what the texts have before and after a question; the prompt if they have none."""
        before, after = self.around
        if prompt.startswith(before) and prompt.endswith(after) and len(prompt) > len(before) + len(after):
            return prompt[len(before) : len(prompt) - len(after)]
        return prompt


@dataclass(frozen=True)
class Usual:
    steps: int
    learning_rate: float


@cache
def catalogue() -> dict[str, str]:
    """Title by name, of every dataset that comes with the app."""
    return {name: card["title"] for name, card in _cards().items()}


def usual(name: str, *, wide: bool) -> Usual:
    """Settings with which a run visibly learns these texts, found by trying; `wide` as in ModelCard."""
    return Usual(**_cards()[name]["usual"]["wide" if wide else "small"])


@cache
def load_dataset(name: str) -> Dataset:
    """The dataset called `name`. Raises TrainingError if there is none."""
    card = _cards().get(name)
    if card is None:
        raise TrainingError(f"There is no dataset called {name}; choose one of {', '.join(_cards())}")
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return Dataset(
        title=card["title"],
        about=card["about"],
        source=card["source"],
        training=tuple(_example(row) for row in rows if row["split"] == "train"),
        held_out=tuple(_example(row) for row in rows if row["split"] == "held_out"),
        blanks=tuple(Blank(**blank) for blank in card["blanks"]),
        ask=card["ask"],
    )


@cache
def _cards() -> dict[str, dict]:
    return json.loads((FOLDER / "datasets.json").read_text(encoding="utf-8"))


def _example(row: dict) -> Example:
    """A row of a file of ours: its `text`, or a `prompt` and the `answer` that follows it."""
    if "text" in row:
        return Example(row["text"])
    start = len(row["prompt"])
    return Example(row["prompt"] + row["answer"], ((start, start + len(row["answer"])),))
