"""Record a quantization run, for machines that cannot make it themselves.

    python -m scripts.measure_quantization --out assets/measurements/quantization-cpu.json
    python -m scripts.measure_quantization --models "SmolLM2-135M,Qwen2.5-0.5B"
    python -m scripts.measure_quantization --random Llama-3.1-8B

It runs the very job that the Quantization lab runs. With `--random` a model of a real architecture gets random
weights: memory and speed are real, quality is left out. Runs are
added to the file; a run of the same title is replaced. A precision that this device has no memory for is recorded as
such; one that fails otherwise ends the command with its reason, once the others are recorded.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig

from lib.models.catalogue import BUNDLED, bundled_folder, find
from lib.models.load import best_device
from lib.models.origin import origin
from lib.places import ASSETS
from lib.quant.findings.recorded import to_dict
from lib.quant.findings.results import Results, collect, table
from lib.quant.measure.conditions import with_instructions
from lib.quant.measure.job import measure
from lib.quant.measure.run import LIBRARY_PRECISIONS, PARTS, ROUND_TO_NEAREST, Progress, QuantizationRun
from scripts.whole_files import write_whole

# Shapes of published models, from their config.json.
SHAPES = {
    "tiny": {  # nobody's: to see everything run within seconds
        "vocab_size": 4096,
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
    },
    "SmolLM2-135M": {  # https://huggingface.co/HuggingFaceTB/SmolLM2-135M
        "vocab_size": 49_152,
        "hidden_size": 576,
        "intermediate_size": 1536,
        "num_hidden_layers": 30,
        "num_attention_heads": 9,
        "num_key_value_heads": 3,
    },
    "SmolLM2-360M": {  # https://huggingface.co/HuggingFaceTB/SmolLM2-360M
        "vocab_size": 49_152,
        "hidden_size": 960,
        "intermediate_size": 2560,
        "num_hidden_layers": 32,
        "num_attention_heads": 15,
        "num_key_value_heads": 5,
    },
    "Llama-3.2-1B": {  # https://huggingface.co/meta-llama/Llama-3.2-1B
        "vocab_size": 128_256,
        "hidden_size": 2048,
        "intermediate_size": 8192,
        "num_hidden_layers": 16,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
    },
    "Llama-3.1-8B": {  # https://huggingface.co/meta-llama/Llama-3.1-8B
        "vocab_size": 128_256,
        "hidden_size": 4096,
        "intermediate_size": 14336,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "tie_word_embeddings": False,
    },
}


def random_model(shape: str, folder: Path) -> None:
    """A Llama of this shape with random weights in bf16, and the bundled model's tokenizer.

    Made on the GPU where there is one: eight billion random numbers take a processor minutes.
    """
    tokenizer = AutoTokenizer.from_pretrained(bundled_folder())
    tied = {"tie_word_embeddings": True, "max_position_embeddings": 2048}
    ends = {"eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.eos_token_id}
    config = LlamaConfig(**{**tied, **ends, **SHAPES[shape]}, dtype="bfloat16")
    torch.manual_seed(0)
    with best_device():
        model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


@contextmanager
def random_as_bundled(shape: str) -> Iterator[None]:
    """Within the block the catalogue finds a random model of this shape where the bundled one lies."""
    before = os.environ.get("BASE_MODEL")
    with tempfile.TemporaryDirectory() as folder:
        random_model(shape, Path(folder))
        os.environ["BASE_MODEL"] = folder
        try:
            yield
        finally:
            os.environ.pop("BASE_MODEL")
            if before is not None:
                os.environ["BASE_MODEL"] = before


def measure_random(shape: str, out: Path, precisions: tuple[str, ...] = LIBRARY_PRECISIONS, repeats: int = 15) -> None:
    """Record memory and speed of a model of this shape; raises what `raise_failures` does."""
    with random_as_bundled(shape):
        results = run_and_tell(QuantizationRun(BUNDLED, precisions, ("memory", "speed"), repeats=repeats, window=512))
    record(out, f"{shape}'s shape, random weights, {device()}", results, random_weights=True)


def measure_model(name: str, out: Path, tokens: int = 4096, repeats: int = 15) -> None:
    """Record everything of a model of the catalogue, on a processor rounding to nearest too; raises what
    `raise_failures` does."""
    precisions = LIBRARY_PRECISIONS if torch.cuda.is_available() else LIBRARY_PRECISIONS + ROUND_TO_NEAREST
    run = QuantizationRun(name, precisions, PARTS, tokens=tokens, repeats=repeats)
    title = ", ".join(filter(None, (name, origin(find(name)).short, device())))
    record(out, title, run_and_tell(run))


def device() -> str:
    return torch.cuda.get_device_name() if torch.cuda.is_available() else with_instructions("CPU")


def run_and_tell(run: QuantizationRun) -> Results:
    """The run's results; rows are printed as they come."""
    events = []
    for event in measure(run):
        if not isinstance(event, Progress):
            events.append(event)
            print(type(event).__name__, getattr(event, "row", ""), getattr(event, "message", ""), flush=True)
    results = collect(events)
    for line in table(results):
        print(json.dumps(line))
    return results


def record(out: Path, title: str, results: Results, *, random_weights: bool = False) -> None:
    """Whatever was measured is written; only then are failures raised."""
    if results.rows:
        write(out, to_dict(title, results, random_weights=random_weights))
    raise_failures(results)


def raise_failures(results: Results) -> None:
    """RuntimeError if a precision failed for another reason than memory, MemoryError if none had enough of it."""
    broken = [row.message for row in results.failed.values() if not row.no_room]
    if broken:
        raise RuntimeError(" ".join(broken))
    if not results.rows:
        raise MemoryError(" ".join(row.message for row in results.failed.values()))


def write(out: Path, recorded: dict) -> None:
    runs = json.loads(out.read_text(encoding="utf-8")) if out.exists() else []
    write_whole(out, [*(run for run in runs if run["title"] != recorded["title"]), recorded])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", default=BUNDLED, help="names from the catalogue, separated by commas")
    parser.add_argument("--random", choices=SHAPES, help="random weights in this shape, in place of --models")
    parser.add_argument("--out", type=Path, default=ASSETS / "measurements" / "quantization.json")
    parser.add_argument("--tokens", type=int, default=4096)
    parser.add_argument("--repeats", type=int, default=15)
    arguments = parser.parse_args()
    if arguments.random:
        measure_random(arguments.random, arguments.out, repeats=arguments.repeats)
        return
    for name in arguments.models.split(","):
        measure_model(name.strip(), arguments.out, arguments.tokens, arguments.repeats)


if __name__ == "__main__":
    main()
