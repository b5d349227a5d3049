"""Serving: the cache in other ways, what an engine has for it, speed at most, set-ups that no engine would start."""

import pytest

from lib.memory import CannotEstimateError, ServingSetup, architecture, estimate, gpu
from lib.memory.serve.budget import CacheBudget, cache_budget
from lib.memory.serve.kv_cache import KVCache, by_context, most_and_least, other_ways
from lib.memory.serve.roofline import decode_roofline, experts_read_share
from lib.units import GIB, MIB

LLAMA = architecture("Llama-3.1-8B")
CARD = gpu("A100 80GB SXM")


def test_an_expanded_cache_keeps_values_of_their_own_width():
    """DeepSeek-V2-Lite: 27 layers × 16 heads × (192 of a key + 128 of a value) × 2 B × 32,768 tokens."""
    ways = other_ways(KVCache(architecture("DeepSeek-V2-Lite"), tokens=32_768))
    assert ways["kept expanded (MHA)"].total_bytes == 8_640 * MIB


def test_other_ways_of_attending():
    """GQA, arXiv 2305.13245, section 2: the cache shrinks by the number of query heads that share a KV head."""
    cache = KVCache(LLAMA, tokens=8_192)
    sizes = {name: way.total_bytes / cache.total_bytes for name, way in other_ways(cache).items()}
    assert sizes == {
        "Llama-3.1-8B as it is (GQA)": 1,
        "with a KV head for each query head (MHA)": 4,
        "with one KV head (MQA)": 1 / 8,
    }


def test_a_window_bends_the_line_and_full_attention_does_not():
    straight = by_context(KVCache(LLAMA, tokens=1))
    assert all(size / tokens == 131_072 for tokens, size in straight)
    bent = dict(by_context(KVCache(architecture("Mistral-7B-v0.1"), tokens=1)))
    assert bent[4_096] == bent[32_768]


def test_who_keeps_most_a_token():
    """arXiv 2505.09343, table 1: 516.1 KB a token for Llama 3.1 405B, 70.3 KB for DeepSeek-V3."""
    caches = {name: KVCache(architecture(name), 1) for name in ("Llama-3.1-405B", "DeepSeek-V3", "Qwen2.5-72B")}
    most, least, times = most_and_least(caches)
    assert (most, least) == ("Llama-3.1-405B", "DeepSeek-V3")
    assert times == pytest.approx(516.1 / 70.3, rel=0.001)


def test_the_budget_is_vllms():
    """vllm-project/vllm, pull request 10511: Llama 3 8B on 79.22 GiB: 71.29 GiB allowed, 53.29 GiB for the cache."""
    said = CacheBudget(79.22 * GIB, 0.9, 14.96 * GIB, 1.26 * GIB, 1.79 * GIB)
    assert said.allowed_bytes / GIB == pytest.approx(71.29, abs=0.01)
    assert said.cache_bytes / GIB == pytest.approx(53.29, abs=0.005)
    ours = cache_budget(estimate(LLAMA, ServingSetup(prefill=2_048), CARD), CARD)
    assert ours.weights_bytes / GIB == pytest.approx(14.96, abs=0.005)
    assert ours.gpu_bytes == CARD.usable_bytes


def test_conversations_and_contexts_that_a_budget_has_room_for():
    budget = cache_budget(estimate(LLAMA, ServingSetup(prefill=2_048), CARD), CARD, 0.9)
    cache = KVCache(LLAMA, tokens=8_192, sequences=16)
    count = budget.conversations(cache)
    assert count * cache.bytes_per_sequence <= budget.cache_bytes < (count + 1) * cache.bytes_per_sequence
    longest = budget.longest_tokens(cache)
    assert cache.of_tokens(longest).total_bytes <= budget.cache_bytes < cache.of_tokens(longest + 1).total_bytes
    assert budget.longest_tokens(KVCache(LLAMA, tokens=1)) == LLAMA.max_position_embeddings


def test_no_room_is_no_conversation():
    card = gpu("GTX 1070")
    budget = cache_budget(estimate(LLAMA, ServingSetup(prefill=512), card), card)
    assert (budget.cache_bytes, budget.conversations(KVCache(LLAMA, tokens=128))) == (0, 0)


@pytest.mark.parametrize("utilization", [0, -0.1, 1.01, float("nan")])
def test_a_share_of_the_card_lies_between_0_and_1(utilization):
    with pytest.raises(CannotEstimateError, match="utilization"):
        CacheBudget(GIB, utilization, 0, 0, 0)


@pytest.mark.parametrize(("sequences", "share"), [(1, 2 / 8), (2, 7 / 16), (4, 175 / 256)])
def test_experts_that_a_batch_is_expected_to_read(sequences, share):
    """Mixtral: each token leaves 6 of 8 experts; n tokens leave (6/8)ⁿ of them."""
    assert experts_read_share(architecture("Mixtral-8x7B"), sequences) == pytest.approx(share)
    assert experts_read_share(LLAMA, sequences) == 1


def test_four_conversations_with_mixtral_on_an_h100():
    """3,352 GB/s over the expected share of 46.7B parameters in bf16 and four caches: 206 tokens a second, not 143."""
    roof = decode_roofline(architecture("Mixtral-8x7B"), ServingSetup(context=1_024, sequences=4), gpu("H100 SXM 80GB"))
    assert roof.tokens_per_s == pytest.approx(206, abs=1)


def test_heads_that_gpus_cannot_share_are_refused():
    """vLLM: the number of attention heads must be divisible by tensor_parallel_size."""
    small = architecture("SmolLM2-135M")  # 9 heads
    with pytest.raises(CannotEstimateError, match="gpus = 2 does not divide the 9 heads"):
        estimate(small, ServingSetup(gpus=2))
    assert estimate(LLAMA, ServingSetup(gpus=16)).size_of("kv_cache") == estimate(LLAMA, ServingSetup(gpus=8)).size_of(
        "kv_cache"
    )  # a KV head is the least that a GPU holds


def test_key_value_heads_that_gpus_cannot_share_are_refused():
    """vLLM's QKVParallelLinear: key-value heads over the GPUs, or GPUs over the key-value heads, without a rest."""
    small = architecture("Qwen2.5-0.5B")  # 14 heads, 2 of keys and values
    with pytest.raises(CannotEstimateError, match="gpus = 7 and the 2 key-value heads"):
        estimate(small, ServingSetup(gpus=7))
    assert estimate(small, ServingSetup(gpus=2)).total_bytes > estimate(small, ServingSetup(gpus=14)).total_bytes
    estimate(architecture("DeepSeek-V3"), ServingSetup(gpus=64))  # its latent is on every GPU


def test_an_attention_that_is_not_known_is_refused():
    with pytest.raises(CannotEstimateError, match="attention = 'flash' must be one of fused, eager"):
        ServingSetup(attention="flash")


def test_more_tokens_than_positions_are_refused():
    with pytest.raises(CannotEstimateError, match=r"context = 2,048 is more than the 1,024 positions of GPT-2"):
        estimate(architecture("GPT-2"), ServingSetup(context=2_048))
