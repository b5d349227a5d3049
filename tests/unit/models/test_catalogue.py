"""Finding a model, and saying why not."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lib.models import catalogue
from lib.models.errors import ModelUnavailable
from tests.tiny_model import write_whole_model


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A whole model folder of a few bytes, in place of the bundled one."""
    folder = tmp_path / "base-model"
    write_whole_model(folder)
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


PRINTS_THE_CACHE = """
import importlib, json, os, sys
from huggingface_hub import constants
for variables in json.loads(sys.argv[1]):
    os.environ.update(variables)
    print(importlib.reload(constants).HF_HUB_CACHE)
    for name in variables:
        del os.environ[name]
"""


def test_the_cache_is_where_the_hub_s_client_has_it(monkeypatch):
    """The client settles it when it is imported, so it is asked in a process of its own, in each environment anew."""
    cases = [
        {},
        {"XDG_CACHE_HOME": "/caches"},
        {"HF_HOME": "~/hf"},
        {"HF_HOME": "$CACHES/hf", "XDG_CACHE_HOME": "/unused"},
        {"HF_HOME": ""},
        {"HUGGINGFACE_HUB_CACHE": "/of/old", "HF_HOME": "/hf"},
        {"HF_HUB_CACHE": "~/new", "HUGGINGFACE_HUB_CACHE": "/of/old"},
        {"HF_HUB_CACHE": ""},
    ]
    for name in catalogue.HUB_CACHE_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/mei")
    monkeypatch.setenv("CACHES", "/large/disk")
    command = [sys.executable, "-c", PRINTS_THE_CACHE, json.dumps(cases)]
    theirs = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, check=True).stdout
    ours = []
    for variables in cases:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            ours.append(catalogue.hub_cache())
    assert ours == [Path(line) for line in theirs.splitlines()]
    assert len(set(ours)) == len(cases)


def test_every_model_of_the_hub_has_its_commit():
    of_the_hub = [card for card in catalogue.catalogue().values() if card.hub_id]
    assert all(re.fullmatch("[0-9a-f]{40}", card.revision) for card in of_the_hub)


def test_a_model_in_the_cache_at_its_revision(copy, monkeypatch, tmp_path):
    revision = catalogue.catalogue()["GPT-2"].revision
    snapshot = tmp_path / "hub" / "models--openai-community--gpt2" / "snapshots" / revision
    shutil.copytree(copy, snapshot)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    assert catalogue.find("GPT-2") == snapshot
