"""What encoder-decoders and recurrent models keep, against transformers' own caches of tiny random models that run."""

import json

import pytest

from lib.memory.errors import CannotEstimateError
from lib.memory.model.counted_architecture import counted_architecture
from lib.memory.model.weights import read_weights_bytes
from lib.memory.serve.kv_cache import KVCache
from lib.memory.serve.serving import serving
from lib.memory.serve.setup import ServingSetup
from lib.memory.train.setup import TrainingSetup
from lib.memory.train.training import training

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]

T5 = {"model_type": "t5", "d_model": 32, "d_kv": 12, "num_heads": 4, "num_layers": 3, "d_ff": 64, "vocab_size": 100}
BART = {"model_type": "bart", "d_model": 32, "vocab_size": 100, "encoder_layers": 2, "decoder_layers": 3}
BART |= {"encoder_attention_heads": 4, "decoder_attention_heads": 4, "encoder_ffn_dim": 48, "decoder_ffn_dim": 56}
BART |= {"max_position_embeddings": 64}
WHISPER = {"model_type": "whisper", "d_model": 32, "vocab_size": 100, "encoder_layers": 2, "decoder_layers": 3}
WHISPER |= {"encoder_attention_heads": 4, "decoder_attention_heads": 4, "encoder_ffn_dim": 48, "decoder_ffn_dim": 48}
WHISPER |= {"num_mel_bins": 8, "max_source_positions": 20, "max_target_positions": 30, "pad_token_id": 0}
WHISPER |= {"decoder_start_token_id": 1, "eos_token_id": 2, "bos_token_id": 1}
GEMMA = {"model_type": "recurrent_gemma", "hidden_size": 32, "lru_width": 32, "num_hidden_layers": 3, "head_dim": 8}
GEMMA |= {"num_attention_heads": 4, "num_key_value_heads": 1, "intermediate_size": 64, "vocab_size": 100}
GEMMA |= {"attention_window_size": 12, "conv1d_width": 4, "block_types": ["recurrent", "recurrent", "attention"]}
DBRX = {"model_type": "dbrx", "d_model": 32, "n_heads": 4, "n_layers": 2, "max_seq_len": 64, "vocab_size": 100}
DBRX |= {"attn_config": {"kv_n_heads": 2, "clip_qkv": 8, "rope_theta": 10000}, "tie_word_embeddings": False}
DBRX |= {"ffn_config": {"ffn_hidden_size": 16, "moe_num_experts": 4, "moe_top_k": 2}}


def architecture_of(config: dict):
    from lib.models.counting.job import count

    *_, last = count(json.dumps(config))
    return counted_architecture(last.model, config["model_type"])


def running(config: dict):
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoModelForSpeechSeq2Seq

    torch.manual_seed(0)
    made = AutoConfig.for_model(**config)
    kind = AutoModelForSeq2SeqLM if made.is_encoder_decoder else AutoModelForCausalLM
    return (AutoModelForSpeechSeq2Seq if made.model_type == "whisper" else kind).from_config(made).eval()


def ids(tokens: int):
    import torch

    return torch.randint(3, 90, (1, tokens))


def kept_numbers(*layers) -> int:
    return sum(layer.keys.numel() + layer.values.numel() for layer in layers)


@pytest.mark.parametrize("config", [T5, BART], ids=["T5", "BART"])
@pytest.mark.parametrize(("read", "written"), [(11, 7), (3, 15)])
def test_a_token_read_takes_as_much_as_one_written(config, read, written):
    import torch

    with torch.no_grad():
        cache = running(config)(input_ids=ids(read), decoder_input_ids=ids(written), use_cache=True).past_key_values
    truth = kept_numbers(*cache.self_attention_cache.layers, *cache.cross_attention_cache.layers)
    arch = architecture_of(config)
    assert KVCache(arch, tokens=read + written).bytes_per_sequence == 2 * truth
    assert any("as of one that it writes" in note for note in arch.notes)


def test_an_encoder_of_sound_leaves_a_constant_beside_what_is_written():
    import torch

    with torch.no_grad():
        sound = torch.randn(1, 8, 40)
        cache = running(WHISPER)(input_features=sound, decoder_input_ids=ids(5), use_cache=True).past_key_values
    arch = architecture_of(WHISPER)
    kept = KVCache(arch, tokens=5)
    assert kept.state_bytes == 2 * kept_numbers(*cache.cross_attention_cache.layers)
    assert kept.bytes_per_sequence - kept.state_bytes == 2 * kept_numbers(*cache.self_attention_cache.layers)
    assert arch.max_position_embeddings == 30
    with pytest.raises(CannotEstimateError, match="30 positions"):
        serving(arch, ServingSetup(context=31))


def test_sound_is_read_whole_however_little_is_written():
    arch = architecture_of(WHISPER)
    few, more = (serving(arch, ServingSetup(context=tokens)).size_of("activations") for tokens in (2, 20))
    assert few == more > 0


@pytest.mark.parametrize("tokens", [5, 9, 30])
def test_recurrent_blocks_keep_a_state_and_the_others_a_window(tokens):
    import torch
    from transformers.cache_utils import DynamicCache

    model = running(GEMMA)
    cache = DynamicCache(config=model.config)
    with torch.no_grad():
        model(input_ids=ids(tokens), use_cache=True, past_key_values=cache)
        model(input_ids=ids(1), use_cache=True, past_key_values=cache, position_ids=torch.tensor([[tokens]]))
    blocks = [layer.temporal_block for layer in model.model.layers]
    states = [block for block in blocks if hasattr(block, "rg_lru")]
    truth = sum(4 * block.rg_lru.recurrent_states.numel() + 2 * block.conv1d_state.numel() for block in states)
    arch = architecture_of(GEMMA)
    kept = KVCache(arch, tokens=tokens + 1)
    assert kept.state_bytes == truth
    (attention,) = [layer for layer in cache.layers if getattr(layer, "keys", None) is not None]
    numbers = (kept.bytes_per_sequence - kept.state_bytes) / 2
    in_cache = kept_numbers(attention)  # one token less once the window is full: the next one makes it whole
    assert numbers == in_cache if tokens + 1 < 12 else numbers == in_cache / 11 * 12


def test_experts_that_choose_by_numbers_do_not_hide_what_attention_keeps():
    import torch

    with torch.no_grad():
        cache = running(DBRX)(input_ids=ids(9), use_cache=True).past_key_values
    assert KVCache(architecture_of(DBRX), tokens=9).bytes_per_sequence == 2 * kept_numbers(*cache.layers)


def test_a_new_token_needs_nothing_of_the_encoder():
    """Vaswani et al. 2017: the encoder reads once; of cross-attention, keys and values are kept."""
    model = running(T5)
    read_once = [*model.encoder.block.parameters(), *model.encoder.final_layer_norm.parameters()]
    cross = [block.layer[1].EncDecAttention for block in model.decoder.block]
    read_once += [each.weight for attention in cross for each in (attention.k, attention.v)]
    rest = sum(each.numel() for each in model.parameters()) - sum(each.numel() for each in read_once)
    assert read_weights_bytes(architecture_of(T5), "bf16", 1.0) == 2 * rest


@pytest.mark.parametrize("config", [T5, WHISPER], ids=["T5", "Whisper"])
def test_training_over_two_texts_is_not_offered(config):
    with pytest.raises(CannotEstimateError, match="two texts"):
        training(architecture_of(config), TrainingSetup(sequence=16))
