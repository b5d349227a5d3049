"""Our architectures against the same models built by transformers, on the meta device and on fake tensors."""

import json

import pytest

from lib.memory.errors import NeedsCounting
from lib.memory.model.catalogue import catalogue
from lib.memory.model.config_json import FAMILIES, from_config
from lib.memory.train.setup import TrainingSetup
from lib.memory.train.training import training

pytestmark = [
    pytest.mark.torch,
    # peft 0.21 asks transformers 5.23 by a name that it is about to drop
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]

SMALL = {"hidden_size": 384, "num_hidden_layers": 3, "num_attention_heads": 6, "vocab_size": 1009}
GQA = {**SMALL, "num_key_value_heads": 2, "intermediate_size": 1000}
VARIANTS = [
    {"model_type": "llama", "attention_bias": True, "mlp_bias": True, "head_dim": 32, **GQA},
    {"model_type": "ministral", "head_dim": 64, **GQA},
    {"model_type": "olmo", **GQA},
    {"model_type": "olmo3", **GQA},
    {"model_type": "cohere", **GQA},
    {"model_type": "cohere", "use_qk_norm": True, **GQA},
    {"model_type": "stablelm", **GQA},
    {"model_type": "stablelm", "use_parallel_residual": True, "use_qkv_bias": True, **GQA},
    {"model_type": "starcoder2", **GQA},
    {"model_type": "granite", "attention_bias": True, "mlp_bias": True, **GQA},
    {"model_type": "gpt_bigcode", "n_embd": 384, "n_layer": 3, "n_head": 6, "vocab_size": 1009},
    {"model_type": "qwen2", "use_sliding_window": True, "max_window_layers": 1, "sliding_window": 64, **GQA},
]


def meta_model(config: dict):
    import torch
    import transformers

    made = transformers.AutoConfig.for_model(**config)
    kind = transformers.AutoModel if config["model_type"] == "bert" else transformers.AutoModelForCausalLM
    with torch.device("meta"):
        return kind.from_config(made), made


def count(model) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


SMALLEST = {}
for _entry in catalogue().values():
    _family = _entry.config["model_type"]
    if _family not in SMALLEST or _entry.parameters < SMALLEST[_family].parameters:
        SMALLEST[_family] = _entry


@pytest.mark.parametrize("family", SMALLEST)
def test_parameters_of_every_family_in_the_catalogue(family):
    entry = SMALLEST[family]
    model, _ = meta_model(entry.config)
    assert entry.architecture.parameters == count(model)


@pytest.mark.parametrize("config", VARIANTS, ids=lambda config: "-".join(map(str, list(config.items())[:2])))
def test_parameters_of_other_families_and_switches(config):
    model, made = meta_model(config)
    arch = from_config(config)
    assert arch.parameters == count(model)
    kinds = getattr(made, "layer_types", None) or []
    assert arch.sliding_layers == kinds.count("sliding_attention") or config["model_type"] == "ministral"


def test_no_family_is_left_untested():
    known = json.loads(FAMILIES.read_text(encoding="utf-8"))["families"]
    assert set(known) == set(SMALLEST) | {config["model_type"] for config in VARIANTS}


def shallow(family: str) -> dict:
    """The smallest model of the family in the catalogue, two of its layers."""
    config = dict(SMALLEST[family].config)
    for name in ("num_hidden_layers", "n_layer"):
        if name in config:
            config[name] = 2
    return {**config, "layer_types": config["layer_types"][:2]} if config.get("layer_types") else config


def same_or_counted(config: dict) -> bool:
    """Whether the formula gives what transformers builds, or says that the model has to be counted."""
    try:
        arch = from_config(config)
    except NeedsCounting:
        return True
    return arch.parameters == count(meta_model(config)[0])


SIZES = ("num_key_value_heads", "head_dim", "intermediate_size", "n_inner", "ffn_dim", "tie_word_embeddings")
SIZES += ("q_lora_rank", "n_shared_experts", "first_k_dense_replace", "shared_expert_intermediate_size")


@pytest.mark.parametrize("family", SMALLEST)
def test_a_size_left_out_is_what_transformers_takes_for_it(family):
    config = shallow(family)
    for name in (*SIZES, None):
        assert same_or_counted({key: value for key, value in config.items() if key != name}), name


@pytest.mark.parametrize("family", SMALLEST)
def test_positions_left_out_are_those_of_transformers(family):
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    names = ("max_position_embeddings", "n_positions", "n_ctx")
    config = {key: value for key, value in shallow(family).items() if key not in (*names, "rope_scaling")}
    config = {key: value for key, value in config.items() if key != "rope_parameters"}
    usual = [getattr(CONFIG_MAPPING[family](), name, None) for name in names[:2]]
    assert from_config(config).max_position_embeddings in usual or family == "bloom"  # which has no positions


@pytest.mark.parametrize("family", SMALLEST)
def test_no_switch_of_a_family_is_overlooked(family):
    import dataclasses

    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    config, kind = shallow(family), CONFIG_MAPPING[family]
    switches = {each.name: each.default for each in dataclasses.fields(kind) if isinstance(each.default, bool)}
    for name, default in switches.items():
        switched = not config.get(name, default)
        assert same_or_counted({**config, name: switched}), f"{name} = {switched}"


