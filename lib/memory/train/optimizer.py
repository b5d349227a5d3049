"""Bytes of optimiser states and of what its step needs for a moment."""

from __future__ import annotations

from lib.memory.model.architecture import Architecture
from lib.memory.train.adapters import adapter_parameters
from lib.memory.train.setup import TrainingSetup

SMALL_TENSOR = 4_096  # bitsandbytes keeps states of smaller tensors in fp32
EIGHT_BIT_BLOCK = 256


def trainable_parameters(arch: Architecture, setup: TrainingSetup) -> int:
    return arch.parameters if setup.trains_base else adapter_parameters(arch, setup.rank, setup.targets)


def state_bytes_per_parameter(setup: TrainingSetup) -> float:
    """Bytes of state a parameter, for large tensors; Adafactor's are by row and column, see `optimizer_bytes`.

    AdamW keeps two numbers in the parameter's own type (torch.optim); mixed precision with master weights adds an fp32
    copy (ZeRO, arXiv 1910.02054, section 3.1: K = 12); 8-bit AdamW two bytes and their scales (arXiv 2110.02861).
    """
    own = setup.grad_bytes
    master = 4.0 if _has_master(setup) else 0.0
    wide = 4.0 if master else own
    return (
        master
        + {
            "adamw": 2 * wide,
            "adamw_fused": 2 * wide,
            "adamw_8bit": 2 + 2 * 4 / EIGHT_BIT_BLOCK,
            "sgd": 0.0,
            "sgd_momentum": wide,
            "adafactor": 0.0,
        }[setup.optimizer]
    )


def optimizer_bytes(arch: Architecture, setup: TrainingSetup) -> float:
    """All optimiser states on one GPU, before ZeRO shares them out."""
    trainable = trainable_parameters(arch, setup)
    size = trainable * state_bytes_per_parameter(setup)
    if setup.optimizer == "adafactor":
        return size + _adafactor_bytes(arch, setup)
    if setup.optimizer == "adamw_8bit":
        small = _small_parameters(arch) if setup.trains_base else 0
        size += small * (8 - (2 + 8 / EIGHT_BIT_BLOCK))
    return size


def step_temporary_bytes(arch: Architecture, setup: TrainingSetup) -> float:
    """What the optimiser's step allocates and frees.

    The default `foreach` AdamW computes the denominator for all parameters at once, in a temporary of their size; the
    fused kernel needs none. Adafactor works on one tensor after another.
    """
    wide = 4.0 if _has_master(setup) else setup.grad_bytes
    trainable = trainable_parameters(arch, setup)
    if setup.optimizer == "adamw":
        return trainable * wide
    if setup.optimizer == "adafactor":
        return 3 * 4.0 * (_largest_matrix(arch) if setup.trains_base else setup.rank * arch.hidden_size)
    return 0.0


def _has_master(setup: TrainingSetup) -> bool:
    return setup.precision == "bf16_master" and setup.trains_base


def _adafactor_bytes(arch: Architecture, setup: TrainingSetup) -> float:
    """fp32 sums of every row and column (Shazeer and Stern 2018, arXiv 1804.04235, section 3)."""
    if not setup.trains_base:
        rows = sum((each.inputs + each.outputs + 2 * setup.rank) * n for each, n in arch.all_linears)
        return 4.0 * rows
    matrices = sum(
        (each.shape[-1] + each.shape[-2]) * each.parameters // (each.shape[-1] * each.shape[-2])
        for each in arch.tensors
        if len(each.shape) > 1
    )
    return 4.0 * (matrices + sum(each.parameters for each in arch.tensors if len(each.shape) == 1))


def _small_parameters(arch: Architecture) -> int:
    """Parameters in tensors too small for 8-bit states: norms and biases below 4,096 numbers."""
    return sum(each.parameters for each in arch.tensors if each.numbers < SMALL_TENSOR)


def _largest_matrix(arch: Architecture) -> int:
    return max(each.numbers for each in arch.tensors)
