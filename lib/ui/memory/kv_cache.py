"""The KV-cache page's parts: what a context costs, and the paging simulation."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import streamlit as st

from lib.charts.memory import kv_cache as charts
from lib.memory.gpus import gpu, gpus
from lib.memory.model.architecture import Architecture
from lib.memory.model.catalogue import architecture
from lib.memory.model.weights import weights_bytes
from lib.memory.serve.kv_cache import KVCache, max_tokens
from lib.memory.serve.paging import (
    POLICIES,
    PUBLISHED_USED_SHARE,
    SNAPSHOT_STEPS,
    Policy,
    Simulation,
    Traffic,
    simulate,
)
from lib.ui.kit import controls
from lib.ui.kit.chapter import formula, published
from lib.ui.memory import architecture_picker
from lib.ui.memory.setup_controls import set_values
from lib.units import format_gib

SCALE = [256 * 2**step for step in range(10)]
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
LENGTHS = {"chat": (161, 338), "long": (1_200, 200), "short": (300, 30)}


def context_costs() -> list[dict]:
    """Sliders for context and users; the cache, its formula, and other ways of attending."""
    left, right = st.columns([2, 5], gap="large")
    with left:
        arch = architecture_picker.choose("Llama-3.1-8B", key="kv_model", decoders_only=True)
        tokens = controls.pick("Context (tokens)", [2**n for n in range(7, 21)], 8_192, key="kv_context")
        users = controls.pick("Conversations at once", [1, 2, 4, 8, 16, 32, 64, 128, 256, 512], 16, key="kv_users")
        bits = controls.pick("Bits a number", [4, 8, 16, 32], 16, key="kv_bits_page")
        card = gpu(controls.select("GPU", list(gpus()), "A100 80GB SXM", key="kv_gpu"))
    cache = KVCache(arch, tokens=tokens, sequences=users, bits=bits)
    free = card.usable_bytes - weights_bytes(arch, "bf16")
    with right:
        one, two, three = st.columns(3)
        one.metric("One token", format_gib(cache.bytes_per_token))
        two.metric(f"{users} conversations", format_gib(cache.total_bytes))
        three.metric("Weights in 16 bits", format_gib(weights_bytes(arch, "bf16")))
        _fits_in_words(cache, free, card.name)
        lines = _ways(arch, users, bits)
        title = f"{users} conversations of {tokens:,} tokens: {format_gib(cache.total_bytes)} of KV cache"
        label = f"free on {card.name}"
        st.plotly_chart(charts.contexts(lines, free, label, title, tokens), key="kv_contexts", alt=title)
    term = cache.term()
    st.latex(term.working)
    formula(
        f"Exact: every layer keeps these numbers for every token. {architecture_picker.summary(arch)}. "
        f"Source: {term.source}."
    )
    with st.expander("Other models beside it", icon=":material/bar_chart:", expanded=True):
        _beside(arch, bits)
    return [
        {"context": point[0], "way": name, "bytes": round(point[1])}
        for name, points in lines.items()
        for point in points
    ]


def _fits_in_words(cache: KVCache, free: float, card: str) -> None:
    if free <= 0:
        st.markdown(f"The weights alone do not fit on one {card}: nothing is left for a cache.")
        return
    longest = max_tokens(cache.architecture, free / cache.sequences, bits=cache.bits)
    each = KVCache(cache.architecture, tokens=cache.tokens, bits=cache.bits).total_bytes
    st.markdown(
        f"On one {card}, {format_gib(free)} are free beside the weights: **{int(free // each):,} conversations** of "
        f"{cache.tokens:,} tokens, or {cache.sequences} of **{min(longest, 10**8):,} tokens** each."
    )


def _ways(arch: Architecture, users: int, bits: int) -> dict[str, list[tuple[int, float]]]:
    """This model's cache, and what it would be with another kind of attention."""
    ways = {f"{arch.name} as it is ({arch.attention_kind})": arch}
    if arch.sliding_layers:
        ways["without its window"] = replace(arch, sliding_window=None, sliding_layers=0)
    if arch.latent:
        heads = replace(
            arch, latent=None, num_key_value_heads=arch.num_attention_heads, head_dim=arch.latent.qk_head_dim
        )
        ways["kept expanded (MHA)"] = heads
    elif arch.num_key_value_heads < arch.num_attention_heads:
        ways["with a KV head for each query head (MHA)"] = replace(arch, num_key_value_heads=arch.num_attention_heads)
    if not arch.latent and arch.num_key_value_heads > 1:
        ways["with one KV head (MQA)"] = replace(arch, num_key_value_heads=1)
    return {
        name: [(tokens, KVCache(each, tokens=tokens, sequences=users, bits=bits).total_bytes) for tokens in SCALE]
        for name, each in ways.items()
    }


