"""Pretrain a model like the bundled one for a short while, and record what it writes on the way.

    OMP_NUM_THREADS=1 nice -n 19 python -m scripts.record_birth --corpus CORPUS

Architecture, tokenizer and books are the bundled model's (scripts/pretrain.py). Batches are smaller, all weights are
trained by AdamW, whose step costs next to nothing (Muon's is 6 s on a slow core), the rate stays constant after its
warm-up, and the run is far shorter. So it can be ended after any checkpoint: the file is written at each. The model is
thrown away; what stays is `assets/lesson/birth.json`, which the chapter on pretraining shows.
"""

from __future__ import annotations

import argparse
import datetime
import json
import re
import time
from pathlib import Path

import numpy as np
import torch
import transformers
from tokenizers import Tokenizer
from transformers import LlamaForCausalLM

from lib.models.device import this_machine
from lib.places import ASSETS, BUNDLED_MODEL
from lib.units import number_of
from scripts.pretrain import (
    END_OF_TEXT,
    Recipe,
    batch_at,
    build_model,
    encode_books,
    mean_loss,
    read_books,
)

PROMPTS = ("The queen said", "Once upon a time")
NEW_TOKENS, TEMPERATURE, TOP_K = 40, 0.8, 50
SAMPLES = 4
"""Of each prompt at each checkpoint: the first is shown, all are counted."""
HELD_OUT_WINDOWS = 16
FIRST_MARK = 8
"""Then at every doubling."""
WORD = re.compile(r"[A-Za-z']+")


@torch.no_grad()
def written(model: LlamaForCausalLM, tokenizer: Tokenizer, prompt: str) -> list[str]:
    """Continuations of the prompt alone, sampled with one seed at every checkpoint."""
    torch.manual_seed(0)
    ids = torch.tensor([tokenizer.encode(prompt).ids] * SAMPLES)
    rows = model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        do_sample=True,
        temperature=TEMPERATURE,
        top_k=TOP_K,
        max_new_tokens=NEW_TOKENS,
        min_new_tokens=NEW_TOKENS,
    )
    return [tokenizer.decode(row.tolist()[ids.shape[1] :]) for row in rows]


def share_of_words(texts: list[str], known: set[str]) -> float:
    """The share of words of the training books among all runs of letters but each text's last, which may be cut."""
    found = [word.lower() for text in texts for word in WORD.findall(text)[:-1]]
    return sum(word in known for word in found) / len(found) if found else 0.0


def checkpoint(
    model: LlamaForCausalLM, step: int, recipe: Recipe, tokenizer: Tokenizer, held_out: np.ndarray, known: set[str]
) -> dict:
    model.eval()
    texts = {prompt: written(model, tokenizer, prompt) for prompt in PROMPTS}
    loss = mean_loss(model, held_out, recipe.context, windows=HELD_OUT_WINDOWS)
    model.train()
    return {
        "step": step,
        "tokens_seen": step * recipe.batch_size * recipe.context,
        "held_out_nats_per_token": round(loss, 4),
        "word_share": round(share_of_words([text for some in texts.values() for text in some], known), 4),
        "continuations": {prompt: some[0] for prompt, some in texts.items()},
    }


def words_of(books: dict[str, str], least: int = 3) -> set[str]:
    """Words that stand in the books at least so often, in lower case; of one letter only “a”, “i” and “o”."""
    counted: dict[str, int] = {}
    for text in books.values():
        for word in WORD.findall(text):
            counted[word.lower()] = counted.get(word.lower(), 0) + 1
    return {word for word, count in counted.items() if count >= least and (len(word) > 1 or word in "aio")}


def record(recipe: Recipe, corpus: Path, out: Path) -> None:
    """Train, and write what is recorded to `out` at every checkpoint."""
    tokenizer = Tokenizer.from_file(str(BUNDLED_MODEL / "tokenizer.json"))
    training, held_out = read_books(corpus)
    known = words_of(training)
    train_tokens, held_out_tokens = encode_books(tokenizer, training), encode_books(tokenizer, held_out)
    model = build_model(recipe, tokenizer.token_to_id(END_OF_TEXT))
    optimizer = torch.optim.AdamW(model.parameters(), lr=recipe.adamw_lr, betas=(0.9, 0.95), weight_decay=0.0)
    warm_up = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / recipe.warmup_steps))
    checkpoints, began, trained_s = [], time.monotonic(), 0.0
    for step in range(recipe.steps + 1):
        if step == 0 or (step >= FIRST_MARK and step.bit_count() == 1) or step == recipe.steps:
            trained_s += time.monotonic() - began
            checkpoints.append(checkpoint(model, step, recipe, tokenizer, held_out_tokens, known))
            print(json.dumps(checkpoints[-1], ensure_ascii=False), f"{trained_s:.0f} s", flush=True)
            told = {
                "about": "A run of its own, made to be watched; the bundled model comes from a longer one.",
                "source": "scripts/record_birth.py in this repository",
                "parameters": sum(p.numel() for p in model.parameters()),
                "training_books": len(training),
                "tokens_in_a_batch": recipe.batch_size * recipe.context,
                "learning_rate": recipe.adamw_lr,
                "seed": recipe.seed,
                "sampling": {"temperature": TEMPERATURE, "top_k": TOP_K, "samples": SAMPLES, "new_tokens": NEW_TOKENS},
                "held_out_windows": HELD_OUT_WINDOWS,
                "training_s": round(trained_s, 1),
                "device": f"{this_machine().processor}, {number_of(torch.get_num_threads(), 'thread')}",
                "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
                "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
                "checkpoints": checkpoints,
            }
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            began = time.monotonic()
        batch = batch_at(step, train_tokens, recipe)
        model(input_ids=batch, labels=batch, use_cache=False).loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        warm_up.step()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, required=True, help="folder of .txt books with MANIFEST.json")
    parser.add_argument("--out", type=Path, default=ASSETS / "lesson" / "birth.json")
    parser.add_argument("--steps", type=int, default=1024)
    arguments = parser.parse_args()
    record(Recipe(steps=arguments.steps, batch_size=4, warmup_steps=40, adamw_lr=2e-3), arguments.corpus, arguments.out)


if __name__ == "__main__":
    main()
