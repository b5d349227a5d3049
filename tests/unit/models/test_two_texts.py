"""What encoder-decoders and recurrent models keep, against transformers' own caches of tiny random models that run."""

import json

import pytest

from lib.memory.errors import CannotEstimateError
from lib.memory.model.counted_architecture import counted_architecture
from lib.memory.model.inventory.tensors import Part
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
SIDES = {"encoder_layers": 2, "decoder_layers": 3, "encoder_attention_heads": 4, "decoder_attention_heads": 4}
SIDES |= {"encoder_ffn_dim": 48, "decoder_ffn_dim": 56, "d_model": 32, "vocab_size": 100}
LED = {"model_type": "led", **SIDES, "attention_window": 4, "max_encoder_position_embeddings": 128}
LED |= {"max_decoder_position_embeddings": 64}
BIG_BIRD = {"model_type": "bigbird_pegasus", **SIDES, "max_position_embeddings": 128, "block_size": 4}
BIG_BIRD |= {"num_random_blocks": 1, "attention_type": "block_sparse"}
FSMT = {"model_type": "fsmt", **SIDES, "langs": ["en", "de"], "src_vocab_size": 100, "tgt_vocab_size": 100}
FSMT |= {"max_position_embeddings": 64, "pad_token_id": 1}
SWITCH = {"model_type": "switch_transformers", "d_model": 32, "d_kv": 12, "num_heads": 4, "num_layers": 2, "d_ff": 48}
SWITCH |= {"num_decoder_layers": 3, "num_experts": 4, "vocab_size": 100, "num_sparse_encoder_layers": 1}
SWITCH |= {"num_sparse_decoder_layers": 1}
NLLB = {"model_type": "nllb-moe", **SIDES, "num_experts": 4, "encoder_sparse_step": 2, "decoder_sparse_step": 2}
NLLB |= {"max_position_embeddings": 64}
MODULE = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 4, "num_attention_heads": 4, "head_dim": 8}
MODULE |= {"num_key_value_heads": 2, "vocab_size": 100, "sliding_window": 12, "max_position_embeddings": 64}
T5_GEMMA = {"model_type": "t5gemma", "vocab_size": 100, "encoder": MODULE, "decoder": MODULE}
TEXT = MODULE | {"num_hidden_layers": 2, "sliding_window": 12}
SEEN = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16, "image_size": 16}
SEEN |= {"patch_size": 8, "model_type": "siglip_vision_model"}
T5_GEMMA_2 = {"text_config": TEXT, "vision_config": SEEN, "boi_token_index": 97, "eoi_token_index": 98}
T5_GEMMA_2 |= {"image_token_index": 99, "mm_tokens_per_image": 1}
T5_GEMMA_2 = {"model_type": "t5gemma2", "decoder": TEXT, "encoder": T5_GEMMA_2, "eoi_token_index": 98}
T5_GEMMA_2 |= {"image_token_index": 99}
SPEECH = {"model_type": "speech_to_text", **SIDES, "num_mel_bins": None, "input_feat_per_channel": 8}
SPEECH |= {"max_source_positions": 4000, "max_target_positions": 30, "conv_channels": 16}
del SPEECH["num_mel_bins"]
MOONSHINE = {"model_type": "moonshine", "hidden_size": 32, "vocab_size": 100, "intermediate_size": 48}
MOONSHINE |= {"encoder_num_hidden_layers": 2, "decoder_num_hidden_layers": 3, "encoder_num_attention_heads": 4}
MOONSHINE |= {"decoder_num_attention_heads": 4, "max_position_embeddings": 64}
SEES = {"model_type": "vit", "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 4, "image_size": 32}
SEES |= {"patch_size": 8, "intermediate_size": 48}
WRITES = {"model_type": "trocr", "d_model": 32, "decoder_layers": 3, "decoder_attention_heads": 4, "vocab_size": 100}
WRITES |= {"decoder_ffn_dim": 48, "max_position_embeddings": 64, "is_decoder": True, "add_cross_attention": True}
WRITES |= {"cross_attention_hidden_size": 24}
TR_OCR = {"model_type": "vision-encoder-decoder", "encoder": SEES, "decoder": WRITES}
XLNET = {"model_type": "xlnet", "d_model": 32, "n_layer": 3, "n_head": 4, "d_inner": 48, "vocab_size": 100}
XLSTM = {"model_type": "xlstm", "hidden_size": 512, "num_blocks": 2, "num_heads": 4, "vocab_size": 100}
KINDS = {"whisper": "AutoModelForSpeechSeq2Seq", "speech_to_text": "AutoModelForSpeechSeq2Seq"}
KINDS |= {"moonshine": "AutoModelForSpeechSeq2Seq", "vision-encoder-decoder": "AutoModelForImageTextToText"}


def architecture_of(config: dict, **more: int):
    from lib.models.counting.job import count

    *_, last = count(json.dumps(config))
    return counted_architecture(last.model, config["model_type"], **more)


def running(config: dict):
    import torch
    import transformers

    torch.manual_seed(0)
    made = transformers.AutoConfig.for_model(**config)
    usual = "AutoModelForSeq2SeqLM" if made.is_encoder_decoder else "AutoModelForCausalLM"
    kind = getattr(transformers, KINDS.get(made.model_type, usual))
    return kind.from_config(made, attn_implementation="eager").float().eval()


def ids(tokens: int):
    import torch

    return torch.randint(3, 90, (1, tokens))


def kept_numbers(*layers) -> int:
    return sum(layer.keys.numel() + layer.values.numel() for layer in layers)


@pytest.mark.parametrize(
    "config", [T5, BART, LED, BIG_BIRD, FSMT, SWITCH, NLLB, T5_GEMMA], ids=lambda config: config["model_type"]
)
@pytest.mark.parametrize(("read", "written"), [(41, 7), (3, 11)])
def test_a_token_read_takes_as_much_as_one_written(config, read, written):
    import torch

    model = running(config)
    with torch.no_grad():
        hidden = model.get_encoder()(ids(read))  # Switch's model hands use_cache on to its encoder, which refuses it
        cache = model(encoder_outputs=hidden, decoder_input_ids=ids(written), use_cache=True).past_key_values
    truth = kept_numbers(*cache.self_attention_cache.layers, *cache.cross_attention_cache.layers)
    arch = architecture_of(config)
    assert KVCache(arch, tokens=read + written).bytes_per_sequence == 2 * truth
    assert any("as of one that it writes" in note for note in arch.notes)


@pytest.mark.parametrize("config", [T5_GEMMA, T5_GEMMA_2], ids=lambda config: config["model_type"])
def test_a_tied_head_is_read_for_every_token_wherever_its_matrix_stands(config):
    """T5Gemma's output matrix is its decoder's embedding, which is not its encoder's; T5Gemma 2's is its encoder's."""
    model = running(config)
    head = model.get_output_embeddings().weight
    encoder = sum(each.numel() for each in model.get_encoder().parameters() if each is not head)
    attention = [module for name, module in model.named_modules() if name.endswith("cross_attn")]
    cross = sum(each.weight.numel() for one in attention for each in (one.k_proj, one.v_proj))
    rest = sum(each.numel() for each in model.parameters()) - encoder - cross
    arch = architecture_of(config)
    assert read_weights_bytes(arch, "bf16", 1.0) == 2 * rest
    assert any("here it is the embedding used again" in note for note in arch.notes)


def test_every_parameter_of_two_texts_is_counted_once():
    for config in (LED, BIG_BIRD, SWITCH, NLLB, T5_GEMMA, SPEECH, MOONSHINE, TR_OCR, XLNET, XLSTM):
        assert architecture_of(config).parameters == sum(each.numel() for each in running(config).parameters())


@pytest.mark.parametrize(("config", "chosen"), [(SWITCH, 1), (NLLB, 2)], ids=["Switch", "NLLB-MoE"])
def test_experts_that_are_modules_of_their_own_are_experts(config, chosen):
    """Switch sends a token to one expert (arXiv 2101.03961, section 2.1), NLLB-MoE to two (2207.04672, section 6.2)."""
    experts = [each for name, each in running(config).named_parameters() if ".experts." in name]
    arch = architecture_of(config)
    assert arch.routed_parameters == sum(each.numel() for each in experts)
    assert arch.parameters - arch.active_parameters == arch.routed_parameters * (4 - chosen) / 4


@pytest.mark.parametrize("config", [SPEECH, MOONSHINE], ids=lambda config: config["model_type"])
def test_convolutions_that_take_sound_in_are_no_state_space(config):
    truth = sum(each.numel() for name, each in running(config).named_parameters() if ".conv" in name)
    parts = architecture_of(config).counted.by_part
    assert parts[Part.CONVOLUTION] == truth
    assert Part.STATE not in parts


def test_what_an_answer_leaves_beyond_a_window_is_said():
    """T5Gemma: every other layer of the decoder forgets what it wrote beyond the window, none what was read."""
    (note,) = [note for note in architecture_of(T5_GEMMA).notes if "longer than" in note]
    assert "longer than 12 tokens" in note
    assert all(each.window is None for each in architecture_of(T5_GEMMA).keeps)


def test_what_is_read_and_what_is_written_each_have_their_limit():
    """LED's two tables of positions: allenai/led-base-16384 reads 16,384 tokens and writes 1,024."""
    assert architecture_of(LED).max_position_embeddings == 128 + 64
    assert architecture_of(T5_GEMMA).max_position_embeddings == 64 + 64
    assert any("reads up to 128 tokens and writes up to 64" in note for note in architecture_of(LED).notes)


@pytest.mark.parametrize("config", [SPEECH, MOONSHINE], ids=lambda config: config["model_type"])
def test_sound_of_any_length_is_counted_for_half_a_minute(config):
    """Speech2Text reads a frame every 10 ms, Moonshine 16,000 samples a second."""
    import torch

    model = running(config)
    sound = torch.randn(1, 30 * 16_000) if config is MOONSHINE else torch.randn(1, 30 * 100, 8)
    with torch.no_grad():
        output = model(**{model.main_input_name: sound}, decoder_input_ids=ids(5), use_cache=True)
    arch = architecture_of(config)
    kept = KVCache(arch, tokens=5)
    assert kept.state_bytes == 2 * kept_numbers(*output.past_key_values.cross_attention_cache.layers)
    assert kept.bytes_per_sequence - kept.state_bytes == 2 * kept_numbers(
        *output.past_key_values.self_attention_cache.layers
    )
    assert arch.always_reads == output.encoder_last_hidden_state.shape[1]
    (note,) = [note for note in arch.notes if "30 seconds of sound" in note]
    assert f"each second more adds {kept.state_bytes / 30:,.0f} bytes" in note


@pytest.mark.parametrize("seconds", [7, 60])
def test_a_longer_sound_leaves_more(seconds):
    """What the running model keeps of a sound of another length, to the positions at its edges."""
    import torch

    model = running(SPEECH)
    sound = torch.randn(1, seconds * 100, 8)
    with torch.no_grad():
        output = model(input_features=sound, decoder_input_ids=ids(5), use_cache=True)
    truth = 2 * kept_numbers(*output.past_key_values.cross_attention_cache.layers)
    arch = architecture_of(SPEECH, sound_s=seconds)
    assert KVCache(arch, tokens=5).state_bytes == pytest.approx(truth, rel=1 / (10 * seconds))
    assert arch.always_reads == pytest.approx(output.encoder_last_hidden_state.shape[1], abs=1)
    assert any(f"Counted for {seconds} seconds of sound" in note for note in arch.notes)


def test_a_picture_leaves_a_constant_beside_what_is_written():
    """TrOCR: a picture of 32 x 32 in patches of 8 x 8 is 16 positions and one of the whole."""
    import torch

    with torch.no_grad():
        output = running(TR_OCR)(pixel_values=torch.randn(1, 3, 32, 32), decoder_input_ids=ids(5), use_cache=True)
    arch = architecture_of(TR_OCR)
    kept = KVCache(arch, tokens=5)
    assert arch.always_reads == 17
    assert kept.state_bytes == 2 * kept_numbers(*output.past_key_values.cross_attention_cache.layers)
    assert kept.bytes_per_sequence - kept.state_bytes == 2 * kept_numbers(
        *output.past_key_values.self_attention_cache.layers
    )


@pytest.mark.parametrize("memory", [None, 0, 12])
def test_xlnet_keeps_what_comes_into_its_layers(memory):
    """Not keys and values: one vector of the width a layer and token, of at most mem_len tokens."""
    import torch

    with torch.no_grad():
        memories = running({**XLNET, "mem_len": memory})(input_ids=ids(20)).mems
    arch = architecture_of({**XLNET, "mem_len": memory})
    assert KVCache(arch, tokens=20).bytes_per_sequence == 2 * sum(each.numel() for each in memories)
    assert not arch.is_encoder
    assert any("keep what came into them" in note for note in arch.notes)


def test_an_xlstm_keeps_states_alone():
    import torch

    with torch.no_grad():
        states = running(XLSTM)(input_ids=ids(20), use_cache=True).cache_params.rnn_state
    truth = sum(each.numel() for layer in states.values() for each in layer)
    short, long = (KVCache(architecture_of(XLSTM), tokens=tokens) for tokens in (1, 500))
    assert short.bytes_per_sequence == long.bytes_per_sequence == 2 * truth


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
