"""The default run as a plain script of transformers and peft: `python -m bench.bare_loop MODEL PRECISION THREADS`.

Of the app it takes the settings, and the texts in the very batches of tokens, which it cuts before it looks at the
clock. Prints JSON: the steps per second, and each step's loss.
"""

from __future__ import annotations

import json
import os
import sys
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, get_scheduler

from bench.training import default_run
from lib.models.catalogue import find
from lib.training.texts.batches import pack, pick

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}
WARM_STEPS = 3
"""A worker has trained before: what comes first in a process, and once, is not its own either."""


def train(name: str, dtype: torch.dtype) -> tuple[float, list[float]]:
    """(Steps/s, each step's loss)."""
    run, folder, device = default_run(name), find(name), "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    steps = range(1, run.steps + 1)
    batches = [pack(pick(run.data.training, step, run), tokenizer, torch.device(device)) for step in steps]
    base = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype).to(device)
    torch.manual_seed(run.seed)
    lora = {"r": run.rank, "lora_alpha": run.lora_alpha, "lora_dropout": run.lora_dropout}
    model = get_peft_model(base, LoraConfig(**lora, target_modules=list(run.target_modules), task_type="CAUSAL_LM"))
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=run.learning_rate, weight_decay=0.0, foreach=True)
    scheduler = get_scheduler(run.lr_scheduler_type, optimizer, run.warmup_steps, run.steps)
    model.train()
    for batch in batches[:WARM_STEPS]:
        model(**batch, use_cache=False).loss.backward()
        optimizer.zero_grad()
    losses = []
    began = time.perf_counter()
    for batch in batches:
        loss = model(**batch, use_cache=False).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, max_norm=1.0, foreach=True)
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return run.steps / (time.perf_counter() - began), losses


if __name__ == "__main__":
    os.nice(19)  # as a worker is, who else would get less of a busy machine
    torch.set_num_threads(int(sys.argv[3]))
    steps_per_s, losses = train(sys.argv[1], DTYPES[sys.argv[2]])
    print(json.dumps({"steps_per_s": steps_per_s, "losses": losses}))
