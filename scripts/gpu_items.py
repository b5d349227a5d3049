"""What is worth measuring on a GPU, most valuable first, with what each item is expected to take.

The same kinds of item on tiny models make the list for a processor, so that everything but CUDA itself is seen to run
before there is a GPU.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import chain, zip_longest
from pathlib import Path

import torch

from lib.memory.model.catalogue import catalogue as architectures
from lib.memory.model.config_json import from_config
from lib.memory.train.setup import TrainingSetup
from lib.models.catalogue import BUNDLED, REAL, catalogue, find
from lib.models.errors import ModelUnavailable
from lib.places import ROOT
from lib.quant.measure.run import LIBRARY_PRECISIONS, QuantizationRun
from lib.quant.measure.speed.rate import timed
from lib.training.events import Cost, HeldOut, Step
from lib.training.finetune import finetune
from lib.training.methods.catalogue import methods
from lib.training.run import FineTuningRun, usual_learning_rate, usual_steps
from scripts import measure_memory, memory_probes
from scripts.measure_quantization import measure_model, measure_random, raise_failures, random_as_bundled, run_and_tell

SIX = tuple(precision for precision in LIBRARY_PRECISIONS if precision != "nf4-double")
FOUR = ("fp32", "bf16", "int8", "nf4")
SMALLEST_SHAPE = "SmolLM2-135M"
LONG = 8_000
"""Tokens from which a set-up is one of long context."""
METHOD_STEPS, WARM_UP_STEPS = 8, 3
METHODS_ON_CPU = ("base", "full", "qlora_nf4", "prompt")
"""One of each sort: nothing trained, every weight, an adapter beside 4 bits, something in front of the texts."""
TINY_S = 10
"""Expected of each item on a processor."""
TINY = {
    "model_type": "llama",
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "vocab_size": 101,
    "intermediate_size": 96,
}


@dataclass(frozen=True)
class Item:
    name: str
    expected_s: float
    """On an H100, from sizes and rates: never measured there when this was written."""
    measure: Callable[[], dict | None]
    """Measures and records it; returns figures that no other file has."""


def items(device: str, out: Path) -> list[Item]:
    return _on_gpu(out) if device == "cuda" else _on_cpu(out)


def _on_gpu(out: Path) -> list[Item]:
    plan = measure_memory.read(measure_memory.PLAN)["cuda"]
    memory = [_memory("cuda", case, out) for case in in_turn(plan)]
    quantization = out / "quantization-gpu.json"
    batch = {"batch": 4, "sequence": 1024, "checkpointing": True}
    lora = TrainingSetup(method="lora", precision="bf16", **batch)
    qlora = TrainingSetup(method="qlora", precision="bf16_autocast", **batch)
    here = [name for name in catalogue() if name != BUNDLED and is_here(name)]
    return [
        *memory[:12],
        Item("GPU tests", 45, gpu_tests),
        *(Item(f"quantization: {name}", 60, partial(measure_model, name, quantization)) for name in here),
        Item("six precisions", 20, six_precisions),
        _steps("LoRA", "Llama-3.2-1B", lora, "cuda", 8),
        _steps("QLoRA", "Llama-3.2-1B", qlora, "cuda", 8),
        *(_method(method, REAL, 4) for method in methods() if is_here(REAL)),
        Item("decode over bare generate", 25, decode_over_bare),
        _random("SmolLM2-135M", quantization, 20),
        _random("Llama-3.1-8B", quantization, 100, FOUR, repeats=5),
        *memory[12:44],
        _random("Llama-3.2-1B", quantization, 30),
        _steps("LoRA", "Llama-3.1-8B", lora, "cuda", 15),
        _steps("QLoRA", "Llama-3.1-8B", qlora, "cuda", 20),
        *(Item(f"default LoRA run: {name}", 10, partial(default_run, name)) for name in [BUNDLED, *here]),
        *(_method(method, BUNDLED, 3) for method in methods()),
        *memory[44:],
        Item(f"quantization: {BUNDLED}", 25, partial(measure_model, BUNDLED, quantization)),
        _random("SmolLM2-360M", quantization, 25),
    ]


def _on_cpu(out: Path) -> list[Item]:
    plan = measure_memory.read(measure_memory.PLAN)
    quantization = out / "quantization-gpu.json"
    tiny = {"batch": 1, "sequence": 8}
    lora = TrainingSetup(method="lora", precision="bf16", **tiny)
    qlora = TrainingSetup(method="qlora", precision="bf16_autocast", **tiny)
    return [
        _memory("cpu", plan["cpu"][0], out),
        _steps("LoRA", "tiny", lora, "cpu", TINY_S),
        _steps("QLoRA", "tiny", qlora, "cpu", TINY_S),
        Item("GPU tests", TINY_S, gpu_tests),
        Item("six precisions", TINY_S, partial(six_precisions, "tiny")),
        Item("decode over bare generate", TINY_S, partial(decode_over_bare, 1)),
        Item("default LoRA run", TINY_S, partial(default_run, BUNDLED)),
        *(_method(method, BUNDLED, TINY_S) for method in METHODS_ON_CPU),
        Item(f"quantization: {BUNDLED}", TINY_S, partial(measure_model, BUNDLED, quantization, 512, 2)),
        _random("tiny", quantization, TINY_S, FOUR, repeats=2),
    ]


def is_here(name: str) -> bool:
    try:
        find(name)
    except ModelUnavailable:
        return False
    return True


def in_turn(cases: Iterable[dict]) -> list[dict]:
    """A case of each family after the other, the quick ones first: whatever time there is, all families are seen."""
    families: dict[str, list[dict]] = {}
    for case in sorted(cases, key=memory_expected_s):
        families.setdefault(family(case), []).append(case)
    return [case for case in chain.from_iterable(zip_longest(*families.values())) if case is not None]


def family(case: dict) -> str:
    """Full, LoRA, QLoRA, MoE, long context, or serving at an ordinary length."""
    setup = case["setup"]
    if architectures()[case["model"]].architecture.experts:
        return "MoE"
    if max(setup.get("context", 0), setup.get("sequence", 0)) > LONG:
        return "long context"
    return "serving" if case["kind"] == "serving" else TrainingSetup(**setup).method


def memory_expected_s(case: dict) -> float:
    """Building the model, quantizing it where that is asked for, and two steps."""
    architecture, setup = architectures()[case["model"]].architecture, case["setup"]
    billions = architecture.parameters / 1e9
    if case["kind"] == "serving":
        operations = 2 * architecture.active_parameters * setup.get("sequences", 1) * setup["context"]
    else:
        training = TrainingSetup(**setup)
        tokens = training.batch * training.sequence * training.accumulation
        operations = 2 * 8 * architecture.active_parameters * tokens
    quantizing_s = 0.5 * billions if setup.get("method") == "qlora" else 0
    return 1 + 0.3 * billions + quantizing_s + operations / 100e12


def _memory(way: str, case: dict, out: Path) -> Item:
    setup = {"kind": case.get("kind", "tensors"), **case.get("setup", {})}
    name = ", ".join(str(value) if name == "kind" else f"{name} {value}" for name, value in setup.items())

    def measure_it() -> None:
        file = out / "memory.json"
        measure_memory.measure(way, [case], measure_memory.read(file), file)

    expected_s = memory_expected_s(case) if "setup" in case else TINY_S
    return Item(f"memory: {case['model']}, {name}", expected_s, measure_it)


def _random(shape: str, out: Path, expected_s: float, *precisions: tuple[str, ...], repeats: int = 9) -> Item:
    return Item(
        f"quantization: {shape}'s shape", expected_s, partial(measure_random, shape, out, *precisions, repeats=repeats)
    )


def _steps(title: str, model: str, setup: TrainingSetup, device: str, expected_s: float) -> Item:
    return Item(f"{title} steps/s: {model}'s shape", expected_s, partial(training_speed, model, setup, device))


def training_speed(model: str, setup: TrainingSetup, device: str) -> dict:
    """Steps a second of a plain loop, after two to warm up."""
    config = TINY if model == "tiny" else architectures()[model].config
    on_gpu = device == "cuda"
    synchronise = torch.cuda.synchronize if on_gpu else lambda: None
    network, optimizer, ids = memory_probes.ready_to_train(config, from_config(config, name=model), setup, device)
    step = partial(memory_probes.run_step, network, ids, optimizer, setup)
    step()
    if on_gpu:
        torch.cuda.reset_peak_memory_stats()
    *_, rate = timed(step, 1, repeats=20 if on_gpu else 3, synchronise=synchronise)
    return {
        "model": model,
        "setup": measure_memory.changed(setup),
        "steps_per_s": rate.median,
        "steps_per_s_quartiles": [rate.low, rate.high],
        "repeats": rate.repeats,
        "tokens_per_s": rate.median * ids.numel(),
        "peak_bytes": torch.cuda.max_memory_allocated() if on_gpu else None,
    }


def default_run(model: str) -> dict:
    """The run that Live LoRA starts with."""
    began = time.monotonic()
    events = list(
        finetune(FineTuningRun(model=model, learning_rate=usual_learning_rate(model), steps=usual_steps(model)))
    )
    steps = [event for event in events if isinstance(event, Step)]
    held_out = [event.loss for event in events if isinstance(event, HeldOut)]
    return {
        "model": model,
        "steps_per_s": len(steps) / sum(step.seconds for step in steps),
        "held_out_loss": [held_out[0], held_out[-1]],
        "run_s": time.monotonic() - began,
    }


def _method(method: str, model: str, expected_s: float) -> Item:
    return Item(f"method {method}: {model}", expected_s, partial(method_run, method, model))


def method_run(method: str, model: str) -> dict:
    """A short run of one of the methods that Compare offers: its speed, and its memory by kind and at its peak.

    The base is in bf16 where the model is large, in int8 or NF4 where the method is QLoRA's.
    """
    on_gpu = torch.cuda.is_available()
    if on_gpu:
        torch.cuda.reset_peak_memory_stats()
    usual = methods()[method].usual_learning_rate(model)
    # so few examples and positions that they fit any model's context
    short = {"steps": METHOD_STEPS, "ask_every": 0, "weighs": True, "examples": 1, "virtual_tokens": 8}
    events = list(finetune(FineTuningRun(method=method, model=model, learning_rate=usual, **short)))
    steps = [event for event in events if isinstance(event, Step)]
    cost = next(event for event in events if isinstance(event, Cost))
    warm = steps[WARM_UP_STEPS:]
    return {
        "model": model,
        "method": method,
        "kept_in": methods()[method].precision or cost.kept_in,
        "steps_per_s": len(warm) / sum(step.seconds for step in warm) if warm else None,
        "tokens_per_s": statistics.median(step.tokens_per_s for step in warm) if warm else None,
        "weights_bytes": cost.weights_bytes,
        "gradients_bytes": cost.gradients_bytes,
        "optimizer_bytes": cost.optimizer_bytes,
        "peak_bytes": torch.cuda.max_memory_allocated() if on_gpu else None,
        "first_grad_norm": steps[0].grad_norm if steps else None,
    }


def six_precisions(shape: str = SMALLEST_SHAPE) -> dict:
    """Seconds of what the quantization lab measures in six precisions of a model of this shape."""
    with random_as_bundled(shape):
        began = time.monotonic()
        results = run_and_tell(QuantizationRun(BUNDLED, SIX))
        seconds = time.monotonic() - began
    raise_failures(results)
    return {
        "run_s": seconds,
        "bound_s": 60,
        "kept": seconds <= 60 and not results.failed,
        "no_room": list(results.failed),
    }


def decode_over_bare(rounds: int = 3) -> dict:
    from bench.quantization import decode_over_bare as measured

    line = measured(rounds)
    return {"ratio": line.value, "bound": line.bound, "kept": line.passed}


def files_of_gpu_tests(folder: Path = ROOT / "tests") -> list[str]:
    """Those that mark a test, or all their tests. pytest would find them by itself, but it imports every file first,
    and a machine that only measures has not what the others import."""
    marked = re.compile(r"\bmark\.gpu\b")
    files = sorted(folder.rglob("test_*.py"))
    return [str(file) for file in files if marked.search(file.read_text(encoding="utf-8"))]


def gpu_tests() -> dict:
    """The tests that only a GPU can pass, in a process of their own."""
    plugins = ["-p", "pytest_timeout", "-p", "no:cacheprovider"]  # and none that only this machine has
    command = [sys.executable, "-m", "pytest", "-q", "-m", "gpu", *plugins, *files_of_gpu_tests()]
    alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=ROOT, env=alone, capture_output=True, text=True, check=False)
    print(done.stdout, done.stderr, flush=True)
    said = [line for line in f"{done.stdout}\n{done.stderr}".splitlines() if line.startswith(("FAILED", "ERROR"))]
    last = (done.stdout.strip() or done.stderr.strip() or "pytest said nothing").splitlines()[-1]
    skipped = torch.cuda.is_available() and "passed" not in last
    if done.returncode or skipped:
        raise RuntimeError("; ".join(said) or last)
    return {"said": last}
