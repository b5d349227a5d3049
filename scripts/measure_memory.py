"""Measure memory beside our estimate and record both.

    python -m scripts.measure_memory fake     # any machine: MemTracker on fake tensors, real-size models
    python -m scripts.measure_memory cpu      # any machine: bytes of real tensors of small models
    python -m scripts.measure_memory cuda     # a CUDA GPU: torch.cuda.max_memory_allocated
    python -m scripts.measure_memory again    # measure nothing: work out our side of what is recorded once more

What is measured is listed in `assets/measurements/memory_plan.json`; results go to
`assets/measurements/memory.json`, one section a way of measuring, each with date, device and versions. A run
continues where an earlier one stopped, unless --fresh is given; on another device or with other versions it must be.
"""

from __future__ import annotations

import argparse
import datetime
import gc
import importlib.metadata
import json
import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

from lib.memory.model.architecture import Architecture
from lib.memory.model.catalogue import catalogue
from lib.memory.serve.serving import serving
from lib.memory.serve.setup import ServingSetup
from lib.memory.train.setup import TrainingSetup
from lib.memory.train.training import training
from lib.places import ASSETS
from scripts.whole_files import write_whole

MEASUREMENTS = ASSETS / "measurements"
PLAN, RESULTS = MEASUREMENTS / "memory_plan.json", MEASUREMENTS / "memory.json"
PACKAGES = ("torch", "transformers", "peft", "bitsandbytes")


def architecture_of(model: str, way: str) -> Architecture:
    """As it is measured: the CPU has no fused attention with dropout, so only a GPU measures with it."""
    arch = catalogue()[model].architecture
    return arch if way == "cuda" else replace(arch, dropout=False, attention_dropout=False)


def training_rows(model: str, setup: TrainingSetup, probe: Callable, way: str) -> Iterator[dict]:
    """The first and the second step of one training set-up."""
    entry, arch = catalogue()[model], architecture_of(model, way)
    measured = probe(entry.config, arch, setup)
    estimate = training(arch, setup)
    ours = (estimate.fullest_of_first.allocated_bytes, estimate.fullest.allocated_bytes)
    for step, (seen, estimated) in enumerate(zip(measured, ours, strict=True), start=1):
        yield {
            "model": model,
            "family": entry.config["model_type"],
            "kind": "training",
            "what": f"step {step}",
            "setup": changed(setup),
            "measured_bytes": seen,
            "estimated_bytes": round(estimated),
        }


def serving_row(model: str, what: str, setup: ServingSetup, measured_bytes: int) -> dict:
    entry = catalogue()[model]
    estimate = serving(entry.architecture, setup)
    estimated = estimate.allocated_bytes
    if what == "KV cache":
        estimated = estimate.term("kv_cache").size_bytes
    return {
        "model": model,
        "family": entry.config["model_type"],
        "kind": "serving",
        "what": what,
        "setup": changed(setup),
        "measured_bytes": measured_bytes,
        "estimated_bytes": round(estimated),
    }


def changed(setup: TrainingSetup | ServingSetup) -> dict:
    """The fields that differ from the defaults."""
    defaults = asdict(type(setup)())
    return {key: value for key, value in asdict(setup).items() if value != defaults[key]}


def fake_rows(case: dict) -> Iterator[dict]:
    from scripts import memory_probes as probes

    entry = catalogue()[case["model"]]
    if case["kind"] == "training":
        yield from training_rows(case["model"], TrainingSetup(**case["setup"]), probes.fake_training, "fake")
        return
    setup = ServingSetup(block_size=0, on_cpu=True, **case["setup"])
    peak, cache = probes.fake_serving(entry.config, setup.attention, setup.sequences, setup.context)
    yield serving_row(case["model"], "prompt", setup, peak)
    yield serving_row(case["model"], "KV cache", setup, cache)


def cuda_rows(case: dict) -> Iterator[dict]:
    from scripts import memory_probes as probes

    entry = catalogue()[case["model"]]
    if case["kind"] == "training":
        yield from training_rows(case["model"], TrainingSetup(**case["setup"]), probes.cuda_training, "cuda")
        return
    setup = ServingSetup(block_size=0, **case["setup"])
    arch = entry.architecture
    prompt, _ = probes.cuda_serving(entry.config, arch, setup.attention, setup.sequences, setup.context)
    yield serving_row(case["model"], "prompt", setup, prompt)


