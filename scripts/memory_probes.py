"""What a model really holds in memory: three ways of looking, none of which knows our formulas.

* `fake_training` and `fake_serving`: PyTorch's `MemTracker` over fake tensors. Every operation of the real model runs,
  with shapes and lifetimes but without numbers, so that a 70B model can be measured on a laptop.
* `cuda_training` and `cuda_serving`: a real run with random weights (memory does not depend on the values), read from
  `torch.cuda.max_memory_allocated`.
* `kv_cache_bytes`: bytes of real tensors on the CPU.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial

import torch
import transformers
import transformers.masking_utils
from torch import nn

from lib.memory.model.architecture import Architecture
from lib.memory.train.setup import TrainingSetup
from lib.training.weigh.measuring import prepare

GPU = "cuda"
DROPOUTS = ("attn_pdrop", "resid_pdrop", "embd_pdrop", "dropout", "attention_dropout")
OPTIMIZERS: dict[str, Callable] = {
    "adamw": lambda parameters: torch.optim.AdamW(parameters, lr=1e-6, foreach=True),
    "adamw_fused": lambda parameters: torch.optim.AdamW(parameters, lr=1e-6, fused=True),
    "sgd": lambda parameters: torch.optim.SGD(parameters, lr=1e-6),
    "sgd_momentum": lambda parameters: torch.optim.SGD(parameters, lr=1e-6, momentum=0.9),
}


def build(config: dict, dtype: torch.dtype, attention: str, dropout: bool = False) -> nn.Module:
    """The model that `config` describes, with random weights, in `dtype`."""
    made = transformers.AutoConfig.for_model(**config)
    if not dropout:
        for name in DROPOUTS:
            if hasattr(made, name):
                setattr(made, name, 0.0)
    made.use_cache = False
    return transformers.AutoModelForCausalLM.from_config(
        made, dtype=dtype, attn_implementation="sdpa" if attention == "fused" else "eager"
    )


@contextmanager
def _no_packed_mask() -> Iterator[None]:
    """A real run sees that no sequences are packed and needs no mask; a fake tensor cannot be asked. Say it for it."""
    original = transformers.masking_utils.find_packed_sequence_indices
    transformers.masking_utils.find_packed_sequence_indices = lambda *_args, **_kwargs: None
    try:
        yield
    finally:
        transformers.masking_utils.find_packed_sequence_indices = original


def weight_dtype(setup: TrainingSetup) -> torch.dtype:
    return torch.float32 if setup.precision in ("fp32", "bf16_autocast") else torch.bfloat16


def run_step(
    model: nn.Module,
    ids: torch.Tensor,
    optimizer: torch.optim.Optimizer,
    setup: TrainingSetup,
    before_each: Callable[[], None] = lambda: None,
) -> None:
    """One training step as a plain loop writes it; the logits are not kept."""
    autocast = torch.autocast(ids.device.type, torch.bfloat16) if setup.precision == "bf16_autocast" else nullcontext()
    for _ in range(setup.accumulation):
        before_each()
        with autocast:
            loss = model(input_ids=ids, labels=ids).loss
        loss.backward()
        del loss
    optimizer.step()
    optimizer.zero_grad()


def fake_training(config: dict, arch: Architecture, setup: TrainingSetup) -> tuple[int, int]:
    """Peak bytes of the first and the second training step, by MemTracker on fake tensors."""
    from torch._subclasses.fake_tensor import FakeTensorMode
    from torch.distributed._tools.mem_tracker import MemTracker

    with torch.device("meta"):
        model = prepare(build(config, weight_dtype(setup), setup.attention), arch, setup)
    with FakeTensorMode(), _no_packed_mask():
        _materialise(model)
        trained = [each for each in model.parameters() if each.requires_grad]
        optimizer = (
            StepInBackward(trained, setup) if setup.optimizer_in_backward else OPTIMIZERS[setup.optimizer](trained)
        )
        ids = torch.zeros(setup.batch, setup.sequence, dtype=torch.int64)
        tracker = MemTracker()
        for parameter in model.parameters():
            if not parameter.requires_grad:  # MemTracker would hook its gradient, which there will never be
                tracker._param_to_grad_hook_handles[parameter] = (_NoHandle(), _NoHandle())
        tracker.track_external(model, *getattr(optimizer, "each", (optimizer,)))
        peaks = []
        with tracker:
            for _ in range(2):
                run_step(model, ids, optimizer, setup, before_each=tracker.reset_mod_stats)
                peaks.append(_peak(tracker))
    return peaks[0], peaks[1]


class StepInBackward:
    """An optimizer for each parameter, which steps and frees the gradient as soon as that exists."""

    def __init__(self, parameters: list[nn.Parameter], setup: TrainingSetup) -> None:
        self.each = []
        for parameter in parameters:
            self.each.append(OPTIMIZERS[setup.optimizer]([parameter]))
            parameter.register_post_accumulate_grad_hook(partial(self._use_up, self.each[-1]))

    @staticmethod
    def _use_up(optimizer: torch.optim.Optimizer, _parameter: nn.Parameter) -> None:
        optimizer.step()
        optimizer.zero_grad()

    def step(self) -> None:
        """Has happened in the backward pass."""

    def zero_grad(self) -> None:
        """Has happened in the backward pass."""


class _NoHandle:
    """Stands for a hook that was not registered."""

    def remove(self) -> None:
        """Nothing to remove."""


def _materialise(model: nn.Module) -> None:
    """Give every meta parameter and buffer a (fake) CPU tensor; tied ones stay tied."""
    made: dict[int, torch.Tensor] = {}
    for module in model.modules():
        for name, tensor in module._parameters.items():
            if tensor is not None and id(tensor) not in made:
                fresh = torch.empty(tensor.shape, dtype=tensor.dtype)
                made[id(tensor)] = nn.Parameter(fresh, requires_grad=tensor.requires_grad)
            if tensor is not None:
                module._parameters[name] = made[id(tensor)]
        for name, tensor in module._buffers.items():
            if tensor is not None and tensor.is_meta:
                module._buffers[name] = torch.empty(tensor.shape, dtype=tensor.dtype)


def fake_serving(config: dict, attention: str, sequences: int, context: int) -> tuple[int, int]:
    """Peak bytes of reading a prompt, and the bytes of the KV cache it leaves, in bf16."""
    from torch._subclasses.fake_tensor import FakeTensorMode
    from torch.distributed._tools.mem_tracker import MemTracker

    with FakeTensorMode(), _no_packed_mask(), torch.no_grad():
        model = build(config, torch.bfloat16, attention).eval()
        ids = torch.zeros(sequences, context, dtype=torch.int64)
        tracker = MemTracker()
        tracker.track_external(model)
        with tracker:
            out = model(input_ids=ids, use_cache=True, logits_to_keep=1)
        return _peak(tracker), _cache_bytes(out.past_key_values)


def _peak(tracker: object) -> int:
    (parts,) = tracker.get_tracker_snapshot("peak").values()
    return int(parts["Total"])


def _cache_bytes(cache: object) -> int:
    """Bytes of every tensor in a `transformers` cache; latent attention keeps its latents in the same fields."""
    storages = {}
    for layer in cache.layers:
        for tensor in (layer.keys, layer.values):
            storages[id(tensor)] = tensor.numel() * tensor.element_size()
    return sum(storages.values())


def ready_to_train(
    config: dict, arch: Architecture, setup: TrainingSetup, device: str
) -> tuple[nn.Module, torch.optim.Optimizer, torch.Tensor]:
    """A model of random weights on `device`, its optimizer and a batch of random tokens: `run_step` does the rest."""
    with torch.device(device):
        model = build(config, weight_dtype(setup), setup.attention, dropout=arch.dropout or arch.attention_dropout)
    if setup.method == "qlora":
        model = quantize_linears(model, setup)
    model = prepare(model, arch, setup)
    trained = [each for each in model.parameters() if each.requires_grad]
    optimizer = _eight_bit(trained) if setup.optimizer == "adamw_8bit" else OPTIMIZERS[setup.optimizer](trained)
    return model, optimizer, torch.randint(0, arch.vocab_size, (setup.batch, setup.sequence), device=device)


def cuda_training(config: dict, arch: Architecture, setup: TrainingSetup) -> tuple[int, int]:
    """Peak bytes of the first and the second step on a real GPU, the CUDA context not included."""
    torch.cuda.empty_cache()
    model, optimizer, ids = ready_to_train(config, arch, setup, GPU)
    peaks = []
    for _ in range(2):
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
        run_step(model, ids, optimizer, setup)
        torch.cuda.synchronize()
        peaks.append(torch.cuda.max_memory_allocated())
    return peaks[0], peaks[1]


def cuda_serving(config: dict, arch: Architecture, attention: str, sequences: int, context: int) -> tuple[int, int]:
    """Peak bytes of reading a prompt and of writing eight tokens after it, on a real GPU, in bf16."""
    torch.cuda.empty_cache()
    with torch.device(GPU), torch.no_grad():
        model = build(config, torch.bfloat16, attention).eval()
    ids = torch.randint(0, arch.vocab_size, (sequences, context), device=GPU)
    torch.cuda.reset_peak_memory_stats()
    with torch.no_grad():
        out = model(input_ids=ids, use_cache=True, logits_to_keep=1)
        prefill = torch.cuda.max_memory_allocated()
        cache, token = out.past_key_values, out.logits[:, -1].argmax(-1, keepdim=True)
        del out
        torch.cuda.reset_peak_memory_stats()
        for _ in range(8):
            out = model(input_ids=token, past_key_values=cache, use_cache=True)
            token = out.logits[:, -1].argmax(-1, keepdim=True)
    return prefill, torch.cuda.max_memory_allocated()


def quantize_linears(model: nn.Module, setup: TrainingSetup) -> nn.Module:
    """Replace the linear layers inside the blocks by bitsandbytes' 4-bit ones, as `from_pretrained` would."""
    import bitsandbytes
    import peft

    device = next(model.parameters()).device
    names = [name for name, each in model.named_modules() if type(each) is nn.Linear and "lm_head" not in name]
    for name in names:
        parent_name, _, child = name.rpartition(".")
        parent, old = model.get_submodule(parent_name), model.get_submodule(name)
        new = bitsandbytes.nn.Linear4bit(
            old.in_features,
            old.out_features,
            bias=old.bias is not None,
            compute_dtype=torch.bfloat16,
            compress_statistics=setup.double_quant,
            quant_type="nf4",
            device=device,
        )
        new.load_state_dict(old.state_dict())
        setattr(parent, child, new.to(device))  # quantizes, also where the weight is there already
    model.is_loaded_in_4bit = True
    return peft.prepare_model_for_kbit_training(model, use_gradient_checkpointing=setup.checkpointing)


def _eight_bit(parameters: list) -> torch.optim.Optimizer:
    import bitsandbytes

    return bitsandbytes.optim.AdamW8bit(parameters, lr=1e-6)


def kv_cache_bytes(model: nn.Module, ids: torch.Tensor) -> int:
    """Bytes of the cache after reading `ids`."""
    with torch.no_grad():
        return _cache_bytes(model(input_ids=ids, use_cache=True).past_key_values)
