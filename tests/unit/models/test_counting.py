"""Any config, counted: against published and independently built counts, and refused where none is possible.

`tests/data/model_configs.json` holds real configs with right values; `how` says where each value comes from.
"""

import json
from functools import cache

import pytest

from lib.memory.errors import CannotEstimateError
from lib.memory.model.counted_architecture import counted_architecture
from lib.memory.model.inventory.counted import CountedModel
from lib.memory.model.inventory.keeps import Keeps
from lib.memory.model.inventory.tensors import Part
from lib.memory.model.weights import weights_bytes
from lib.models.counting.events import Counted
from tests.data import MODEL_CONFIGS, MORE_CONFIGS

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]  # other libraries' models warn as they are built

CASES = {case["id"]: case for case in MODEL_CONFIGS}
PAST_ALL_WINDOWS = 2**24
COUNTABLE = [name for name, case in CASES.items() if case["parameters"] is not None]
LARGE = 16e9
"""Parameters of a model that takes seconds to build, layer by layer; smaller ones of most kinds stand for it."""


def large_are_thorough(names: list[str]) -> list:
    """The names, those of large models marked."""
    size = {name: case["parameters"] or max(case["also_right"]) for name, case in CASES.items()}
    return [pytest.param(name, marks=pytest.mark.thorough) if size[name] > LARGE else name for name in names]


def counted(config: dict):
    return counted_once(json.dumps(config))


@cache
def counted_once(config: str):
    """Tests that ask different things of one model share its count: a large one is built layer by layer."""
    from lib.models.counting.job import count

    *_, last = count(config)
    assert isinstance(last, Counted)
    return last.model


def growth(keeps: Keeps) -> float:
    """Numbers that one more token takes in a layer once every window is full."""
    return keeps.numbers(PAST_ALL_WINDOWS + 1) - keeps.numbers(PAST_ALL_WINDOWS)


def layers_by_what_they_keep(model: CountedModel) -> list[int]:
    """How many layers keep a cache that grows, only a window, a state."""
    keeps = model.keeps or ()
    return [
        sum(each.layers for each in keeps if growth(each)),
        sum(each.layers for each in keeps if each.window and not growth(each)),
        sum(each.layers for each in keeps if each.state_bytes),
    ]


def right(case: dict, key: str, also: str) -> list:
    return [case[key], *case.get(also, ())]


@pytest.mark.parametrize("name", large_are_thorough(COUNTABLE))
def test_every_count_of_a_real_config(name):
    case = CASES[name]
    model = counted(case["config"])
    assert model.parameters in right(case, "parameters", "also_right")
    if case["language_parameters"] is not None:
        assert model.language_parameters in right(case, "language_parameters", "also_right")
    assert layers_by_what_they_keep(model) == [
        case["kv_layers"],
        case["window_layers"],
        case["state_layers"],
    ]
    if case["kv_bytes_per_token_16bit"] is not None:
        assert 2 * model.numbers_per_token in right(case, "kv_bytes_per_token_16bit", "kv_also_right")
    if "kv_bytes_per_token_past_window_16bit" in case:
        growing = sum(each.layers * growth(each) for each in model.keeps)
        assert 2 * growing == case["kv_bytes_per_token_past_window_16bit"]
    assert model.by_part.get(Part.OTHER, 0) < 0.01 * model.parameters


@pytest.mark.parametrize("name", large_are_thorough([name for name in CASES if name not in COUNTABLE]))
def test_what_nobody_can_know_is_refused_or_right(name):
    case = CASES[name]
    try:
        found, said = counted(case["config"]).parameters, ""
    except CannotEstimateError as error:
        found, said = None, str(error)
    assert found in case["also_right"] or case["config"]["model_type"] in said
    assert "\n" not in said
    assert len(said) < 300


