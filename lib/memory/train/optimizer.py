"""Bytes of optimizer states and of what its step needs for a moment."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from lib.memory.model.architecture import Architecture
from lib.memory.train.adapters import adapter_parameters, lora_targets
from lib.memory.train.setup import TrainingSetup

SMALL_TENSOR = 4_096  # bitsandbytes keeps states of smaller tensors in fp32
PAGED_TENSOR = 100_000  # and pages those of tensors of at least so many numbers
EIGHT_BIT_BLOCK = 256
EIGHT_BIT_BYTES = 2 + 2 * 4 / EIGHT_BIT_BLOCK  # two states of a byte, and their blocks' fp32 scales
FP32_STATES_BYTES = 8.0


@dataclass(frozen=True)
class TrainedTensor:
    """A parameter tensor that is trained, and how many like it there are."""

    shape: tuple[int, ...]
    count: int

    @property
    def numbers(self) -> int:
        return prod(self.shape)

    @property
    def state_8bit_bytes(self) -> float:
        """Of one of them, as bitsandbytes keeps it."""
        return self.numbers * (FP32_STATES_BYTES if self.numbers < SMALL_TENSOR else EIGHT_BIT_BYTES)

    @property
    def factored_numbers(self) -> int:
        """Sums of the rows and columns of each matrix in it; a vector keeps one number for each of its own."""
        if len(self.shape) == 1:
            return self.numbers
        return sum(self.shape[-2:]) * prod(self.shape[:-2])


def trained_tensors(arch: Architecture, setup: TrainingSetup) -> tuple[TrainedTensor, ...]:
    """Every tensor that the optimizer steps; a block of experts is one tensor."""
    if setup.trains_base:
        return tuple(TrainedTensor(each.shape, each.copies) for each in arch.tensors)
    names = lora_targets(arch, setup.targets)
    return tuple(
        TrainedTensor((setup.rank, width), layers)
        for matrix, layers in arch.all_linears
        if matrix.name in names and matrix.kind in ("attention", "mlp")
        for width in (matrix.inputs, matrix.outputs)
    )


def trainable_parameters(arch: Architecture, setup: TrainingSetup) -> int:
    return arch.parameters if setup.trains_base else adapter_parameters(arch, setup.rank, setup.targets)


def optimizer_bytes(arch: Architecture, setup: TrainingSetup) -> float:
    """All optimizer states that PyTorch allocates, before ZeRO shares them out.

    AdamW keeps two numbers in the parameter's own type (torch.optim); mixed precision with master weights adds an fp32
    copy (ZeRO, arXiv 1910.02054, section 3.1: K = 12); 8-bit AdamW two bytes and their scales (arXiv 2110.02861);
    Adafactor fp32 sums of every row and column (arXiv 1804.04235).
    """
    trainable = trainable_parameters(arch, setup)
    master = 4.0 * trainable if _has_master(setup) else 0.0
    wide = 4.0 if master else setup.grad_bytes
    tensors = trained_tensors(arch, setup)
    if setup.optimizer == "adafactor":
        return master + 4.0 * sum(each.factored_numbers * each.count for each in tensors)
    if setup.optimizer == "adamw_8bit":
        return master + sum(each.state_8bit_bytes * each.count for each in tensors)
    if setup.optimizer == "paged_adamw_8bit":
        return master + sum(each.state_8bit_bytes * each.count for each in tensors if each.numbers < PAGED_TENSOR)
    per_parameter = {"adamw": 2 * wide, "adamw_fused": 2 * wide, "sgd": 0.0, "sgd_momentum": wide}
    return master + trainable * per_parameter[setup.optimizer]


def paged_bytes(arch: Architecture, setup: TrainingSetup) -> float:
    """States in CUDA's unified memory, which moves to the computer's own when the GPU is full (QLoRA, section 3)."""
    if setup.optimizer != "paged_adamw_8bit":
        return 0.0
    tensors = trained_tensors(arch, setup)
    return sum(each.state_8bit_bytes * each.count for each in tensors if each.numbers >= PAGED_TENSOR)


def step_temporary_bytes(arch: Architecture, setup: TrainingSetup) -> float:
    """What the optimizer's step allocates and frees.

    The default `foreach` AdamW computes the denominator for all parameters at once, in a temporary of their size; the
    fused kernel needs none. Adafactor works on one tensor after another, and in the backward pass so does AdamW.
    """
    wide = 4.0 if _has_master(setup) else setup.grad_bytes
    largest = max(each.numbers for each in trained_tensors(arch, setup))
    if setup.optimizer == "adamw":
        return wide * (largest if setup.optimizer_in_backward else trainable_parameters(arch, setup))
    return 3 * 4.0 * largest if setup.optimizer == "adafactor" else 0.0


def _has_master(setup: TrainingSetup) -> bool:
    return setup.precision == "bf16_master" and setup.trains_base
