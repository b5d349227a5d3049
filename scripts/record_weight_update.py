"""Fine-tune every weight of a model on kopi orders, and record what its update is made of.

    nice -n 19 python -m scripts.record_weight_update --model "Bundled base model"

It trains all weights (no adapter) at the settings that the app uses for full fine-tuning, and takes ΔW = after − before
of every matrix inside the layers apart into its singular values. Then the model is measured again and again on the
held-out texts with W + ΔWᵣ, where ΔWᵣ is the best matrix of rank r (Eckart and Young 1936) and embeddings and norms
keep their own update. The model is thrown away; what stays is `assets/lesson/weight_update.json` and `.npz`.
"""

from __future__ import annotations

import argparse
import datetime
import json
import time
from pathlib import Path

import numpy as np
import torch
import transformers

from lib.models import catalogue
from lib.models.device import this_machine
from lib.models.load import load
from lib.models.origin import origin
from lib.places import ASSETS
from lib.training.finetune import optimizer_for, training_loop
from lib.training.inside.watching import place_of
from lib.training.methods.catalogue import methods
from lib.training.run import FineTuningRun
from lib.training.texts.batches import held_out_loss
from lib.units import number_of

RANKS = (1, 2, 4, 8, 16, 32, 64, 128)
WINDOW = 32
"""Rows and columns of the corner of a matrix that is kept to be shown."""
IN_A_LAYER = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


def shown(layers: int) -> set[tuple[int, str]]:
    """Every matrix of the middle layer, and the query matrices of the first and the last."""
    return {(0, "q_proj"), (layers - 1, "q_proj")} | {(layers // 2, name) for name in IN_A_LAYER}


def apart(matrix: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Left singular vectors, [outputs, side], and singular values, largest first, from the smaller Gram matrix."""
    wide = matrix.double()
    squares, vectors = torch.linalg.eigh(wide @ wide.T)
    return vectors.flip(1), squares.flip(0).clamp(min=0).sqrt()


def of_rank(update: torch.Tensor, left: torch.Tensor, rank: int) -> torch.Tensor:
    """The best matrix of that rank: what is left of `update` in its first left singular vectors."""
    first = left[:, :rank].to(update.dtype)
    return first @ (first.T @ update)


def random_values(shape: torch.Size, norm: float, seed: int) -> np.ndarray:
    """Singular values of a matrix of independent normal numbers, scaled to this Frobenius norm."""
    noise = np.random.default_rng(seed).standard_normal(tuple(shape))
    values = np.linalg.svd(noise, compute_uv=False)
    return values * norm / np.sqrt((values**2).sum())


def record(run: FineTuningRun, out: Path) -> None:
    folder = catalogue.find(run.model)
    model, tokenizer = load(folder, "fp32")
    matrices = {name: each for name, each in model.named_modules() if "layers." in name and name.endswith("_proj")}
    before = {name: each.weight.detach().clone() for name, each in matrices.items()}
    held_out = run.data.held_out
    base_loss = held_out_loss(model, tokenizer, held_out)
    model.requires_grad_(True)
    optimizer = optimizer_for(model, run)
    began = time.monotonic()
    for step in training_loop(run, model, tokenizer, optimizer, run.data.training):
        print(f"step {step.step}: {step.loss:.3f} nats, {step.seconds:.1f} s", flush=True)
    trained_s = time.monotonic() - began
    del optimizer
    model.zero_grad(set_to_none=True)
    model.requires_grad_(False)
    whole_loss = held_out_loss(model, tokenizer, held_out)
    updates = {name: each.weight.detach() - before[name] for name, each in matrices.items()}
    left, values = {}, {}
    for name, update in updates.items():
        left[name], values[name] = apart(update)
    losses = {}
    for rank in (0, *RANKS):
        for name, each in matrices.items():
            each.weight.copy_(before[name] + of_rank(updates[name], left[name], rank))
        losses[rank] = round(held_out_loss(model, tokenizer, held_out), 4)
        print(f"rank {rank}: {losses[rank]} nats", flush=True)
    arrays, told, kept = {}, [], shown(model.config.num_hidden_layers)
    for number, (name, update) in enumerate(updates.items()):
        place = place_of(name)
        if (place.layer, place.matrix) not in kept:
            continue
        key = f"{place.layer}.{place.matrix}"
        norm = float(update.double().norm())
        arrays[f"{key}.update"] = values[name].numpy().astype(np.float32)
        arrays[f"{key}.weight"] = torch.linalg.svdvals(before[name].double()).numpy().astype(np.float32)
        arrays[f"{key}.random"] = random_values(update.shape, norm, number).astype(np.float32)
        windows = [of_rank(update, left[name], rank)[:WINDOW, :WINDOW] for rank in RANKS]
        stack = torch.stack([*windows, update[:WINDOW, :WINDOW]]).double().numpy()
        scale = float(np.abs(stack[-1]).max())
        arrays[f"{key}.window"] = (stack / scale).astype(np.float16)
        arrays[f"{key}.before"] = before[name][:WINDOW, :WINDOW].numpy().astype(np.float16)
        right = (update.double().T @ left[name]) / values[name].clamp(min=1e-30)
        inner = left[name].T @ before[name].double() @ right
        told.append(
            {
                "layer": place.layer,
                "matrix": place.matrix,
                "outputs": update.shape[0],
                "inputs": update.shape[1],
                "window_scale": scale,
                "weight_in_directions": {str(rank): float(inner[:rank, :rank].norm()) for rank in RANKS},
            }
        )
    shares = {
        rank: sum(float((each[:rank] ** 2).sum()) for each in values.values())
        / sum(float((each**2).sum()) for each in values.values())
        for rank in RANKS
    }
    facts = {
        "about": "What full fine-tuning changed in the matrices of a real model, taken apart by rank.",
        "source": "scripts/record_weight_update.py in this repository",
        "model": run.model,
        "weights_by_way_of": origin(folder).by_way_of,
        "texts": run.data.title,
        "steps": run.steps,
        "batch_size": run.batch_size,
        "learning_rate": run.learning_rate,
        "seed": run.seed,
        "training_s": round(trained_s, 1),
        "device": f"{this_machine().processor}, {number_of(torch.get_num_threads(), 'thread')}",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
        "matrices_in_all": len(updates),
        "ranks": list(RANKS),
        "base_loss": round(base_loss, 4),
        "whole_loss": round(whole_loss, 4),
        "loss_by_rank": {str(rank): loss for rank, loss in losses.items()},
        "energy_kept_in_all": {str(rank): round(share, 5) for rank, share in shares.items()},
        "matrices": told,
    }
    np.savez_compressed(out.with_suffix(".npz"), **arrays)
    out.write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ASSETS / "lesson" / "weight_update.json")
    parser.add_argument("--steps", type=int, default=25)
    parser.add_argument("--model", default=catalogue.BUNDLED, choices=list(catalogue.catalogue()))
    arguments = parser.parse_args()
    rate = methods()["full"].usual_learning_rate(arguments.model)
    run = FineTuningRun(method="full", model=arguments.model, learning_rate=rate, steps=arguments.steps)
    record(run, arguments.out)


if __name__ == "__main__":
    main()
