"""Pretrain six models, each larger than the one before and on more text, and record how well each predicts.

    OMP_NUM_THREADS=1 nice -n 19 python -m scripts.record_scaling --corpus CORPUS

Tokenizer, books and held-out books are the bundled model's (scripts/pretrain.py). Every run has its own learning-rate
schedule, down to zero at its own last step: a run read off in the middle of a longer one would look worse than it is
(Hoffmann et al. 2022, arXiv 2203.15556, section 3.1). Nothing but the size, the tokens and the peak rate differs
between the runs, and the peak rate follows the width by one rule. The models are thrown away; what stays is
`assets/measurements/scaling.json`, written after every run, to which the chapter on scaling laws fits its curves.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import transformers
from tokenizers import Tokenizer
from transformers import LlamaForCausalLM

from lib.models.device import this_machine
from lib.places import ASSETS, BUNDLED_MODEL
from scripts.pretrain import END_OF_TEXT, HELD_OUT, Recipe, batch_at, build_model, encode_books, read_books

CONTEXT, BATCH = 128, 4
CURVE_WINDOWS = 32
"""Held-out windows that a point of the learning curve is measured on; the final loss takes all of them."""


@dataclass(frozen=True)
class Size:
    """One of the six: its shape, and how many tokens it reads."""

    width: int
    layers: int
    heads: int
    tokens: int

    def recipe(self, seed: int, share: float) -> Recipe:
        steps = max(8, round(self.tokens * share / (CONTEXT * BATCH)))
        return Recipe(
            hidden_size=self.width,
            intermediate_size=8 * math.ceil(self.width / 3),
            num_hidden_layers=self.layers,
            num_attention_heads=self.heads,
            num_key_value_heads=self.heads,
            context=CONTEXT,
            batch_size=BATCH,
            steps=steps,
            warmup_steps=max(4, steps // 20),
            decay_share=1.0,
            adamw_lr=peak_rate(self.width),
            seed=seed,
        )


SIZES = (
    Size(width=32, layers=2, heads=2, tokens=262_144),
    Size(width=48, layers=2, heads=3, tokens=370_688),
    Size(width=64, layers=3, heads=4, tokens=524_288),
    Size(width=96, layers=3, heads=6, tokens=741_376),
    Size(width=128, layers=4, heads=4, tokens=1_048_576),
    Size(width=160, layers=5, heads=5, tokens=1_482_752),
)


def peak_rate(width: int) -> float:
    """Peak learning rate of AdamW: in inverse proportion to the width, as short trials at 32, 96 and 160 asked for."""
    return 1.2e-2 * 32 / width


@torch.no_grad()
def losses(model: LlamaForCausalLM, tokens: np.ndarray, windows: int | None = None) -> np.ndarray:
    """Mean nats a token in each window of CONTEXT tokens, side by side; of all windows if `windows` is None."""
    starts = range(0, len(tokens) - CONTEXT, CONTEXT)
    starts = starts[:: max(1, len(starts) // windows)] if windows else starts
    found = []
    for first in range(0, len(starts), 16):
        rows = np.stack([tokens[s : s + CONTEXT + 1] for s in starts[first : first + 16]]).astype(np.int64)
        batch = torch.from_numpy(rows)
        logits = model(input_ids=batch[:, :-1], use_cache=False).logits
        each = torch.nn.functional.cross_entropy(logits.transpose(1, 2), batch[:, 1:], reduction="none")
        found.append(each.mean(dim=1).numpy())
    return np.concatenate(found)


def run_one(
    size: Size, recipe: Recipe, tokenizer: Tokenizer, training: np.ndarray, parts: dict[str, np.ndarray]
) -> dict:
    """Train one model to its end; what is known of it."""
    model = build_model(recipe, tokenizer.token_to_id(END_OF_TEXT))
    optimizer = torch.optim.AdamW(model.parameters(), lr=recipe.adamw_lr, betas=(0.9, 0.95), weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, recipe.learning_rate_factor)
    together = np.concatenate(list(parts.values()))
    curve, began, cpu_began = [], time.monotonic(), time.process_time()
    marks = {0, *(round(recipe.steps * share / 16) for share in range(1, 17)), *(8, 16, 32, 64)}
    for step in range(recipe.steps + 1):
        if step in marks:
            loss = float(losses(model, together, CURVE_WINDOWS).mean())
            curve.append({"tokens": step * CONTEXT * BATCH, "nats_per_token": round(loss, 4)})
        if step == recipe.steps:
            break
        batch = batch_at(step, training, recipe)
        model(input_ids=batch, labels=batch, use_cache=False).loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
    taken_s, cpu_s = time.monotonic() - began, time.process_time() - cpu_began
    by_part = {name: losses(model, tokens) for name, tokens in parts.items()}
    parameters = sum(p.numel() for p in model.parameters())
    embedding = model.get_input_embeddings().weight.numel()
    tokens_seen = recipe.steps * CONTEXT * BATCH
    return {
        "width": size.width,
        "layers": size.layers,
        "heads": size.heads,
        "parameters": parameters,
        "embedding_parameters": embedding,
        "tokens": tokens_seen,
        "flops": 6 * parameters * tokens_seen,
        "peak_learning_rate": round(recipe.adamw_lr, 6),
        "seed": recipe.seed,
        "nats_per_token": round(float(np.concatenate(list(by_part.values())).mean()), 4),
        "nats_per_token_by_book": {name: round(float(each.mean()), 4) for name, each in by_part.items()},
        "training_s": round(taken_s, 1),
        "training_cpu_s": round(cpu_s, 1),
        "curve": curve,
    }


def unigram_nats(training: np.ndarray, held_out: np.ndarray, vocabulary: int) -> float:
    """Loss of whoever knows only how often each token occurs (counts + 1, Laplace)."""
    counts = np.bincount(training, minlength=vocabulary) + 1
    return float(-np.log(counts / counts.sum())[held_out].mean())


def record(corpus: Path, out: Path, seeds: tuple[int, ...], sizes: tuple[int, ...], share: float) -> None:
    """Run what is not in `out` yet, smallest first, and write it after every run."""
    tokenizer = Tokenizer.from_file(str(BUNDLED_MODEL / "tokenizer.json"))
    books, kept_back = read_books(corpus)
    training = encode_books(tokenizer, books)
    parts = {name.removesuffix(".txt"): encode_books(tokenizer, {name: kept_back[name]}) for name in HELD_OUT}
    held_out = np.concatenate(list(parts.values()))
    runs = json.loads(out.read_text(encoding="utf-8"))["runs"] if out.exists() else []
    for seed in seeds:
        for place in sizes:
            size, recipe = SIZES[place - 1], SIZES[place - 1].recipe(seed, share)
            if any(run["width"] == size.width and run["seed"] == seed for run in runs):
                continue
            runs.append(run_one(size, recipe, tokenizer, training, parts))
            told = {key: value for key, value in runs[-1].items() if key != "curve"}
            print(json.dumps(told), flush=True)
            runs.sort(key=lambda run: (run["seed"], run["parameters"]))
            write(out, runs, training, held_out, len(books))


def write(out: Path, runs: list[dict], training: np.ndarray, held_out: np.ndarray, books: int) -> None:
    vocabulary = Recipe.vocab_size
    told = {
        "about": "Pretrained for this lesson, each to its own end; the loss is on five books that none has read.",
        "source": "scripts/record_scaling.py in this repository",
        "vocabulary": vocabulary,
        "training_books": books,
        "training_tokens_there_are": len(training),
        "held_out_tokens": len(held_out),
        "knowing_only_frequencies_nats": round(unigram_nats(training, held_out, vocabulary), 4),
        "context": CONTEXT,
        "tokens_in_a_batch": CONTEXT * BATCH,
        "optimizer": "AdamW, betas 0.9 and 0.95, no weight decay; rate up over 5% of the steps, then down to zero",
        "device": f"{this_machine().processor}, {torch.get_num_threads()} thread",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
        "runs": runs,
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, required=True, help="folder of .txt books with MANIFEST.json")
    parser.add_argument("--out", type=Path, default=ASSETS / "measurements" / "scaling.json")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 2, 3, 4, 5, 6], help="1 is the smallest")
    parser.add_argument("--share", type=float, default=1.0, help="of each run's tokens, to try the script out")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    record(arguments.corpus, arguments.out, tuple(arguments.seeds), tuple(arguments.sizes), arguments.share)


if __name__ == "__main__":
    main()
