"""A counted model in the calculator: what follows from counts is exact, what a pass keeps close to our own formulas."""

import json

import pytest

from lib.memory import CannotEstimateError, ServingSetup, TrainingSetup, architecture, catalogue, estimate, gpu
from lib.memory.model.counted_architecture import counted_architecture
from lib.memory.model.inventory.tensors import Part
from lib.memory.model.weights import precisions, weights_bytes
from lib.memory.serve.kv_cache import KVCache
from lib.memory.serve.roofline import decode_roofline
from lib.memory.train.adapters import adapter_parameters
from tests.data import MODEL_CONFIGS

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]

CASES = {case["id"]: case["config"] for case in MODEL_CONFIGS}
FAMILIES = (
    "Llama-3.2-1B",
    "Qwen3-30B-A3B",
    "Gemma-3-1B (text)",
    "GPT-2",
    "DeepSeek-V2-Lite",
    "Mixtral-8x7B",
    "gpt-oss-20b",
)


def counted(config: dict, name: str, **details: bool):
    from lib.models.counting.job import count

    *_, last = count(json.dumps(config))
    return counted_architecture(last.model, name, **details)


@pytest.fixture(scope="module", params=FAMILIES)
def both(request):
    """One of our formulas, and the same model counted."""
    return architecture(request.param), counted(catalogue()[request.param].config, request.param)


def test_formula_and_count_agree_to_the_parameter(both):
    ours, theirs = both
    assert ours.parameters == theirs.parameters
    assert ours.routed_parameters == theirs.routed_parameters
    assert ours.active_parameters == theirs.active_parameters
    assert [each.layers for each in sorted(ours.keeps, key=repr)] == [
        each.layers for each in sorted(theirs.keeps, key=repr)
    ]


def test_every_way_of_storing_weights_agrees(both):
    """LoRA and bitsandbytes see the same matrices; llama.cpp's names for fused ones differ a little."""
    ours, theirs = both
    for key, each in precisions().items():
        assert weights_bytes(theirs, key) == pytest.approx(
            weights_bytes(ours, key), rel=0.02 if each.kind == "gguf" else 1e-9
        )
    assert adapter_parameters(theirs, 8, "all") == adapter_parameters(ours, 8, "all")


def test_the_cache_agrees_at_any_length(both):
    ours, theirs = both
    for tokens in (1, 100, 1_000):
        assert KVCache(theirs, tokens).total_bytes == KVCache(ours, tokens).total_bytes


def test_what_a_pass_keeps_is_within_the_band_that_is_shown(both):
    ours, theirs = both
    for setup in (ServingSetup(context=1_000), TrainingSetup(sequence=512), TrainingSetup(method="lora", sequence=512)):
        exact, band = estimate(ours, setup), estimate(theirs, setup)
        assert band.low_bytes <= exact.total_bytes <= band.high_bytes


def test_towers_are_a_part_that_can_be_left_out():
    """Gemma 3 4B: 4,300,079,472 parameters, 3,880,263,168 of them language (built by transformers)."""
    whole, language = (counted(CASES["Gemma-3-4B"], "Gemma", with_towers=there) for there in (True, False))
    assert (whole.parameters, language.parameters) == (4_300_079_472, 3_880_263_168)
    assert whole.tower_parameters == whole.parameters - language.parameters
    assert weights_bytes(whole, "bf16") - weights_bytes(language, "bf16") == 2 * whole.tower_parameters
    card = gpu("RTX 4090")
    assert decode_roofline(whole, ServingSetup(), card) == decode_roofline(language, ServingSetup(), card)


def test_an_encoder_is_served_without_a_cache():
    roberta = counted(CASES["RoBERTa-base"], "RoBERTa")
    served = estimate(roberta, ServingSetup(context=512, sequences=8))
    assert served.size_of("kv_cache") == 0
    assert served.size_of("weights") == 2 * 124_697_433
    assert served.size_of("activations") > 0


def test_a_state_is_of_one_size_and_training_it_is_not_made_up():
    jamba = counted(CASES["Jamba-v0.1"], "Jamba")
    short, long = KVCache(jamba, 1_000), KVCache(jamba, 2_000)
    assert short.state_bytes == long.state_bytes > 0
    assert long.total_bytes - short.total_bytes == 1_000 * 16_384
    with pytest.raises(CannotEstimateError, match="not offered"):
        estimate(jamba, TrainingSetup())


def test_windows_stop_growing():
    """MiMo-V2-Flash: 222,720 bytes a token within the window, 23,040 past it."""
    mimo = counted(CASES["MiMo-V2-Flash"], "MiMo")
    assert KVCache(mimo, 1).bytes_per_token == 222_720
    assert KVCache(mimo, 10_001).total_bytes - KVCache(mimo, 10_000).total_bytes == 23_040


def test_kimi_k2_needs_a_terabyte_and_two_gibibytes_of_cache():
    kimi = counted(CASES["Kimi-K2.5"], "Kimi")
    assert weights_bytes(kimi, "fp8") > 1e12
    assert KVCache(kimi, 32_768).total_bytes / 2**30 == pytest.approx(2.14, abs=0.01)
    assert kimi.active_parameters / 1e9 == pytest.approx(32.9, abs=0.1)
    assert {each.part for each in kimi.tensors} >= {Part.EXPERTS, Part.SHARED_EXPERTS, Part.VISION}


SMALL = {"hidden_size": 256, "num_hidden_layers": 2, "num_attention_heads": 8, "num_key_value_heads": 4}
SMALL |= {"intermediate_size": 768, "vocab_size": 512, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
EXPERTS = {"num_experts": 8, "num_experts_per_tok": 2}


@pytest.mark.parametrize(
    "config",
    [
        {"model_type": "smollm3", **SMALL},
        {"model_type": "nemotron", **SMALL},  # two matrices in its MLP: keeps least of those tried
        {"model_type": "seed_oss", "head_dim": 32, **SMALL},  # dropout on the residual stream
        {"model_type": "flex_olmo", **SMALL, **EXPERTS},  # sends tokens to experts by copies: keeps most
    ],
    ids=lambda config: config["model_type"],
)
def test_what_a_layer_keeps_lies_in_the_band_that_is_shown(config):
    """A real pass on this processor: what one layer more leaves for the backward pass."""
    import torch
    import transformers

    from lib.memory.passes.layers import layer_profile
    from lib.training.weigh.measuring import saved_tensor_bytes

    def kept(layers: int) -> int:
        made = transformers.AutoConfig.for_model(**{**config, "num_hidden_layers": layers})
        model = transformers.AutoModelForCausalLM.from_config(made, attn_implementation="sdpa").float().train()
        return saved_tensor_bytes(model, torch.arange(256).view(2, 128))

    torch.manual_seed(0)
    measured = kept(2) - kept(1)
    arch = counted(config, "small")
    assert not arch.no_training_because
    numerics = TrainingSetup(precision="fp32", batch=2, sequence=128).numerics(arch, fresh_grads=True)
    shown = layer_profile(arch, arch.layer_kinds()[-1], numerics, 2, 128, True).saved_bytes
    assert (1 - arch.passes_below) * shown < measured < (1 + arch.passes_above) * shown
