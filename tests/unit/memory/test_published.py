"""Figures that others have published, each with where."""

import pytest

from lib.memory.estimate import estimate
from lib.memory.gpus import gpu
from lib.memory.model.catalogue import architecture, catalogue
from lib.memory.model.config_json import from_config
from lib.memory.model.weights import nf4_bits_per_weight, weights_bytes
from lib.memory.rules_of_thumb import ServingRule, TrainingRule
from lib.memory.serve.kv_cache import KVCache, other_ways
from lib.memory.serve.serving import serving
from lib.memory.serve.setup import ServingSetup
from lib.memory.train.adapters import adapter_parameters
from lib.memory.train.setup import TrainingSetup
from lib.memory.train.states import training_states
from lib.memory.train.training import training
from lib.memory.train.zero import zero_bytes_per_gpu
from lib.units import GIB


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("GPT-2", 124_439_808),  # openai-community/gpt2, model card's safetensors index
        ("Llama-2-7B", 6_738_415_616),  # meta-llama/Llama-2-7b-hf
        ("Mixtral-8x7B", 46_702_792_704),  # mistralai/Mixtral-8x7B-v0.1
        ("Llama-3.1-405B", 405_853_388_800),
        ("BLOOM-7B1", 7_069_016_064),  # bigscience/bloom-7b1 model card
        ("GPT-J-6B", 6_050_882_784),  # the count of huggingface.co/EleutherAI/gpt-j-6b, safetensors
        ("Pythia-1.4B", 1_414_647_808),  # EleutherAI/pythia-1.4b model card: total parameters
    ],
)
def test_parameters_as_published(name, parameters):
    assert architecture(name).parameters == parameters


def test_every_count_of_the_catalogue_matches_its_config():
    wrong = {
        e.name: (e.architecture.parameters, e.parameters)
        for e in catalogue().values()
        if e.architecture.parameters != e.parameters
    }
    assert not wrong
    assert len(catalogue()) >= 50


@pytest.mark.parametrize(
    ("name", "active"),
    [
        ("Mixtral-8x7B", 12.9),  # arXiv 2401.04088, section 2: "uses 13B active parameters"; 12.9 exactly counted
        ("DeepSeek-V3", 37),  # arXiv 2412.19437: 37B activated
        ("OLMoE-1B-7B", 1.3),  # arXiv 2409.02060: 1.3B active
        ("Qwen3-30B-A3B", 3.3),  # arXiv 2505.09388: 3B activated (3.3B on the model card)
        ("Qwen3-235B-A22B", 22),
        ("DeepSeek-V2-Lite", 2.4),  # arXiv 2405.04434, appendix B: 2.4B activated, without the embedding
    ],
)
def test_active_parameters_of_mixtures(name, active):
    arch = architecture(name)
    counted = arch.active_parameters - (arch.embedding_parameters if name == "DeepSeek-V2-Lite" else 0)
    assert counted / 1e9 == pytest.approx(active, rel=0.025)


@pytest.mark.parametrize(
    ("name", "bytes_per_token"),
    [
        ("OPT-13B", 819_200),  # Kwon et al. 2023, section 3: 2 · 5120 · 40 · 2 = 800 KB
        ("Llama-3.1-8B", 131_072),
        ("Llama-3.1-70B", 327_680),
        ("Llama-3.1-405B", 516_096),  # arXiv 2505.09343, table 1: 516.1 KB
        ("Qwen2.5-72B", 327_680),  # arXiv 2505.09343, table 1: 327.7 KB
        ("DeepSeek-V3", 70_272),  # arXiv 2505.09343, table 1: 70.3 KB
        ("Llama-2-7B", 524_288),
    ],
)
def test_kv_cache_per_token(name, bytes_per_token):
    assert KVCache(architecture(name), tokens=1).bytes_per_token == bytes_per_token


