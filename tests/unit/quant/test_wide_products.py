"""Products in fp32 are the library's own, but for the order of the sums."""

import bitsandbytes as bnb
import pytest
import torch

from lib.quant.measure.scoring import wide_products
from lib.quant.measure.scoring.wide_products import products_in_fp32, slow_dtypes, what_is_done
from lib.training.methods.four_bits import never_packed

pytestmark = pytest.mark.torch
CPU = torch.device("cpu")
BOTH = frozenset({torch.bfloat16, torch.float16})


def layer(kind: str) -> torch.nn.Module:
    torch.manual_seed(0)
    if kind in ("bfloat16", "float16"):
        return torch.nn.Linear(576, 256, bias=True, dtype=getattr(torch, kind))
    name, _, double = kind.partition("-")
    quantized = bnb.nn.Linear4bit(
        576, 256, compute_dtype=torch.bfloat16, quant_type=name, compress_statistics=bool(double)
    )
    quantized = quantized.to("cpu").eval()
    never_packed(quantized)  # a processor with AVX512-BF16 would, and has another product for what it packed
    return quantized


@pytest.mark.parametrize("kind", ["bfloat16", "float16", "nf4", "fp4", "nf4-double"])
def test_a_product_in_fp32_is_the_librarys_own_up_to_the_order_of_its_sums(kind, monkeypatch):
    """A relative difference of one last place, where a sum falls beside the middle of two numbers, and seldom so."""
    monkeypatch.setattr(wide_products, "slow_dtypes", lambda: BOTH)
    module, dtype = layer(kind), torch.float16 if kind == "float16" else torch.bfloat16
    name = "_linear" if kind.startswith(("bfloat", "float")) else "_four_bits"
    in_place, calls = getattr(wide_products, name), []
    monkeypatch.setattr(wide_products, name, lambda *args, **options: calls.append(name) or in_place(*args, **options))
    inputs = torch.randn(1, 64, 576, dtype=dtype)
    with torch.inference_mode():
        theirs = module(inputs)
        with products_in_fp32(CPU):
            ours = module(inputs)
    assert calls == [name], "the library's own product was taken"
    assert ours.dtype == theirs.dtype
    assert (ours != theirs).float().mean() < 0.01
    torch.testing.assert_close(ours, theirs, rtol=2 * torch.finfo(dtype).eps, atol=1e-2)


def test_numbers_of_16_bits_are_multiplied_as_numbers_of_32(monkeypatch):
    """65,504 is the largest fp16: a sum of two products may pass it on the way and come back."""
    monkeypatch.setattr(wide_products, "slow_dtypes", lambda: BOTH)
    inputs = torch.tensor([[60_000.0, 60_000.0, -60_000.0]], dtype=torch.float16)
    with products_in_fp32(CPU):
        found = torch.nn.functional.linear(inputs, torch.ones(1, 3, dtype=torch.float16))
    assert found.item() == 60_000


def test_a_processor_with_the_arithmetic_computes_as_it_would(monkeypatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True, "amx_fp16": True})
    assert slow_dtypes() == frozenset()
    assert what_is_done(CPU) is None
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True, "avx512_fp16": False})
    assert slow_dtypes() == {torch.float16}
    assert "has no fp16 arithmetic" in what_is_done(CPU)
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)
    assert slow_dtypes() == BOTH


def test_nothing_of_fp32_is_touched(monkeypatch):
    monkeypatch.setattr(wide_products, "slow_dtypes", lambda: BOTH)
    inputs, weight = torch.randn(3, 5), torch.randn(4, 5)
    with products_in_fp32(CPU):
        assert torch.equal(torch.nn.functional.linear(inputs, weight), inputs @ weight.T)
