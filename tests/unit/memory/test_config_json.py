"""Configs from anywhere: each bad one is refused in a sentence that names the field."""

import json

import pytest

from lib.memory.errors import CannotEstimateError, NeedsCounting
from lib.memory.model.catalogue import architecture, catalogue, from_parameters
from lib.memory.model.config_json import from_config, from_text
from lib.memory.model.config_text import as_text, longest_context, parse
from lib.memory.model.hub import text_from_hub
from lib.memory.serve.kv_cache import KVCache
from tests.data import MODEL_CONFIGS

GOOD = {
    "model_type": "llama",
    "num_hidden_layers": 16,
    "hidden_size": 2048,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "intermediate_size": 8192,
    "vocab_size": 128_256,
    "max_position_embeddings": 131_072,
    "tie_word_embeddings": True,
}


def test_a_pasted_config_is_the_model():
    assert from_text(json.dumps(GOOD)).parameters == 1_235_814_400  # Llama 3.2 1B


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(GOOD).encode("utf-8-sig"),  # as Notepad saves it
        json.dumps(GOOD).encode("utf-16"),  # as PowerShell's > writes it
        json.dumps(GOOD).encode("utf-16-le"),
        f"\ufeff{json.dumps(GOOD)}",
        f"```json\n{json.dumps(GOOD)}\n```",
        f"LlamaConfig {json.dumps(GOOD, indent=2)}\n",  # as transformers prints one
    ],
)
def test_a_config_is_read_as_people_have_it(content):
    assert from_text(content).parameters == 1_235_814_400
    if isinstance(content, bytes):
        assert from_text(as_text(content)).parameters == 1_235_814_400


