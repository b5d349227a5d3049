"""The KV-cache page's parts: what a context costs, and the paging simulation."""

from __future__ import annotations

import streamlit as st

from lib.charts.in_words import in_words
from lib.charts.memory import kv_cache as charts
from lib.memory import Architecture, ServingSetup, architecture, estimate, gpu, gpus
from lib.memory.model.weights import CHECKPOINT
from lib.memory.serve.budget import CacheBudget, cache_budget
from lib.memory.serve.kv_cache import KVCache, by_context, most_and_least, other_ways
from lib.memory.serve.paging import (
    POLICIES,
    PUBLISHED_USED_SHARE,
    SNAPSHOT_STEPS,
    Traffic,
    simulate_all,
)
from lib.ui.kit import controls
from lib.ui.kit.chapter import formula, published, simulated
from lib.ui.kit.keeping.notes import happened
from lib.ui.memory.choosing.architecture_picker import architecture_summary, choose_architecture
from lib.ui.memory.choosing.setup_controls import pick_tokens, set_values, weights_precision
from lib.ui.memory.working import show_working
from lib.units import format_gib, number_of

TELLING = (
    "OPT-13B",
    "Llama-2-7B",
    "Llama-3.1-8B",
    "Llama-3.1-70B",
    "Gemma-3-27B (text)",
    "Qwen3-30B-A3B",
    "DeepSeek-V3",
)
REQUESTS = {"chat": "Chat (161 + 338)", "long": "Long prompts (1,200 + 200)", "short": "Short answers (300 + 30)"}
PROMPT_TOKENS_AT_ONCE = 2_048  # vLLM's chunked prefill
LENGTHS = {"chat": (161, 338), "long": (1_200, 200), "short": (300, 30)}


def context_costs() -> list[dict]:
    """Sliders for context and users; the cache, its formula, and other ways of attending."""
    left, right = st.columns([2, 5], gap="large")
    with left:
        arch = choose_architecture("Llama-3.1-8B", key="kv_model", decoders_only=True)
        tokens = pick_tokens("Context (tokens)", [2**n for n in range(7, 21)], 8_192, "kv_context", arch)
        users = controls.pick("Conversations at once", [1, 2, 4, 8, 16, 32, 64, 128, 256, 512], 16, key="kv_users")
        bits = controls.pick("Bits per number", [4, 8, 16, 32], 16, key="kv_bits_page")
        stored = weights_precision(arch, {"bf16": "bf16 / fp16"}, "kv_weights") if arch.stored else "bf16"
        card = gpu(controls.select("GPU", list(gpus()), "A100 80GB SXM", key="kv_gpu"))
        share = controls.slider("Share of the GPU that the engine may take (%)", 50, 100, 90, key="kv_utilization")
    setup = ServingSetup(
        precision=stored,
        context=tokens,
        sequences=users,
        kv_bits=bits,
        block_size=0,
        prefill=PROMPT_TOKENS_AT_ONCE,
    )
    budget = cache_budget(estimate(arch, setup, card), card, share / 100)
    cache = setup.kv_cache(arch)
    ways = other_ways(cache)
    lines = {name: by_context(way) for name, way in ways.items()}
    with right:
        many = number_of(users, "conversation")
        one, two, three = st.columns(3)
        one.metric("One token", format_gib(cache.bytes_per_token))
        two.metric(many, format_gib(cache.total_bytes))
        three.metric("Left for the cache", format_gib(budget.cache_bytes))
        _room_in_words(cache, budget, card.name, stored)
        title = f"{many} of {tokens:,} tokens: {format_gib(cache.total_bytes)} of KV cache"
        label = f"free: {format_gib(budget.cache_bytes)}"
        figure = charts.cache_by_context(lines, budget.cache_bytes, label, title, tokens)
        st.plotly_chart(figure, key="kv_contexts", alt=title)
    term = cache.term()
    show_working(term)
    formula(f"Exact, from what each layer keeps. {architecture_summary(arch)}.")
    with st.expander("Other models beside it", icon=":material/bar_chart:", expanded=True):
        _other_models(arch, bits)
    return [
        {"context": length, "way": name, "bytes": round(size)} for name, line in lines.items() for length, size in line
    ]


def _room_in_words(cache: KVCache, budget: CacheBudget, card: str, stored: str) -> None:
    """What is left for the cache, and how far that goes."""
    weights = "in 16 bits" if stored == "bf16" else CHECKPOINT.label
    parts = (
        f"{format_gib(budget.gpu_bytes)} × {budget.utilization:.0%} − {format_gib(budget.weights_bytes)} of weights "
        f"{weights} − {format_gib(budget.activations_bytes)} for reading prompts − "
        f"{format_gib(budget.outside_bytes)} of CUDA context"
    )
    if not budget.cache_bytes:
        happened(f"Nothing is left for a cache on one {card}: {parts} is below zero. The weights do not fit.")
    else:
        happened(
            f"On one {card}, {format_gib(budget.cache_bytes)} is left for the cache: room for "
            f"**{number_of(budget.conversations(cache), 'conversation')}** of {cache.tokens:,} tokens, or for "
            f"{cache.sequences} of **{budget.longest_tokens(cache):,} tokens** each."
        )
    how_read = f"prompts are read {PROMPT_TOKENS_AT_ONCE:,} tokens at a time"
    formula(f"As vLLM counts (`gpu_memory_utilization`): {parts}; {how_read}.")


