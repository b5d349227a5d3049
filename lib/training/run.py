"""What a run is made of: its configuration. No torch: pages read this."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from lib.models.catalogue import BUNDLED, catalogue
from lib.training.errors import TrainingError
from lib.training.events import Checkpoint, Event
from lib.training.methods.catalogue import methods
from lib.training.texts import datasets
from lib.training.texts.datasets import Dataset, load_dataset
from lib.training.texts.prompts import check_prompt

ATTENTION = ("q_proj", "k_proj", "v_proj", "o_proj")
MLP = ("gate_proj", "up_proj", "down_proj")
TARGETS = {
    "Attention: query and value": ("q_proj", "v_proj"),
    "Attention: all four": ATTENTION,
    "MLP": MLP,
    "All linear layers": ATTENTION + MLP,
}
SCHEDULES: dict[str, Callable[[float], float]] = {
    "constant": lambda _: 1.0,
    "linear": lambda share: 1.0 - share,
    "cosine": lambda share: (1.0 + math.cos(math.pi * share)) / 2,
}
"""Share of the peak learning rate by the share of the steps after warm-up that are done."""
LOSS_ON = ("text", "answer")
BASE_IN = ("fp32", "bf16")
"""8 and 4 bits are methods of their own, QLoRA's."""
MAX_STEPS = 500


def usual_learning_rate(model: str, dataset: str = "kopi_orders") -> float:
    """A rate at which the default run learns well: higher for the tiny model, whose weights are small."""
    return datasets.usual(dataset, wide=catalogue()[model].wide).learning_rate


def usual_steps(model: str, dataset: str = "kopi_orders") -> int:
    """So many that the default run visibly learns; on kopi it fills all blanks, whatever its seed."""
    return datasets.usual(dataset, wide=catalogue()[model].wide).steps


def usual_ask_every(model: str) -> int:
    """Steps between two questions: an answer of a large model takes as long as a few steps."""
    return 10 if catalogue()[model].wide else 5


@dataclass(frozen=True)
class FineTuningRun:
    """Configuration of one run; the same run on the same machine gives the same curve.

    The update of a frozen weight W is (lora_alpha / rank) · B A (Hu et al. 2021, arXiv 2106.09685, section 4.1).
    """

    method: str = "lora"
    """What is trained, and how: a name in assets/training/methods.json."""
    rank: int = 8
    """r of LoRA and its kinds."""
    lora_alpha: int = 16
    """The update is scaled by lora_alpha / rank; rsLoRA by lora_alpha / √rank; PiSSA by 1."""
    lora_dropout: float = 0.0
    """Share of what enters LoRA's A that is left out at random in training."""
    layers: tuple[int, ...] = ()
    """Layers, counted from 0, that get LoRA; none named is all of them."""
    virtual_tokens: int = 16
    """Positions that prompt tuning and prefix tuning put in front of every text."""
    bottleneck: int = 16
    """Numbers in the middle of a bottleneck adapter (Houlsby et al. 2019: m)."""
    examples: int = 3
    """Training texts in front of every prompt, for the method few_shot."""
    learning_rate: float = 1.5e-2
    """Its peak."""
    lr_scheduler_type: str = "linear"
    """How the rate goes on from its peak, one of SCHEDULES."""
    warmup_steps: int = 0
    """Steps in which it rises to its peak."""
    steps: int = 25
    batch_size: int = 4
    target_modules: tuple[str, ...] = ATTENTION + MLP
    seed: int = 0
    dataset: str = "kopi_orders"
    """Texts that come with the app, where there are none of the student's own."""
    own: Dataset | None = None
    """The student's own texts."""
    loss_on: str = "text"
    """What counts in the loss, training and held out: the whole "text", or the "answer" only."""
    model: str = BUNDLED
    base_in: str | None = None
    """What the frozen base is held in, one of BASE_IN; None leaves that to the method, the model and the machine."""
    prompts: tuple[str, ...] = ()
    """Asked before, after and on the way, beside the blanks of the texts."""
    ask_every: int = 5
    """Steps after which the prompts are asked again; 0 asks before and after only."""
    evaluate_every: int = 20
    """Steps between two looks at the held-out texts."""
    weighs: bool = False
    """Whether the run also tells what it cost and what it forgot (Cost, Forgotten)."""
    watched: tuple[int, str] = (0, "q_proj")
    """Layer, counted from 0, and matrix whose update is shown as it grows; the first with one, if it has none."""
    resume_from: Checkpoint | None = None
    earlier: tuple[Event, ...] = ()
    """What the run told up to that checkpoint."""

    def __post_init__(self) -> None:
        if self.method not in methods():
            raise TrainingError(f"method must be one of {', '.join(methods())}")
        self._within("lora_dropout", self.lora_dropout, 0, 0.9)
        self._within("virtual_tokens", self.virtual_tokens, 1, 64)
        self._within("bottleneck", self.bottleneck, 1, 256)
        self._within("examples", self.examples, 1, 8)
        self._within("evaluate_every", self.evaluate_every, 1, MAX_STEPS)
        if any(layer < 0 for layer in self.layers):
            raise TrainingError("layers are counted from 0; none may be below")
        self._within("rank", self.rank, 1, 64)
        self._within("lora_alpha", self.lora_alpha, 1, 256)
        self._within("learning_rate", self.learning_rate, 0, 1e6)
        self._within("steps", self.steps, 1, MAX_STEPS)
        self._within("warmup_steps", self.warmup_steps, 0, self.steps)
        if self.lr_scheduler_type not in SCHEDULES:
            raise TrainingError(f"lr_scheduler_type must be one of {', '.join(SCHEDULES)}")
        self._within("batch_size", self.batch_size, 1, 32)
        if not self.target_modules or not set(self.target_modules) <= set(ATTENTION + MLP):
            raise TrainingError(f"target_modules must be some of {', '.join(ATTENTION + MLP)}")
        self._within("ask_every", self.ask_every, 0, MAX_STEPS)
        if self.loss_on not in LOSS_ON:
            raise TrainingError(f"loss_on must be one of {', '.join(LOSS_ON)}")
        for prompt in self.prompts:
            check_prompt(prompt)
        self._check_base_in()

    def _check_base_in(self) -> None:
        if self.base_in is None:
            return
        if self.base_in not in BASE_IN:
            raise TrainingError(f"base_in must be one of {', '.join(BASE_IN)}; 8 and 4 bits are QLoRA's")
        method = methods()[self.method]
        if method.own_weights:
            held = method.precision or "fp32"
            raise TrainingError(
                f"{method.title} holds its weights in {held}, so base_in = {self.base_in} cannot be had with it; leave "
                "base_in unset, or choose LoRA"
            )

    @property
    def data(self) -> Dataset:
        return self.own or load_dataset(self.dataset)

    @property
    def adapter_name(self) -> str:
        """What the files of its adapter are called, by the texts it learnt from."""
        return f"{'own-texts' if self.own else self.dataset.replace('_', '-')}-adapter"

    def learning_rate_at(self, step: int) -> float:
        """The rate of the update that ends `step` (from 1), as `transformers.get_scheduler` has it for step - 1."""
        done = step - 1
        if done < self.warmup_steps:
            return self.learning_rate * done / self.warmup_steps
        share = (done - self.warmup_steps) / max(1, self.steps - self.warmup_steps)
        return self.learning_rate * SCHEDULES[self.lr_scheduler_type](share)

    @staticmethod
    def _within(name: str, value: float, low: float, high: float) -> None:
        if not low <= value <= high:
            raise TrainingError(f"{name} must be from {low} to {high:g}; it is {value}")
