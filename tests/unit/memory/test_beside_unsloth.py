"""The memory calculator beside what LLaMA-Factory reports of Unsloth (wiki, Performance comparison, 15 April 2024)."""

from __future__ import annotations

import dataclasses

import pytest

from lib import curriculum
from lib.memory import CannotEstimateError, TrainingSetup, architecture, estimate
from lib.units import GIB, MIB

LLAMA = dataclasses.replace(architecture("Llama-2-7B"), max_position_embeddings=131_072)  # RoPE was scaled
PLAIN = TrainingSetup(method="qlora", rank=8, checkpointing=True, optimizer="adamw_fused", precision="bf16_autocast")


def plain_gib(tokens: int) -> float:
    return estimate(LLAMA, PLAIN.with_(sequence=tokens)).total_bytes / GIB


def spared_gib(tokens: int) -> float:
    """In 16 bits, the loss in pieces, and each layer's input in the computer's memory."""
    setup = PLAIN.with_(sequence=tokens, precision="bf16", chunked_loss=True, offloaded_inputs=True)
    return estimate(LLAMA, setup).total_bytes / GIB


@pytest.mark.parametrize(
    ("tokens", "reported"), [(1_024, 6), (2_048, 7), (4_096, 9), (8_192, 12), (16_384, 19), (32_768, 32)]
)
def test_with_flash_attention_it_is_what_was_reported(tokens, reported):
    assert plain_gib(tokens) == pytest.approx(reported, abs=1.5)


@pytest.mark.parametrize(
    ("tokens", "reported"), [(1_024, 5), (8_192, 8), (16_384, 10), (32_768, 16), (65_536, 25), (100_000, 37)]
)
def test_with_unsloth_it_is_what_was_reported(tokens, reported):
    assert spared_gib(tokens) == pytest.approx(reported, abs=1.5)


@pytest.mark.parametrize(
    ("layers", "hidden", "tokens", "freed_mib"),
    [(8, 1_024, 8_192, 128), (16, 1_024, 16_384, 512), (28, 2_048, 32_768, 3_584)],
)
def test_inputs_kept_elsewhere_free_what_was_measured(layers, hidden, tokens, freed_mib):
    """transformers pull request 48444: memory after the forward pass in bf16 on an H100, without and with `offload`."""
    small = architecture("Qwen3-0.6B")
    arch = dataclasses.replace(
        small, num_hidden_layers=layers, hidden_size=hidden, max_position_embeddings=131_072, name="of the pull request"
    )
    setup = TrainingSetup(precision="bf16", checkpointing=True, sequence=tokens, chunked_loss=True)

    def kept(setup: TrainingSetup) -> float:
        return next(each.activations for each in estimate(arch, setup).first_step if each.phase == "loss") / MIB

    assert kept(setup) - kept(setup.with_(offloaded_inputs=True)) == freed_mib


def test_inputs_can_only_wait_elsewhere_where_only_inputs_are_kept():
    with pytest.raises(CannotEstimateError, match="needs checkpointing"):
        TrainingSetup(offloaded_inputs=True)


def test_the_page_s_figures_are_the_calculator_s():
    fact = next(each.fact for each in curriculum.chapter("unsloth").slides if "Unsloth" in each.slide)
    assert f"{plain_gib(32_768):.1f} GiB for the first" in fact
    assert f"{spared_gib(32_768):.1f} GiB if" in fact
