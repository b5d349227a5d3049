"""What is trained, and how: everything besides the architecture that decides the memory of a training step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from lib.memory.errors import CannotEstimateError
from lib.memory.model.architecture import Architecture
from lib.memory.passes.numerics import FP32, HALF, Numerics
from lib.whole_numbers import check_whole

Method = Literal["full", "lora", "qlora"]
Precision = Literal["fp32", "bf16", "bf16_autocast", "bf16_master"]
Optimizer = Literal["adamw", "adamw_fused", "adamw_8bit", "sgd", "sgd_momentum", "adafactor"]
Targets = Literal["qv", "attention", "all"]

METHODS = ("full", "lora", "qlora")
PRECISIONS = ("fp32", "bf16", "bf16_autocast", "bf16_master")
OPTIMIZERS = ("adamw", "adamw_fused", "adamw_8bit", "sgd", "sgd_momentum", "adafactor")
TARGETS = ("qv", "attention", "all")

LARGEST = {"batch": 65_536, "sequence": 16_777_216, "gpus": 65_536, "accumulation": 1_000_000, "rank": 65_536}


@dataclass(frozen=True)
class TrainingSetup:
    """One training run. `batch` sequences of `sequence` tokens go through each GPU at once (the micro-batch).

    `precision`: `fp32`; `bf16` (weights, gradients and optimiser states all 16 bits); `bf16_autocast` (fp32 weights,
    16-bit products: `torch.autocast`, the Trainer's `bf16=True`); `bf16_master` (16-bit weights and gradients, fp32
    master weights in the optimiser: Micikevicius et al. 2018, DeepSpeed, Megatron).
    """

    method: Method = "full"
    precision: Precision = "bf16_autocast"
    optimizer: Optimizer = "adamw"
    batch: int = 1
    sequence: int = 2048
    accumulation: int = 1
    checkpointing: bool = False
    attention: Literal["fused", "eager"] = "fused"
    chunked_loss: bool = False
    keeps_logits: bool = False
    rank: int = 16
    targets: Targets = "all"
    adapter_dropout: bool = False
    adapter_fp32: bool = True
    double_quant: bool = True
    gpus: int = 1
    zero_stage: int = 0

    def __post_init__(self) -> None:
        for name, largest in LARGEST.items():
            check_whole(name, getattr(self, name), 1, largest, CannotEstimateError)
        check_whole("zero_stage", self.zero_stage, 0, 3, CannotEstimateError)
        choices = {"method": METHODS, "precision": PRECISIONS, "optimizer": OPTIMIZERS, "targets": TARGETS}
        for name, allowed in choices.items():
            if getattr(self, name) not in allowed:
                raise CannotEstimateError(f"{name} = {getattr(self, name)!r} must be one of {', '.join(allowed)}.")

    @property
    def tokens(self) -> int:
        """Tokens in one micro-batch."""
        return self.batch * self.sequence

    @property
    def trains_base(self) -> bool:
        return self.method == "full"

    @property
    def weight_bytes(self) -> float:
        """Bytes of one unquantized base weight."""
        if self.method == "qlora":
            return FP32  # prepare_model_for_kbit_training casts what is not quantized to fp32
        return FP32 if self.precision in ("fp32", "bf16_autocast") else HALF

    @property
    def grad_bytes(self) -> float:
        return self.weight_bytes if self.trains_base else self.adapter_bytes

    @property
    def adapter_bytes(self) -> float:
        return FP32 if self.adapter_fp32 or self.precision != "bf16" else HALF

    def numerics(self, arch: Architecture, fresh_grads: bool = True) -> Numerics:
        """How one pass runs, in the terms of `lib.memory.passes.layers`."""
        half_stream = self.precision in ("bf16", "bf16_master") and self.method != "qlora"
        return Numerics(
            residual_bytes=HALF if half_stream else FP32,
            compute_bytes=FP32 if self.precision == "fp32" else HALF,
            grad_bytes=self.grad_bytes,
            weight_bytes=self.weight_bytes,
            trains_base=self.trains_base,
            adapter_rank=0 if self.trains_base else self.rank,
            adapter_targets=frozenset() if self.trains_base else lora_targets(arch, self.targets),
            adapter_bytes=self.adapter_bytes,
            adapter_dropout=self.adapter_dropout,
            dequantises=self.method == "qlora",
            attention=self.attention,
            fresh_grads=fresh_grads,
        )

    def with_(self, **changes: object) -> TrainingSetup:
        return replace(self, **changes)


def lora_targets(arch: Architecture, targets: Targets) -> frozenset[str]:
    """Names of the matrices that get an adapter; experts, stored as one block, get none (as in peft)."""
    inside = {each.name: each.kind for each, _ in arch.all_linears}
    attention = frozenset(name for name, kind in inside.items() if kind == "attention")
    if targets == "all":
        return frozenset(name for name, kind in inside.items() if kind in ("attention", "mlp"))
    if targets == "attention":
        return attention
    wanted = {"q_proj", "v_proj", "qkv_proj", "q_b_proj", "kv_b_proj"}
    return attention & wanted


def adapter_parameters(arch: Architecture, rank: int, targets: Targets) -> int:
    """r · (inputs + outputs) for every target matrix (Hu et al. 2021, section 4.1)."""
    names = lora_targets(arch, targets)
    return sum(
        rank * (each.inputs + each.outputs) * layers
        for each, layers in arch.all_linears
        if each.name in names and each.kind in ("attention", "mlp")
    )
