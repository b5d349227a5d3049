"""Pretrain the bundled base model: a small Llama on public-domain books.

    python scripts/pretrain.py --corpus ../shared/corpus            # train, resuming where the last run stopped
    python scripts/pretrain.py --corpus ../shared/corpus --export   # write assets/base-model from the checkpoint

It trains a byte-level BPE tokenizer, then a Llama-architecture causal language model in bf16 autocast, on
the CPU or on a GPU. Books named in HELD_OUT are never trained on, neither by the tokenizer nor by the
model, so the perplexity in the model card is one of unseen books.

The learning rate warms up, stays constant and decays linearly at the end ("warmup-stable-decay", Hu et al.
2024, arXiv 2404.06395, section 4). Until the decay begins a run can therefore be resumed with another
`--steps`. Matrices inside the layers are trained by Muon (Jordan 2024, https://kellerjordan.github.io/posts/muon),
embeddings and norms by AdamW.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

ROOT = Path(__file__).resolve().parent.parent
END_OF_TEXT = "<|endoftext|>"
HELD_OUT = (
    "carroll-alice-s-adventures-in-wonderland.txt",
    "doyle-the-adventure-of-the-speckled-band.txt",
    "london-the-call-of-the-wild.txt",
    "nesbit-the-railway-children.txt",
    "wells-the-time-machine.txt",
)


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the result, beside the corpus."""

    vocab_size: int = 4096
    hidden_size: int = 256
    intermediate_size: int = 768
    num_hidden_layers: int = 6
    num_attention_heads: int = 4
    num_key_value_heads: int = 2
    context: int = 256
    batch_size: int = 16
    steps: int = 12_000
    warmup_steps: int = 200
    decay_share: float = 0.25
    muon_lr: float = 0.02
    adamw_lr: float = 0.003
    weight_decay: float = 0.05
    seed: int = 0

    def learning_rate_factor(self, step: int) -> float:
        """Share of the peak learning rate at `step` (0 = first)."""
        decay_steps = self.steps * self.decay_share
        return min(1.0, (step + 1) / self.warmup_steps, max(0.0, (self.steps - step) / decay_steps))


def read_books(corpus: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Texts by file name: (training, held out)."""
    books = {path.name: path.read_text(encoding="utf-8").strip() for path in sorted(corpus.glob("*.txt"))}
    missing = set(HELD_OUT) - books.keys()
    if missing:
        raise SystemExit(f"{corpus} lacks the held-out books {sorted(missing)}")
    return (
        {name: text for name, text in books.items() if name not in HELD_OUT},
        {name: books[name] for name in HELD_OUT},
    )


def train_tokenizer(texts: list[str], vocab_size: int) -> Tokenizer:
    """Byte-level BPE, so that no text at all is unknown (Radford et al. 2019, section 2.2)."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=vocab_size,
            special_tokens=[END_OF_TEXT],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    return tokenizer


def encode_books(tokenizer: Tokenizer, books: dict[str, str]) -> np.ndarray:
    """All books one after another as token ids, each closed by END_OF_TEXT."""
    end = tokenizer.token_to_id(END_OF_TEXT)
    encoded = [np.array([*tokenizer.encode(text).ids, end], dtype=np.int32) for text in books.values()]
    return np.concatenate(encoded)


def build_model(recipe: Recipe, end_of_text_id: int) -> LlamaForCausalLM:
    torch.manual_seed(recipe.seed)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=recipe.vocab_size,
            hidden_size=recipe.hidden_size,
            intermediate_size=recipe.intermediate_size,
            num_hidden_layers=recipe.num_hidden_layers,
            num_attention_heads=recipe.num_attention_heads,
            num_key_value_heads=recipe.num_key_value_heads,
            max_position_embeddings=recipe.context,
            tie_word_embeddings=True,
            bos_token_id=end_of_text_id,
            eos_token_id=end_of_text_id,
            pad_token_id=end_of_text_id,
        )
    )


def build_optimizers(model: LlamaForCausalLM, recipe: Recipe) -> list[torch.optim.Optimizer]:
    inside_layers = [p for name, p in model.named_parameters() if ".layers." in name and p.ndim == 2]
    chosen = {id(p) for p in inside_layers}
    others = [p for p in model.parameters() if id(p) not in chosen]
    return [
        torch.optim.Muon(inside_layers, lr=recipe.muon_lr, weight_decay=recipe.weight_decay),
        torch.optim.AdamW(others, lr=recipe.adamw_lr, betas=(0.9, 0.95), weight_decay=0.0),
    ]


