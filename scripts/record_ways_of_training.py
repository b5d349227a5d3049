"""Change one matrix of the bundled model in every way the lecture names, and record what became of it.

    OMP_NUM_THREADS=1 nice -n 19 python -m scripts.record_ways_of_training

Pretraining: from the recipe's random start (same seed) to the bundled weights. Fine-tuning, LoRA, a soft prompt: the
app's own runs on kopi orders. Preferences: a few steps of DPO (Rafailov et al. 2023, arXiv 2305.18290, equation 7) on
the pairs below; RLHF with a reward model is not run here. Prompting: examples in front, nothing trained. Quantization:
to NF4 and back, by bitsandbytes. What stays is `assets/lesson/ways_of_training.json` and `.npz`.
"""

from __future__ import annotations

import datetime
import json
import time

import bitsandbytes
import numpy as np
import torch
import transformers
from torch.nn import functional
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from lib.models import catalogue
from lib.models.device import this_machine
from lib.models.load import load
from lib.places import ASSETS, BUNDLED_MODEL
from lib.training.adapting import with_adapter
from lib.training.finetune import optimizer_for, training_loop
from lib.training.methods.catalogue import methods
from lib.training.out.identity import weights_sha256
from lib.training.run import FineTuningRun
from lib.training.texts.batches import pick
from lib.training.texts.complete import complete
from lib.units import number_of
from scripts.pretrain import Recipe, build_model

LAYER, MATRIX, CORNER = 3, "q_proj", 32
BETA, DPO_STEPS, DPO_RATE = 0.1, 12, 2e-4
PAIRS = (
    ("Could you help me?", " Of course, with pleasure, said the old man.", " Go away, you fool, said the old man."),
    ("She asked him the way.", " He was very kind and showed her.", " He laughed and called her a wretch."),
    ("May I come in?", " Pray come in and sit down, said he.", " Get out of my sight, said he."),
    ("I am sorry, said the boy.", " Do not mind it, she answered gently.", " You are a miserable creature, she cried."),
)
"""A prompt, the answer that is preferred, and the one that is not."""


def target(model: PreTrainedModel) -> torch.nn.Module:
    return getattr(model.model.layers[LAYER].self_attn, MATRIX)


def weight(model: PreTrainedModel) -> np.ndarray:
    return target(model).weight.detach().float().numpy().copy()


def tokens_in(run: FineTuningRun, tokenizer: PreTrainedTokenizerBase) -> int:
    texts = [text for step in range(1, run.steps + 1) for text in pick(run.data.training, step, run)]
    return sum(len(tokenizer(text.text)["input_ids"]) + 1 for text in texts)


def log_probability(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompt: str, answer: str
) -> torch.Tensor:
    """Σ ln p of the answer's tokens after the prompt."""
    before = tokenizer(prompt)["input_ids"]
    ids = torch.tensor([before + tokenizer(answer)["input_ids"]])
    logits = model(input_ids=ids).logits[0, len(before) - 1 : -1]
    return functional.log_softmax(logits, -1).gather(1, ids[0, len(before) :, None]).sum()