def test_an_infinite_number_as_transformers_5_writes_it():
    """PreTrainedConfig.to_json_string: {"__float__": "Infinity"}, since JSON has no infinite numbers."""
    assert parse(json.dumps({**GOOD, "limit": [0, {"__float__": "Infinity"}]}))["limit"] == [0, float("inf")]
    assert parse(json.dumps({**GOOD, "odd": {"__float__": "7"}}))["odd"] == {"__float__": "7"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "JSON"),
        ('{"dim": 4096, "n_layers": 32, "n_heads": 32, "vocab_size": 32768}', "params.json"),
        ('{"d_model": 2560, "n_layer": 64, "vocab_size": 50277, "ssm_cfg": {}, "rms_norm": true}', "ends in -hf"),
        ('{"peft_type": "LORA", "r": 16}', "adapter_config.json, not a model"),
        ('{"tokenizer_class": "LlamaTokenizer", "model_max_length": 8192}', "tokenizer_config.json, not a model"),
        ('{"metadata": {"total_size": 1}, "weight_map": {}}', "index.json"),
        ('{"peft_type": "PREFIX_TUNING", "num_layers": 24, "num_attention_heads": 16}', "adapter_config.json"),
        ('{"_diffusers_version": "0.30", "num_layers": 19, "num_attention_heads": 24}', "image model"),
        ('{"do_sample": true, "temperature": 0.6, "eos_token_id": 2}', "generation_config.json"),
        ('{"bos_token": "<s>", "unk_token": "<unk>"}', "special_tokens_map.json"),
        ('{"added_tokens": [], "model": {"type": "BPE", "vocab": {"a": 0, "num_layers": 1}}}', "a tokenizer.json"),
        ('{"general.architecture": "llama", "llama.block_count": 32}', "GGUF"),
        ('{"metadata": {"general.architecture": "llama", "llama.block_count": 32}}', "GGUF"),
        ('{"quantization": {"quant_algo": "FP8"}, "producer": {"name": "modelopt"}}', "hf_quant_config.json"),
        ("not json at all", "JSON"),
        ("[1, 2, 3]", "object"),
        ("null", "object"),
        ("{" * 50_000, "JSON"),
        ("[" * 100_000, "JSON"),
        ("x" * 10_000_000, "characters"),
        (json.dumps({"model_type": "llama"}), "num_hidden_layers"),
        ("{}", "hidden_size"),
        ('{"model_type": "resnet", "depths": [3, 4, 6, 3]}', "none of a language model's sizes"),
        (json.dumps({"model_type": "llama", "text_config": [1]}), "hidden_size"),
        (b"\xff\xfe\x00", "JSON"),
    ],
)
def test_text_that_is_no_config(text, named):
    with pytest.raises(CannotEstimateError, match=named) as refused:
        from_text(text)
    assert len(str(refused.value)) < 300
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("wrong", "right", "said"),  # ¦ stands in `right` where the fault is
    [
        ('"llama"', '"lla¦\\,ma"', "backslash before “,” begins no escape that JSON knows: write “,” alone"),
        ("model_type", "model¦\\_type", "write “_” alone"),
        ('"llama"', '"C:¦\\models"', "write “\\\\m” where a backslash is meant"),
        ("true\n}", "true,\n¦}", "leave the comma out"),
        ("2048,", "2048, ¦// wide", "a comment (“// wide”)"),
        ("2048,", "2048, ¦# wide", "a comment (“# wide”)"),
        ("2048,", "2,¦048,", "write 4096, not 4,096"),
        ("2048,", "2¦_048,", "“2_048”: write its decimal digits alone"),
        ("2048,\n ", "2048\n ¦", "a comma is missing"),
        ("2048,", "2048¦;", "where a comma or a closing bracket must stand"),
        ("true", "¦True", "there is True: JSON writes true"),
        ("true", "¦None", "there is None: JSON writes null"),
        ('"llama"', "¦'llama'", "single quote"),
        ('"llama"', "¦“llama”", "quotation mark of a word processor"),
        ('"llama",', '"llama,¦', "line break"),
        ('"llama"', "¦llama", 'the value llama has no quotes: write "llama"'),
        ('"hidden_size"', "¦hidden_size", 'the name hidden_size has no quotes: write "hidden_size"'),
        ('"hidden_size":', '"hidden_size" ¦=', "where a colon must stand"),
        ('"vocab_size": 128256', "¦...", "left out"),
        ('"vocab_size": ', '"vocab_size":¦\u00a0', "a special space"),
        ("true\n}", "true¦", "ends before the closing }"),
        ("true\n}", "true\n}\n¦{}", "paste one config alone"),
        ('"model_type"', "¦&quot;", "as web pages write it"),
    ],
)
def test_a_fault_in_the_json_is_told_by_its_place_and_what_would_be_right(wrong, right, said):
    """The place counts from what was pasted, a fence of Markdown and a class's name included."""
    text = f"```json\nLlamaConfig {json.dumps(GOOD, indent=1)}".replace(wrong, right)
    before = text[: text.index("¦")].split("\n")
    with pytest.raises(CannotEstimateError) as refused:
        from_text(text.replace("¦", ""))
    assert f"at line {len(before)}, column {len(before[-1]) + 1} " in str(refused.value)
    assert said in str(refused.value)
    assert len(str(refused.value)) < 250


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# Llama 3.2\n\nA model card.", "README"),
        ("---\nlicense: mit\n---\n", "README"),
        ("model_type: llama\nhidden_size: 2048", "YAML"),
        ("<!DOCTYPE html><html></html>", "web page"),
        ("https://huggingface.co/gpt2/raw/main/config.json", "address"),
        ("meta-llama/Llama-3.2-1B", "a model's name"),
        ("GGUF\x03\x00", "GGUF file"),
        ("LlamaConfig(hidden_size=2048)", "Python code"),
        ('"model_type": "llama"}', "opening { is missing"),
        ("hidden_size = 2048", "settings file"),
        (json.dumps(GOOD).replace("2048", "1" * 5_000), "thousands of digits"),
        (b"PK\x03\x04\x00\x00", "binary file"),
    ],
)
def test_a_text_of_another_kind_is_called_what_it_is(text, said):
    with pytest.raises(CannotEstimateError, match=said) as refused:
        from_text(text)
    assert "config.json" in str(refused.value)


def test_a_config_as_python_prints_it_is_read():
    assert from_text(str({**GOOD, "rope_scaling": None})).parameters == 1_235_814_400
    assert from_text(f"config = {json.dumps(GOOD)}").parameters == 1_235_814_400
    with pytest.raises(CannotEstimateError, match="single quote"):
        from_text(str(GOOD)[:-1] + ", 'torch_dtype': torch.bfloat16}")


def test_a_field_that_stands_twice_must_say_the_same():
    twice = json.dumps(GOOD)[:-1] + ', "hidden_size": %s}'
    assert from_text(twice % 2048).parameters == 1_235_814_400
    with pytest.raises(CannotEstimateError, match="'hidden_size' stands twice in this config, as 2048 and as 4096"):
        from_text(twice % 4096)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hidden_size", 0),
        ("hidden_size", -1),
        ("hidden_size", 2048.5),
        ("hidden_size", "2048"),
        ("hidden_size", True),
        ("hidden_size", 10**12),
        ("hidden_size", {"a": 1}),
        ("num_hidden_layers", 10**8),
        ("num_hidden_layers", float("inf")),
        ("vocab_size", float("nan")),
        ("num_attention_heads", 7),
        ("intermediate_size", -5),
        ("tie_word_embeddings", "yes"),
        ("model_type", 7),
    ],
)
def test_impossible_values_name_their_field(field, value):
    with pytest.raises(CannotEstimateError) as refused:
        from_config({**GOOD, field: value})
    assert field in str(refused.value)


