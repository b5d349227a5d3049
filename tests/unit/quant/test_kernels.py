"""Which precisions a processor unpacks first: as bitsandbytes decides it, and as a student reads it."""

from dataclasses import replace

import pytest
import torch
from bitsandbytes.backends.cpu import ops
from bitsandbytes.functional import has_avx512bf16

from lib.quant.findings.claims import check_claims
from lib.quant.findings.results import collect
from lib.quant.findings.verdict import verdict
from lib.quant.measure.conditions import conditions
from lib.quant.measure.speed.kernels import FOUR_BITS, INT8, unpacked_rows, what_is_unpacked
from tests.unit.quant.test_results import CPU_RUN, STARTED

pytestmark = pytest.mark.torch
CPU = torch.device("cpu")


def processor(monkeypatch: pytest.MonkeyPatch, widest: str, **has: bool) -> None:
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: widest)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: has)


@pytest.mark.parametrize(
    ("widest", "has", "rows", "said"),
    [
        ("AVX512", {"avx512_bf16": True}, (), None),
        (
            "AVX512",
            {"avx512_bf16": False},
            FOUR_BITS,
            "no AVX-512 with bf16, for which bitsandbytes has quick products",
        ),
        ("AVX2", {}, INT8 + FOUR_BITS, "no AVX-512, for which bitsandbytes has quick products: int8 and 4-bit weights"),
        ("DEFAULT", {"bf16": True}, INT8 + FOUR_BITS, "no AVX-512, "),
    ],
)
def test_what_is_unpacked_by_processor(monkeypatch, widest, has, rows, said):
    processor(monkeypatch, widest, **has)
    assert unpacked_rows(CPU) == rows
    assert unpacked_rows(torch.device("cuda")) == ()
    found = what_is_unpacked(rows)
    assert found is None if said is None else said in found


def test_the_library_decides_by_the_same_instructions_here():
    assert ops._has_avx512 == ("int8" not in unpacked_rows(CPU))
    assert bool(has_avx512bf16()) == ("nf4" not in unpacked_rows(CPU))


def test_a_processor_is_named_with_its_widest_instructions(monkeypatch):
    processor(monkeypatch, "AVX2")
    assert conditions(CPU).device.endswith(" with AVX2")
    processor(monkeypatch, "AVX512")
    assert conditions(CPU).device.endswith(" with AVX-512")
    processor(monkeypatch, "DEFAULT")
    assert " with " not in conditions(CPU).device


def test_a_slow_int8_is_explained_by_what_this_processor_does():
    rounds = next(each for each in verdict(collect(CPU_RUN)) if "int8 writes" in each)
    assert "rounds the activations" in rounds
    unpacking = collect([replace(STARTED, unpacked=INT8 + FOUR_BITS), *CPU_RUN[1:]])
    unpacks = next(each for each in verdict(unpacking) if "int8 writes" in each)
    assert "turns the weights back into floating-point numbers" in unpacks
    assert "rounds the activations" not in unpacks
    (cost,) = [each for each in check_claims(unpacking) if "as many products" in each.because]
    assert "on this processor int8 and 4-bit weights are first turned back" in cost.because
    assert "multiplies whole numbers" not in cost.because


def test_weights_that_are_unpacked_are_not_said_to_move_fewer_bytes():
    packed, unpacked = (
        next(each.because for each in check_claims(collect([started, *CPU_RUN[1:]])) if each.claim.id == "energy")
        for started in (STARTED, replace(STARTED, unpacked=INT8 + FOUR_BITS))
    )
    assert "which is what saves energy" in packed
    assert "no fewer bytes are moved" in unpacked
    assert "which is what saves energy" not in unpacked
