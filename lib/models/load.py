"""A model and its tokenizer in a precision. Imports torch: only a worker imports this module.

int8, fp4 and nf4 are bitsandbytes' (Dettmers et al. 2022, arXiv 2208.07339; 2023, arXiv 2305.14314): linear
layers are quantised, while embeddings, norms and the LM head stay in `compute_dtype`.
"""

from __future__ import annotations

from pathlib import Path

import psutil
import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    BitsAndBytesConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils import logging as hf_logging

from lib.models.catalogue import checked
from lib.models.errors import ModelUnavailable
from lib.models.heap import give_back

hf_logging.set_verbosity_error()
hf_logging.disable_progress_bar()

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
PRECISIONS = (*DTYPES, "int8", "fp4", "nf4", "nf4-double")


def best_device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def multiplies_bf16(device: torch.device) -> bool:
    """Whether products of bf16 numbers are the hardware's own; else they are emulated, and slower than in fp32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    here = torch.cpu.get_capabilities()
    return any(here.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))  # the last is ARM's


def free_bytes(device: torch.device) -> int:
    """Memory of the device that can still be had."""
    return torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else psutil.virtual_memory().available


def memory_in_use(device: torch.device) -> int:
    """Bytes that tensors hold on a GPU; on a processor what this process holds, its libraries among them."""
    return torch.cuda.memory_allocated(device) if device.type == "cuda" else psutil.Process().memory_info().rss


def load(
    folder: Path,
    precision: str = "fp32",
    device: torch.device | None = None,
    compute_dtype: torch.dtype = torch.bfloat16,
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """The model in `folder`, in eval mode on `device`, and its tokenizer.

    precision      one of PRECISIONS
    compute_dtype  for the quantised precisions: what unquantised layers and activations are kept in

    Raises ModelUnavailable if the folder is damaged or holds no causal language model.
    """
    if precision not in PRECISIONS:
        raise ModelUnavailable(f"There is no precision {precision}; choose one of {', '.join(PRECISIONS)}")
    checked(folder)
    device = device or best_device()
    quantization = quantization_config(precision, compute_dtype)
    dtype = DTYPES.get(precision, compute_dtype)
    placement = {"device_map": {"": device}} if quantization else {}
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = AutoModelForCausalLM.from_pretrained(
            folder, dtype=dtype, quantization_config=quantization, local_files_only=True, **placement
        )
    except (OSError, ValueError, KeyError) as error:
        raise ModelUnavailable(
            f"The model in “{folder.name}” cannot be loaded as a causal language model ({_first_line(error)}); "
            "choose another"
        ) from error
    if quantization is None:
        model.to(device)
    else:
        _let_go_of_file(model)
    give_back()
    return model.eval(), tokenizer


def _let_go_of_file(model: PreTrainedModel) -> None:
    """Copy what was not quantised: as views of the file they would keep all of it in memory, beside its few bits."""
    for parameter in model.parameters():
        if parameter.is_floating_point():
            parameter.data = parameter.data.clone()


def quantization_config(precision: str, compute_dtype: torch.dtype) -> BitsAndBytesConfig | None:
    """What bitsandbytes is asked for; None for a precision that transformers' own dtype says."""
    if precision in DTYPES:
        return None
    if precision == "int8":
        return BitsAndBytesConfig(load_in_8bit=True)
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type=precision.removesuffix("-double"),
        bnb_4bit_use_double_quant=precision.endswith("-double"),
        bnb_4bit_compute_dtype=compute_dtype,
    )


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:160] if lines else type(error).__name__
