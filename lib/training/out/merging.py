"""An adapter put into the weights of its model. Imports torch and peft: worker only.

W + (lora_alpha / r) B A is a matrix like W (Hu et al. 2021, section 4.1: "no additional inference latency").
"""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from lib.models import catalogue
from lib.models.load import load
from lib.models.shared import COPIES
from lib.training.adapting import base_precision
from lib.training.methods.files import with_files
from lib.training.out.events import Merged, MergedFile, Merging
from lib.training.texts.complete import complete

OUTBOX = Path(tempfile.gettempdir()) / "finetuning-lab-merged"
KEPT_FILES = 5
"""Of merged models in the outbox; the oldest goes first."""


def merge(asked: Merging) -> Iterator[Merged | MergedFile]:
    """Compare the two, and write the merged one where that is wanted.

    The model is loaded afresh: merging changes the weights, which everyone else shares.
    """
    COPIES.free_unused()
    precision = asked.precision or base_precision(asked.model)
    base, tokenizer = load(catalogue.find(asked.model), precision)
    alone = _logits(base, tokenizer, asked.prompt)
    model = with_files(base, asked.adapter).eval()
    beside, said_beside = _logits(model, tokenizer, asked.prompt), complete(model, tokenizer, (asked.prompt,))[0]
    merged = model.merge_and_unload()
    within, said_within = _logits(merged, tokenizer, asked.prompt), complete(merged, tokenizer, (asked.prompt,))[0]
    yield Merged(
        prompt=asked.prompt,
        precision=precision,
        largest_difference=(beside - within).abs().max().item(),
        largest_effect=(beside - alone).abs().max().item(),
        beside=said_beside.continuation,
        within=said_within.continuation,
    )
    if asked.folder_wanted:
        yield _written(merged, tokenizer, asked)


@torch.inference_mode()
def _logits(model: torch.nn.Module, tokenizer: PreTrainedTokenizerBase, prompt: str) -> torch.Tensor:
    return model(**tokenizer(prompt, return_tensors="pt").to(model.device)).logits.float()


def _written(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, asked: Merging) -> MergedFile:
    """An ordinary Hugging Face folder, zipped; weights hardly shrink, so they are only put together."""
    OUTBOX.mkdir(exist_ok=True)
    for old in sorted(OUTBOX.glob("*.zip"), key=lambda file: file.stat().st_mtime)[: -KEPT_FILES + 1]:
        old.unlink(missing_ok=True)
    name = hashlib.sha256(asked.model.encode() + asked.adapter).hexdigest()[:32]
    target = OUTBOX / f"{name}.zip"
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        partial = target.with_suffix(f".{id(asked)}.part")
        try:
            with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
                for file in sorted(Path(folder).iterdir()):
                    archive.write(file, f"merged-model/{file.name}")
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)  # half a file, where the disk was full
    return MergedFile(str(target), target.stat().st_size)