@pytest.mark.parametrize(
    ("name", "billions"),  # as their makers say: DeepSeek-V3 and Qwen3 model cards, Mixtral of Experts (2401.04088)
    [("DeepSeek-V3", 37), ("Qwen3-30B-A3B-FP8", 3.3), ("Qwen3-235B-A22B", 22), ("Mixtral-8x7B-v0.1", 12.9)],
)
def test_active_parameters(name, billions):
    assert counted(CASES[name]["config"]).active_parameters / 1e9 == pytest.approx(billions, rel=0.02)


RW = {"alibi": False, "architectures": ["RWForCausalLM"], "bias": False, "parallel_attn": True, "vocab_size": 65024}


@pytest.mark.parametrize(
    ("config", "parameters", "numbers_per_token"),
    [  # as transformers builds today's configs of the same models
        ({"model_type": "RefinedWebModel", "hidden_size": 4544, "multi_query": True, "n_head": 71, "n_layer": 32},
         6_921_720_704, 4_096),
        ({"model_type": "RefinedWeb", "hidden_size": 8192, "n_head": 128, "n_head_kv": 8, "n_layer": 60},
         41_303_293_952, 61_440),
        ({"model_type": "RefinedWebModel", "hidden_size": 2048, "multi_query": False, "n_head": 32, "n_layer": 24,
          "alibi": True, "bias": True, "parallel_attn": False, "vocab_size": 50304}, 1_311_625_216, 98_304),
    ],
)  # fmt: skip
def test_falcons_first_configs(config, parameters, numbers_per_token):
    model = counted(RW | config)
    assert model.parameters == parameters
    assert model.numbers_per_token == numbers_per_token
    assert any("built as 'falcon'" in note for note in model.notes)
    assert not any("does not know" in note for note in model.notes)


def test_internvl_s_first_config_counts_its_vision_tower_too():
    """As counted from the shapes of its tensors."""
    case = CASES["InternVL3-1B"]
    model = counted(case["config"])
    assert [model.parameters, model.language_parameters] == [*case["also_right"], case["language_parameters"]]


SOLAR_OPEN = {"model_type": "solar_open", "hidden_size": 4096, "num_hidden_layers": 48, "num_attention_heads": 64}
SOLAR_OPEN |= {"num_key_value_heads": 8, "head_dim": 128, "moe_intermediate_size": 1280, "n_routed_experts": 128}
SOLAR_OPEN |= {"n_shared_experts": 1, "num_experts_per_tok": 8, "vocab_size": 196608, "tie_word_embeddings": False}


def test_the_width_of_dense_layers_that_a_model_has_none_of():
    """Solar Open 100B, model card: 102.6B parameters, 12B active; its config has the width all the same."""
    model = counted({**SOLAR_OPEN, "intermediate_size": 10240, "first_k_dense_replace": 0})
    assert model.parameters / 1e9 == pytest.approx(102.6, rel=0.001)
    assert round(model.active_parameters / 1e9) == 12
    with pytest.raises(CannotEstimateError, match="intermediate_size"):
        counted({"model_type": "bloom", "n_layer": 2, "hidden_size": 64, "n_head": 4, "intermediate_size": 100})


def test_a_pattern_of_letters_says_which_layers_have_a_window():
    """EXAONE-4.0-32B, config.json: 64 layers by "LLLG", of which its layer_types name 16 as full attention."""
    exaone = {"model_type": "exaone4", "hidden_size": 640, "intermediate_size": 1024, "num_hidden_layers": 8}
    exaone |= {"num_attention_heads": 8, "num_key_value_heads": 2, "head_dim": 80, "vocab_size": 1024}
    model = counted({**exaone, "sliding_window": 128, "sliding_window_pattern": "LLLG", "tie_word_embeddings": False})
    assert layers_by_what_they_keep(model) == [2, 6, 0]