def _beside(arch: Architecture, bits: int) -> None:
    models = [architecture(name) for name in TELLING]
    if arch.name not in TELLING:
        models.insert(0, arch)
    bars = [(f"{each.name} · {each.attention_kind}", KVCache(each, 1, bits=bits).bytes_per_token) for each in models]
    mine = f"{arch.name} · {arch.attention_kind}"
    largest, smallest = max(bars, key=lambda bar: bar[1]), min(bars, key=lambda bar: bar[1])
    title = f"{largest[0]} keeps {largest[1] / smallest[1]:.0f} times as much a token as {smallest[0]}"
    st.plotly_chart(charts.kinds(bars, mine, title), key="kv_kinds", alt=title)


@lru_cache(maxsize=128)
def _simulated(policy: Policy, traffic: Traffic) -> Simulation:
    """A pure function of its arguments, so one result serves every student."""
    return simulate(policy, traffic)


def _all_policies(traffic: Traffic) -> tuple[Simulation, ...]:
    """The four policies over the same requests. Only pages depend on the size of a page."""
    plain = replace(traffic, block_size=Traffic.block_size)
    return tuple(_simulated(policy, traffic if policy == "paged" else plain) for policy in POLICIES)


def paging() -> list[dict]:
    """The simulation: the same requests, four ways of giving them memory."""
    left, right = st.columns([2, 5], gap="large")
    with left:
        kind = controls.select("Requests (mean prompt + answer, tokens)", REQUESTS, "chat", key="requests")
        block = controls.pick("Tokens a page", [4, 8, 16, 32, 64, 128, 256], 16, key="block")
        longest = controls.pick("Longest a request may become", [1_024, 2_048, 4_096, 8_192], 2_048, key="longest")
        seed = controls.slider("Another day (seed)", 0, 99, 0, key="kv_seed")
        shown = controls.select("Look into the memory of", dict(POLICIES), "max", key="policy")
        st.button("Switch to pages", icon=":material/view_module:", on_click=set_values, args=({"policy": "paged"},))
    prompt, answer = LENGTHS[kind]
    traffic = Traffic(block_size=block, max_tokens=longest, mean_prompt=prompt, mean_answer=answer, seed=seed)
    runs = _all_policies(traffic)
    by_policy = {run.policy: run for run in runs}
    paged, reserved = by_policy["paged"], by_policy["max"]
    title = (
        f"Pages: {paged.share('used'):.0%} of memory holds tokens. Reserving the longest: {reserved.share('used'):.0%}"
    )
    run = by_policy[shown]
    with right:
        st.plotly_chart(charts.shares(runs, title), key="kv_shares", alt=title)
    step = controls.slider(
        "Move through time (decoding step)",
        SNAPSHOT_STEPS,
        traffic.steps,
        traffic.steps // 2,
        key="kv_step",
        step=SNAPSHOT_STEPS,
    )
    snapshot = min(len(run.snapshots), max(1, step // SNAPSHOT_STEPS)) - 1
    title = f"{POLICIES[shown]}: {len(run.snapshots[snapshot])} requests at step {step:,}"
    st.plotly_chart(charts.memory_map(run, snapshot, title), key="kv_map", alt=title)
    st.caption("All of memory, row by row. A colour is a request: full where it holds a token, pale where it is kept.")
    again = f" When memory ran out, requests were put back {paged.preempted} times." if paged.preempted else ""
    st.markdown(
        f"Same requests, same {traffic.memory_tokens:,} tokens: **{paged.mean_running:.0f} requests at once** "
        f"with pages, {reserved.mean_running:.0f} when the longest possible is reserved. So {paged.finished:,} "
        f"were answered instead of {reserved.finished:,} in {traffic.steps:,} steps. Pages wasted "
        f"{paged.waste_share:.1%} of what they handed out.{again}"
    )
    formula(
        "Simulated here: exponential lengths, a queue that is never empty, a buddy allocator for contiguous pieces."
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
        st.plotly_chart(
            charts.running(runs, "How many requests run at once"), key="kv_running", alt="Requests over time"
        )
    return [
        {
            "policy": POLICIES[run.policy],
            **{part: round(run.share(part), 4) for part in ("used", "reserved", "internal", "free")},
            "mean_running": round(run.mean_running, 1),
            "finished": run.finished,
        }
        for run in runs
    ]