def dpo(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> dict:
    """All weights; the margin of the preferred answers before and after, in nats."""

    def margins() -> list[torch.Tensor]:
        return [
            log_probability(model, tokenizer, p, good) - log_probability(model, tokenizer, p, bad)
            for p, good, bad in PAIRS
        ]

    with torch.no_grad():
        reference = [float(each) for each in margins()]
    optimizer = torch.optim.AdamW(model.parameters(), lr=DPO_RATE, weight_decay=0.0)
    for _ in range(DPO_STEPS):
        loss = -torch.stack(
            [functional.logsigmoid(BETA * (now - then)) for now, then in zip(margins(), reference, strict=True)]
        ).mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    with torch.no_grad():
        after = [float(each) for each in margins()]
    return {"margin_before_nats": float(np.mean(reference)), "margin_after_nats": float(np.mean(after))}


def told_of(before: np.ndarray, after: np.ndarray) -> dict:
    change = after - before
    values = np.linalg.svd(change.astype(np.float64), compute_uv=False)
    rank = int((values > values[0] * 1e-5).sum()) if values[0] else 0
    return {
        "changed_share": float((change != 0).mean()),
        "relative_change": float(np.linalg.norm(change) / np.linalg.norm(before)),
        "largest_change": float(np.abs(change).max()),
        "rank": rank,
    }


def main() -> None:
    folder = catalogue.find(catalogue.BUNDLED)
    base, tokenizer = load(folder, "fp32")
    now, sha = weight(base), weights_sha256(base)
    arrays, ways = {}, {}

    def keep(name: str, before: np.ndarray, after: np.ndarray, **more: object) -> None:
        arrays[f"{name}.before"] = before[:CORNER, :CORNER].astype(np.float32)
        arrays[f"{name}.after"] = after[:CORNER, :CORNER].astype(np.float32)
        ways[name] = {**told_of(before, after), **more}
        print(name, ways[name], flush=True)

    pretraining = json.loads((BUNDLED_MODEL / "pretraining.json").read_text(encoding="utf-8"))
    start = weight(build_model(Recipe(), 0))
    keep(
        "pretraining",
        start,
        now,
        trained=sum(each.numel() for each in base.parameters()),
        tokens=pretraining["training_tokens_seen"],
        correlation_with_start=float(np.corrcoef(start.ravel(), now.ravel())[0, 1]),
    )
    for name, method in (("fine_tuning", "full"), ("adapters", "lora"), ("soft_prompt", "prompt")):
        card = methods()[method]
        run = FineTuningRun(method=method, learning_rate=card.usual_learning_rate(catalogue.BUNDLED))
        own, _ = load(folder, "fp32")
        torch.manual_seed(run.seed)
        model = with_adapter(own, run, tokenizer)
        optimizer = optimizer_for(model, run)
        trained = sum(each.numel() for each in model.parameters() if each.requires_grad)
        began = time.monotonic()
        losses = [step.loss for step in training_loop(run, model, tokenizer, optimizer, run.data.training)]
        seconds = time.monotonic() - began
        if method == "lora":
            model = model.merge_and_unload()
        after = weight(model.get_base_model() if method == "prompt" else model)
        tokens = tokens_in(run, tokenizer)
        keep(
            name,
            now,
            after,
            trained=trained,
            tokens=tokens,
            seconds=round(seconds, 1),
            first=losses[0],
            last=losses[-1],
        )
    own, _ = load(folder, "fp32")
    began = time.monotonic()
    margins = dpo(own, tokenizer)
    seen = DPO_STEPS * sum(len(tokenizer(p + each)["input_ids"]) for p, *both in PAIRS for each in both)
    trained = sum(each.numel() for each in own.parameters())
    keep("rlhf", now, weight(own), trained=trained, tokens=seen, seconds=round(time.monotonic() - began, 1), **margins)
    complete(base, tokenizer, ["Kopi O means coffee without milk. Kopi C means"])
    keep("prompting", now, weight(base), trained=0, tokens=0, same_sha256=weights_sha256(base) == sha, sha256=sha)
    packed, state = bitsandbytes.functional.quantize_4bit(torch.from_numpy(now), quant_type="nf4")
    back = bitsandbytes.functional.dequantize_4bit(packed, state).float().numpy()
    keep(
        "quantization",
        now,
        back,
        trained=0,
        tokens=0,
        distinct_before=len(np.unique(now)),
        distinct_after=len(np.unique(back)),
    )
    facts = {
        "about": "One matrix of the bundled model before and after each way of training.",
        "source": "scripts/record_ways_of_training.py in this repository",
        "model": catalogue.BUNDLED,
        "layer": LAYER,
        "matrix": MATRIX,
        "shape": list(now.shape),
        "dpo": {"pairs": len(PAIRS), "steps": DPO_STEPS, "beta": BETA, "learning_rate": DPO_RATE},
        "steps": FineTuningRun().steps,
        "batch_size": FineTuningRun().batch_size,
        "rank": FineTuningRun().rank,
        "device": f"{this_machine().processor}, {number_of(torch.get_num_threads(), 'thread')}",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "versions": {
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "bitsandbytes": bitsandbytes.__version__,
        },
        "ways": ways,
    }
    out = ASSETS / "lesson" / "ways_of_training.json"
    np.savez_compressed(out.with_suffix(".npz"), **arrays)
    out.write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
