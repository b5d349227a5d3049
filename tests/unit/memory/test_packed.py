"""Set-up A in a link: there and back, and what a link may not do."""

from __future__ import annotations

import pytest

from lib.memory.ask.packed import pack, unpack
from lib.memory.errors import CannotEstimateError
from lib.memory.model.catalogue import architecture, from_parameters
from lib.memory.serve.setup import ServingSetup
from lib.memory.train.setup import TrainingSetup

SETUPS = [
    ServingSetup(),
    ServingSetup(context=8_192, sequences=4),
    TrainingSetup(),
    TrainingSetup(method="lora", rank=8),
]


@pytest.mark.parametrize("setup", SETUPS, ids=str)
def test_there_and_back(setup):
    model = architecture("Llama-3.1-8B")
    assert unpack(pack(model, setup)) == (model, setup)


def test_a_model_of_one_s_own_is_not_packed():
    assert pack(from_parameters(1e9), ServingSetup()) is None


FORGED = [
    *("", "{", "[]", "1", "{}", "x" * 2_000),
    '{"job":"serve"}',
    '{"job":[],"model":"Llama-3.1-8B"}',
    '{"job":"steal","model":"Llama-3.1-8B"}',
    '{"job":"serve","model":"x"}',
    '{"job":"serve","model":"Llama-3.1-8B","context":-1}',
    '{"job":"serve","model":"Llama-3.1-8B","context":"many"}',
    '{"job":"serve","model":"Llama-3.1-8B","__class__":1}',
]


@pytest.mark.parametrize("text", FORGED)
def test_a_forged_link_is_one_sentence(text):
    with pytest.raises(CannotEstimateError):
        unpack(text)
