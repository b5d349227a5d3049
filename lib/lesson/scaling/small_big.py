"""Small against big: a published case, and the app's own. SmolLM2 as it is, prompted and tuned; the bundled model,
23 times smaller, tuned. No torch: the runs themselves are `lib.training.comparing.job`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from lib.models.catalogue import BUNDLED, catalogue
from lib.places import ASSETS
from lib.sources import Source
from lib.training.comparing.comparison import Comparison, Setting
from lib.training.comparing.outcomes import Column
from lib.training.methods.catalogue import methods
from lib.training.progress import is_right
from lib.training.run import FineTuningRun, usual_steps

FACTS = ASSETS / "lesson" / "small_big.json"
RECORDED = ASSETS / "measurements" / "small_against_big.json"
BIG = "SmolLM2-135M-Instruct"
EXAMPLES = 3
"""In front of every prompt, where a model is prompted."""
HOW = {"base": "as it is", "few_shot": f"with {EXAMPLES} examples in its prompt", "lora": "tuned (LoRA)"}


@dataclass(frozen=True)
class Published:
    """InstructGPT against GPT-3, as its paper has it."""

    small_parameters: int
    large_parameters: int
    said: str
    same_size_percent: int
    """How often labellers preferred the 175B InstructGPT to the 175B GPT-3."""
    same_size_margin: int
    few_shot_percent: int
    """The same against a 175B GPT-3 with a few examples in its prompt."""
    few_shot_margin: int
    source: Source

    @property
    def times_smaller(self) -> float:
        return self.large_parameters / self.small_parameters


@dataclass(frozen=True)
class Contender:
    """One model, used in one way, and how it did."""

    model: str
    parameters: int
    method: str
    """A key of HOW."""
    blanks_right: int
    blanks: int
    held_out_nats_per_token: float
    answers: tuple[str, ...]
    """How it went on after each blank's prompt."""
    seconds: float

    @property
    def label(self) -> str:
        return f"{self.model}, {HOW[self.method]}"


@dataclass(frozen=True)
class Recording:
    contenders: tuple[Contender, ...]
    facts: dict[str, Any]


@cache
def published() -> Published:
    row = json.loads(FACTS.read_text(encoding="utf-8"))["instructgpt"]
    return Published(**{**row, "source": Source(**row["source"])})


@cache
def recording() -> Recording:
    """What `scripts/record_small_against_big.py` has measured."""
    told = json.loads(RECORDED.read_text(encoding="utf-8"))
    rows = told.pop("contenders")
    return Recording(tuple(Contender(**{**row, "answers": tuple(row["answers"])}) for row in rows), told)


def comparison(models: Iterable[str], seed: int = 0) -> Comparison:
    """Each model as it is, with examples in its prompt, and tuned, on the kopi texts."""
    settings = [Setting(f"{model}, {HOW[method]}", _run(model, method)) for model in models for method in HOW]
    return Comparison(tuple(settings), (seed,))


def contenders(found: Sequence[Column]) -> tuple[Contender, ...]:
    """Those whose run is over; the most blanks filled first, of equals the smaller model."""
    done = [_contender(column) for column in found if column.whole]
    return tuple(sorted(done, key=lambda each: (-each.blanks_right, each.parameters)))


def to_rows(found: Iterable[Contender]) -> list[dict]:
    return [asdict(each) for each in found]


def times_smaller() -> float:
    """The bundled model against SmolLM2."""
    return catalogue()[BIG].parameters / catalogue()[BUNDLED].parameters


def _run(model: str, method: str) -> FineTuningRun:
    rate = methods()[method].usual_learning_rate(model)
    trained = {"learning_rate": rate} if methods()[method].trains else {}
    return FineTuningRun(method=method, model=model, steps=usual_steps(model), examples=EXAMPLES, **trained)


def _contender(column: Column) -> Contender:
    run, outcome = column.setting.run, column.whole[0]
    blanks = run.data.blanks
    answers = outcome.finished.completions[: len(blanks)]
    return Contender(
        model=run.model,
        parameters=catalogue()[run.model].parameters,
        method=run.method,
        blanks_right=sum(is_right(answer, blank) for answer, blank in zip(answers, blanks, strict=True)),
        blanks=len(blanks),
        held_out_nats_per_token=outcome.loss,
        answers=tuple(f"{answer.prompt}|{answer.continuation}" for answer in answers),
        seconds=outcome.cost.seconds,
    )