def test_layers_shared_by_albert_count_once():
    albert = {"model_type": "albert", "vocab_size": 30000, "embedding_size": 128, "hidden_size": 768}
    albert |= {"num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072}
    model = counted({**albert, "architectures": ["AlbertModel"]})
    assert model.parameters == 11_683_584  # Lan et al. 2020, table 1: 12M
    assert model.encoder
    assert model.numbers_per_token == 0


def test_the_state_of_mamba_is_constant():
    """state-spaces/mamba-130m: 24 layers, each 1,536 × 16 numbers of state and 1,536 × 4 of the convolution."""
    config = {"model_type": "mamba", "vocab_size": 50280, "hidden_size": 768, "num_hidden_layers": 24}
    (keeps,) = counted({**config, "state_size": 16, "expand": 2, "conv_kernel": 4}).keeps
    assert (keeps.layers, keeps.kind, keeps.numbers(1) == keeps.numbers(10**6)) == (24, "state", True)
    assert keeps.state_bytes in (1536 * (16 + 4) * 2, 1536 * (16 * 4 + 4 * 2))


LLAMA = {
    "model_type": "llama",
    "num_hidden_layers": 2,
    "hidden_size": 256,
    "num_attention_heads": 4,
    "intermediate_size": 512,
    "vocab_size": 1000,
}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"model_type": "made_up"}, "made_up"),
        ({"model_type": None}, "model_type"),
        ({"model_type": "Llama"}, "write 'llama' if it is that"),
        ({"model_type": "xlm_roberta"}, "write 'xlm-roberta' if it is that"),
        ({"model_type": ["llama"]}, "model_type"),
        ({"hidden_size": -256}, "hidden_size"),
        ({"hidden_size": "256"}, "hidden_size"),
        ({"hidden_size": 10**12}, "hidden_size"),
        ({"num_hidden_layers": 10**9}, "num_hidden_layers"),
        ({"num_hidden_layers": 0}, "num_hidden_layers"),
        ({"vocab_size": 1.5}, "vocab_size"),
        ({"num_attention_heads": True}, "num_attention_heads"),
        ({"num_key_value_heads": 3}, "llama"),
        ({"n_layer": 7}, "n_layer"),
        ({"num_local_experts": 24}, "num_local_experts"),
        ({"kv_lora_rank": 96}, "kv_lora_rank"),
        ({"text_config": {"model_type": "llama", "hidden_size": 320}}, "llama"),
        ({"hidden_act": "no_such_function"}, "llama"),
        ({"rope_scaling": {"rope_type": "no such"}}, "llama"),
    ],
)
def test_a_config_that_would_be_counted_wrong_is_refused_in_a_sentence(change, named):
    with pytest.raises(CannotEstimateError, match=named) as refused:
        counted({**LLAMA, **change})
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 350


def test_a_model_of_its_author_s_own_code_is_refused_with_what_can_be_given_instead():
    with pytest.raises(CannotEstimateError, match=r"'chatglm' .* give its number of parameters or its shape instead"):
        counted({**LLAMA, "model_type": "chatglm", "architectures": ["ChatGLMModel"]})


def test_a_model_that_reads_no_text_is_counted_and_then_refused():
    """ViT-B/16 (Dosovitskiy et al. 2021, table 1: 86M) with the 1,000 classes of ImageNet."""
    vit = {"model_type": "vit", "architectures": ["ViTForImageClassification"], "hidden_size": 768}
    model = counted({**vit, "num_labels": 1000, "num_hidden_layers": 12, "num_attention_heads": 12})
    with pytest.raises(CannotEstimateError, match="86,567,656 parameters and no vocabulary: it works on other things"):
        counted_architecture(model, "ViT-B/16")


def test_a_model_that_would_take_the_machine_is_given_up(monkeypatch):
    from lib.models.counting import build

    monkeypatch.setattr(build, "MOST_MODULES", 4_000)
    with pytest.raises(CannotEstimateError, match="more than can be counted"):
        counted({**LLAMA, "num_hidden_layers": 1_900})


