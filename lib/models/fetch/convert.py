"""A GGUF file made into an ordinary Hugging Face folder: bf16 safetensors, tokenizer, chat template. Imports torch.

    python -m lib.models.fetch.convert FILE.gguf FOLDER     # ends when its standard input does

A process of its own, so that the gigabyte this takes for a quarter of a minute is given back. Exits with 1 and one
sentence on stderr if the file cannot be read.

GGUF: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. transformers reads its weights, but two things it
does not read right, and they are put right here:
- how text is cut before byte-pair merges: by the file's `tokenizer.ggml.pre`, which transformers takes no notice of;
- a float32 epsilon, which as a Python float is 9.999999747378752e-06 and in the model's own config 1e-05.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
from gguf import GGUFReader
from tokenizers.pre_tokenizers import ByteLevel, Digits, PreTokenizer, Sequence
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig
from transformers.utils import logging as hf_logging

from lib.models.errors import ModelUnavailable
from lib.models.fetch.child import end_with_caller


def _digit_by_digit() -> PreTokenizer:
    """As in SmolLM2's tokenizer.json, and `LLAMA_VOCAB_PRE_TYPE_SMOLLM` of llama.cpp: every digit is a token."""
    return Sequence([Digits(individual_digits=True), ByteLevel(add_prefix_space=False)])


PRE_TOKENIZERS = {"smollm": _digit_by_digit}


def convert(file: Path, folder: Path) -> None:
    """Write the model in `file` to `folder`. Raises ModelUnavailable if it is damaged or of an unknown kind."""
    try:
        kind = GGUFReader(file).get_field("tokenizer.ggml.pre")
        weights = AutoModelForCausalLM.from_pretrained(
            file.parent, gguf_file=file.name, quantization_config=GgufConfig(dequantize=True), dtype=torch.bfloat16
        )
        tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    except MemoryError:
        raise
    except Exception as error:  # whatever the readers raise on bytes that are not what they should be
        raise ModelUnavailable(
            f"The file {file.name} is cut short or damaged ({type(error).__name__}); fetch it again."
        ) from error
    pre_tokenizer = PRE_TOKENIZERS.get(kind.contents() if kind else None)
    if pre_tokenizer is not None:
        tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizer()
    tokenizer.model_max_length = weights.config.max_position_embeddings
    weights.config.rms_norm_eps = float(str(np.float32(weights.config.rms_norm_eps)))
    weights.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    for written in folder.iterdir():
        written.chmod(0o644)  # safetensors writes for its owner alone


def main() -> None:
    end_with_caller()
    hf_logging.set_verbosity_error()
    hf_logging.disable_progress_bar()
    try:
        convert(Path(sys.argv[1]), Path(sys.argv[2]))
    except ModelUnavailable as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
