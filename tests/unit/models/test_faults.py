"""Configs that transformers cannot build: a student is told of the config's fields, never of tensors or code."""

import json
import re

import pytest

from lib.memory.errors import CannotEstimateError, NeedsAnotherLibrary
from lib.memory.model.counted_architecture import counted_architecture
from tests.data import MODEL_CONFIGS

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]

OF_CODE = re.compile(
    r"tensor|shape|\bmeta\b|module|attribute|object has|class|Error|instance|literal|'<='|[<>{}\[\]]|…"
)
SIZES = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 100}
LLAMA = {"model_type": "llama", **SIZES, "intermediate_size": 64}
SEES = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 4, "model_type": "clip_vision_model"}
SEEING = {"model_type": "llava", "text_config": LLAMA, "vision_config": SEES}
BART = {"model_type": "bart", "d_model": 32, "vocab_size": 100, "encoder_layers": 1, "decoder_layers": 1}
GPT_NEO = {"model_type": "gpt_neo", "hidden_size": 32, "num_layers": 2, "num_heads": 4, "vocab_size": 100}
DBRX = {"model_type": "dbrx", "d_model": 32, "n_heads": 4, "n_layers": 1, "vocab_size": 100}
LONG = {"type": "longrope", "long_factor": [1.0], "short_factor": [1.0]}

FAULTS = {
    "a value of another kind": (LLAMA | {"hidden_act": 3}, "hidden_act must be a text, not 3"),
    "a text for a switch": (LLAMA | {"attention_bias": "yes"}, 'attention_bias must be true or false, not "yes"'),
    "one of several kinds": (LLAMA | {"pad_token_id": "x"}, 'pad_token_id must be a whole number or null, not "x"'),
    "one of two numbers": (LLAMA | {"attention_dropout": "x"}, 'attention_dropout must be a number or null, not "x"'),
    "a name of before": (LLAMA | {"rope_scaling": "linear"}, 'rope_scaling must be an object or null, not "linear"'),
    "heads": (LLAMA | {"num_attention_heads": 3}, r"hidden size \(32\) is not a multiple of the number of attention"),
    "heads, as it is built": (
        {"model_type": "gpt2", "n_embd": 32, "n_layer": 2, "n_head": 3, "vocab_size": 100},
        "embed_dim must be divisible by num_heads",
    ),
    "an odd head": (LLAMA | {"head_dim": 31}, "even rotary dimension, but got head_dim=31"),
    "layers": (
        {"model_type": "gemma3_text", **SIZES, "layer_types": ["full_attention"]},
        r"num_hidden_layers \(2\) must be equal to the number of layer_types \(1\)",
    ),
    "a kind of layer": (
        {"model_type": "gemma3_text", **SIZES, "layer_types": ["full_attention", "half"]},
        'layer_types has "half", which is no kind of layer',
    ),
    "what a kind of RoPE needs": (
        LLAMA | {"rope_scaling": {"rope_type": "llama3", "factor": 8.0}},
        "rope_scaling of the type 'llama3' must also have high_freq_factor and low_freq_factor",
    ),
    "factors of another length": (
        {"model_type": "phi3", **SIZES, "rope_scaling": LONG},
        "rope_scaling's short_factor field must have length 4, got 1",
    ),
    "an activation": (LLAMA | {"hidden_act": "no_such"}, 'hidden_act cannot be "no_such"'),
    "a kind of RoPE": (LLAMA | {"rope_scaling": {"rope_type": "odd"}}, 'rope_scaling.rope_type cannot be "odd"'),
    "a dtype": (LLAMA | {"torch_dtype": "floaty"}, 'torch_dtype cannot be "floaty"'),
    "a number in marks": (
        LLAMA | {"rope_scaling": {"rope_type": "yarn", "factor": "4"}},
        'rope_scaling.factor must be a number, not the text "4"',
    ),
    "a token beyond the vocabulary": (LLAMA | {"pad_token_id": 5000}, "pad_token_id must be smaller than the vocab"),
    "a field that is needed": (DBRX | {"attn_config": {"clip_qkv": 8}}, "it has no field rope_theta"),
    "a length": (
        {"model_type": "led", "d_model": 32, "vocab_size": 100, "encoder_layers": 2, "attention_window": [4]},
        "the length of attention_window should equal num_hidden_layers",
    ),
    "a part of no known type": (
        SEEING | {"vision_config": {"model_type": "no_such_vit"}},
        "model_type 'no_such_vit' inside it is not one that transformers",
    ),
    "a part": (SEEING | {"vision_config": SEES | {"hidden_size": 30}}, r"the hidden size \(30\) is not a multiple"),
    "an error of code": (LLAMA | {"id2label": ["a"]}, "probably missing or does not fit the others"),
    "a sentence about code": (
        GPT_NEO | {"attention_types": [[["global"], 3]]},
        "compare it with the config.json of a published model of its type",
    ),
}