@pytest.mark.parametrize(("asked", "said"), [("LlamaForCausalLMEagle3", True), ("LLaMAForCausalLM", False)])
def test_a_class_that_is_not_known_is_said_not_to_be_counted(asked, said):
    """EAGLE-3's draft of a Llama has a matrix that joins three hidden states and a vocabulary of its own."""
    notes = counted({**LLAMA, "architectures": [asked]}).notes
    assert any(f"asks for '{asked}'" in note for note in notes) is said


def test_no_code_from_outside_is_run(tmp_path, monkeypatch):
    """A config that brings its own classes is read without them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "modeling_evil.py").write_text("raise SystemExit('ran')")
    evil = {"auto_map": {"AutoModelForCausalLM": "modeling_evil.Evil"}, "architectures": ["Evil"]}
    assert counted({**LLAMA, **evil}).built_as == "LlamaForCausalLM"
    with pytest.raises(CannotEstimateError, match="evil_type"):
        counted({**LLAMA, **evil, "model_type": "evil_type"})


def test_adapters_that_a_config_describes_are_left_out_and_said_to_be():
    """As Phi-4-multimodal does; its maker counts them too."""
    adapters = {"speech_lora": {"r": 320, "lora_alpha": 640}, "vision_lora": {"r": 256}, "other_lora": "none"}
    plain, adapted = counted(LLAMA), counted({**LLAMA, **adapters})
    assert adapted.parameters == plain.parameters
    (said,) = set(adapted.notes) - set(plain.notes)
    assert "(speech_lora of rank 320, vision_lora of rank 256) are left out" in said


def test_what_a_config_leaves_out_is_listed_with_what_transformers_takes():
    """Gemma 3's configuration in transformers: 8 heads, 4 of keys and values, of 256, where the config is silent."""
    filled = dict(counted(CASES["Gemma-3-4B"]["config"]).filled)
    left_out = set(filled) - {f"text_config.{name}" for name in CASES["Gemma-3-4B"]["config"]["text_config"]}
    assert set(filled) == left_out
    assert filled["text_config.num_attention_heads"] == "8"
    assert filled["text_config.head_dim"] == "256"


def test_experts_that_a_nested_config_describes_are_not_all_active():
    """DBRX: "132B total parameters of which 36B parameters are active on any input" (its model card)."""
    config = {
        "model_type": "dbrx",
        "architectures": ["DbrxForCausalLM"],
        "d_model": 6144,
        "n_heads": 48,
        "n_layers": 40,
        "max_seq_len": 32768,
        "vocab_size": 100352,
        "attn_config": {"kv_n_heads": 8, "clip_qkv": 8, "rope_theta": 500000},
        "ffn_config": {"ffn_hidden_size": 10752, "moe_num_experts": 16, "moe_top_k": 4},
        "tie_word_embeddings": False,
    }
    model = counted(config)
    assert round(model.parameters / 1e9) == 132
    assert round(model.active_parameters / 1e9) == 36
    assert 2 * model.numbers_per_token == 40 * 2 * 8 * 128 * 2


def test_shared_experts_that_a_config_leaves_out_are_among_what_is_filled_in():
    """ERNIE 4.5 300B as PaddlePaddle stores it says nothing of shared experts, and has none; transformers adds two."""
    ernie = {"model_type": "ernie4_5_moe", "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    ernie |= {"num_key_value_heads": 2, "intermediate_size": 128, "moe_intermediate_size": 32, "moe_num_experts": 4}
    assert dict(counted({**ernie, "moe_k": 2, "vocab_size": 1000}).filled)["moe_num_shared_experts"] == "2"


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case["id"], marks=pytest.mark.thorough if case["parameters"] > LARGE else ())
        for case in MORE_CONFIGS
    ],
)
def test_other_architectures_as_their_makers_count_them(case):
    model = counted(case["config"])
    assert model.parameters == case["parameters"], case["source"]
    assert layers_by_what_they_keep(model) == case["layers"]
    assert not model.encoder
    assert model.by_part.get(Part.OTHER, 0) < 0.02 * model.parameters