def test_heads_that_do_not_divide():
    with pytest.raises(CannotEstimateError, match="num_key_value_heads = 5 does not divide num_attention_heads = 32"):
        from_config({**GOOD, "num_key_value_heads": 5})
    with pytest.raises(
        CannotEstimateError, match=r"does not divide hidden_size = .* give that, or a number of heads that divides it"
    ):
        from_config({**GOOD, "num_attention_heads": 30, "num_key_value_heads": 10})


def test_more_active_experts_than_there_are():
    mixtral = {**catalogue()["Mixtral-8x7B"].config, "num_experts_per_tok": 9}
    with pytest.raises(CannotEstimateError, match="9 active experts"):
        from_config(mixtral)


@pytest.mark.parametrize(
    "change",
    [
        {"model_type": "mamba"},
        {"model_type": "brand_new"},
        {"is_encoder_decoder": True},
        {"num_local_experts": 8},
        {"kv_lora_rank": 512},
        {"layer_types": ["full_attention", "linear_attention"]},
        {"layer_types": ["sliding_attention"] * 16},
        {"block_configs": [{"attention": {"n_heads_in_group": 8}}]},
        {"hidden_size": [2048, 4096]},
        {"text_config": {"hidden_size": 1024}},
        {"architectures": ["LlamaForSequenceClassification"]},
        {"vocab_size": None},
    ],
    ids=str,
)
def test_nothing_is_squeezed_into_a_formula_that_does_not_know_it(change):
    with pytest.raises(NeedsCounting):
        from_config({**GOOD, **change})


@pytest.mark.parametrize(
    "change", [{"mlp_only_layers": [3, 7]}, {"decoder_sparse_step": 2}, {"num_shared_experts": 2}], ids=str
)
def test_layers_without_experts_that_a_formula_does_not_read(change):
    with pytest.raises(NeedsCounting, match=next(iter(change))):
        from_config({**catalogue()["Qwen3-30B-A3B"].config, **change})


def test_an_alias_is_counted_as_the_model_it_is():
    """Kimi K2: 1,026,408,209,408 parameters, built by transformers as DeepSeek-V3."""
    kimi = next(case for case in MODEL_CONFIGS if case["id"] == "Kimi-K2")
    arch = from_config(kimi["config"])
    assert arch.parameters == kimi["parameters"]
    assert KVCache(arch, tokens=1).bytes_per_token == kimi["kv_bytes_per_token_16bit"]
    assert "deepseek_v3" in arch.notes[0]


@pytest.mark.parametrize("case", MODEL_CONFIGS, ids=lambda case: case["id"])
def test_a_formula_is_right_or_leaves_it_to_counting(case):
    try:
        arch = from_text(json.dumps(case["config"]))
    except NeedsCounting:
        return
    assert arch.parameters in (case["parameters"], *case.get("also_right", ()))
    per_token = (case["kv_bytes_per_token_16bit"], *case.get("kv_also_right", ()))
    assert KVCache(arch, tokens=1).bytes_per_token in per_token


