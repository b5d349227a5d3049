"""GGUF: llama.cpp's type for every tensor, against files that exist."""

import pytest

from lib.memory import architecture, catalogue
from lib.memory.model.inventory.tensors import Part
from lib.memory.model.weights import precisions, weights_bytes
from lib.units import MIB

LLAMA_8B_BITS = {  # llama.cpp, tools/quantize/README.md: bits a weight of Llama 3.1 8B
    "q8_0": 8.5008,
    "q6_k": 6.5633,
    "q5_k_m": 5.7036,
    "q5_k_s": 5.5704,
    "q4_k_m": 4.8944,
    "q4_k_s": 4.6672,
    "q3_k_l": 4.2979,
    "q3_k_m": 3.9960,
    "q3_k_s": 3.6429,
    "q2_k": 3.1593,
}
LLAMA_70B_GB = {  # huggingface.co/bartowski/Meta-Llama-3.1-70B-Instruct-GGUF: file sizes
    "q8_0": 74.98,
    "q6_k": 57.89,
    "q5_k_m": 49.95,
    "q5_k_s": 48.66,
    "q4_k_m": 42.52,
    "q4_k_s": 40.35,
    "q3_k_l": 37.14,
    "q3_k_m": 34.27,
    "q3_k_s": 30.91,
}


@pytest.mark.parametrize(("mixture", "bits"), LLAMA_8B_BITS.items())
def test_bits_of_llama_8b_as_llama_cpp_lists_them(mixture, bits):
    arch = architecture("Llama-3.1-8B")
    assert 8 * weights_bytes(arch, mixture) / arch.parameters == pytest.approx(bits, abs=5e-5)
    assert precisions()[mixture].bits_per_weight == pytest.approx(bits, abs=5e-5)


@pytest.mark.parametrize(("mixture", "gb"), LLAMA_70B_GB.items())
def test_files_of_llama_70b(mixture, gb):
    """A file has 8 MB of vocabulary and names beside the tensors."""
    assert weights_bytes(architecture("Llama-3.1-70B"), mixture) / 1e9 == pytest.approx(gb - 0.008, abs=0.006)


def test_rows_that_are_not_whole_blocks_take_a_type_of_shorter_ones():
    """Qwen2.5-0.5B: rows of 896 numbers; its Q4_K_M has 373.7 MiB of tensors, not 288 as an average of 8B models."""
    assert weights_bytes(architecture("Qwen2.5-0.5B"), "q4_k_m") / MIB == pytest.approx(373.7, abs=0.05)


@pytest.mark.parametrize("name", catalogue())
def test_the_tensors_written_out_are_the_model(name):
    arch = architecture(name)
    assert sum(each.parameters for each in arch.tensors) == arch.parameters
    experts = sum(each.parameters for each in arch.tensors if each.part is Part.EXPERTS)
    assert experts == arch.routed_parameters


def test_fp8_keeps_embedding_head_and_norms_in_16_bits():
    """Qwen3-32B-FP8's checkpoint: only the layers' matrices are fp8, two bytes each for the rest."""
    arch = architecture("Qwen3-32B")
    rest = 2 * 151_936 * 5_120 + 64 * (2 * 5_120 + 2 * 128) + 5_120
    assert weights_bytes(arch, "fp8") == arch.parameters + rest
