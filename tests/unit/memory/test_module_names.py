"""What models call their matrices, against transformers' own classes and against what peft adds to them."""

from __future__ import annotations

import json

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoConfig, AutoModelForCausalLM

from lib.memory.model.config_json import from_text
from lib.memory.model.module_names import OWN_NAMES, own_names
from lib.training.inside.counting import AdapterCount
from lib.training.run import TARGETS

pytestmark = [
    pytest.mark.torch,
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
    pytest.mark.filterwarnings("ignore:fan_in_fan_out is set to False:UserWarning"),
]
SMALL = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 96}
CONFIGS = {
    "llama": {**SMALL, "num_key_value_heads": 2},
    "gpt2": {"n_embd": 64, "n_layer": 2, "n_head": 4},
    "gpt_neox": SMALL,
    "bloom": {"hidden_size": 64, "n_layer": 2, "n_head": 4},
    "phi": SMALL,
    "phi3": {**SMALL, "num_key_value_heads": 2, "pad_token_id": 0},
    "opt": {
        **{key: value for key, value in SMALL.items() if key != "intermediate_size"},
        "ffn_dim": 96,
        "word_embed_proj_dim": 64,
    },
    "gptj": {"n_embd": 64, "n_layer": 2, "n_head": 4, "rotary_dim": 8},
}
EVERY = {"qv": "Attention: query and value", "attention": "Attention: all four", "all": "All linear layers"}
"""The same targets, as the arithmetic and as a run names them."""


def test_every_type_with_names_of_its_own_is_tried():
    assert OWN_NAMES.keys() - CONFIGS.keys() == {"bert"}, "which writes no text"


@pytest.mark.parametrize("targets", EVERY)
@pytest.mark.parametrize("model_type", CONFIGS)
def test_an_adapter_on_those_names_is_as_large_as_the_arithmetic_says(model_type, targets):
    """peft on transformers' own class, beside r (inputs + outputs) of the matrices that the config tells of."""
    config = AutoConfig.for_model(model_type, vocab_size=128, **CONFIGS[model_type])
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    names = own_names(model_type, TARGETS[EVERY[targets]])
    adapted = get_peft_model(model, LoraConfig(r=4, target_modules=list(names), task_type="CAUSAL_LM"))
    added = sum(weight.numel() for name, weight in adapted.named_parameters() if "lora_" in name)
    architecture = from_text(json.dumps(config.to_dict()))
    assert added == AdapterCount(architecture, 4, targets).parameters
    found = {name for name, _ in adapted.named_modules() if name.endswith(tuple(f".{each}" for each in names))}
    assert len(found) == 2 * len(names), "each name means one matrix in each of the two layers"
