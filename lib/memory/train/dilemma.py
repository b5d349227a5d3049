"""The training dilemma: little memory, little computing, nothing given up. Two go together, all three do not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import log

from lib.memory.errors import CannotEstimateError
from lib.memory.model.architecture import Architecture
from lib.memory.model.weights import quantized_parameters
from lib.memory.train.optimizer import trainable_parameters
from lib.memory.train.setup import TrainingSetup
from lib.memory.train.training import training

DEQUANTIZING_OPERATIONS = 2  # for each weight: a look-up among sixteen values, a product with the block's scale


@dataclass(frozen=True)
class Way:
    """One way to train a model, and what it costs in each of the three.

    `operations_per_token` counts multiplications and additions: 2 a parameter forward, 2 backward for the gradients of
    activations, 2 more where weights need theirs (Kaplan et al. 2020, section 2.1: 6 in all), and 2 when the forward
    pass is computed again. QLoRA also turns every 4-bit weight back into 16 bits, once in each pass over a micro-batch:
    a look-up and a product with its block's scale, shared by all tokens of the micro-batch. `base_bits`: how precisely
    the weights are held that everything builds on.
    """

    setup: TrainingSetup
    memory_bytes: float
    operations_per_token: float
    trained_share: float
    base_bits: int

    @property
    def label(self) -> str:
        method = {"full": "Full training", "lora": "LoRA", "qlora": "QLoRA"}[self.setup.method]
        if self.setup.method == "full":
            method += {"bf16_autocast": ", mixed precision", "bf16": " in bf16", "fp32": " in fp32"}[
                self.setup.precision
            ]
        extras = [" + checkpointing"] if self.setup.checkpointing else []
        extras += [" + 8-bit AdamW"] if self.setup.optimizer == "adamw_8bit" else []
        return method + "".join(extras)


@lru_cache(maxsize=64)
def ways(arch: Architecture, batch: int, sequence: int, rank: int = 16) -> tuple[Way, ...]:
    """Full, LoRA and QLoRA, each with and without checkpointing and 8-bit states."""
    bases = [
        ("full", "fp32"),
        ("full", "bf16_autocast"),
        ("full", "bf16"),
        ("lora", "bf16"),
        ("qlora", "bf16_autocast"),
    ]
    found = []
    for (method, precision), again, optimizer in product(bases, (False, True), ("adamw_fused", "adamw_8bit")):
        setup = TrainingSetup(
            method=method,
            precision=precision,
            optimizer=optimizer,
            checkpointing=again,
            batch=batch,
            sequence=sequence,
            rank=rank,
        )
        trained = trainable_parameters(arch, setup) / arch.parameters
        memory = training(arch, setup).total_bytes
        bits = 4 if method == "qlora" else 16 if precision == "bf16" else 32
        found.append(Way(setup, memory, operations_per_token(arch, setup), min(1.0, trained), bits))
    return tuple(found)


def operations_per_token(arch: Architecture, setup: TrainingSetup) -> float:
    """Of one forward and one backward pass; see `Way`."""
    products = 4 + (2 if setup.trains_base else 0) + (2 if setup.checkpointing else 0)
    return products * arch.active_parameters + dequantizing_per_token(arch, setup)


def dequantizing_per_token(arch: Architecture, setup: TrainingSetup) -> float:
    """Operations of turning 4-bit weights back into 16 bits, for each token of the micro-batch; 0 but for QLoRA."""
    if setup.method != "qlora":
        return 0.0
    quantized = quantized_parameters(arch, "nf4")
    passes = 3 if setup.checkpointing else 2
    return passes * DEQUANTIZING_OPERATIONS * quantized / setup.tokens


@dataclass(frozen=True)
class BesideBest:
    """How many times the least memory and the least computing of all ways one of them takes."""

    memory_times: float
    operations_times: float


def beside_best(way: Way, options: tuple[Way, ...]) -> BesideBest:
    """How many times the least memory and the fewest operations of all options this way takes."""
    return BesideBest(
        memory_times=way.memory_bytes / min(each.memory_bytes for each in options),
        operations_times=way.operations_per_token / min(each.operations_per_token for each in options),
    )


def choose(options: tuple[Way, ...], memory: float, computing: float, kept: float) -> Way:
    """The way that suits weights (any numbers of at least 0) put on little memory, little computing, nothing given up.

    Each cost runs from 0 for the best of the options to 1 for the worst, and the weighted sum decides. Memory counts by
    its logarithm; what is given up by the logarithm of trained share times bits of the base.
    """
    if min(memory, computing, kept) < 0 or memory + computing + kept <= 0:
        raise CannotEstimateError("At least one of the three weights must be above 0, and none below.")
    sizes = _scaled([log(way.memory_bytes) for way in options])
    works = _scaled([way.operations_per_token for way in options])
    lost = _scaled([-log(way.trained_share * way.base_bits) for way in options])
    scores = [
        memory * size + computing * work + kept * rest + 1e-6 * size
        for size, work, rest in zip(sizes, works, lost, strict=True)
    ]
    return options[scores.index(min(scores))]


@lru_cache(maxsize=64)
def triangle(options: tuple[Way, ...], steps: int = 12) -> tuple[tuple[int, int, int, Way], ...]:
    """What is chosen at every point of a grid over the triangle: (memory, computing, kept) sum to `steps`."""
    return tuple(
        (memory, computing, steps - memory - computing, choose(options, memory, computing, steps - memory - computing))
        for memory in range(steps + 1)
        for computing in range(steps + 1 - memory)
    )


def _scaled(values: list[float]) -> list[float]:
    low, high = min(values), max(values)
    return [(value - low) / (high - low) if high > low else 0.0 for value in values]
