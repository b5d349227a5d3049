"""How quantized checkpoints are stored: our bytes against the published files of real ones, to the scales."""

import pytest

from lib.memory import CannotEstimateError, ServingSetup, catalogue, estimate, gpu
from lib.memory.ask.fit import fits, largest_model, stored_alike
from lib.memory.model.config_json import from_config
from lib.memory.model.stored.names import Names
from lib.memory.model.stored.read import stored_as
from lib.memory.model.weights import bits_per_weight, weights_bytes
from tests.data import MODEL_CONFIGS

CONFIGS = {case["id"]: case["config"] for case in MODEL_CONFIGS}
FP8 = {"quant_method": "fp8", "fmt": "e4m3", "weight_block_size": [128, 128]}
MXFP4 = {
    "quant_method": "mxfp4",
    "modules_to_not_convert": [
        "model.layers.*.self_attn",
        "model.layers.*.mlp.router",
        "model.embed_tokens",
        "lm_head",
    ],
}
INT4_EXPERTS = {
    "quant_method": "compressed-tensors",
    "format": "pack-quantized",
    "config_groups": {
        "group_0": {
            "targets": ["Linear"],
            "weights": {"num_bits": 4, "type": "int", "group_size": 32, "strategy": "group", "symmetric": True},
        }
    },
    "ignore": [
        "lm_head",
        "re:.*self_attn.*",
        "re:.*shared_experts.*",
        r"re:.*mlp\.(gate|up|gate_up|down)_proj.*",
    ],
}
GPTQ = {"quant_method": "gptq", "bits": 4, "group_size": 128, "desc_act": True}
MLX = {"group_size": 64, "bits": 4, "mode": "affine"}
AWQ = {"quant_method": "awq", "bits": 4, "group_size": 128, "zero_point": True, "version": "gemm"}


def stored(config: dict, quantization: dict | None, **changes):
    return from_config({**config, "quantization_config": quantization, **changes}, name="a checkpoint")


def of_catalogue(name: str) -> dict:
    return catalogue()[name].config


@pytest.mark.parametrize(
    ("config", "quantization", "published", "close"),
    [
        # total_size of model.safetensors.index.json, huggingface.co/openai/gpt-oss-20b
        (of_catalogue("gpt-oss-20b"), MXFP4, 13_761_264_768, 0),
        # the same of moonshotai/Kimi-K2-Instruct and Kimi-K2-Thinking; routers' biases in fp32 make the difference
        (CONFIGS["Kimi-K2"], FP8, 1_029_173_256_720, 2e-7),
        (CONFIGS["Kimi-K2"], INT4_EXPERTS, 594_205_920_512, 2e-6),
        # sizes of model.safetensors on huggingface.co/TheBloke, in GB of two decimals
        (of_catalogue("Llama-2-7B"), GPTQ, 3.90e9, 2e-3),
        (of_catalogue("Llama-2-7B"), AWQ, 3.89e9, 2e-3),
        (of_catalogue("Llama-2-70B"), AWQ, 36.61e9, 2e-4),
        # size of model.safetensors on huggingface.co/mlx-community/Llama-3.2-1B-Instruct-4bit
        (of_catalogue("Llama-3.2-1B"), MLX, 695.28e6, 1e-4),
    ],
)
def test_a_checkpoint_is_as_large_as_its_files(config, quantization, published, close):
    assert weights_bytes(stored(config, quantization), "checkpoint") == pytest.approx(published, rel=close)


def test_deepseek_v3_with_the_layer_that_predicts_ahead():
    """688,586,727,753 bytes of safetensors with their headers; README_WEIGHTS.md: an MTP layer has its own embedding,
    output head and a matrix that joins two hidden states, all in bf16."""
    arch = stored(CONFIGS["DeepSeek-V3"], FP8, num_hidden_layers=62)
    own = 2 * (2 * arch.vocab_size * arch.hidden_size + 2 * arch.hidden_size**2)
    assert weights_bytes(arch, "checkpoint") + own == pytest.approx(688_586_727_753, rel=3e-5)


@pytest.mark.parametrize(
    ("quantization", "bits"),
    [
        ({"quant_method": "modelopt", "quant_algo": "NVFP4"}, 4 + 8 / 16),  # NVIDIA, "Introducing NVFP4": 4.5 bits
        ({"quant_method": "fp8"}, 8),
        ({"quant_method": "bitsandbytes", "load_in_4bit": True, "bnb_4bit_use_double_quant": True}, 4.127),  # QLoRA
        ({"quant_method": "bitsandbytes", "load_in_4bit": True}, 4.5),
    ],
)
def test_bits_of_a_matrix(quantization, bits):
    """By what the weights lose beside the same model in 16 bits."""
    arch = stored(of_catalogue("Llama-3.1-8B"), quantization)
    inside = sum(each.parameters for each in arch.tensors if each.is_matrix and each.in_layers)
    saved = weights_bytes(arch, "bf16") - weights_bytes(arch, "checkpoint")
    assert 16 - 8 * saved / inside == pytest.approx(bits, abs=2e-3)