def test_a_checkpoint_of_mlx_that_left_its_tower_out():
    """model.safetensors.index.json of a 4-bit Mistral Small 4: 118,972,826,624 parameters in 66,949,842,944 bytes."""
    text = {"model_type": "mistral4", "hidden_size": 4096, "intermediate_size": 12288, "vocab_size": 131072}
    text |= {"num_hidden_layers": 36, "num_attention_heads": 32, "num_key_value_heads": 32, "q_lora_rank": 1024}
    text |= {"kv_lora_rank": 256, "qk_nope_head_dim": 64, "qk_rope_head_dim": 64, "qk_head_dim": 128, "v_head_dim": 128}
    text |= {"n_routed_experts": 128, "n_shared_experts": 1, "num_experts_per_tok": 4, "moe_intermediate_size": 2048}
    text |= {"first_k_dense_replace": 0, "head_dim": 128, "n_group": 1, "topk_group": 1, "tie_word_embeddings": False}
    config = {"model_type": "mistral3", "text_config": text, "tie_word_embeddings": False}
    config["quantization_config"] = {"group_size": 64, "bits": 4, "mode": "affine"}
    model = counted(config)
    arch = counted_architecture(model, "a checkpoint", with_towers=False, config=config)
    assert arch.parameters == 118_972_826_624
    assert weights_bytes(arch, "checkpoint") == pytest.approx(66_949_842_944, rel=1e-4)
    assert any("no vision_config" in note for note in model.notes)


def test_what_transformers_builds_too_large_is_refused():
    """LongCat-Flash has 560B (arXiv 2509.01322, abstract); transformers 5.23 builds 741B of it."""
    with pytest.raises(CannotEstimateError, match="zero_expert_num"):
        counted({"model_type": "longcat_flash", "hidden_size": 6144, "num_layers": 28, "vocab_size": 131072})


def test_the_projector_of_a_model_that_hears_is_no_vision():
    voxtral = {"model_type": "voxtral", "audio_config": {}, "text_config": {"model_type": "llama", "hidden_size": 3072}}
    assert set(counted(voxtral).by_part) >= {Part.AUDIO}
    assert Part.VISION not in counted(voxtral).by_part


def test_a_tower_from_another_library_is_left_out_and_said_to_be():
    """Gemma 3n's vision tower comes from timm; the rest is counted, with 4 of 35 layers over all tokens.

    Gemma 3n, transformers' documentation: the last 15 layers use the keys and values of earlier ones.
    """
    text = {"model_type": "gemma3n_text", "hidden_size": 2048, "num_hidden_layers": 35, "vocab_size": 262400}
    model = counted({"model_type": "gemma3n", "text_config": text, "vision_config": {"model_type": "gemma3n_vision"}})
    assert model.built_as == "Gemma3nForConditionalGeneration"
    assert layers_by_what_they_keep(model)[:2] == [4, 16]
    (note,) = [note for note in model.notes if "timm" in note]
    assert "gemma3n_vision is left out, the rest is counted" in note
    assert "MobileNet-V5-300M" in note


def test_the_audio_tower_of_gemma_3n_is_counted_beside_its_language_model():
    """As transformers builds each by itself; what leads a sound into the width of the text is the tower's too."""
    import torch
    from transformers import Gemma3nAudioConfig, Gemma3nAudioEncoder, Gemma3nForCausalLM, Gemma3nTextConfig

    text = {"model_type": "gemma3n_text", "hidden_size": 2048}
    config = {"model_type": "gemma3n", "text_config": text, "audio_config": {}}
    model = counted({**config, "vision_config": {"model_type": "gemma3n_vision"}})
    with torch.device("meta"):
        language, audio = Gemma3nForCausalLM(Gemma3nTextConfig()), Gemma3nAudioEncoder(Gemma3nAudioConfig())
    assert model.language_parameters == sum(each.numel() for each in language.parameters())
    heard = sum(each.parameters for each in model.weights if "audio_tower" in each.path)
    assert heard == sum(each.numel() for each in audio.parameters()) > 10**8
    assert model.by_part[Part.AUDIO] > heard
    left = counted_architecture(model, "Gemma 3n", with_towers=False)
    assert left.parameters == model.language_parameters
    assert left.tower_parameters == 0


