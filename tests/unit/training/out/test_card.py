"""A run's card: what it was made of, and the base weights before and after."""

from __future__ import annotations

import dataclasses
import json
from importlib.metadata import version

import pytest
import torch

from lib.models import borrow as borrowing
from lib.models import catalogue
from lib.models.load import load
from lib.places import BUNDLED_MODEL
from lib.training import finetune
from lib.training.events import Step
from lib.training.out.card import data_sha256
from lib.training.out.identity import weights_sha256
from lib.training.out.record import record
from lib.training.run import FineTuningRun
from lib.training.texts.datasets import load_dataset
from lib.ui.kit.exports import json_of

pytestmark = [
    pytest.mark.torch,
    pytest.mark.usefixtures("bundled_is_tiny"),
    # peft reads an attribute that transformers 5.23 has renamed
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]
RUN = FineTuningRun(steps=3, rank=2)


def test_the_base_is_the_same_after_a_run_and_the_card_says_what_it_was():
    card = list(finetune.finetune(RUN))[-1].card
    base, _ = load(catalogue.find(catalogue.BUNDLED))
    assert card.base_sha256_before == card.base_sha256_after == weights_sha256(base)
    assert card.base_unchanged
    assert dict(card.versions)["torch"] == version("torch")
    assert (card.precision, card.threads) == ("fp32", torch.get_num_threads())


def test_a_run_that_changes_a_copy_of_its_own_says_nothing_of_the_base():
    card = list(finetune.finetune(dataclasses.replace(RUN, method="full", learning_rate=1e-3)))[-1].card
    assert card.base_sha256_after is None
    assert card.base_unchanged is None


def test_a_base_that_changed_during_a_run_is_told(monkeypatch):
    loaded = []
    real = borrowing.load
    monkeypatch.setattr(borrowing, "load", lambda *given: loaded.append(real(*given)) or loaded[-1])
    for event in finetune.finetune(RUN):
        if isinstance(event, Step):
            with torch.no_grad():
                loaded[0][0].model.norm.weight[0] += 1
    assert not event.card.base_unchanged


def test_a_hash_knows_names_and_numbers():
    layer = torch.nn.Linear(2, 2)
    first = weights_sha256(layer)
    assert first == weights_sha256(layer)
    with torch.no_grad():
        layer.weight[1, 1] += 1e-3
    assert weights_sha256(layer) != first


def test_the_data_s_hash_is_of_texts_parts_and_answers():
    data = load_dataset("kopi_orders")
    first = data.training[0]
    changed = [
        dataclasses.replace(data, training=data.training[1:]),
        dataclasses.replace(data, training=data.training[1:], held_out=(first, *data.held_out)),
        dataclasses.replace(data, training=(dataclasses.replace(first, answers=((0, 1),)), *data.training[1:])),
    ]
    assert len({data_sha256(each) for each in (data, *changed)}) == 4
    assert data_sha256(dataclasses.replace(data, title="another")) == data_sha256(data)


@pytest.mark.parametrize(
    ("held_in", "merged_in", "times"), [("bf16", "bf16", 1), ("fp32", "fp32", 2), ("nf4-double", "fp32", 2)]
)
def test_a_merged_model_is_as_large_as_the_one_it_came_from(held_in, merged_in, times):
    """The bundled weights are a file in bf16, with some kilobytes of names before them."""
    told = record(RUN, list(finetune.finetune(RUN)))
    card = dataclasses.replace(told.card, precision=held_in)
    told = dataclasses.replace(told, finished=dataclasses.replace(told.finished, card=card))
    assert told.merged_in == merged_in
    file = BUNDLED_MODEL / "model.safetensors"
    assert told.merged_bytes == pytest.approx(times * file.stat().st_size, rel=1e-3)


def test_a_record_is_json_and_says_all():
    data = json.loads(json_of(record(RUN, list(finetune.finetune(RUN))).to_dict()))
    assert data["card"]["base_unchanged"] is True
    assert data["settings"]["rank"] == 2
    assert [each["step"] for each in data["steps"]] == [1, 2, 3]
    assert "adapter" not in data