def batch_at(step: int, tokens: np.ndarray, recipe: Recipe) -> torch.Tensor:
    """Random windows, decided by seed and step alone: a resumed run sees what an unbroken one would."""
    rng = np.random.default_rng([recipe.seed, step])
    starts = rng.integers(0, len(tokens) - recipe.context, size=recipe.batch_size)
    return torch.from_numpy(np.stack([tokens[s : s + recipe.context] for s in starts]).astype(np.int64))


@torch.no_grad()
def mean_loss(model: LlamaForCausalLM, tokens: np.ndarray, context: int, windows: int | None = None) -> float:
    """Mean negative log-likelihood in nats a token over windows side by side; all of them if `windows` is None."""
    device = model.device
    starts = range(0, len(tokens) - context, context)
    if windows is not None:
        starts = starts[:: max(1, len(starts) // windows)]
    losses = []
    for first in range(0, len(starts), 16):
        batch = np.stack([tokens[s : s + context + 1] for s in starts[first : first + 16]]).astype(np.int64)
        batch = torch.from_numpy(batch).to(device)
        logits = model(input_ids=batch[:, :-1], use_cache=False).logits
        losses.append(torch.nn.functional.cross_entropy(logits.flatten(0, 1).float(), batch[:, 1:].flatten()).item())
    return float(np.mean(losses))


def train(recipe: Recipe, corpus: Path, out: Path, device: str, compile_model: bool) -> None:
    training, held_out = read_books(corpus)
    out.mkdir(parents=True, exist_ok=True)
    tokenizer_file = out / "tokenizer.json"
    if not tokenizer_file.exists():
        train_tokenizer(list(training.values()), recipe.vocab_size).save(str(tokenizer_file))
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    train_tokens, held_out_tokens = encode_books(tokenizer, training), encode_books(tokenizer, held_out)
    print(f"{len(train_tokens):,} training tokens, {len(held_out_tokens):,} held out", flush=True)

    model = build_model(recipe, tokenizer.token_to_id(END_OF_TEXT)).to(device)
    optimizers = build_optimizers(model, recipe)
    step, curve = 0, []
    checkpoint_file = out / "checkpoint.pt"
    if checkpoint_file.exists():
        saved = torch.load(checkpoint_file, map_location=device, weights_only=True)
        model.load_state_dict(saved["model"])
        for optimizer, state in zip(optimizers, saved["optimizers"], strict=True):
            optimizer.load_state_dict(state)
        step, curve = saved["step"], saved["curve"]
        print(f"resuming at step {step}", flush=True)

    def loss_of(batch: torch.Tensor) -> torch.Tensor:
        with torch.autocast(device, torch.bfloat16):
            return model(input_ids=batch, labels=batch, use_cache=False).loss

    if compile_model:
        loss_of = torch.compile(loss_of)
    started, first_step = time.monotonic(), step
    while step < recipe.steps:
        for optimizer, peak in zip(optimizers, (recipe.muon_lr, recipe.adamw_lr), strict=True):
            for group in optimizer.param_groups:
                group["lr"] = peak * recipe.learning_rate_factor(step)
        loss = loss_of(batch_at(step, train_tokens, recipe).to(device))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()
        step += 1
        if step % 250 == 0 or step == recipe.steps:
            validation = mean_loss(model, held_out_tokens, recipe.context, windows=64)
            curve.append({"step": step, "train_loss": round(loss.item(), 4), "held_out_loss": round(validation, 4)})
            rate = (step - first_step) * recipe.batch_size * recipe.context / (time.monotonic() - started)
            print(f"step {step}: train {loss.item():.3f}, held out {validation:.3f}, {rate:,.0f} tokens/s", flush=True)
            state = {
                "model": model.state_dict(),
                "optimizers": [optimizer.state_dict() for optimizer in optimizers],
                "step": step,
                "curve": curve,
                "recipe": asdict(recipe),
            }
            torch.save(state, checkpoint_file.with_suffix(".tmp"))
            checkpoint_file.with_suffix(".tmp").replace(checkpoint_file)


def export(corpus: Path, out: Path, target: Path) -> None:
    """Write the checkpoint as an ordinary Hugging Face model folder with a model card."""
    saved = torch.load(out / "checkpoint.pt", map_location="cpu", weights_only=True)
    recipe = Recipe(**saved["recipe"])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(out / "tokenizer.json"),
        bos_token=END_OF_TEXT,
        eos_token=END_OF_TEXT,
        pad_token=END_OF_TEXT,
        model_max_length=recipe.context,
        clean_up_tokenization_spaces=False,
    )
    model = build_model(recipe, tokenizer.eos_token_id)
    model.load_state_dict(saved["model"])
    model.to(torch.bfloat16).save_pretrained(target)
    tokenizer.save_pretrained(target)

    # The numbers in the card are those of the shipped 16-bit file, read back.
    shipped = AutoModelForCausalLM.from_pretrained(target, dtype=torch.float32).eval()
    training, held_out = read_books(corpus)
    titles = {
        book["file"]: f"{book['title']} ({book['author']})"
        for book in json.loads((corpus / "MANIFEST.json").read_text())
    }
    backend = tokenizer.backend_tokenizer
    scores = {}
    for name, text in {**held_out, "all": "\n\n".join(held_out.values())}.items():
        tokens = encode_books(backend, {name: text})
        loss = mean_loss(shipped, tokens, recipe.context)
        bits_per_byte = loss / math.log(2) * len(tokens) / len(text.encode())
        scores[titles.get(name, name)] = {
            "perplexity": round(math.exp(loss), 2),
            "bits_per_byte": round(bits_per_byte, 3),
        }
    facts = {
        "parameters": sum(p.numel() for p in shipped.parameters()),
        "training_tokens_seen": saved["step"] * recipe.batch_size * recipe.context,
        "training_books": len(training),
        "held_out": scores,
        "recipe": saved["recipe"],
        "curve": saved["curve"],
        "torch": torch.__version__,
    }
    (target / "pretraining.json").write_text(json.dumps(facts, indent=1) + "\n")
    (target / "README.md").write_text(model_card(facts, recipe))
    print(json.dumps(scores, indent=1))


def model_card(facts: dict, recipe: Recipe) -> str:
    rows = "\n".join(
        f"| {title} | {score['perplexity']} | {score['bits_per_byte']} |" for title, score in facts["held_out"].items()
    )
    curve = facts["curve"]
    shown = curve[:: max(1, len(curve) // 12)]
    shown = shown if shown[-1] is curve[-1] else [*shown, curve[-1]]
    steps = "\n".join(f"| {p['step']:,} | {p['train_loss']:.2f} | {p['held_out_loss']:.2f} |" for p in shown)
    return f"""---
license: apache-2.0
language: en
library_name: transformers
pipeline_tag: text-generation
---
# Finetuning Lab base model

A Llama-architecture causal language model of {facts["parameters"]:,} parameters (hidden size {recipe.hidden_size},
{recipe.num_hidden_layers} layers, {recipe.num_attention_heads} attention heads, {recipe.num_key_value_heads} key-value heads,
context {recipe.context}, byte-level BPE of {recipe.vocab_size:,}, tied embeddings). It exists so that every experiment of
the lesson runs on a laptop without a network.

## Training
{facts["training_books"]} public-domain English books (children's classics, adventure, early science fiction), with
five more held out by title: neither the tokenizer nor the model has seen them.
{curve[-1]["step"]:,} steps of {recipe.batch_size} × {recipe.context} tokens = {facts["training_tokens_seen"]:,} tokens, bf16 autocast,
seed {recipe.seed}, torch {facts["torch"]}.

    python scripts/pretrain.py --corpus CORPUS --steps {recipe.steps}
    python scripts/pretrain.py --corpus CORPUS --export

| step | training loss (one batch) | held-out loss (64 windows) |
| ---: | ---: | ---: |
{steps}

## Held-out books
Windows of {recipe.context} tokens side by side, weights as shipped (bf16) and computed in fp32. Perplexity depends on the
tokenizer; bits per byte does not.

| book | perplexity | bits per byte |
| --- | ---: | ---: |
{rows}

## Limits
It writes English-looking sentences in the manner of 1850–1920 and knows nothing else: no facts to rely on, no
instructions, no code, one language, and the prejudices of its books. It is for learning how models work.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, required=True, help="folder of .txt books with MANIFEST.json")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "pretrain", help="checkpoints")
    parser.add_argument("--steps", type=int, default=Recipe.steps)
    parser.add_argument("--seed", type=int, default=Recipe.seed)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument(
        "--compile", action="store_true", help="torch.compile: about 1.4 times faster, needs a C++ compiler"
    )
    parser.add_argument("--export", action="store_true", help="write --target from the last checkpoint, train nothing")
    parser.add_argument("--target", type=Path, default=ROOT / "assets" / "base-model")
    arguments = parser.parse_args()
    if arguments.export:
        export(arguments.corpus, arguments.out, arguments.target)
    else:
        recipe = Recipe(steps=arguments.steps, seed=arguments.seed)
        train(recipe, arguments.corpus, arguments.out, arguments.device, arguments.compile)


if __name__ == "__main__":
    main()
