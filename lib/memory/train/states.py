"""What stays through a training step on one GPU: weights, gradients, optimizer states; and what shards exchange."""

from __future__ import annotations

from dataclasses import dataclass

from lib.memory.model.architecture import Architecture
from lib.memory.model.weights import weights_bytes
from lib.memory.passes.numerics import FP32
from lib.memory.train.optimizer import FP32_STATES_BYTES, optimizer_bytes, step_temporary_bytes, trainable_parameters
from lib.memory.train.setup import TrainingSetup

BUCKET_BYTES = 1e9  # DeepSpeed's default reduce and allgather buckets: 5e8 elements of 2 bytes each


@dataclass(frozen=True)
class States:
    """Bytes on one GPU."""

    weights: float
    gradients: float
    optimizer: float
    step_temporary: float
    gathered: float = 0.0


def training_states(arch: Architecture, setup: TrainingSetup) -> States:
    """What one GPU holds of weights, gradients and optimizer states, by ZeRO stage (arXiv 1910.02054, figure 1)."""
    gpus, stage = setup.gpus, setup.zero_stage
    trainable = trainable_parameters(arch, setup)
    adapters = 0.0 if setup.trains_base else trainable * setup.adapter_bytes
    gradients = trainable * setup.grad_bytes
    return States(
        weights=(base_weights_bytes(arch, setup) + adapters) / (gpus if stage == 3 else 1),
        gradients=gradients / (gpus if stage >= 2 else 1),
        optimizer=optimizer_bytes(arch, setup) / (gpus if stage >= 1 else 1),
        step_temporary=step_temporary_bytes(arch, setup) / (gpus if stage >= 1 else 1),
        gathered=_gathered(arch, setup, gradients),
    )


def states_of_parts(arch: Architecture, weights_as: str, other_bytes: float, trained: int) -> States:
    """`trained` numbers in fp32 beside frozen weights, stepped by AdamW: an adapter of any kind, a prompt, a prefix.

    4 bytes a trained number, 4 for its gradient, 8 for its two moments (Kingma and Ba 2014, arXiv 1412.6980).

    weights_as   a precision of `lib.memory.model.weights`: "fp32", "bf16", "int8", "nf4", …
    other_bytes  of a number that this precision leaves as it is
    """
    frozen = weights_bytes(arch, weights_as, other_bytes=other_bytes)
    return States(frozen + FP32 * trained, FP32 * trained, FP32_STATES_BYTES * trained, step_temporary=FP32 * trained)


def base_weights_bytes(arch: Architecture, setup: TrainingSetup) -> float:
    """Bytes of the model without an adapter: for QLoRA in 4 bits with quantization constants."""
    if setup.method == "qlora":
        return weights_bytes(arch, "nf4" if setup.double_quant else "fp4", other_bytes=setup.weight_bytes)
    return arch.parameters * setup.weight_bytes


def _gathered(arch: Architecture, setup: TrainingSetup, gradient_bytes: float) -> float:
    """Communication: DDP's buckets are a second copy of the gradients; ZeRO has buckets; stage 3 gathers layers."""
    if setup.gpus == 1:
        return 0.0
    if setup.zero_stage == 0:
        return gradient_bytes
    buckets = min(BUCKET_BYTES, gradient_bytes * setup.gpus) * (1 if setup.zero_stage == 1 else 2)
    if setup.zero_stage < 3:
        return buckets
    per_weight = base_weights_bytes(arch, setup) / arch.parameters
    largest = max(arch.layer_parameters(kind.with_experts) for kind in set(arch.layer_kinds()))
    return buckets + max(2 * largest, arch.embedding_parameters) * per_weight