def cpu_rows(case: dict) -> Iterator[dict]:
    """Weights, saved tensors and KV cache of a real, small model."""
    import torch

    from lib.memory.model.weights import weights_bytes
    from lib.memory.serve.kv_cache import KVCache
    from lib.quant.measure.loading.true_bytes import weights_alone_bytes
    from lib.training.weigh.measuring import saved_tensor_bytes
    from scripts import memory_probes as probes

    entry = catalogue()[case["model"]]
    arch, batch, sequence = architecture_of(case["model"], "cpu"), case["batch"], case["sequence"]
    attention = case.get("attention", "fused")
    model = probes.build(entry.config, torch.bfloat16, attention).train()
    ids = torch.randint(0, arch.vocab_size, (batch, sequence))
    setup = TrainingSetup(precision="bf16", batch=batch, sequence=sequence, attention=attention)
    measured = {
        "weights": (weights_alone_bytes(model), weights_bytes(arch, "bf16")),
        "saved tensors": (saved_tensor_bytes(model, ids), training(arch, setup).kept_for_backward_bytes),
        "KV cache": (probes.kv_cache_bytes(model.eval(), ids), KVCache(arch, sequence, batch).total_bytes),
    }
    for what, (seen, estimated) in measured.items():
        yield {
            "model": case["model"],
            "family": entry.config["model_type"],
            "kind": "tensors",
            "what": what,
            "setup": {"batch": batch, "sequence": sequence, "attention": attention},
            "measured_bytes": seen,
            "estimated_bytes": round(estimated),
        }


def estimate_again(known: dict) -> None:
    """After the formulas changed: new estimates beside the same measurements."""
    for way in ("fake", "cuda"):
        for row in known.get(way, {}).get("rows", ()):
            if row["kind"] == "training":
                run = training(architecture_of(row["model"], way), TrainingSetup(**row["setup"]))
                peak = run.fullest_of_first if row["what"] == "step 1" else run.fullest
                row["estimated_bytes"] = round(peak.allocated_bytes)
            else:
                row |= serving_row(row["model"], row["what"], ServingSetup(**row["setup"]), row["measured_bytes"])


WAYS = {"fake": fake_rows, "cpu": cpu_rows, "cuda": cuda_rows}


def device(way: str) -> str:
    if way == "cuda":
        import torch

        if not torch.cuda.is_available():
            raise SystemExit("cuda measures on a CUDA GPU, and torch sees none here; fake and cpu need none.")
        return torch.cuda.get_device_name()
    return {
        "fake": "fake tensors (PyTorch MemTracker), no GPU",
        "cpu": f"CPU ({platform.machine()})",
    }[way]


def versions() -> dict[str, str]:
    return {package: _version(package) for package in PACKAGES}


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def section(way: str, known: dict) -> dict:
    """The results of one way, so far or still empty; the rows of one section share a device and versions."""
    made = {"source": "scripts/measure_memory.py in this repository", "device": device(way), "versions": versions()}
    results = known.get(way, {"rows": []})
    for name, now in made.items():
        before = results.get(name, now)
        if results["rows"] and before != now:
            raise SystemExit(f"{way} was begun with {name} {before}, now it is {now}: start over with --fresh.")
    return results | made


def missing(cases: list[dict], rows: list[dict]) -> list[tuple[str, dict]]:
    """The cases that no row is of, each with its key."""
    done = {row["case"] for row in rows}
    keyed = [(json.dumps(case, sort_keys=True), case) for case in cases]
    return [(key, case) for key, case in keyed if key not in done]


def measure(way: str, cases: list[dict], known: dict, file: Path | None = None) -> None:
    """Measure what `known` lacks, writing it to `file` after every case: a case is recorded whole or not at all."""
    known[way] = results = section(way, known)
    for key, case in missing(cases, results["rows"]):
        began = time.monotonic()
        rows = list(WAYS[way](case))
        for row in rows:
            row["case"] = key
            row["date"] = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
            error = row["estimated_bytes"] / row["measured_bytes"] - 1
            print(
                f"{row['model']:20} {row['what']:14} {row['measured_bytes'] / 2**30:9.3f} GiB {error:+.2%}", flush=True
            )
        results["rows"] += rows
        print(f"    {time.monotonic() - began:.0f} s", flush=True)
        write_whole(file or RESULTS, known)
        gc.collect()


def read(file: Path) -> dict:
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def forget(way: str, file: Path) -> None:
    known = read(file)
    if known.pop(way, None):
        write_whole(file, known)


def main(given: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("way", choices=[*WAYS, "again"])
    parser.add_argument("--fresh", action="store_true", help="forget earlier results of this way")
    arguments = parser.parse_args(given)
    known = read(RESULTS)
    if arguments.way == "again":
        estimate_again(known)
        write_whole(RESULTS, known)
        return
    if arguments.fresh:
        known.pop(arguments.way, None)
    measure(arguments.way, json.loads(PLAN.read_text(encoding="utf-8"))[arguments.way], known)


if __name__ == "__main__":
    main()
