"""What each way takes for Llama 3.1 8B, from the app's own calculators: memory, work, GPU hours, price."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from lib.lesson.pretraining.cost import accelerators, presets
from lib.memory import ServingSetup, TrainingSetup, architecture, estimate
from lib.places import ASSETS
from lib.sources import Source

MODEL, PRESET = "Llama-3.1-8B", "Llama 3.1 8B"
TUNING_TOKENS = 1_000_000
"""A small data set: about 5,000 answers of 200 tokens."""
CARD, WELL_USED = "H100", "Llama 3.1 405B"
"""One such card, used as well as in the pretraining of that model."""
BACKWARD_AND_FORWARD, WITHOUT_WEIGHT_GRADIENTS = 6, 4
"""FLOPs for each parameter and token. A frozen weight needs no gradient of its own: 2 forwards, 2 backwards."""


@dataclass(frozen=True)
class Cost:
    """One way, for one model."""

    way: str
    data: str
    """What it reads while training."""
    tokens: float
    flops: float
    gpu_hours: float
    usd: float
    memory_bytes: float | None
    """What one GPU must hold at its fullest; None where the work is spread over thousands."""
    note: str

    @property
    def gpu_s(self) -> float:
        return self.gpu_hours * 3600

    def times_less_work(self, other: Cost) -> float:
        """How often this one's operations go into those of another."""
        return other.flops / self.flops


@dataclass(frozen=True)
class FeedbackCost:
    """What tuning by human feedback took, as published, in petaflop/s-days (10^15 · 86,400 FLOPs)."""

    model: str
    supervised_pf_days: float
    rlhf_pf_days: float
    pretraining_pf_days: float
    written_prompts: int
    """Prompts with an answer that a labeller wrote, for supervised tuning."""
    ranked_prompts: int
    """Prompts whose answers labellers ranked, for the reward model."""
    reinforcement_prompts: int
    """Prompts alone, to which the model answers and the reward model judges."""
    source: Source

    @property
    def rlhf_flops(self) -> float:
        return self.rlhf_pf_days * 1e15 * 86_400

    @property
    def share_of_pretraining(self) -> float:
        return self.rlhf_pf_days / self.pretraining_pf_days


@cache
def feedback_cost() -> FeedbackCost:
    told = json.loads((ASSETS / "lesson" / "rlhf_cost.json").read_text(encoding="utf-8"))
    return FeedbackCost(**{**told, "source": Source(**told["source"])})


@cache
def costs() -> tuple[Cost, ...]:
    """Pretraining as published; the others by formula, one sequence of 1,024 tokens at a time."""
    arch, preset = architecture(MODEL), presets()[PRESET].pretraining
    card = accelerators()[CARD]
    step = {"sequence": 1_024, "checkpointing": True}
    memory = {
        "full": estimate(arch, TrainingSetup(method="full", precision="bf16_master", **step)).total_bytes,
        "lora": estimate(arch, TrainingSetup(method="lora", precision="bf16", **step)).total_bytes,
        "qlora": estimate(arch, TrainingSetup(method="qlora", precision="bf16", **step)).total_bytes,
        "serve": estimate(arch, ServingSetup(context=1_024)).total_bytes,
        "serve_4": estimate(arch, ServingSetup(context=1_024, precision="nf4")).total_bytes,
    }

    def tuned(way: str, data: str, per_weight: int, held: float, note: str) -> Cost:
        flops = per_weight * arch.parameters * TUNING_TOKENS
        hours = flops / (card.peak_tflops * 1e12 * presets()[WELL_USED].pretraining.utilization) / 3600
        return Cost(way, data, TUNING_TOKENS, flops, hours, hours * card.usd_per_hour, held, note)

    def untrained(way: str, data: str, held: float, note: str) -> Cost:
        return Cost(way, data, 0, 0, 0, 0, held, note)

    first = "web pages, code, books: text as it is found"
    examples = "questions with the answers wanted"
    every, beside = "every weight, AdamW with 32-bit master weights", "rank 16 on all matrices beside 16-bit weights"
    asked, rounded = "at most some examples, in each prompt", "none; some methods look at a few texts"
    served = "served in 16 bits; its tokens are paid for at each request"
    in_nf4 = "served in NF4; rounding takes minutes and trains nothing"
    as_told = "as its run was published"
    return (
        Cost("Pretraining", first, preset.tokens, preset.flops, preset.gpu_hours, preset.usd, None, as_told),
        tuned("Fine-tuning", examples, BACKWARD_AND_FORWARD, memory["full"], every),
        tuned("LoRA", "the same", WITHOUT_WEIGHT_GRADIENTS, memory["lora"], beside),
        tuned("QLoRA", "the same", WITHOUT_WEIGHT_GRADIENTS, memory["qlora"], "the same beside 4-bit weights"),
        untrained("Prompting", asked, memory["serve"], served),
        untrained("Quantization", rounded, memory["serve_4"], in_nf4),
    )