def test_the_parts_of_a_model_that_sees_and_hears():
    case = next(case for case in MORE_CONFIGS if case["id"] == "Qwen2.5-Omni-7B")
    parts = counted(case["config"]).by_part
    assert parts[Part.VISION] == 676_550_144  # Qwen2.5-VL-7B has the same tower: 8,292,166,656 less 7,615,616,512
    assert parts[Part.AUDIO] > 2e9


def test_an_infinite_number_as_transformers_5_writes_it():
    """Mistral AI, Codestral Mamba: "with 7,285,403,648 parameters"; transformers 5 saves `inf` as an object."""
    codestral = {"model_type": "mamba2", "hidden_size": 4096, "num_hidden_layers": 64, "vocab_size": 32768}
    codestral |= {"state_size": 128, "n_groups": 8, "num_heads": 128, "head_dim": 64, "expand": 2, "conv_kernel": 4}
    codestral |= {"tie_word_embeddings": False, "time_step_limit": [0.0, {"__float__": "Infinity"}]}
    model = counted(codestral)
    assert model.parameters == 7_285_403_648
    assert layers_by_what_they_keep(model) == [0, 0, 64]


def test_a_decoder_that_looks_both_ways_is_an_encoder():
    """EmbeddingGemma: 308M parameters with two dense layers of 768 × 3,072 that its config does not describe."""
    gemma = {"model_type": "gemma3_text", "architectures": ["Gemma3TextModel"], "use_bidirectional_attention": True}
    gemma |= {"hidden_size": 768, "num_hidden_layers": 24, "num_attention_heads": 3, "num_key_value_heads": 1}
    gemma |= {"head_dim": 256, "intermediate_size": 1152, "vocab_size": 262144, "sliding_window": 512}
    model = counted(gemma)
    assert round((model.parameters + 2 * 768 * 3072) / 1e6) == 308  # its model card
    assert model.encoder
    assert model.numbers_per_token == 0


def test_a_model_that_hears_and_writes_is_no_encoder():
    hears = {"model_type": "audioflamingo3", "audio_config": {}, "text_config": {"model_type": "qwen2"}}
    text = {"hidden_size": 3584, "num_hidden_layers": 28, "num_attention_heads": 28, "num_key_value_heads": 4}
    hears["text_config"] |= {**text, "intermediate_size": 18944, "vocab_size": 151672, "tie_word_embeddings": False}
    model = counted(hears)
    assert not model.encoder
    assert 2 * model.numbers_per_token == 28 * 2 * 4 * 128 * 2  # as Qwen2.5-7B's


def test_the_state_of_rwkv_is_constant():
    """RWKV-4 Pile 169M: five vectors a layer, two of them as wide as the model and kept in its precision."""
    rwkv = {"model_type": "rwkv", "hidden_size": 768, "attention_hidden_size": 768, "num_hidden_layers": 12}
    model = counted({**rwkv, "intermediate_size": 3072, "vocab_size": 50277, "context_length": 1024})
    (keeps,) = model.keeps
    assert (keeps.layers, keeps.kind, keeps.state_bytes) == (12, "state", 768 * (2 * 2 + 3 * 4))
    assert model.parameters == 169_342_464  # of the weights at huggingface.co/RWKV/rwkv-4-169m-pile


def test_keys_and_values_of_one_matrix():
    """JetMoE-8B: 16 key-value heads of 128 in each of 24 layers; it cannot be run without numbers."""
    jetmoe = {"model_type": "jetmoe", "hidden_size": 2048, "num_hidden_layers": 24, "num_key_value_heads": 16}
    model = counted({**jetmoe, "kv_channels": 128, "num_local_experts": 8, "num_experts_per_tok": 2})
    assert model.numbers_per_token == 24 * 2 * 16 * 128