@pytest.mark.parametrize(("name", "gib"), [("Llama-3.1-8B", 15.62), ("Llama-3.1-70B", 39.06)])
def test_kv_cache_at_128k_as_hugging_face_gives_it(name, gib):
    """Hugging Face, "Llama 3.1": 16-bit KV cache at 128,000 tokens."""
    assert KVCache(architecture(name), tokens=128_000).total_bytes / GIB == pytest.approx(gib, abs=0.0051)


def test_kv_cache_of_405b_is_half_of_what_the_blog_says():
    """The blog's 123.05 GB assumes 16 KV heads; the released model has 8."""
    assert KVCache(architecture("Llama-3.1-405B"), tokens=128_000).total_bytes / GIB == pytest.approx(61.52, abs=0.01)


def test_sliding_windows_bound_the_cache():
    """Mistral 7B, section 2: at 32k tokens the rolling buffer is 8 times smaller than a full cache."""
    mistral = architecture("Mistral-7B-v0.1")
    cache = KVCache(mistral, tokens=32_768)
    assert other_ways(cache)["without its window"].total_bytes / cache.total_bytes == 8


@pytest.mark.parametrize(("stage", "gb"), [(0, 120), (1, 31.4), (2, 16.6), (3, 1.9)])
def test_zero_paper_figure_1(stage, gb):
    """Rajbhandari et al. 2020, figure 1: 7.5B parameters, 64 GPUs, K = 12."""
    assert zero_bytes_per_gpu(7.5e9, stage, 64) / 1e9 == pytest.approx(gb, abs=0.05)


@pytest.mark.parametrize("stage", [0, 1, 2, 3])
def test_sharded_states_are_those_of_the_zero_paper(stage):
    """The detailed estimate and the paper's formula must agree on any model, not only on the paper's."""
    arch = architecture("Llama-2-7B")
    setup = TrainingSetup(precision="bf16_master", gpus=64, zero_stage=stage)
    states = training_states(arch, setup)
    ours = states.weights + states.gradients + states.optimizer
    assert ours == pytest.approx(zero_bytes_per_gpu(arch.parameters, stage, 64))


def test_nf4_with_double_quantization_is_4_127_bits():
    """QLoRA, section 3: 0.5 bits a parameter for the constants become 0.127."""
    assert nf4_bits_per_weight(double_quant=True) == pytest.approx(4.127, abs=0.0005)
    assert nf4_bits_per_weight(double_quant=False) == 4.5


def test_qlora_finetunes_65b_on_a_48_gb_gpu():
    """QLoRA, abstract: a 65B model on a single 48 GB GPU; r = 64 on all layers, batch 1, 512 tokens, checkpointing."""
    setup = TrainingSetup(
        method="qlora",
        precision="bf16_autocast",
        rank=64,
        batch=1,
        sequence=512,
        checkpointing=True,
        optimizer="adamw_8bit",
    )
    arch = architecture("LLaMA-65B")
    assert training(arch, setup).total_bytes < 48e9
    assert weights_bytes(arch, "bf16") > 130e9  # and in 16 bits it needs more than 780 GB to finetune, as they say
    assert training(arch, TrainingSetup(precision="bf16_master", sequence=512)).total_bytes > 780e9


def test_mixed_precision_adamw_takes_18_bytes_a_parameter():
    """Hugging Face, "Anatomy of a model's memory": 6 weights (4 and a 16-bit copy) + 8 states + 4 gradients."""
    arch = architecture("Llama-2-7B")
    setup = TrainingSetup(precision="bf16_autocast", checkpointing=True)
    states = training_states(arch, setup)
    loss = next(m for m in training(arch, setup).first_step if m.label == "loss")
    total = states.weights + states.optimizer + states.gradients + loss.temporary  # the copies autocast holds
    assert total / arch.parameters == pytest.approx(18, rel=0.02)


