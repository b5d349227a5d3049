"""A request to the same model with each kind of adapter: what is asked, and what is told. No torch: pages read this.

Every round times every variant once, in an order of its own, so that whatever slows the machine down slows all of them:
the figures that mean something are ratios within a round.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import quantiles

from lib.lesson.adapters.anatomy import Adapter, possible_places
from lib.lesson.adapters.errors import AdapterError
from lib.memory.model.config_json import from_config
from lib.models.catalogue import BUNDLED, catalogue, find
from lib.places import ASSETS
from lib.whole_numbers import check_whole

VARIANTS = {
    "base": "No adapter",
    "lora": "LoRA beside",
    "lora_merged": "LoRA merged",
    "ia3": "IA3 beside",
    "ia3_merged": "IA3 merged",
    "series": "Series",
    "parallel": "Parallel",
    "prefix": "Prefix",
    "prompt": "Prompt",
}
"""What is timed, with its name on a page."""
PREFILL, DECODE = "prefill", "decode"
MUCH_NOISE = 0.2
"""From which on a ratio of 1.2 may be chance."""
LONGEST_PROMPT = 512


@dataclass(frozen=True)
class TimingRun:
    """What to time: a prompt of random tokens is read (prefill), then tokens are added one by one (decode)."""

    model: str = BUNDLED
    prompt_tokens: int = 128
    new_tokens: int = 8
    rounds: int = 12
    rank: int = 8
    width: int = 64
    virtual_tokens: int = 16
    seed: int = 0

    def __post_init__(self) -> None:
        if self.model not in catalogue():
            raise AdapterError(f"There is no model {self.model[:40]}; choose one of {', '.join(catalogue())}.")
        for name, least, most in (
            ("prompt_tokens", 8, LONGEST_PROMPT),
            ("new_tokens", 2, 64),
            ("rounds", 2, 60),
            ("rank", 1, 64),
            ("width", 1, 256),
            ("virtual_tokens", 1, 64),
        ):
            check_whole(name, getattr(self, name), least, most, AdapterError)

    @property
    def expected_s(self) -> float:
        """On two CPU cores, with loading; the round that warms up is one more."""
        loading_s, reading_s, token_s = (10, 0.003, 0.06) if catalogue()[self.model].wide else (3, 0.0005, 0.02)
        request_s = self.prompt_tokens * reading_s + self.new_tokens * token_s
        return loading_s + (self.rounds + 1) * len(VARIANTS) * request_s


def lora_work_share(run: TimingRun) -> float:
    """FLOPs that the run's LoRA beside all matrices adds to a token, over the model's own."""
    config = json.loads((find(run.model) / "config.json").read_text(encoding="utf-8"))
    architecture = from_config(config, name=run.model)
    return Adapter(architecture, "lora", run.rank, possible_places(architecture, "lora")).work_share


@dataclass(frozen=True)
class Ready:
    """The model is loaded, and each kind is on a copy of its modules."""

    device: str
    threads: int
    versions: tuple[tuple[str, str], ...]
    merged_differ_by: float
    """Largest difference of a logit between LoRA beside its matrices and merged into them."""
    largest_logit: float
    """In size, for comparison."""


@dataclass(frozen=True)
class Timed:
    """One variant in one round."""

    round: int
    variant: str
    prefill_s: float
    """The whole prompt, up to the first new token's logits."""
    decode_s: float
    """One token more, mean of the run's new tokens."""


@dataclass(frozen=True)
class Spread:
    """Middle and quartiles of something that was timed in every round."""

    low: float
    middle: float
    high: float
    rounds: int


def spread(values: Sequence[float]) -> Spread:
    """Of two values or more."""
    low, middle, high = quantiles(values, n=4, method="inclusive")
    return Spread(low, middle, high, len(values))


@dataclass(frozen=True)
class Times:
    """What was timed, by variant."""

    timed: tuple[Timed, ...]

    @property
    def rounds(self) -> int:
        """Rounds in which every variant was timed."""
        counts = [sum(each.variant == name for each in self.timed) for name in VARIANTS]
        return min(counts)

    def seconds(self, variant: str, part: str) -> Spread:
        """Of `part`, PREFILL or DECODE."""
        return spread([getattr(each, f"{part}_s") for each in self.timed if each.variant == variant])

    def ratio(self, variant: str, part: str) -> Spread:
        """Of a variant's time to the base model's in the same round."""
        base = {each.round: getattr(each, f"{part}_s") for each in self.timed if each.variant == "base"}
        mine = [each for each in self.timed if each.variant == variant and each.round in base]
        return spread([getattr(each, f"{part}_s") / base[each.round] for each in mine])

    def noise(self, part: str) -> float:
        """How far the quartiles of merged LoRA lie from 1: it computes what no adapter does, so the rest is chance."""
        merged = self.ratio("lora_merged", part)
        return max(abs(merged.low - 1), abs(merged.high - 1))


@dataclass(frozen=True)
class Recorded:
    """A run that comes with the app."""

    run: TimingRun
    ready: Ready
    times: Times
    device: str
    date: str


@cache
def recorded() -> Recorded:
    """The run in assets/lesson/adapter_times.json."""
    told = json.loads((ASSETS / "lesson" / "adapter_times.json").read_text(encoding="utf-8"))
    ready = told["ready"]
    return Recorded(
        run=TimingRun(**told["run"]),
        ready=Ready(**{**ready, "versions": tuple(tuple(pair) for pair in ready["versions"])}),
        times=Times(tuple(Timed(*row) for row in told["timed"])),
        device=told["device"],
        date=told["date"],
    )
