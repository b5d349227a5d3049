"""Training: dropout, masks, what torchtune and DeepSpeed publish, the optimizer in the backward pass."""

import gc
from collections.abc import Callable
from dataclasses import replace

import pytest

from lib.memory import CannotEstimateError, TrainingSetup, architecture, estimate
from lib.memory.ask.accuracy import Record, accuracy, recorded
from lib.memory.passes.layers import layer_profile
from lib.memory.train.dilemma import dequantizing_per_token, operations_per_token
from lib.memory.train.optimizer import paged_bytes, trained_tensors
from lib.memory.train.zero import deepspeed_bytes_per_gpu, sharded_states
from lib.units import GIB, MIB

LLAMA = architecture("Llama-3.1-8B")
GPT2 = architecture("GPT-2")
TORCHTUNE = TrainingSetup(
    precision="bf16",
    batch=2,
    sequence=2_048,
    checkpointing=True,
    optimizer="adamw_fused",
    chunked_loss=True,
    rank=8,
    adapter_fp32=False,
)
"""Llama 3.1 8B as torchtune's README measures it: batch 2, packed to 2,048 tokens; its recipes' rank and loss."""


@pytest.mark.parametrize(("dropout", "mib"), [(True, 193.515625), (False, 133.515625)])
def test_eager_attention_keeps_dropouts_mask_and_copy(dropout, mib):
    """GPT-2, 1 × 1,024 in fp32: 12 heads × 1,024² × (1 B of mask + 4 B of dropped weights) = 60 MiB a layer."""
    arch = replace(GPT2, attention_dropout=dropout)
    setup = TrainingSetup(precision="fp32", sequence=1_024, attention="eager")
    profile = layer_profile(arch, arch.layer_kinds()[0], setup.numerics(arch), 1, 1_024)
    assert profile.saved_bytes == mib * MIB


def test_which_models_train_with_attention_dropout():
    """transformers' defaults: attn_pdrop 0.1 in GPT-2, attention_probs_dropout_prob 0.1 in BERT; OPT and GPT-J 0."""
    names = ("GPT-2", "BERT-base-cased", "OPT-13B", "GPT-J-6B", "Llama-3.1-8B")
    assert [architecture(name).attention_dropout for name in names] == [True, True, False, False, False]


@pytest.mark.parametrize(
    ("changes", "gib"),
    [
        ({"method": "qlora"}, 7.4),
        ({"method": "lora"}, 16.2),
        ({"optimizer": "paged_adamw_8bit", "optimizer_in_backward": True}, 18.9),
    ],
    ids=["qlora", "lora", "full"],
)
def test_torchtunes_peaks(changes, gib):
    """torchtune, README, "Memory and training speed", on an RTX 4090; compiled, which saves some of the loss."""
    assert estimate(LLAMA, TORCHTUNE.with_(**changes)).allocated_bytes / GIB == pytest.approx(gib, rel=0.09)


def test_the_precision_of_what_qlora_does_not_quantize_counts():
    """Embedding and output matrix of Llama 3.1 8B: 2 × 128,256 × 4,096 numbers, 2 bytes less each."""
    wide, narrow = (estimate(LLAMA, TrainingSetup(method="qlora", precision=p)) for p in ("bf16_autocast", "bf16"))
    saved = wide.states.weights - narrow.states.weights
    assert saved == pytest.approx(2 * 128_256 * 4_096 * 2, rel=0.001)


def test_paged_states_are_not_counted_by_pytorch():
    plain, paged = (estimate(LLAMA, TORCHTUNE.with_(optimizer=name)) for name in ("adamw_8bit", "paged_adamw_8bit"))
    moved = paged_bytes(LLAMA, paged.setup)
    assert plain.states.optimizer - paged.states.optimizer == pytest.approx(moved)
    assert moved / LLAMA.parameters == pytest.approx(2 + 8 / 256, rel=0.001)  # arXiv 2110.02861: blocks of 256 here
    assert "paged" in paged.term("optimizer").note


def test_the_tensors_that_are_trained_are_all_parameters():
    for name in ("Llama-3.1-8B", "GPT-2", "Qwen3-30B-A3B", "OPT-13B", "gpt-oss-20b"):
        arch = architecture(name)
        found = sum(each.numbers * each.count for each in trained_tensors(arch, TrainingSetup()))
        assert found == pytest.approx(arch.parameters, rel=1e-3), name


def test_an_optimizer_in_the_backward_pass_keeps_no_gradients():
    """PyTorch tutorial, "How to save memory by fusing the optimizer step into the backward pass": gradients' bytes."""
    setup = TrainingSetup(precision="bf16", optimizer="sgd", checkpointing=True, chunked_loss=True, sequence=512)
    usual, fused = estimate(LLAMA, setup), estimate(LLAMA, setup.with_(optimizer_in_backward=True))
    saved = usual.allocated_bytes - fused.allocated_bytes
    assert saved == pytest.approx(2 * LLAMA.parameters, rel=0.2)  # all but what the largest moment needs anyway
    assert fused.second_step_extra_bytes <= 0.01 * fused.allocated_bytes


@pytest.mark.parametrize("changes", [{"accumulation": 2}, {"gpus": 2}])
def test_a_gradient_used_up_cannot_be_added_to(changes):
    with pytest.raises(CannotEstimateError, match="accumulation = 1 on 1 GPU"):
        TrainingSetup(optimizer_in_backward=True, **changes)


