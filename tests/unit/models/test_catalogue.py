"""Finding a model, and saying why not."""

from __future__ import annotations

import json
import shutil

import pytest

from lib.models import catalogue
from lib.models.errors import ModelUnavailable


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A whole model folder of a few bytes, in place of the bundled one."""
    folder = tmp_path / "base-model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "tokenizer.json").write_text("{}")
    header = json.dumps({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(8))
    monkeypatch.setenv("BASE_MODEL", str(folder))
    return folder


def test_a_whole_folder_is_found(copy):
    assert catalogue.find(catalogue.BUNDLED) == copy


def test_a_missing_folder(copy):
    shutil.rmtree(copy)
    with pytest.raises(ModelUnavailable, match="is missing"):
        catalogue.find(catalogue.BUNDLED)


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("config.json", b"{", "no readable config.json"),
        ("model.safetensors", b"", "cut short or damaged"),
        ("model.safetensors", b"\xff" * 64, "cut short or damaged"),
        ("model.safetensors", b"\x02\0\0\0\0\0\0\0{}", "cut short or damaged"),
    ],
)
def test_a_damaged_file_is_named(copy, file, content, message):
    (copy / file).write_bytes(content)
    with pytest.raises(ModelUnavailable, match=message):
        catalogue.find(catalogue.BUNDLED)


def test_weights_cut_short(copy):
    whole = (copy / "model.safetensors").read_bytes()
    (copy / "model.safetensors").write_bytes(whole[:-1])
    with pytest.raises(ModelUnavailable, match="cut short"):
        catalogue.find(catalogue.BUNDLED)


def test_a_missing_part_of_a_model_in_parts(copy):
    index = {"weight_map": {"a": "model.safetensors", "b": "model-00002-of-00002.safetensors"}}
    (copy / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(ModelUnavailable, match="lacks model-00002-of-00002"):
        catalogue.find(catalogue.BUNDLED)


@pytest.mark.parametrize("name", ["../base-model", "../../etc", "/etc/passwd", "SmolLM2-135M/..", "C:\\models"])
def test_a_name_that_leads_elsewhere_is_no_model(copy, monkeypatch, name):
    monkeypatch.setenv("MODELS_FOLDER", str(copy.parent / "models"))
    (copy.parent / "models").mkdir()
    with pytest.raises(ModelUnavailable, match="There is no model called"):
        catalogue.find(name)


def test_no_tokenizer(copy):
    (copy / "tokenizer.json").unlink()
    with pytest.raises(ModelUnavailable, match="no tokenizer"):
        catalogue.find(catalogue.BUNDLED)


def test_a_model_that_is_nowhere_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelUnavailable, match="download openai-community/gpt2"):
        catalogue.find("GPT-2")


def test_a_model_in_a_folder_of_the_user(copy, monkeypatch, tmp_path):
    shutil.copytree(copy, tmp_path / "models" / "GPT-2")
    monkeypatch.setenv("MODELS_FOLDER", str(tmp_path / "models"))
    assert catalogue.find("GPT-2") == tmp_path / "models" / "GPT-2"


def test_a_model_in_the_cache_at_its_revision(copy, monkeypatch, tmp_path):
    revision = catalogue.catalogue()["GPT-2"].revision
    snapshot = tmp_path / "hub" / "models--openai-community--gpt2" / "snapshots" / revision
    shutil.copytree(copy, snapshot)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    assert catalogue.find("GPT-2") == snapshot
