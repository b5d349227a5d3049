"""What is trained, and how: everything besides the architecture that decides the memory of a training step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Self, get_args

from lib.memory.errors import CannotEstimateError
from lib.memory.model.architecture import Architecture
from lib.memory.passes.numerics import FP32, HALF, Numerics
from lib.memory.setup import Setup
from lib.memory.train.adapters import Targets, lora_targets
from lib.whole_numbers import check_whole

Method = Literal["full", "lora", "qlora"]
Precision = Literal["fp32", "bf16", "bf16_autocast", "bf16_master"]
Optimizer = Literal["adamw", "adamw_fused", "adamw_8bit", "paged_adamw_8bit", "sgd", "sgd_momentum", "adafactor"]
Attention = Literal["fused", "eager"]
CHOICES = {
    "method": get_args(Method),
    "precision": get_args(Precision),
    "optimizer": get_args(Optimizer),
    "targets": get_args(Targets),
    "attention": get_args(Attention),
}
LIMITS = {
    "batch": (1, 65_536),
    "sequence": (1, 16_777_216),
    "gpus": (1, 65_536),
    "accumulation": (1, 1_000_000),
    "rank": (1, 65_536),
    "zero_stage": (0, 3),
}


@dataclass(frozen=True)
class TrainingSetup(Setup):
    """One training run."""

    job: ClassVar[str] = "train"

    method: Method = "full"
    """Every weight, LoRA adapters beside frozen weights, or adapters beside weights in 4 bits (QLoRA)."""
    precision: Precision = "bf16_autocast"
    """`fp32`; `bf16` (weights, gradients and optimizer states all 16 bits); `bf16_autocast` (fp32 weights, 16-bit
    products: `torch.autocast`, the Trainer's `bf16=True`); `bf16_master` (16-bit weights and gradients, fp32 master
    weights in the optimizer: Micikevicius et al. 2017, DeepSpeed, Megatron). With QLoRA it is about what is not
    quantized: peft's `prepare_model_for_kbit_training` makes that fp32, torchtune leaves it in bf16."""
    optimizer: Optimizer = "adamw"
    """torch's default AdamW (`foreach`) and Adafactor need memory for their step; the fused AdamW none. A paged one
    keeps its states where CUDA can move them to the computer's memory when the GPU is full."""
    optimizer_in_backward: bool = False
    """Each parameter is updated as soon as its gradient exists, which is then freed: no gradients are kept."""
    batch: int = 1
    """Sequences that go through each GPU at once (the micro-batch)."""
    sequence: int = 2048
    """Tokens of a sequence."""
    padded: bool = False
    """Sequences of unlike length are padded: attention gets a mask, and its kernels then keep repeated heads."""
    accumulation: int = 1
    """Micro-batches whose gradients are added up before the optimizer's step."""
    checkpointing: bool = False
    """Keep only each layer's input, and compute the layer again in the backward pass."""
    offloaded_inputs: bool = False
    """With checkpointing, those inputs wait in the computer's memory (Unsloth, transformers' `offload`)."""
    attention: Attention = "fused"
    """`eager` writes the attention scores to memory."""
    chunked_loss: bool = False
    """Logits and loss a thousand tokens at a time (Liger, cut cross-entropy)."""
    keeps_logits: bool = False
    """The training loop holds the model's output until after the backward pass."""
    rank: int = 16
    """r of LoRA."""
    targets: Targets = "all"
    """Which matrices get an adapter."""
    adapter_dropout: bool = False
    """Dropout before the adapter (peft's `lora_dropout` above 0), which keeps a mask and a copy of its input."""
    adapter_fp32: bool = True
    """peft keeps adapters in fp32 beside 16-bit weights (`autocast_adapter_dtype`)."""
    double_quant: bool = True
    """QLoRA's scales are quantized again."""
    gpus: int = 1
    """GPUs, data parallel."""
    zero_stage: int = 0
    """What they share out: nothing (DDP), optimizer states (1), gradients too (2), weights too (3, FSDP)."""

    def __post_init__(self) -> None:
        for name, (least, largest) in LIMITS.items():
            check_whole(name, getattr(self, name), least, largest, CannotEstimateError)
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                raise CannotEstimateError(f"{name} = {getattr(self, name)!r} must be one of {', '.join(allowed)}.")
        if self.offloaded_inputs and not self.checkpointing:
            raise CannotEstimateError("offloaded_inputs needs checkpointing: else there is more than inputs to keep.")
        if self.optimizer_in_backward and (self.accumulation > 1 or self.gpus > 1):
            raise CannotEstimateError(
                "The optimizer can only step in the backward pass with accumulation = 1 on 1 GPU: each gradient is "
                "used up as soon as it is made."
            )

    def with_tokens(self, tokens: int) -> Self:
        return self.with_(sequence=tokens)

    def with_sequences(self, count: int) -> Self:
        return self.with_(batch=count)

    def over_gpus(self, count: int) -> Self:
        """Sharded, with ZeRO-3 unless another stage is chosen, and the optimizer's step after the backward pass."""
        if count == 1:
            return self.with_(gpus=1)
        return self.with_(gpus=count, zero_stage=self.zero_stage or 3, optimizer_in_backward=False)

    @property
    def tokens(self) -> int:
        """Tokens in one micro-batch."""
        return self.batch * self.sequence

    @property
    def trains_base(self) -> bool:
        return self.method == "full"

    @property
    def is_of_the_rule(self) -> bool:
        """Whether weights, gradients and Adam's states of every parameter are fp32, as the lecture's rule has them."""
        adam = self.optimizer in ("adamw", "adamw_fused")
        return self.trains_base and adam and self.weight_bytes == FP32

    @property
    def weight_bytes(self) -> float:
        """Bytes of one base weight that is not quantized."""
        return FP32 if self.precision in ("fp32", "bf16_autocast") else HALF

    @property
    def grad_bytes(self) -> float:
        """Bytes of one gradient: in the type of the parameter that it belongs to."""
        return self.weight_bytes if self.trains_base else self.adapter_bytes

    @property
    def adapter_bytes(self) -> float:
        return FP32 if self.adapter_fp32 or self.weight_bytes == FP32 else HALF

    def numerics(self, arch: Architecture, fresh_grads: bool = True) -> Numerics:
        """How one pass runs, in the terms of `lib.memory.passes.layers`."""
        return Numerics(
            residual_bytes=self.weight_bytes,
            compute_bytes=FP32 if self.precision == "fp32" else HALF,
            grad_bytes=self.grad_bytes,
            weight_bytes=self.weight_bytes,
            trains_base=self.trains_base,
            adapter_rank=0 if self.trains_base else self.rank,
            adapter_targets=frozenset() if self.trains_base else lora_targets(arch, self.targets),
            adapter_bytes=self.adapter_bytes,
            adapter_dropout=self.adapter_dropout,
            dequantizes=self.method == "qlora",
            attention=self.attention,
            fresh_grads=fresh_grads and not self.optimizer_in_backward,
            padded=self.padded,
        )