@pytest.mark.parametrize(("stage", "gib"), [(1, None), (2, 15.93), (3, 6.09)])
def test_deepspeeds_own_figures(stage, gib):
    """DeepSpeed documentation, "Memory Requirements": 2,851M parameters, 32M in the largest layer, 8 GPUs."""
    said = deepspeed_bytes_per_gpu(2_851e6, stage, 8, 32e6)
    assert said is None if gib is None else said / GIB == pytest.approx(gib, abs=0.006)


def test_here_the_papers_and_deepspeeds_states_side_by_side():
    rows = sharded_states(LLAMA, TrainingSetup(precision="bf16_master", gpus=8))
    for row in rows:
        assert row.here_bytes == pytest.approx(row.paper_bytes)
        assert row.deepspeed_bytes is None or row.deepspeed_bytes > row.paper_bytes  # it counts fp32 gradients too


def test_more_tokens_than_positions_are_refused():
    with pytest.raises(CannotEstimateError, match=r"sequence = 2,048 is more than the 1,024 positions of GPT-2"):
        estimate(GPT2, TrainingSetup(sequence=2_048))


def test_qlora_computes_more_than_lora_and_less_so_with_more_tokens():
    """LoRA takes 4 operations a parameter and token (Kaplan et al. 2020); unpacking comes once a pass, not a token."""
    lora, qlora = (TrainingSetup(method=method, precision="bf16") for method in ("lora", "qlora"))
    assert operations_per_token(LLAMA, lora) == 4 * LLAMA.parameters
    extra = dequantizing_per_token(LLAMA, qlora)
    quantized = LLAMA.parameters - 2 * 128_256 * 4_096 - 65 * 4_096
    assert extra == 2 * 2 * quantized / 2_048
    assert dequantizing_per_token(LLAMA, qlora.with_(batch=4)) == extra / 4
    assert dequantizing_per_token(LLAMA, qlora.with_(checkpointing=True)) == 1.5 * extra


def test_the_rule_of_thumb_is_compared_with_what_it_speaks_of():
    """24 B a parameter is fp32 weights, gradients and Adam's states of every weight."""
    made = {"way": "fake", "model": "Llama-3.2-1B", "family": "llama", "kind": "training", "what": "step 2"}
    sizes = {"measured_bytes": 10, "estimated_bytes": 10}
    spoken = {"fp32": {"precision": "fp32"}, "mixed": {}, "fused": {"optimizer": "adamw_fused"}}
    for setup in spoken.values():
        assert Record(**made, **sizes, setup=setup).rule_bytes == 24 * 1_235_814_400
    for setup in ({"precision": "bf16"}, {"method": "lora"}, {"optimizer": "sgd"}):
        assert Record(**made, **sizes, setup=setup).rule_bytes is None


def test_the_recorded_peaks_say_how_they_were_made():
    found = accuracy()
    assert {record.way for record in found.records} == ({"cuda"} if "cuda" in recorded() else {"fake"})
    assert 0 < len(found.of_rule) < len(found.records)
    assert found.mean_error < 0.02 < found.rule_mean_error


@pytest.mark.torch
@pytest.mark.parametrize("attention", ["fused", "eager"])
@pytest.mark.parametrize("padded", [True, False])
def test_what_a_padded_batch_keeps(attention, padded):
    """Bytes of the tensors that PyTorch really saves: a mask in every layer, and key heads repeated for it."""
    import torch

    from lib.memory.model.config_json import from_config
    from lib.training.weigh.measuring import saved_tensor_bytes
    from scripts import memory_probes as probes

    config = {
        "model_type": "llama",
        "hidden_size": 256,
        "num_hidden_layers": 3,
        "num_attention_heads": 8,
        "num_key_value_heads": 2,
        "vocab_size": 101,
        "intermediate_size": 512,
    }
    arch = from_config(config)
    model = probes.build(config, torch.bfloat16, attention).train()
    ids = torch.randint(0, 101, (3, 128))
    mask = torch.ones_like(ids)
    mask[1, :40] = 0
    kept = saved_tensor_bytes(model, ids, mask if padded else None)
    setup = TrainingSetup(precision="bf16", batch=3, sequence=128, attention=attention, padded=padded)
    assert estimate(arch, setup).kept_for_backward_bytes == pytest.approx(kept, rel=0.005)


def test_a_rank_that_no_matrix_has_is_refused():
    """Hu et al. 2021, section 4.1: r is at most the smaller of a matrix' two sides."""
    arch = architecture("Llama-3.1-8B")  # queries of 4,096 from 4,096, keys and values of 1,024
    for targets, most in (("qv", 4_096), ("mlp", 4_096)):
        estimate(arch, TrainingSetup(method="lora", targets=targets, rank=most))
        with pytest.raises(CannotEstimateError, match="rank = 4,097 is more than the 4,096"):
            estimate(arch, TrainingSetup(method="lora", targets=targets, rank=most + 1))
    assert estimate(arch, TrainingSetup(rank=65_536)).total_bytes == estimate(arch, TrainingSetup()).total_bytes


def test_an_estimate_leaves_nothing_to_the_garbage_collector():
    """It is seldom called, and a lesson of forty moves thousands of sliders."""
    arch, setup = architecture("Llama-3.1-8B"), TrainingSetup()
    layer_profile(arch, arch.layer_kinds()[0], setup.numerics(arch), 1, 1_000)
    left = garbage_of(lambda: layer_profile(arch, arch.layer_kinds()[0], setup.numerics(arch), 1, 1_001))
    assert not [each for each in left if str(getattr(each, "__module__", "")).startswith("lib.")]


def garbage_of(made: Callable[[], object]) -> list[object]:
    """What only the collector can take away after `made`, whoever made it: other threads leave something too."""
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        made()
        gc.collect()
        return list(gc.garbage)
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
