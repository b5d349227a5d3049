"""Reading one matrix, against safetensors' own reader."""

import json
import subprocess
import sys

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from lib.quant import QuantError
from lib.quant.quantizers.weight_matrix import matrices, read_matrix, tensor_places


@pytest.fixture
def folder(tmp_path):
    generator = np.random.default_rng(0)
    tensors = {
        "single": generator.standard_normal((4, 6)).astype(np.float32),
        "half": generator.standard_normal((3, 5)).astype(np.float16),
        "norm": np.ones(7, np.float32),
    }
    save_file(tensors, tmp_path / "model.safetensors")
    return tmp_path


def test_plain_matrices_are_read_as_written(folder):
    places = {place.name: place for place in matrices(folder)}
    assert set(places) == {"single", "half"}
    theirs = load_file(folder / "model.safetensors")
    np.testing.assert_array_equal(read_matrix(places["single"]), theirs["single"])
    np.testing.assert_array_equal(read_matrix(places["half"]), theirs["half"].astype(np.float32))


@pytest.mark.torch
def test_bf16_is_read_exactly(tmp_path):
    import torch
    from safetensors.torch import save_file as save_torch

    matrix = torch.randn(64, 32, generator=torch.Generator().manual_seed(0)).to(torch.bfloat16)
    save_torch({"w": matrix, "b": torch.zeros(3)}, tmp_path / "model.safetensors")
    (place,) = matrices(tmp_path)
    np.testing.assert_array_equal(read_matrix(place), matrix.float().numpy())


def test_a_matrix_is_read_without_torch(folder):
    code = (
        "import sys; from pathlib import Path; from lib.quant.formats import explore;"
        "from lib.quant.quantizers import bench, weight_matrix as weights;"
        f"place = weights.matrices(Path({str(folder)!r}))[0];"
        "bench.run_bench(weights.read_matrix(place), bench.Quantizer('nf4'));"
        "print({'torch', 'streamlit', 'plotly'} & set(sys.modules))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "set()"


def test_a_folder_without_a_model_is_said(tmp_path):
    with pytest.raises(QuantError, match="no safetensors"):
        tensor_places(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a model at all",
        (1000).to_bytes(8, "little") + b"{}",
        (2).to_bytes(8, "little") + b"[]",
        (2**60).to_bytes(8, "little"),
        len(json.dumps({"w": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}})).to_bytes(8, "little")
        + json.dumps({"w": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}).encode(),
    ],
    ids=["empty", "text", "cut header", "header is a list", "huge header", "data missing"],
)
def test_a_damaged_file_is_said(tmp_path, content):
    (tmp_path / "model.safetensors").write_bytes(content)
    with pytest.raises(QuantError, match="damaged"):
        tensor_places(tmp_path)
