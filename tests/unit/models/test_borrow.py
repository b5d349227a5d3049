"""A borrowed model: loaded once, and not changed by what one reader does with it."""

from __future__ import annotations

import pytest

pytestmark = [
    pytest.mark.torch,
    # peft 0.21 asks transformers 5.23 by the old name
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]


def test_two_readers_at_once_share_one_copy(tiny_model):
    from lib.models.borrow import borrow

    with borrow(tiny_model) as (first, _), borrow(tiny_model) as (second, _), borrow(tiny_model, "bf16") as (other, _):
        assert first is second
        assert other is not first


def test_an_adapter_on_modules_of_ones_own_leaves_the_shared_model_as_it_was(tiny_model):
    import torch
    from peft import LoraConfig, get_peft_model

    from lib.models.borrow import borrow, own_modules

    ids = torch.arange(1, 9)[None]
    with borrow(tiny_model, device=torch.device("cpu")) as (model, _), torch.no_grad():
        before = model(input_ids=ids).logits
        config = LoraConfig(r=4, target_modules="all-linear", init_lora_weights=False, task_type="CAUSAL_LM")
        tuned = get_peft_model(own_modules(model), config).eval()
        assert not torch.allclose(tuned(input_ids=ids).logits, before)
        assert torch.equal(model(input_ids=ids).logits, before)
        with tuned.disable_adapter():
            assert torch.equal(tuned(input_ids=ids).logits, before)
        mine = {parameter.data_ptr() for parameter in tuned.parameters()}
        assert {parameter.data_ptr() for parameter in model.parameters()} <= mine


def test_training_on_modules_of_ones_own_leaves_the_shared_weights(tiny_model):
    import torch
    from peft import LoraConfig, get_peft_model

    from lib.models.borrow import borrow, own_modules

    torch.manual_seed(0)
    ids = torch.arange(1, 9)[None]
    with borrow(tiny_model, device=torch.device("cpu")) as (model, _):
        before = {name: value.clone() for name, value in model.state_dict().items()}
        tuned = get_peft_model(own_modules(model), LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"))
        optimizer = torch.optim.AdamW([p for p in tuned.parameters() if p.requires_grad], lr=0.01)
        losses = []
        for _ in range(5):
            loss = tuned(input_ids=ids, labels=ids).loss
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            losses.append(loss.item())
        assert losses[-1] < losses[0]
        assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