@pytest.mark.parametrize(
    ("optimizer", "bytes_each"), [("adamw", 8), ("adamw_8bit", 2), ("sgd_momentum", 4), ("sgd", 0)]
)
def test_optimizer_states_per_parameter(optimizer, bytes_each):
    """Hugging Face, "Anatomy of a model's memory": 8, 2 and 4 bytes a parameter in fp32."""
    arch = architecture("Llama-2-7B")
    states = training_states(arch, TrainingSetup(precision="fp32", optimizer=optimizer))
    assert states.optimizer / arch.parameters == pytest.approx(bytes_each, abs=0.04)


def test_the_lectures_numbers():
    assert ServingRule(1e9, bits=32).weights_bytes == 4e9
    assert TrainingRule(1e9).total_bytes == 24e9
    assert ServingRule(70e9, bits=16).total_bytes == pytest.approx(168e9)
    assert ServingRule(70e9, bits=8).total_bytes == pytest.approx(84e9)


def test_two_a100_hold_the_weights_of_llama_70b_and_one_does_not():
    arch, card = architecture("Llama-3.1-70B"), gpu("A100 80GB SXM")
    assert estimate(arch, ServingSetup(context=2_048, prefill=512), card).total_bytes > card.usable_bytes
    assert estimate(arch, ServingSetup(context=2_048, prefill=512, gpus=2), card).total_bytes < card.usable_bytes


def test_gpt_oss_fits_where_its_card_says():
    """gpt-oss model card (arXiv 2508.10925): checkpoints of 12.8 and 60.8 GiB."""
    assert weights_bytes(architecture("gpt-oss-20b"), "mxfp4") / GIB == pytest.approx(12.8, rel=0.01)
    assert weights_bytes(architecture("gpt-oss-120b"), "mxfp4") / GIB == pytest.approx(60.8, rel=0.01)


def test_lora_adds_what_the_papers_say():
    """LoRA, section 4.2: GPT-3 175B, r = 4 on q and v: 18.9M for r = 8 on q alone, 4.7M for r = 1 on q and v."""
    gpt3 = from_config(
        {
            "model_type": "opt",
            "num_hidden_layers": 96,
            "hidden_size": 12_288,
            "num_attention_heads": 96,
            "ffn_dim": 49_152,
            "vocab_size": 50_257,
            "max_position_embeddings": 2_048,
        }
    )
    assert adapter_parameters(gpt3, 1, "qv") / 1e6 == pytest.approx(4.7, abs=0.05)
    assert adapter_parameters(gpt3, 4, "qv") / 1e6 == pytest.approx(18.9, abs=0.05)


def test_activations_of_a_gpt_layer_are_those_of_korthikanti():
    """sbh(34 + 5as/h) with dropout masks and 16-bit scores; without its dropouts (4 + as/h) and its 16-bit softmax
    and dropout copies our unfused GPT-2 layer must come out at the same large terms (arXiv 2205.05198, equation 1)."""
    arch = architecture("GPT-2 XL")
    setup = TrainingSetup(precision="bf16", batch=1, sequence=1024)
    loss = next(m for m in training(arch, setup).first_step if m.label == "loss")
    per_token_layer = loss.activations / arch.num_hidden_layers / 1024
    # Fused attention: no 5as. GELU unfused keeps five tensors of 4h at 2 bytes where Megatron keeps two: 24h more.
    fused_megatron = 34 * arch.hidden_size
    assert per_token_layer == pytest.approx(fused_megatron + 24 * arch.hidden_size, rel=0.05)


def test_serving_terms_add_up_and_say_what_is_exact():
    estimate = serving(architecture("Llama-3.1-8B"), ServingSetup())
    assert estimate.total_bytes == pytest.approx(sum(term.size_bytes for term in estimate.terms))
    assert estimate.term("weights").exact
    assert estimate.term("kv_cache").exact
    assert not estimate.term("overhead").exact
    assert estimate.low_bytes < estimate.total_bytes < estimate.high_bytes