def test_falcon_40b_keeps_eight_key_value_heads():
    """tiiuae/falcon-40b: num_kv_heads 8, which The Falcon Series (arXiv 2311.16867) calls multigroup attention."""
    falcon = {"model_type": "falcon", "hidden_size": 8192, "num_hidden_layers": 60, "num_attention_heads": 128}
    falcon |= {"num_kv_heads": 8, "new_decoder_architecture": True, "bias": False, "alibi": False, "vocab_size": 65024}
    model = counted(falcon)
    assert model.parameters == 41_303_293_952
    assert 2 * model.numbers_per_token == 60 * 2 * 8 * 64 * 2
    assert any("16 times as much" in note for note in model.notes)


def test_a_config_of_2018_says_its_class_alone():
    bert = {"architectures": ["BertForMaskedLM"], "hidden_size": 768, "num_hidden_layers": 12, "vocab_size": 30522}
    model = counted({**bert, "num_attention_heads": 12, "intermediate_size": 3072, "type_vocab_size": 2})
    assert model.parameters == 109_514_298  # bert-base-uncased with its masked-language head
    assert any("no model_type" in note for note in model.notes)


TINY_GPT = {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64}


def test_a_decoder_in_no_list_of_languages_is_no_encoder():
    """ImageGPT writes pixels one after the other."""
    model = counted({"model_type": "imagegpt", **TINY_GPT, "vocab_size": 513})
    assert model.built_as == "ImageGPTForCausalImageModeling"
    assert not model.encoder


def test_a_model_of_which_no_cache_is_kept_says_so():
    model = counted({"model_type": "openai-gpt", **TINY_GPT, "vocab_size": 100})
    assert (model.encoder, model.numbers_per_token) == (False, 0)
    assert any("reads the whole text again for every new token" in note for note in model.notes)


@pytest.mark.parametrize(
    "config",
    [
        {"model_type": "wav2vec2", "vocab_size": 32, "hidden_size": 768, "num_hidden_layers": 12},
        {"model_type": "wav2vec2", "vocab_size": 32, "hidden_size": 768, "architectures": ["Wav2Vec2ForCTC"]},
        {"model_type": "beit", "vocab_size": 8192, "hidden_size": 768, "num_hidden_layers": 12},
        {"model_type": "gemma3n_audio", "vocab_size": 128, "hidden_size": 1536},
        {"model_type": "canine", "hidden_size": 768, "num_hidden_layers": 12},
    ],
    ids=lambda config: config["model_type"] + "".join(config.get("architectures", "")),
)
def test_what_works_on_sound_pictures_or_letters_is_counted_and_then_refused(config):
    """The vocabulary that such configs name is that of a head, or of nothing."""
    model = counted(config)
    with pytest.raises(CannotEstimateError, match="no vocabulary: it works on other things than tokens"):
        counted_architecture(model, config["model_type"])


TINY_T5 = {"model_type": "t5", "d_model": 32, "num_layers": 1, "num_heads": 4, "d_kv": 8, "d_ff": 64, "vocab_size": 100}
TINY_DPR = {"model_type": "dpr", "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 4, "vocab_size": 100}
TINY_DIA = {
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 4,
    "num_key_value_heads": 4,
    "head_dim": 8,
}
TINY_MOSHI = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "ffn_dim": 128, "vocab_size": 100}
NOT_SERVED = [
    ({"model_type": "blt", "vocab_size": 260, "hidden_size": 64}, "reads bytes"),
    ({"model_type": "dia", "encoder_config": TINY_DIA, "decoder_config": TINY_DIA}, "speaks"),
    ({"model_type": "parakeet_tdt", "vocab_size": 1025, "encoder_config": {"hidden_size": 32}}, "reads sound"),
    ({"model_type": "kyutai_speech_to_text", "vocab_size": 4001, "hidden_size": 64, "num_hidden_layers": 2}, "hears"),
    ({"model_type": "moshi", **TINY_MOSHI}, "hears and speaks"),
    ({"model_type": "pix2struct", "text_config": {"hidden_size": 32}, "vision_config": {"hidden_size": 32}}, "picture"),
    ({"model_type": "imagegpt", **TINY_GPT, "vocab_size": 513}, "colours"),
    ({"model_type": "rag", "vocab_size": 100, "question_encoder": TINY_DPR, "generator": TINY_T5}, "index"),
    ({"model_type": "musicgen", "text_encoder": TINY_T5, "decoder": {"hidden_size": 32}}, "music"),
]


