"""Configs from anywhere: each bad one is refused in a sentence that names the field."""

import json

import pytest

from lib.memory.errors import CannotEstimateError
from lib.memory.model.catalogue import architecture, catalogue, from_parameters
from lib.memory.model.config_json import from_config, from_text
from lib.memory.model.hub import from_hub

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
    ("text", "named"),
    [
        ("", "JSON"),
        ("not json at all", "JSON"),
        ("[1, 2, 3]", "object"),
        ("null", "object"),
        ("{" * 50_000, "JSON"),
        ("[" * 100_000, "JSON"),
        ("x" * 10_000_000, "characters"),
        (json.dumps({"model_type": "llama"}), "num_hidden_layers"),
        (b"\xff\xfe\x00", "JSON"),
    ],
)
def test_text_that_is_no_config(text, named):
    with pytest.raises(CannotEstimateError, match=named) as refused:
        from_text(text)
    assert len(str(refused.value)) < 300
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hidden_size", 0),
        ("hidden_size", -1),
        ("hidden_size", 2048.5),
        ("hidden_size", "2048"),
        ("hidden_size", True),
        ("hidden_size", 10**12),
        ("hidden_size", [2048, 4096]),
        ("hidden_size", {"a": 1}),
        ("num_hidden_layers", 10**8),
        ("num_hidden_layers", float("inf")),
        ("vocab_size", float("nan")),
        ("num_attention_heads", 7),
        ("intermediate_size", -5),
        ("tie_word_embeddings", "yes"),
        ("model_type", 7),
        ("vocab_size", None),
    ],
)
def test_impossible_values_name_their_field(field, value):
    with pytest.raises(CannotEstimateError) as refused:
        from_config({**GOOD, field: value})
    assert field in str(refused.value)


def test_heads_that_do_not_divide():
    with pytest.raises(CannotEstimateError, match="num_key_value_heads = 5 does not divide num_attention_heads = 32"):
        from_config({**GOOD, "num_key_value_heads": 5})
    with pytest.raises(CannotEstimateError, match=r"does not divide hidden_size"):
        from_config({**GOOD, "num_attention_heads": 30, "num_key_value_heads": 10})


def test_more_active_experts_than_there_are():
    mixtral = {**catalogue()["Mixtral-8x7B"].config, "num_experts_per_tok": 9}
    with pytest.raises(CannotEstimateError, match="9 active experts"):
        from_config(mixtral)


def test_families_that_would_be_silently_wrong_are_refused():
    with pytest.raises(CannotEstimateError, match="no KV cache"):
        from_config({**GOOD, "model_type": "mamba"})
    with pytest.raises(CannotEstimateError, match="two stacks"):
        from_config({**GOOD, "is_encoder_decoder": True})


def test_an_unknown_family_is_counted_as_llama_and_says_so():
    arch = from_config({**GOOD, "model_type": "brand_new"})
    assert arch.parameters == 1_235_814_400
    assert "brand_new" in arch.notes[0]


def test_the_language_part_of_a_multimodal_config():
    arch = from_config({"model_type": "llava", "text_config": GOOD, "vision_config": {"hidden_size": 1024}})
    assert arch.parameters == 1_235_814_400
    assert "language part" in arch.notes[0]


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
    assert from_hub("qwen/qwen2.5-0.5b").parameters == 494_032_768  # Qwen2.5-0.5B's safetensors index
