"""Parameters and work of adapters against published counts, peft and PyTorch's own count of FLOPs."""

from __future__ import annotations

import pytest
import torch
from peft import IA3Config, LoraConfig, PrefixTuningConfig, PromptTuningConfig, get_peft_model
from torch.utils.flop_counter import FlopCounterMode
from transformers import LlamaConfig, LlamaForCausalLM, Phi3Config, Phi3ForCausalLM

from lib.lesson.adapters.anatomy import Adapter, base_flops_per_token, possible_places, usual_adapter
from lib.lesson.adapters.errors import AdapterError
from lib.lesson.adapters.kinds import kinds
from lib.lesson.adapters.published import published
from lib.lesson.adapters.timing_job import Beside
from lib.memory import architecture, catalogue
from lib.memory.model.config_json import from_config
from lib.training.methods.bottleneck import put_bottlenecks

pytestmark = [
    pytest.mark.torch,
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]
LLAMA = {
    "model_type": "llama",
    "hidden_size": 64,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "intermediate_size": 96,
    "vocab_size": 128,
    "max_position_embeddings": 128,
    "tie_word_embeddings": False,
}
ARCH = from_config(LLAMA, name="small")
PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


def llama() -> LlamaForCausalLM:
    torch.manual_seed(0)
    return LlamaForCausalLM(LlamaConfig(**LLAMA, attn_implementation="eager"))


def trained(model) -> int:
    return sum(each.numel() for each in model.parameters() if each.requires_grad)


def flops(model, tokens: int = 8) -> int:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(input_ids=torch.zeros(1, tokens, dtype=torch.long), use_cache=False)
    return counter.get_total_flops()


@pytest.mark.parametrize("each", published(), ids=lambda each: f"{each.model}-{each.kind}")
def test_counts_that_the_authors_of_llm_adapters_published(each):
    assert each.counted.parameters / 1e6 == pytest.approx(float(each.millions), rel=0.025)


def test_lester_et_al_s_prompt():
    """arXiv 2104.08691, section 1: 20,480 parameters a task at 5 tokens, for T5 XXL, whose width is 4,096."""
    assert Adapter(architecture("Llama-2-7B"), "prompt", 5, ("input",)).parameters == 20_480


@pytest.mark.parametrize("places", [("q_proj", "v_proj"), PROJECTIONS])
def test_lora_is_counted_and_works_as_in_peft(places):
    model = get_peft_model(llama(), LoraConfig(r=4, target_modules=list(places), task_type="CAUSAL_LM"))
    adapter = Adapter(ARCH, "lora", 4, places)
    assert adapter.parameters == trained(model)
    assert 8 * adapter.flops_per_token == flops(model) - flops(llama())


def test_lora_beside_matrices_that_are_fused():
    config = {**LLAMA, "model_type": "phi3", "pad_token_id": 0}
    with torch.device("meta"):
        model = Phi3ForCausalLM(Phi3Config(**config))
    places = ("qkv_proj", "gate_up_proj")
    adapted = get_peft_model(model, LoraConfig(r=4, target_modules=list(places), task_type="CAUSAL_LM"))
    assert Adapter(from_config(config, name="fused"), "lora", 4, places).parameters == trained(adapted)


def test_vectors_and_positions_are_counted_as_in_peft():
    ia3 = IA3Config(
        task_type="CAUSAL_LM", target_modules=["k_proj", "v_proj", "down_proj"], feedforward_modules=["down_proj"]
    )
    prompt = PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=5)
    prefix = PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=5)
    for kind, config in (("ia3", ia3), ("prompt", prompt), ("prefix", prefix)):
        adapter = Adapter(ARCH, kind, 5, possible_places(ARCH, kind))
        assert adapter.parameters == trained(get_peft_model(llama(), config)), kind


def test_a_prefix_adds_the_attention_that_pytorch_counts():
    """8 tokens over 5 positions more, in each of 3 layers."""
    config = PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=5)
    model = get_peft_model(llama(), config).eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(input_ids=torch.zeros(1, 8, dtype=torch.long))
    adapter = Adapter(ARCH, "prefix", 5, ("cache",))
    assert counter.get_total_flops() - flops(llama()) == 8 * adapter.flops_per_token


def test_bottlenecks_after_and_beside_the_mlp():
    series = put_bottlenecks(llama(), 6)
    adapter = Adapter(ARCH, "series", 6, ("mlp",))
    assert adapter.parameters == trained(series)
    assert 8 * adapter.flops_per_token == flops(series) - flops(llama())
    parallel = llama().requires_grad_(False)
    for layer in parallel.model.layers:
        layer.mlp = Beside(layer.mlp, 64, 6, torch.device("cpu"))
    assert Adapter(ARCH, "parallel", 6, ("mlp",)).parameters == trained(parallel)


def test_the_model_s_own_work_is_what_pytorch_counts_without_attention():
    attention = 4 * 8 * ARCH.query_width * ARCH.num_hidden_layers  # a token over all 8, as eager attention computes it
    assert flops(llama()) == 8 * (base_flops_per_token(ARCH) + attention)


def test_every_model_of_the_catalogue_has_every_kind_or_says_why_not():
    for entry in catalogue().values():
        for kind in kinds():
            if entry.architecture.latent and kind in ("prefix", "ia3"):
                with pytest.raises(AdapterError, match="choose another kind or another model"):
                    usual_adapter(entry.architecture, kind)
                continue
            adapter = usual_adapter(entry.architecture, kind)
            assert 0 < adapter.share < 0.05
            assert adapter.work_share >= 0


@pytest.mark.parametrize(
    ("kind", "size", "places", "told"),
    [
        ("lora", 0, ("q_proj",), "size = 0 must lie between 1"),
        ("lora", 8, (), "Nothing is added yet"),
        ("lora", 8, ("x_proj",), "has no place x_proj"),
        ("glue", 8, ("mlp",), "There is no kind glue"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(kind, size, places, told):
    with pytest.raises(AdapterError, match=told):
        Adapter(ARCH, kind, size, places)