@pytest.mark.parametrize(("config", "said"), NOT_SERVED, ids=[config["model_type"] for config, _ in NOT_SERVED])
def test_what_a_model_does_instead_of_writing_tokens_is_said_and_no_error_of_a_library(config, said):
    with pytest.raises(CannotEstimateError, match=said) as refused:
        _ = counted_architecture(counted(config), "it").keeps
    assert not any(word in str(refused.value) for word in ("no pass", "object", "transformers", "tensor"))


def test_a_model_that_transformers_lists_nowhere_is_built_by_its_own_class():
    """ColPali is a PaliGemma with a projection of 2,048 to 128 and its bias (Faysse et al. 2024, section 4)."""
    seeing = {"model_type": "paligemma", "text_config": {"model_type": "gemma", "hidden_size": 2048}}
    model, with_head = counted({"model_type": "colpali", "vlm_config": seeing}), counted(seeing)
    assert model.built_as == "ColPaliForRetrieval"
    assert model.parameters == with_head.parameters + model.hidden * 128 + 128


def test_positions_that_a_config_calls_otherwise_go_before_a_default():
    """nomic-ai/nomic-embed-text-v1: n_positions 8,192, a field that transformers' class of it does not read."""
    nomic = {"model_type": "nomic_bert", "n_embd": 768, "n_head": 12, "n_layer": 12, "n_inner": 3072}
    assert counted({**nomic, "n_positions": 8192, "vocab_size": 30528}).max_context == 8192


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"model_type": "clip_vision_model_x", "hidden_size": 64}, "clip_vision_model_x"),
        ({"model_type": "step3p5", "hidden_size": 4096}, "paste the whole model's config.json"),
        (
            {"model_type": "step3p5", "hidden_size": 4096, "architectures": ["Step3p5ForCausalLM"]},
            "'Step3p5ForCausalLM', which this config asks for, it does not know",
        ),
    ],
    ids=["no type", "a part", "a whole of which only the part is known"],
)
def test_a_part_without_its_whole_is_told_from_a_whole_that_is_not_known(config, said):
    with pytest.raises(CannotEstimateError, match=said):
        counted(config)


def test_a_family_that_has_another_s_models_is_built_of_those():
    """transformers has a config of InternLM3 and Llama's models for it."""
    model = counted({**LLAMA, "model_type": "internlm3"})
    assert model.built_as == "LlamaForCausalLM"


def test_letters_inside_a_name_make_no_state_space():
    """Seamless M4T translates with plain attention; "ssm" stands in its name."""
    seamless = {"model_type": "seamless_m4t", "hidden_size": 32, "vocab_size": 100, "encoder_layers": 1}
    seamless |= {"decoder_layers": 1, "encoder_attention_heads": 4, "decoder_attention_heads": 4}
    assert Part.STATE not in counted({**seamless, "encoder_ffn_dim": 48, "decoder_ffn_dim": 48}).by_part


def test_the_class_of_a_matrix_is_not_the_name_of_its_part():
    """Attention and MLP of a plain decoder, by hand: 4·256·256 and 3·256·512 in each of two layers."""
    parts = counted(LLAMA).by_part
    assert parts[Part.ATTENTION] == 2 * 4 * 256 * 256
    assert parts[Part.MLP] == 2 * 3 * 256 * 512
    assert Part.STATE not in parts
