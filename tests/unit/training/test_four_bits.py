"""What bitsandbytes packs outside of training, on any processor: a layer is told that its own has AVX512-BF16."""

import bitsandbytes
import pytest
import torch

from lib.training.methods.four_bits import never_packed

pytestmark = pytest.mark.torch


@pytest.fixture
def packed(monkeypatch) -> list[torch.Size]:
    """The weights that bitsandbytes has packed; here they stay what they were."""
    shapes = []

    def pack(weights, state):
        shapes.append(state.shape)
        return weights, state

    monkeypatch.setattr(bitsandbytes.nn.modules, "_convert_weight_packed_for_cpu", pack)
    return shapes


def asked(model: torch.nn.Module) -> None:
    model.eval()
    for layer in model:
        layer.support_avx512bf16_for_cpu = True
    with torch.inference_mode():
        model(torch.ones(1, 64))


def test_a_layer_packs_its_weights_when_asked_unless_it_is_kept_from_it(packed):
    model = torch.nn.Sequential(bitsandbytes.nn.Linear4bit(64, 32, quant_type="nf4")).to("cpu")
    never_packed(model)
    asked(model)
    assert packed == [], "it was kept from it"
    asked(torch.nn.Sequential(bitsandbytes.nn.Linear4bit(64, 32, quant_type="nf4")).to("cpu"))
    assert packed == [torch.Size([32, 64])], "bitsandbytes packs in another way now: read four_bits.py again"
