"""Numbers that are right answers, computed by the app's own domains, as the option has to say them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np

from lib.alignment.honesty.calibration import brier
from lib.alignment.policy.best_of_n import kl_nats
from lib.alignment.preferences import Answer, Ranking, cohen
from lib.alignment.toxicity.confusion import Confusion, Day
from lib.alignment.values.pairs import FIRST, SAME, SECOND, Judged, value_pairs
from lib.alignment.values.weighing import Weighed, Weights
from lib.lesson.pretraining.reading import Token
from lib.lesson.scaling.laws import Point
from lib.memory import ServingRule, TrainingRule, architecture
from lib.memory.serve.kv_cache import KVCache
from lib.memory.train.adapters import adapter_parameters
from lib.metrics.pair.bleu import brevity_penalty, counts_of
from lib.metrics.pair.ngrams import overlap
from lib.metrics.pair.rouge import rouge
from lib.quant.formats.formats import number_format
from lib.quant.quantizers.absmax import quantize_absmax
from lib.quant.quantizers.blocks import Grouping
from lib.units import GIB, format_gib

LLAMA = "Llama-3.1-8B"
AGREEMENTS = (("A", "A"),) * 4 + (("B", "B"),) * 4 + (("A", "B"), ("B", "A"))
"""Ten pairs of answers, two judges: eight times the same, each judge choosing A five times."""


def computed(name: str) -> str:
    """What the app computes under this name; KeyError if nothing is."""
    return _computed_numbers()[name]()


@cache
def _computed_numbers() -> dict[str, Callable[[], str]]:
    return {
        "one_billion_fp32": lambda: format_gib(1e9 * 4),
        "rule_13b_8_bits": lambda: f"{ServingRule(13e9, 8).total_bytes / 1e9:.1f} GB",
        "rule_train_3b": lambda: f"{TrainingRule(3e9).total_bytes / 1e9:.0f} GB",
        "kv_8192": lambda: f"{KVCache(architecture(LLAMA), tokens=8_192).total_bytes / GIB:.0f} GiB",
        "kv_heads_8_to_1": _mqa_share,
        "kv_four_bits": lambda: f"{KVCache(architecture(LLAMA), tokens=1, bits=4).bytes_per_token / 1024:.0f} KiB",
        "lora_8b": lambda: f"{adapter_parameters(architecture(LLAMA), 16, 'all') / 1e6:.1f} million",
        "lora_one_matrix": lambda: f"{16 * (4_096 + 1_024):,}",
        "unsloth_logits": lambda: format_gib(4_096 * architecture(LLAMA).vocab_size * 4),
        "flops_1b_20b": lambda: f"{Point(1e9, 20e9).flops / 1e20:.1f} × 10²⁰",
        "rouge_1_precision": lambda: f"{_tea().measures['rouge1'].score.precision:.2f}",
        "brevity": lambda: f"{brevity_penalty(12, 9):.2f}",
        "largest_fp16": lambda: f"{number_format('fp16').largest:,.0f}",
        "best_of_4": lambda: f"{kl_nats(4):.2f} nats",
        "surprise_of_an_eighth": lambda: f"{_read_with(1 / 8).surprise_bits:.0f} bits",
        "zeros_beside_outlier": lambda: f"All {(_with_outlier().codes == 0).sum()} of them become zero",
        "bits_with_scale": lambda: f"{_with_outlier().bits_per_weight:.2f}",
        "clipped_the": _clipped,
        "pairs_of_four": lambda: f"{len(_four_ranked().pairs)}",
        "kappa": lambda: f"{cohen(AGREEMENTS).kappa:.1f}",
        "values_margin": lambda: f"{-_contested().margin:.2f}",
        "brier_sure": lambda: f"{brier([(1.0, place < 13) for place in range(20)]):.2f}",
        "rude_among_flagged": lambda: f"{Day(1_000, 0.05, 1, 1).precision(Confusion(8, 2, 2, 8)):.0%}",
    }


def _contested() -> Weighed:
    """Helpful takes the first answer, harmless the second, honest neither."""
    return Weighed(value_pairs()[0], Judged(FIRST, SAME, SECOND), Weights(6, 2, 4))


def _mqa_share() -> str:
    arch = architecture(LLAMA)
    now = KVCache(arch, tokens=1).bytes_per_token
    return f"{now / KVCache(replace(arch, num_key_value_heads=1), tokens=1).bytes_per_token:.0f} times"


def _tea():
    return rouge("a cup of hot tea", "a cup of very hot sweet tea")


def _read_with(probability: float) -> Token:
    """A token that the model gave this probability."""
    return Token(0, "", 0, False, math.log(probability), 1, ())


def _with_outlier():
    """A block of 64 weights in 4 bits with a scale in 16: one weight is 100 times as large as the next largest."""
    weights = np.array([1.0, *np.linspace(-0.01, 0.01, 63)], np.float32)
    return quantize_absmax(weights, 4, Grouping("64", 64), "fp16")


def _clipped() -> str:
    counts = counts_of(overlap([["the", "cat"]], ["the", "the", "the"], 1))
    return f"{counts.matched}/{counts.total}"


def _four_ranked() -> Ranking:
    return Ranking("", tuple(Answer("", text, 1) for text in "ABCD"), (1, 2, 3, 4))
