"""How long a run takes, before anyone has seen it, and how long it may. No torch: pages read these."""

from __future__ import annotations

from dataclasses import dataclass

from lib.models.catalogue import catalogue
from lib.models.device import instructions, this_machine
from lib.training.methods.catalogue import methods
from lib.training.run import FineTuningRun


@dataclass(frozen=True)
class Parts:
    """Seconds of the parts of a run with LoRA on two processor cores with nobody else there, by the processor time
    that they were measured to take (a small model computes on one core)."""

    around_s: float
    """Loading, what the base says, and files."""
    step_s: float
    look_s: float
    """At the held-out texts that come with the app."""
    asked_s: float
    """The prompts, on the way."""
    known_s: float
    """What it knows besides its texts, before and after."""
    answers_s: float
    """The last ones, which compute on one core."""


SMALL = Parts(around_s=0.7, step_s=0.07, look_s=0.35, asked_s=0.16, known_s=0.7, answers_s=0.3)
WIDE = Parts(around_s=3.0, step_s=0.7, look_s=3.0, asked_s=1.6, known_s=5.0, answers_s=4.0)
IN_BF16 = {"avx512_bf16": 1.0, "amx_bf16": 1.0, "bf16": 1.0, "avx512f": 3.0, "": 15.0}
"""Times a step in fp32 that one takes in bf16, by the best that a processor has for it: products of its own (the third
is ARM's), AVX-512, or nothing that it tells. It was 3 on SmolLM2-135M with AVX-512; 14 on the bundled model and 18 on
SmolLM2-135M with AVX2 alone."""


def run_expected_s(run: FineTuningRun) -> float:
    """Seconds a run may take, for the first student in the queue; later ones are told what runs really took."""
    parts, method = WIDE if catalogue()[run.model].wide else SMALL, methods()[run.method]
    pace = method.pace_on(run.model)
    steps = run.steps - (run.resume_from.step if run.resume_from else 0) if method.trains else 0
    looks = 1 + steps // run.evaluate_every
    asked = steps // run.ask_every if run.ask_every else 0
    known_s = parts.known_s if run.weighs else 0.0
    looking_s = pace.look * (looks * parts.look_s + known_s / 2) + known_s / 2  # the base knows at LoRA's pace
    answering_s = pace.answer * (asked * parts.asked_s + parts.answers_s)
    return parts.around_s + _slower(run) * (pace.step * steps * parts.step_s + looking_s + answering_s)


def run_time_limit_s(run: FineTuningRun) -> float:
    """Seconds after which a run is ended."""
    return _slower(run) * (180 + (8 if catalogue()[run.model].wide else 2) * run.steps)


def _slower(run: FineTuningRun) -> float:
    """How many times as long it takes for what its base is held in; bits below 16 are in the pace of their method."""
    return slower_in_bf16() if run.base_in == "bf16" else 1.0


def slower_in_bf16() -> float:
    """How many times as long a step takes in bf16 as in fp32 on this machine; a GPU has products of its own."""
    return 1.0 if this_machine().gpus else min(IN_BF16[name] for name in IN_BF16.keys() & {*instructions(), ""})