def count(config: dict):
    from lib.models.counting.job import count

    *_, last = count(json.dumps(config))
    return last.model


@pytest.mark.parametrize("kind", FAULTS)
def test_what_is_wrong_with_a_config_is_said_of_its_fields(kind):
    config, said = FAULTS[kind]
    with pytest.raises(CannotEstimateError, match=said) as refused:
        count(config)
    assert config["model_type"] in str(refused.value)
    assert not OF_CODE.search(str(refused.value)), refused.value
    assert str(refused.value).count(". ") == 0


def test_internvl_with_a_language_model_that_transformers_lacks_names_its_type():
    """InternVL2-8B's config: its llm_config is an InternLM2, which came with code of its author's."""
    config = next(case["config"] for case in MODEL_CONFIGS if case["id"] == "InternVL3-1B")
    inside = config["llm_config"] | {"model_type": "internlm2", "architectures": ["InternLM2ForCausalLM"]}
    with pytest.raises(CannotEstimateError, match="'internlm2' inside it is not one that transformers") as refused:
        count(config | {"llm_config": inside})
    assert "afmoe" not in str(refused.value)  # the first of every type there is, which transformers lists


def test_a_library_that_is_not_named_is_another_one():
    from transformers import LlamaConfig

    from lib.models.counting.build import build

    def kind(_config):
        raise ImportError("cannot import name 'Thing' from 'module.within'")

    with pytest.raises(NeedsAnotherLibrary, match="a part of llama with another library, which this app") as refused:
        build(kind, LlamaConfig())
    assert not OF_CODE.search(str(refused.value))


VIT = {"model_type": "vit", "hidden_size": 24, "num_hidden_layers": 1, "num_attention_heads": 4, "image_size": 32}
WRITES = {"model_type": "trocr", "d_model": 32, "decoder_layers": 1, "decoder_attention_heads": 4, "vocab_size": 100}
NOT_RUN = {
    "a decoder": {"model_type": "mpt", "d_model": 32, "n_heads": 3, "n_layers": 1, "vocab_size": 100},
    "an encoder of pictures": {
        "model_type": "vision-encoder-decoder",
        "encoder": VIT | {"patch_size": 64},
        "decoder": WRITES,
    },
}


@pytest.mark.parametrize("kind", NOT_RUN)
def test_what_keeps_a_model_from_running_is_not_told_in_tensors(kind):
    """Their weights are counted; what their layers keep is refused in our words."""
    model = count(NOT_RUN[kind])
    assert model.parameters > 0
    with pytest.raises(CannotEstimateError, match="here it has no weights to run with") as refused:
        _ = counted_architecture(model, "it").keeps
    assert not OF_CODE.search(str(refused.value)), refused.value


def test_what_keeps_two_texts_from_running_is_not_told_in_tensors(monkeypatch):
    from lib.models.counting import two_texts

    def as_torch_says_it(_model):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied (7x24 and 20x32)")

    monkeypatch.setattr(two_texts, "experts_idle", as_torch_says_it)
    heads = {"encoder_attention_heads": 4, "decoder_attention_heads": 4}
    assert (
        count(BART | heads).keeps_problem == "it shows only when the model runs, and here it has no weights to run with"
    )


def test_what_is_logged_is_the_error_s_type_and_place_and_nothing_that_was_pasted(monkeypatch):
    from lib.models.counting import fault

    logged = []
    monkeypatch.setattr(fault, "record", lambda event, **facts: logged.append((event, facts)))
    with pytest.raises(CannotEstimateError):
        count(LLAMA | {"hidden_act": "a secret of mine"})
    ((event, facts),) = logged
    assert (event, facts["error"]) == ("config not built", "KeyError")
    assert re.fullmatch(r"transformers/[\w/]+\.py:\d+", facts["where"])
    assert "secret" not in str(facts)
