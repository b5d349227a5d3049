"""What a run tells of one matrix; adapters turned up, down and mixed, against plain products of their files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from lib.models import catalogue
from lib.models.load import load
from lib.training.errors import TrainingError
from lib.training.events import Watched
from lib.training.finetune import finetune
from lib.training.inside.dial import answer_at_each
from lib.training.inside.events import STRENGTHS, Dialling, dial, mixture
from lib.training.inside.update import Place, updates
from lib.training.methods.files import with_files
from lib.training.run import FineTuningRun
from lib.training.texts.complete import complete

pytestmark = [
    pytest.mark.torch,
    pytest.mark.usefixtures("bundled_is_tiny"),
    # peft reads an attribute that transformers 5.23 has renamed
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]
PROMPT = "Uncle, one Kopi"


def trained(tiny_model: Path, **settings: object) -> list:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BASE_MODEL", str(tiny_model))
        return list(finetune(FineTuningRun(**{"steps": 12, "rank": 4, "learning_rate": 5e-2, **settings})))


@pytest.fixture(scope="module")
def events(tiny_model: Path) -> list:
    return trained(tiny_model, watched=(1, "v_proj"))


@pytest.fixture(scope="module")
def another(tiny_model: Path) -> bytes:
    return trained(tiny_model, rank=2, seed=7, target_modules=("q_proj", "up_proj"))[-1].adapter


def test_a_run_shows_a_matrix_from_nothing_to_what_it_leaves(events):
    looks = [event for event in events if isinstance(event, Watched)]
    assert {each.place for each in looks} == {Place(1, "v_proj")}
    assert looks[0].step == 0
    assert looks[0].update.is_zero
    assert looks[-1].step == 12
    left = updates(events[-1].adapter)[Place(1, "v_proj")]
    np.testing.assert_allclose(looks[-1].update.matrix, left.matrix, rtol=1e-6)
    assert not left.is_zero
    assert {each.update.a.dtype for each in looks[:-1]} == {np.dtype(np.float16)}


def test_a_matrix_without_an_adapter_gives_way_to_the_first_that_has_one(tiny_model):
    looks = [event for event in trained(tiny_model, steps=1, target_modules=("up_proj",)) if isinstance(event, Watched)]
    assert {each.place for each in looks} == {Place(0, "up_proj")}


def test_a_long_run_is_looked_at_a_few_times(tiny_model):
    looks = [event for event in trained(tiny_model, steps=50) if isinstance(event, Watched)]
    assert len(looks) == 1 + 25
    assert looks[-1].step == 50


def by_hand(settings: dict[bytes, float]):
    """The tiny model with λ ΔW of each adapter added to its weights, which are read from the files."""
    model, tokenizer = load(catalogue.find(catalogue.BUNDLED))
    modules = dict(model.named_modules())
    with torch.no_grad():
        for adapter, strength in settings.items():
            for place, update in updates(adapter).items():
                part = "self_attn" if place.matrix in ("q_proj", "k_proj", "v_proj", "o_proj") else "mlp"
                weight = modules[f"model.layers.{place.layer}.{part}.{place.matrix}"].weight
                weight += strength * torch.tensor(update.matrix, dtype=weight.dtype)
    return complete(model, tokenizer, (PROMPT,))[0]


def test_the_dial_adds_that_much_of_the_update(events):
    adapter = events[-1].adapter
    asked = dial(catalogue.BUNDLED, PROMPT, adapter)
    answers = {each.setting[0]: each.completion for each in answer_at_each(asked)}
    assert sorted(answers) == sorted(STRENGTHS)
    base, tokenizer = load(catalogue.find(catalogue.BUNDLED))
    assert answers[0.0] == complete(base, tokenizer, (PROMPT,))[0]
    assert answers[1.0] == complete(with_files(base, adapter), tokenizer, (PROMPT,))[0]
    for strength in (-1.0, 0.5, 2.0):
        assert answers[strength] == by_hand({adapter: strength})
    assert len({each.continuation for each in answers.values()}) > 1


def test_a_mixture_adds_both_updates(events, another):
    one = events[-1].adapter
    answers = {
        each.setting: each.completion for each in answer_at_each(mixture(catalogue.BUNDLED, PROMPT, one, another))
    }
    for setting in ((1.0, 0.0), (0.0, 1.0), (0.5, 0.5), (1.0, 1.0)):
        assert answers[setting] == by_hand(dict(zip((one, another), setting, strict=True)))


def test_each_adapter_needs_its_strength():
    with pytest.raises(TrainingError, match="must have 2 strengths"):
        Dialling(catalogue.BUNDLED, PROMPT, (b"", b""), ((1.0,),))


def test_a_digest_tells_which_adapter_was_asked():
    asked = dial(catalogue.BUNDLED, PROMPT, b"one" * 1000)
    kept = asked.naming_adapters()
    assert len(kept.adapters[0]) == 32
    for each in (asked, kept):
        assert each.is_of(b"one" * 1000)
        assert not each.is_of(b"another")
        assert not each.is_of(b"one" * 1000, b"another")
