"""What each run of a comparison was set to, in words. No torch: pages read this."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lib.training.methods.catalogue import Method, methods
from lib.training.run import TARGETS, FineTuningRun


def ran_with(runs: Sequence[FineTuningRun]) -> dict[str, list[str]]:
    """By the name of a setting, its value in each run: "" where the run's method has no such setting.

    Of those in UNTOUCHED only what was moved in one of the runs.
    """
    told = {name: [tell(run, methods()[run.method]) for run in runs] for name, tell in TOLD.items()}
    return {name: values for name, values in told.items() if set(values) - {"", UNTOUCHED.get(name)}}


def _targets(run: FineTuningRun) -> str:
    chosen = set(run.target_modules)
    named = (name for name, modules in TARGETS.items() if set(modules) == chosen)
    return next(named, ", ".join(run.target_modules))


TOLD: dict[str, Callable[[FineTuningRun, Method], str]] = {
    "Learning rate": lambda run, method: f"{run.learning_rate:g}" if method.trains else "",
    "Learning rate after its peak": lambda run, method: run.lr_scheduler_type if method.trains else "",
    "Rank r": lambda run, method: str(run.rank) if method.lora else "",
    "lora_alpha": lambda run, method: str(run.lora_alpha) if method.lora and method.scaling != "1" else "",
    "Target modules": lambda run, method: _targets(run) if method.lora else "",
    "Dropout": lambda run, method: f"{run.lora_dropout:g}" if method.lora else "",
    "Layers, from 0": lambda run, method: (", ".join(map(str, run.layers)) or "all") if method.lora else "",
    "Positions in front": lambda run, method: str(run.virtual_tokens) if "virtual_tokens" in method.knobs else "",
    "Width of the bottleneck": lambda run, method: str(run.bottleneck) if "bottleneck" in method.knobs else "",
    "Examples in the prompt": lambda run, method: str(run.examples) if "examples" in method.knobs else "",
}
UNTOUCHED = {"Learning rate after its peak": "linear", "Dropout": "0", "Layers, from 0": "all"}
"""What need not be said while every run has it."""
