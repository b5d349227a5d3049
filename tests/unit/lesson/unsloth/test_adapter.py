"""An adapter that is brought back: hostile files first, then norms against whole matrices."""

from __future__ import annotations

import json
import math
import pickle
import struct
import zipfile

import numpy as np
import pytest
from safetensors.numpy import save

from lib.lesson.unsloth.brought import archive
from lib.lesson.unsloth.brought.adapter import read_adapter
from lib.lesson.unsloth.errors import ActivityError
from lib.places import BUNDLED_MODEL
from tests.unit.lesson.unsloth.files import CONFIG, folder, tensors, zipped

WHOLE = folder()
SAFE = save(tensors())


def bomb() -> bytes:
    """60 MB of zeros, which pack to 0.06 MB."""
    return zipped({"adapter_model.safetensors": bytes(60_000_000), "adapter_config.json": json.dumps(CONFIG).encode()})


def locked() -> bytes:
    """The flag that says a file is locked, set in both of its headers."""
    data = bytearray(zipped({"adapter_config.json": json.dumps(CONFIG).encode()}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def twice() -> bytes:
    return zipped({f"{run}/adapter_config.json": json.dumps(CONFIG).encode() for run in ("one", "two")})


HOSTILE = {
    "empty": (b"", "is empty"),
    "20 MB of nothing": (bytes(20_000_000), "not a whole zip file"),
    "larger than allowed": (bytes(archive.MOST_BYTES + 1), "up to 50 MB are read"),
    "a text": (b"hello", "not a whole zip file"),
    "a zip cut short": (WHOLE[: len(WHOLE) // 2], "damaged zip"),
    "a zip with a broken entry": (WHOLE[:200] + bytes(60) + WHOLE[260:], "damaged"),
    "an empty zip": (zipped({}), "no adapter_model.safetensors"),
    "a zip bomb": (bomb(), "unpacks to more than 50 MB"),
    "many files": (zipped({f"{n}.txt": b"" for n in range(600)}), "600 files"),
    "a name that leads up": (zipped({"../../etc/adapter_config.json": b"{}"}), "leads out of its folder"),
    "a name that leads to the root": (zipped({"/etc/adapter_config.json": b"{}"}), "leads out of its folder"),
    "a name of Windows": (zipped({"..\\..\\adapter_config.json": b"{}"}), "leads out of its folder"),
    "a drive": (zipped({"C:/adapter_config.json": b"{}"}), "leads out of its folder"),
    "locked": (locked(), "password"),
    "two runs": (twice(), "adapter_config.json twice"),
    "a pickle in its place": (zipped({"adapter_model.bin": pickle.dumps({})}), "a pickle"),
    "a config that is no JSON": (zipped({"adapter_config.json": b"{r: 8"}), "is not JSON"),
    "a config of nothing but brackets": (b"[" * 200_000, "is not JSON"),
    "another JSON": (b'{"r": 8}', "has no peft_type"),
    "a list": (b"[1, 2]", "has no peft_type"),
    "another kind": (json.dumps({**CONFIG, "peft_type": "PREFIX_TUNING"}).encode(), "PREFIX_TUNING"),
    "rank as text": (json.dumps({**CONFIG, "r": "8"}).encode(), "r = 8; it must be a number"),
    "rank 0": (json.dumps({**CONFIG, "r": 0}).encode(), "r = 0"),
    "alpha missing": (json.dumps({**CONFIG, "lora_alpha": None}).encode(), "lora_alpha = None"),
    "alphas by pattern": (json.dumps({**CONFIG, "alpha_pattern": {"(a+)+$": 3}}).encode(), "alpha_pattern"),
    "safetensors cut short": (SAFE[:-40], "cut short"),
    "a header longer than the file": (struct.pack("<Q", 2**60) + b"{}", "not a whole zip file"),
    "a whole model": (save({"model.embed_tokens.weight": np.zeros((4, 4), np.float32)}), "no LoRA matrices"),
    "whole numbers": (save({"x.layers.0.q_proj.lora_A.weight": np.zeros((2, 4), np.int8)}), "as I8"),
    "A without B": (save({"x.layers.0.q_proj.lora_A.weight": np.zeros((2, 4), np.float32)}), "without a B"),
}


@pytest.mark.parametrize(("content", "said"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_adapter_is_refused_in_a_sentence(content, said):
    with pytest.raises(ActivityError, match=said) as refused:
        read_adapter(content, "mine.zip")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["adapter_model.bin", "x.PT", "y.pkl"])
def test_a_pickle_stays_shut(name):
    with pytest.raises(ActivityError, match="can run code"):
        read_adapter(pickle.dumps({"a": 1}), name)


def test_a_zip_that_lies_about_its_sizes_is_no_way_around_the_bound():
    """Sizes in the central directory say 10 bytes; what is read is counted as it comes."""
    data = bytearray(bomb())
    entry = data.index(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 10)
    with pytest.raises(ActivityError):
        read_adapter(bytes(data), "mine.zip")


def test_pickles_beside_an_adapter_are_left_unopened_and_named():
    read = read_adapter(folder(adapter__optimizer_dot_pt=b"\x80\x04."), "mine.zip")
    assert any("Left unopened" in note and "optimizer.pt" in note for note in read.notes)
    assert read.parameters == sum(each.size for each in tensors().values())


@pytest.mark.parametrize("root", [False, True])
def test_norms_are_those_of_the_whole_matrices(root):
    read = read_adapter(folder({**CONFIG, "use_rslora": root}), "mine.zip")
    told = tensors()
    factor = 8 / (math.sqrt(4) if root else 4)
    squares = {0: 0.0, 1: 0.0}
    for name, down in told.items():
        if "lora_A" in name:
            update = factor * told[name.replace("lora_A", "lora_B")].astype(float) @ down.astype(float)
            squares[int(name.split(".")[4])] += np.linalg.norm(update) ** 2
    assert read.by_layer == pytest.approx({layer: math.sqrt(square) for layer, square in squares.items()})
    assert read.scaling == pytest.approx(factor)
    assert (read.rank, read.lora_alpha, read.targets) == (4, 8.0, ("q_proj", "v_proj"))
    assert math.hypot(*read.by_matrix.values()) == pytest.approx(math.hypot(*read.by_layer.values()))
    assert read.has_learnt


def test_an_adapter_of_the_lab_has_the_parameters_of_its_own_config():
    """The bundled model: r · (inputs + outputs) of seven matrices in every layer, by its config.json."""
    config = json.loads((BUNDLED_MODEL / "config.json").read_text())
    hidden, mlp = config["hidden_size"], config["intermediate_size"]
    queries = config["num_attention_heads"] * config["head_dim"]
    pairs = config["num_key_value_heads"] * config["head_dim"]
    shapes = [(hidden, queries), (hidden, pairs), (hidden, pairs), (queries, hidden)]
    shapes += [(hidden, mlp), (hidden, mlp), (mlp, hidden)]
    names = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
    weights = {}
    for layer in range(config["num_hidden_layers"]):
        for name, (inputs, outputs) in zip(names, shapes, strict=True):
            path = f"base_model.model.model.layers.{layer}.x.{name}"
            weights[f"{path}.lora_A.weight"] = np.ones((8, inputs), np.float16)
            weights[f"{path}.lora_B.weight"] = np.zeros((outputs, 8), np.float16)
    read = read_adapter(folder({**CONFIG, "r": 8}, weights), "mine.zip")
    assert read.parameters == 8 * config["num_hidden_layers"] * sum(sum(shape) for shape in shapes)
    assert not read.has_learnt


def test_bf16_is_read_as_the_numbers_it_stands_for():
    """1.0, -2.5 and 3.140625 are exact in bf16: the upper halves of their fp32 bits."""
    values = np.array([[1.0, -2.5, 3.140625, 0.0]], np.float32)
    halves = (values.view("<u4") >> 16).astype("<u2").tobytes()
    one = np.array([1.0], np.float32).view("<u4")[0] >> 16
    path = "m.layers.7.mlp.up_proj"
    header = {
        f"{path}.lora_A.weight": {"dtype": "BF16", "shape": [1, 4], "data_offsets": [0, 8]},
        f"{path}.lora_B.weight": {"dtype": "BF16", "shape": [1, 1], "data_offsets": [8, 10]},
    }
    said = json.dumps(header).encode()
    content = struct.pack("<Q", len(said)) + said + halves + struct.pack("<H", one)
    read = read_adapter(content, "adapter_model.safetensors")
    assert read.by_layer == {7: pytest.approx(float(np.linalg.norm(values)))}
    assert read.scaling is None
    assert "before alpha / rank" in read.notes[0]


def test_numbers_that_are_none_are_said():
    weights = tensors()
    weights["base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight"][0, 0] = np.nan
    read = read_adapter(folder(weights=weights), "mine.zip")
    assert any("no numbers" in note for note in read.notes)
    assert set(read.by_layer) == {0, 1}


def test_the_config_alone_gives_the_settings_and_no_norm():
    read = read_adapter(json.dumps(CONFIG).encode(), "adapter_config.json")
    assert (read.rank, read.scaling, read.matrices) == (4, 2.0, ())


def test_stored_and_deflated_zips_are_read_alike():
    files = {"adapter_config.json": json.dumps(CONFIG).encode(), "adapter_model.safetensors": SAFE}
    assert (
        read_adapter(zipped(files, zipfile.ZIP_STORED), "a").matrices
        == read_adapter(zipped(files, zipfile.ZIP_DEFLATED), "a").matrices
    )