@pytest.mark.parametrize(
    "given",
    [
        {"model_type": "gpt2", "n_layer": 2, "n_embd": 64, "n_head": 4, "vocab_size": 96, "intermediate_size": 112},
        {"model_type": "gpt2", "n_layer": 2, "num_hidden_layers": 4, "n_embd": 64, "n_head": 4, "vocab_size": 96},
        {"model_type": "qwen3_moe", "use_sliding_window": True},
        {"model_type": "bert", "is_decoder": True},
        {"model_type": "llama", "architectures": ["Qwen2ForCausalLM"]},
    ],
)
def test_what_the_formula_would_ignore_is_counted(given):
    """Names that the class does not read, one size under two names, and switches of the cache."""
    config = given if len(given) > 2 else {**shallow(given["model_type"]), **given}
    with pytest.raises(NeedsCounting):
        from_config(config)


@pytest.mark.parametrize(
    ("name", "layers", "setup"),
    [
        ("Llama-3.2-1B", 2, TrainingSetup(precision="bf16", batch=2, sequence=512)),
        ("Qwen3-0.6B", 2, TrainingSetup(batch=2, sequence=512, checkpointing=True)),
        ("Qwen1.5-MoE-A2.7B", 1, TrainingSetup(precision="bf16", batch=1, sequence=512, optimizer="sgd")),
        ("Llama-3.2-1B", 2, TrainingSetup(method="lora", precision="bf16", batch=2, sequence=512)),
        ("GPT-2", 3, TrainingSetup(precision="fp32", batch=2, sequence=512)),
        pytest.param(
            "Llama-3.2-1B",
            2,
            TrainingSetup(precision="bf16", sequence=512, optimizer_in_backward=True),
            # MemTracker looks at each gradient after ours has been used up and freed
            marks=pytest.mark.filterwarnings("ignore:Expected a tensor or a traceable:UserWarning"),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_peaks_by_memtracker_live(name, layers, setup):
    """The real width of the model and fewer layers; full depth is in the recorded measurements."""
    from scripts.memory_probes import fake_training

    config = {**catalogue()[name].config, "num_hidden_layers": layers}
    config |= {"n_layer": layers} if "n_layer" in config else {}
    config.pop("num_hidden_layers") if "n_layer" in config else None
    arch = from_config(config, name=name)
    first, second = fake_training(config, arch, setup)
    estimate = training(arch, setup)
    assert estimate.fullest_of_first.allocated_bytes == pytest.approx(first, rel=0.02)
    assert estimate.fullest.allocated_bytes == pytest.approx(second, rel=0.02)


@pytest.mark.parametrize("name", ["Gemma-3-1B (text)", "DeepSeek-V2-Lite", "OLMoE-1B-7B"])
def test_prompt_and_cache_by_memtracker_live(name):
    from lib.memory.serve.serving import serving
    from lib.memory.serve.setup import ServingSetup
    from scripts.memory_probes import fake_serving

    config = {**catalogue()[name].config, "num_hidden_layers": 6}
    arch = from_config(config, name=name)
    attention = "eager" if arch.latent else "fused"
    setup = ServingSetup(context=1024, sequences=2, attention=attention, block_size=0, on_cpu=True)
    estimate = serving(arch, setup)
    peak, cache = fake_serving(config, attention, 2, 1024)
    assert estimate.allocated_bytes == pytest.approx(peak, rel=0.02)
    assert estimate.term("kv_cache").size_bytes == pytest.approx(cache, rel=0.005)


def test_four_bit_weights_are_what_bitsandbytes_holds():
    import bitsandbytes
    from torch import nn

    from lib.memory.model.parts import Linear
    from lib.memory.model.weights import int8_bytes, nf4_bytes
    from lib.quant.measure.loading.true_bytes import weights_alone_bytes

    for double in (True, False):
        layer = bitsandbytes.nn.Linear4bit(320, 192, bias=False, compress_statistics=double, quant_type="nf4")
        layer.load_state_dict(nn.Linear(320, 192, bias=False).state_dict())
        assert weights_alone_bytes(layer.to("cpu")) == nf4_bytes(320 * 192, double)
    eight = bitsandbytes.nn.Linear8bitLt(320, 192, bias=False, has_fp16_weights=False)
    eight.load_state_dict(nn.Linear(320, 192, bias=False).state_dict())
    eight = eight.to("cpu")
    assert eight.weight.numel() + eight.weight.SCB.numel() * 4 == int8_bytes(Linear("x", 320, 192))


def test_lora_parameters_are_pefts():
    import peft
    import torch
    import transformers

    from lib.memory.train.adapters import adapter_parameters

    for config in ({"model_type": "llama", **GQA}, {"model_type": "phi3", "pad_token_id": 0, **GQA}):
        arch = from_config(config)
        with torch.device("meta"):
            model = transformers.AutoModelForCausalLM.from_config(transformers.AutoConfig.for_model(**config))
            model = peft.get_peft_model(model, peft.LoraConfig(r=8, target_modules="all-linear", task_type="CAUSAL_LM"))
        trained = sum(each.numel() for each in model.parameters() if each.requires_grad)
        assert adapter_parameters(arch, 8, "all") == trained