def test_mlx_is_read_where_it_wrote_its_own_field_alone():
    """Older checkpoints of mlx-community have `quantization`, later ones `quantization_config` beside it."""
    config = of_catalogue("Llama-3.2-1B")
    older = from_config({**config, "quantization": {"group_size": 64, "bits": 4}}, name="a checkpoint")
    assert weights_bytes(older, "checkpoint") == weights_bytes(stored(config, MLX), "checkpoint")


def test_modules_that_mlx_names_have_bits_of_their_own():
    """A head in 8 bits instead of 4, or in 16: 4 and 11.5 bits more of each of its weights."""
    config, head = of_catalogue("Llama-3.1-8B"), 128_256 * 4_096
    every = weights_bytes(stored(config, MLX), "checkpoint")
    eight = weights_bytes(stored(config, {**MLX, "lm_head": {"bits": 8, "group_size": 64}}), "checkpoint")
    sixteen = weights_bytes(stored(config, {**MLX, "lm_head": False}), "checkpoint")
    assert (eight - every, sixteen - every) == (head * 4 / 8, head * 11.5 / 8)


def test_what_a_config_leaves_out_stays_in_16_bits():
    config = of_catalogue("Llama-3.1-8B")
    whole = weights_bytes(stored(config, FP8), "checkpoint")
    one = weights_bytes(stored(config, {**FP8, "modules_to_not_convert": ["model.layers.3.mlp.up_proj"]}), "checkpoint")
    every = weights_bytes(stored(config, {**FP8, "modules_to_not_convert": ["up_proj"]}), "checkpoint")
    matrix = 4_096 * 14_336
    scales = 4 * (4_096 // 128) * (14_336 // 128)
    assert one - whole == matrix - scales
    assert every - whole == 32 * (matrix - scales)


def test_what_stands_in_the_text_models_config_is_not_said_of_its_towers():
    assert stored_as({"quantization_config": INT4_EXPERTS})[0].with_towers
    assert not stored_as({"text_config": {"quantization_config": INT4_EXPERTS}})[0].with_towers


def test_mixed_precision_by_layer():
    layers = {f"model.layers.{n}.mlp.{name}_proj": {"quant_algo": "FP8"} for n in range(32) for name in ("up", "gate")}
    layers |= {f"model.layers.{n}.mlp.down_proj": {"quant_algo": "NVFP4", "group_size": 16} for n in range(32)}
    mixed = {"quant_method": "modelopt", "quant_algo": "MIXED_PRECISION", "quantized_layers": layers}
    arch = stored(of_catalogue("Llama-3.1-8B"), mixed)
    matrix = 32 * 4_096 * 14_336
    expected = 2 * (arch.parameters - 3 * matrix) + 2 * matrix + matrix * (0.5 + 1 / 16)
    assert weights_bytes(arch, "checkpoint") == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"quant_method": "hqq"}, "'hqq' is not one of fp8"),
        ({"quant_method": ["fp8"]}, "is not one of fp8"),
        ({"quant_method": "gptq"}, "does not say bits"),
        ({"quant_method": "gptq", "bits": "four"}, "'four' must be a whole number"),
        ({"quant_method": "fp8", "weight_block_size": [0, 128]}, "must be two sizes"),
        ({"quant_method": "fp8", "modules_to_not_convert": 1}, "must be a list of names"),
        ({"quant_method": "modelopt", "quant_algo": "MIXED_PRECISION"}, "not, in quantized_layers"),
        ({"quant_method": "compressed-tensors"}, "lacks its config_groups"),
    ],
)
def test_what_cannot_be_told_is_said_in_a_sentence_and_the_model_is_counted(written, words):
    arch = stored(of_catalogue("Llama-3.1-8B"), written)
    assert arch.stored is None
    assert arch.parameters == 8_030_261_248
    assert any(words in note for note in arch.notes)
    with pytest.raises(CannotEstimateError, match="pick another precision"):
        weights_bytes(arch, "checkpoint")


@pytest.mark.parametrize("pattern", ["re:(a+)+$", "re:(.*)*x", "re:.*.*.*.*y", "re:" + "a" * 400, "re:(?=a)b", "re:["])
def test_a_strangers_pattern_is_tried_only_where_that_is_quick(pattern):
    with pytest.raises(CannotEstimateError, match="pattern"):
        Names.of([pattern])


@pytest.mark.parametrize(
    ("written", "module", "meant"),
    [
        ("lm_head", "lm_head", True),
        ("model.layers.1.self_attn", "layers.1.self_attn.q_proj", True),
        ("model.layers.1.self_attn", "layers.11.self_attn.q_proj", False),
        ("mlp.gate", "model.layers.1.mlp.gate", True),
        ("mlp.gate", "model.layers.1.mlp.gate_proj", False),
        ("model.layers.*.self_attn", "model.layers.7.self_attn.q_proj", True),
        ("re:.*self_attn.*", "layers.7.self_attn.q_proj", True),
        ("re:model.layers.0.mlp", "layers.0.mlp.up_proj", True),
        ("re:visual.*", "model.visual.blocks.0.attn.qkv", True),
        ("re:.*visual", "layers.0.mlp.up_proj", False),
    ],
)
def test_names(written, module, meant):
    assert Names.of([written]).mean(module) is meant