@pytest.mark.parametrize(
    ("scaling", "positions"),
    [
        ({"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32_768}, 131_072),  # Qwen2.5 model card
        ({"type": "linear", "factor": 8.0}, 1_048_576),
        ({"rope_type": "llama3", "factor": 8.0, "original_max_position_embeddings": 8_192}, 131_072),  # Llama 3.1
        ({"type": "yarn", "factor": "4"}, 131_072),
        (None, 131_072),
    ],
)
def test_rope_scaling_stretches_the_context(scaling, positions):
    short = 32_768 if scaling and scaling.get("factor") == 4.0 else 131_072
    config = {**GOOD, "max_position_embeddings": short, "rope_scaling": scaling}
    assert from_config(config).max_position_embeddings == positions


def test_command_r_says_its_context_in_a_field_of_its_own():
    """CohereForAI/c4ai-command-r-v01, config.json and model card: 128K tokens."""
    assert longest_context({"max_position_embeddings": 8192, "model_max_length": 131_072}) == 131_072
    assert longest_context({"max_position_embeddings": 8192, "model_max_length": 10**30}) == 8192


def test_a_config_that_lists_every_tensor_is_read():
    """Configs of quantized checkpoints have hundreds of thousands of characters."""
    names = [f"model.layers.{layer}.mlp.experts.{expert}.down_proj" for layer in range(60) for expert in range(400)]
    text = json.dumps({**GOOD, "quantization_config": {"quant_method": "modelopt", "ignore": names}})
    assert len(text) > 1_000_000
    assert from_text(text).parameters == 1_235_814_400


def test_floats_that_are_whole_are_taken():
    assert from_config({**GOOD, "hidden_size": 2048.0}).hidden_size == 2048


@pytest.mark.parametrize("parameters", [2e7, 1e8, 1e9, 7e9, 70e9, 405e9, 2e12])
def test_a_model_made_from_a_number_has_that_number(parameters):
    assert from_parameters(parameters).parameters == pytest.approx(parameters, rel=0.02)


@pytest.mark.parametrize("parameters", [0, -1, 1e20, float("nan")])
def test_absurd_numbers_of_parameters_are_refused(parameters):
    with pytest.raises(CannotEstimateError, match="parameters"):
        from_parameters(parameters)


def test_an_unknown_name_is_refused():
    with pytest.raises(CannotEstimateError, match="catalogue"):
        architecture("no/such-model")


def test_a_hub_id_of_the_catalogue_needs_no_network(monkeypatch):
    monkeypatch.setattr("urllib.request.urlopen", lambda *_a, **_k: pytest.fail("asked the network"))
    assert from_text(text_from_hub("qwen/qwen2.5-0.5b")).parameters == 494_032_768  # Qwen2.5-0.5B's safetensors index


@pytest.mark.parametrize(
    ("config", "tokens"),
    [
        ({"model_type": "roberta", "max_position_embeddings": 514}, 512),  # roberta-base: sequences of 512 tokens
        ({"model_type": "xlm-roberta", "max_position_embeddings": 8194, "pad_token_id": 1}, 8_192),  # BGE-M3's card
        ({"model_type": "bert", "max_position_embeddings": 512}, 512),
    ],
)
def test_positions_that_begin_after_padding_serve_fewer_tokens(config, tokens):
    assert longest_context(config) == tokens


def test_what_a_config_leaves_out_is_listed():
    config = {"model_type": "gpt2", "n_layer": 12, "n_embd": 768, "n_head": 12, "vocab_size": 50257}
    filled = dict(from_config(config).filled)
    assert filled["n_inner"] == "3,072"
    assert filled["tie_word_embeddings"] == "true"
    assert "n_layer" not in filled
    said = {"tie_word_embeddings": True, "n_inner": 3072}
    assert not {"tie_word_embeddings", "n_inner"} & set(dict(from_config({**config, **said}).filled))


@pytest.mark.parametrize(
    ("hidden", "width", "layers", "said", "parameters"),
    [  # github.com/baichuan-inc/Baichuan-13B, README_EN.md, Model Details
        (4_096, 11_008, 32, {"max_position_embeddings": 4_096}, 7_000_559_616),
        (5_120, 13_696, 40, {"model_max_length": 4_096, "_from_model_config": True}, 13_264_901_120),
    ],
)
def test_baichuan_whose_code_is_its_author_s_is_counted_as_llama(hidden, width, layers, said, parameters):
    config = {
        "architectures": ["BaichuanForCausalLM"],
        "auto_map": {"AutoConfig": "configuration_baichuan.BaichuanConfig"},
        "model_type": "baichuan",
        "hidden_size": hidden,
        "intermediate_size": width,
        "num_hidden_layers": layers,
        "num_attention_heads": layers,
        "vocab_size": 64_000,
        "tie_word_embeddings": False,
        **said,
    }
    found = from_config(config)
    assert (found.parameters, found.max_position_embeddings) == (parameters, 4_096)
    assert "'baichuan' is built as 'llama'" in found.notes[0]


def test_kinds_of_fewer_layers_than_there_are_are_refused():
    config = {**catalogue()["Qwen3-8B"].config, "layer_types": ["full_attention"] * 10}
    with pytest.raises(CannotEstimateError, match="layer_types names 10 layers and num_hidden_layers = 36"):
        from_config(config)


def test_a_length_told_under_another_name_is_not_said_to_be_filled_in():
    config = {
        "model_type": "baichuan",
        "hidden_size": 4096,
        "intermediate_size": 11008,
        "num_attention_heads": 32,
        "num_hidden_layers": 32,
        "vocab_size": 125696,
    }
    told = from_config({**config, "model_max_length": 4096})
    assert told.max_position_embeddings == 4096
    assert "max_position_embeddings" not in dict(told.filled)
    assert dict(from_config(config).filled)["max_position_embeddings"] == "2,048"
