"""Adapter and merged model: the same as plain peft and plain transformers have them."""

from __future__ import annotations

import errno
import io
import zipfile
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

from lib.training.finetune import finetune
from lib.training.out import merging
from lib.training.out.events import Merged, MergedFile, Merging
from lib.training.out.identity import weights_sha256
from lib.training.run import FineTuningRun

pytestmark = [
    pytest.mark.torch,
    # peft reads an attribute that transformers 5.23 has renamed
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]
PROMPT = "Uncle, one Kopi"


@pytest.fixture(scope="module")
def adapter(tiny_model: Path) -> bytes:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BASE_MODEL", str(tiny_model))
        return list(finetune(FineTuningRun(steps=8, rank=4)))[-1].adapter


@pytest.fixture
def base(tiny_model: Path) -> torch.nn.Module:
    return AutoModelForCausalLM.from_pretrained(tiny_model, dtype=torch.float32).eval()


@torch.no_grad()
def logits(model: torch.nn.Module, tokenizer) -> torch.Tensor:
    return model(**tokenizer(PROMPT, return_tensors="pt")).logits


def test_plain_peft_and_plain_transformers_give_the_same(adapter, base, tiny_model, tmp_path, monkeypatch):
    monkeypatch.setenv("BASE_MODEL", str(tiny_model))
    monkeypatch.setattr(merging, "OUTBOX", tmp_path / "outbox")
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    alone, untouched = logits(base, tokenizer), weights_sha256(base)
    merged, file = merging.merge(Merging("Bundled base model", adapter, PROMPT, folder_wanted=True))
    assert isinstance(merged, Merged)
    assert isinstance(file, MergedFile)
    assert file.size_bytes == Path(file.path).stat().st_size

    with zipfile.ZipFile(io.BytesIO(adapter)) as archive:
        archive.extractall(tmp_path / "adapter")
    beside = PeftModel.from_pretrained(base, tmp_path / "adapter").eval()
    with zipfile.ZipFile(file.path) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "merged-model"
    within = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    with_theirs = AutoTokenizer.from_pretrained(folder)

    effect = (logits(beside, tokenizer) - alone).abs().max().item()
    assert effect == pytest.approx(merged.largest_effect, rel=1e-4)
    assert effect > 100 * merged.largest_difference
    assert merged.same_text
    torch.testing.assert_close(logits(beside, tokenizer), logits(within, with_theirs), rtol=0, atol=1e-5)
    fresh = AutoModelForCausalLM.from_pretrained(tiny_model, dtype=torch.float32)
    assert weights_sha256(fresh) == untouched


def test_the_outbox_keeps_a_few(adapter, tiny_model, tmp_path, monkeypatch):
    monkeypatch.setenv("BASE_MODEL", str(tiny_model))
    monkeypatch.setattr(merging, "OUTBOX", tmp_path)
    for number in range(merging.KEPT_FILES + 2):
        (tmp_path / f"{number}.zip").touch()
    list(merging.merge(Merging("Bundled base model", adapter, PROMPT, folder_wanted=True)))
    assert len(list(tmp_path.glob("*.zip"))) == merging.KEPT_FILES
    assert not list(tmp_path.glob("*.part"))


def test_a_full_disk_leaves_no_half_a_file_in_the_outbox(adapter, tiny_model, tmp_path, monkeypatch):
    monkeypatch.setenv("BASE_MODEL", str(tiny_model))
    monkeypatch.setattr(merging, "OUTBOX", tmp_path / "outbox")

    def full(archive: zipfile.ZipFile, *_):
        archive.writestr("half", b"")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "write", full)
    with pytest.raises(OSError, match="No space left"):
        list(merging.merge(Merging("Bundled base model", adapter, PROMPT, folder_wanted=True)))
    assert list((tmp_path / "outbox").iterdir()) == []