def _other_models(arch: Architecture, bits: int) -> None:
    models = [architecture(name) for name in TELLING]
    if arch.name not in TELLING:
        models.insert(0, arch)
    caches = {f"{each.name} · {each.attention_kind}": KVCache(each, 1, bits=bits) for each in models}
    most, least, times = most_and_least(caches)
    title = f"{most} keeps {times:.0f} times as much per token as {least}"
    bars = [(name, cache.bytes_per_token) for name, cache in caches.items()]
    st.plotly_chart(
        charts.cache_by_model(bars, f"{arch.name} · {arch.attention_kind}", title), key="kv_kinds", alt=title
    )


def paging_experiment() -> list[dict]:
    """The simulation: the same requests, four ways of giving them memory."""
    left, right = st.columns([2, 5], gap="large")
    with left:
        kind = controls.select("Requests (mean prompt + answer, tokens)", REQUESTS, "chat", key="requests")
        block = controls.pick("Tokens per page", [4, 8, 16, 32, 64, 128, 256], 16, key="block")
        longest = controls.pick("Longest a request may become", [1_024, 2_048, 4_096, 8_192], 2_048, key="longest")
        seed = controls.slider("Another day (seed)", 0, 99, 0, key="kv_seed")
        shown = controls.select("Look into the memory of", dict(POLICIES), "max", key="policy")
        st.button("Switch to pages", icon=":material/view_module:", on_click=set_values, args=({"policy": "paged"},))
    prompt, answer = LENGTHS[kind]
    traffic = Traffic(block_size=block, max_tokens=longest, mean_prompt=prompt, mean_answer=answer, seed=seed)
    runs = simulate_all(traffic)
    by_policy = {run.policy: run for run in runs}
    paged, reserved = by_policy["paged"], by_policy["max"]
    title = (
        f"Pages: {paged.share('used'):.0%} of memory holds tokens. Reserving the longest: {reserved.share('used'):.0%}"
    )
    run = by_policy[shown]
    with right:
        st.plotly_chart(charts.policy_shares(runs, title), key="kv_shares", alt=title)
    step = controls.slider(
        "Move through time (decoding step)",
        SNAPSHOT_STEPS,
        traffic.steps,
        traffic.steps // 2,
        key="kv_step",
        step=SNAPSHOT_STEPS,
    )
    snapshot = min(len(run.snapshots), max(1, step // SNAPSHOT_STEPS)) - 1
    title = f"{POLICIES[shown]}: {number_of(len(run.snapshots[snapshot]), 'request')} at step {step:,}"
    st.plotly_chart(charts.memory_map(run, snapshot, title), key="kv_map", alt=title)
    st.caption(
        "All of memory, row by row. Each colour is a request: strong where a token is held, pale where memory is only "
        "kept for one."
    )
    put_back = number_of(paged.preempted, "time")
    again = f" When memory ran out, a request was put back ({put_back})." if paged.preempted else ""
    happened(
        f"Same requests, same {traffic.memory_tokens:,} tokens: **{paged.mean_running:.0f} requests at once** "
        f"with pages, {reserved.mean_running:.0f} when the longest possible is reserved. So {paged.finished:,} "
        f"were answered instead of {reserved.finished:,} in {traffic.steps:,} steps. Pages wasted "
        f"{paged.waste_share:.1%} of what they handed out.{again}"
    )
    simulated(
        "Here and now: exponential lengths, a queue that is never empty, a buddy allocator for contiguous pieces."
    )
    published(
        "Kwon et al. 2023, figure 2: "
        + ", ".join(
            f"{POLICIES[policy][0].lower()}{POLICIES[policy][1:]} {share:.1%}"
            for policy, share in PUBLISHED_USED_SHARE.items()
        )
        + " of memory held tokens (black diamonds). Our requests are not theirs: compare the shape, not the digits."
    )
    with st.expander("Requests at once, over time", icon=":material/timeline:"):
        figure = charts.requests_running(runs, "How many requests run at once")
        st.plotly_chart(figure, key="kv_running", alt=in_words(figure))
    return [
        {
            "policy": POLICIES[run.policy],
            **{part: round(run.share(part), 4) for part in ("used", "reserved", "internal", "free")},
            "mean_running": round(run.mean_running, 1),
            "finished": run.finished,
        }
        for run in runs
    ]