def test_the_calculator_takes_it_as_a_precision():
    arch = stored(of_catalogue("gpt-oss-20b"), MXFP4)
    made = estimate(arch, ServingSetup(precision="checkpoint", context=4_096), gpu("RTX 4090"))
    assert made.size_of("weights") == 13_761_264_768
    assert made.rule.bits == pytest.approx(bits_per_weight(arch, "checkpoint"), abs=0.005)
    assert 5 < made.rule.bits < 6


def test_the_largest_model_if_all_were_stored_as_this_checkpoint_is():
    """GPTQ with groups of 128 takes 4.16 bits a weight: 24 GiB hold over 30 billion of them, and of bf16 12 billion."""
    card, setup = gpu("RTX 4090"), ServingSetup(precision="checkpoint", context=2_048, prefill=512)
    models = stored_alike(
        [entry.architecture for entry in catalogue().values()], stored(of_catalogue("Llama-2-7B"), GPTQ)
    )
    best = largest_model(models, setup, card)
    assert 30e9 < best.parameters < 8 / 4.16 * card.usable_bytes
    decoders = [each for each in models if not each.is_encoder and each.max_position_embeddings >= 2_048]
    assert not any(fits(each, setup, card) for each in decoders if each.parameters > best.parameters)


@pytest.mark.parametrize(
    ("odd", "same"),
    [
        ({**GPTQ, "quant_method": "GPTQ"}, GPTQ),
        ({**GPTQ, "bits": 4.0, "group_size": 128.0}, GPTQ),
        ({**FP8, "modules_to_not_convert": "lm_head"}, {**FP8, "modules_to_not_convert": ["lm_head"]}),
        ({"producer": {"name": "modelopt"}, "quantization": {"quant_algo": "FP8"}}, {"quant_algo": "FP8"}),
    ],
)
def test_what_says_the_same_in_another_way_is_stored_the_same(odd, same):
    config = of_catalogue("Llama-3.1-8B")
    assert weights_bytes(stored(config, odd), "checkpoint") == weights_bytes(stored(config, same), "checkpoint")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("gptq", "must be an object"),
        ([4], "must be an object"),
        ({**GPTQ, "bits": "4"}, "'4' must be a whole number from 1 to 32, without quotes"),
        ({**GPTQ, "bits": 0}, "quantization_config.bits = 0 must lie between 1 and 32"),
        ({**GPTQ, "group_size": -2}, "quantization_config.group_size = -2 must lie between -1 and 65,536"),
        ({**FP8, "modules_to_not_convert": [1, None]}, "must be a list of names"),
        (INT4_EXPERTS | {"sparsity_config": {"format": "sparse-24-bitmask"}}, "leaves out zeros"),
    ],
)
def test_what_cannot_be_told_is_said_and_not_counted_as_if_in_16_bits(written, said):
    found, why = stored_as({**of_catalogue("Llama-3.1-8B"), "quantization_config": written})
    assert found is None
    assert said in why


def test_matrices_with_bits_of_their_own():
    """GPTQModel's `dynamic` and AutoRound's `extra_config`: the down projections of every layer in 8 bits."""
    config = of_catalogue("Llama-3.1-8B")
    plain = weights_bytes(stored(config, GPTQ), "checkpoint")
    layers, weights = 32, 14_336 * 4_096
    scales = weights / 128 * (2 + 1) - weights / 128 * (2 + 0.5)  # a zero point of 8 bits instead of 4
    more = layers * (weights / 2 + scales)
    by_pattern = {**GPTQ, "dynamic": {r"+:.*\.down_proj": {"bits": 8}}}
    assert weights_bytes(stored(config, by_pattern), "checkpoint") == plain + more
    names = {f"model.layers.{at}.mlp.down_proj": {"bits": 8, "group_size": 128} for at in range(layers)}
    assert weights_bytes(stored(config, {**GPTQ, "extra_config": names}), "checkpoint") == plain + more


@pytest.mark.parametrize(("mode", "bits", "group"), [("mxfp4", 4, 32), ("mxfp8", 8, 32), ("nvfp4", 4, 16)])
def test_mlx_s_floats_have_scales_of_one_byte(mode, bits, group):
    """mlx.core.quantize: E8M0 scales of 32 weights, or E4M3 scales of 16."""
    arch = stored(of_catalogue("Llama-3.1-8B"), {"mode": mode, "bits": bits, "group_size": group})
    matrices = arch.parameters - (2 * 32 + 1) * 4_096
    assert weights_bytes(arch, "checkpoint") == matrices * (bits / 8 + 1 / group) + (2 * 32 + 1) * 4_096 * 2
