"""Pretrain the bundled base model: a small Llama on public-domain books.

    python -m scripts.pretrain --corpus CORPUS            # train, resuming where the last run stopped
    python -m scripts.export_base_model --corpus CORPUS   # write assets/base-model from the checkpoint

CORPUS is a folder of .txt books with a MANIFEST.json of their titles and authors.

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
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM

from lib.places import ROOT

CHECKPOINTS = ROOT / "build" / "pretrain"
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
    steps: int = 6_600
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


def tokenized(recipe: Recipe, corpus: Path, out: Path) -> tuple[Tokenizer, np.ndarray, np.ndarray]:
    """(tokenizer, training tokens, held-out tokens); the tokenizer is trained once and kept in `out`."""
    training, held_out = read_books(corpus)
    out.mkdir(parents=True, exist_ok=True)
    file = out / "tokenizer.json"
    if not file.exists():
        train_tokenizer(list(training.values()), recipe.vocab_size).save(str(file))
    tokenizer = Tokenizer.from_file(str(file))
    return tokenizer, encode_books(tokenizer, training), encode_books(tokenizer, held_out)


@dataclass
class Progress:
    """Where a run stands: what a checkpoint holds beside its recipe."""

    model: LlamaForCausalLM
    optimizers: list[torch.optim.Optimizer]
    step: int
    curve: list[dict[str, float]]

    def save(self, file: Path, recipe: Recipe) -> None:
        """Write whole or not at all."""
        state = {
            "model": self.model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "step": self.step,
            "curve": self.curve,
            "recipe": asdict(recipe),
        }
        torch.save(state, file.with_suffix(".tmp"))
        file.with_suffix(".tmp").replace(file)

    def restore(self, file: Path) -> None:
        saved = torch.load(file, map_location=self.model.device, weights_only=True)
        self.model.load_state_dict(saved["model"])
        for optimizer, state in zip(self.optimizers, saved["optimizers"], strict=True):
            optimizer.load_state_dict(state)
        self.step, self.curve = saved["step"], saved["curve"]


def train(recipe: Recipe, corpus: Path, out: Path, device: str, compile_model: bool) -> None:
    tokenizer, train_tokens, held_out_tokens = tokenized(recipe, corpus, out)
    print(f"{len(train_tokens):,} training tokens, {len(held_out_tokens):,} held out", flush=True)
    model = build_model(recipe, tokenizer.token_to_id(END_OF_TEXT)).to(device)
    progress = Progress(model, build_optimizers(model, recipe), 0, [])
    checkpoint = out / "checkpoint.pt"
    if checkpoint.exists():
        progress.restore(checkpoint)
        print(f"resuming at step {progress.step}", flush=True)

    def loss_of(batch: torch.Tensor) -> torch.Tensor:
        with torch.autocast(device, torch.bfloat16):
            return model(input_ids=batch, labels=batch, use_cache=False).loss

    loss_of = torch.compile(loss_of) if compile_model else loss_of
    started, first_step = time.monotonic(), progress.step
    while progress.step < recipe.steps:
        loss = update(progress, recipe, loss_of, batch_at(progress.step, train_tokens, recipe).to(device))
        if progress.step % 250 == 0 or progress.step == recipe.steps:
            held_out = mean_loss(model, held_out_tokens, recipe.context, windows=64)
            losses = {"train_loss": round(loss, 4), "held_out_loss": round(held_out, 4)}
            progress.curve.append({"step": progress.step, **losses})
            rate = (progress.step - first_step) * recipe.batch_size * recipe.context / (time.monotonic() - started)
            print(f"step {progress.step}: train {loss:.3f}, held out {held_out:.3f}, {rate:,.0f} tokens/s", flush=True)
            progress.save(checkpoint, recipe)


def update(progress: Progress, recipe: Recipe, loss_of: Callable, batch: torch.Tensor) -> float:
    """One step; the loss of its batch before the update."""
    for optimizer, peak in zip(progress.optimizers, (recipe.muon_lr, recipe.adamw_lr), strict=True):
        for group in optimizer.param_groups:
            group["lr"] = peak * recipe.learning_rate_factor(progress.step)
    loss = loss_of(batch)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(progress.model.parameters(), 1.0)
    for optimizer in progress.optimizers:
        optimizer.step()
        optimizer.zero_grad()
    progress.step += 1
    return loss.item()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, required=True, help="folder of .txt books with MANIFEST.json")
    parser.add_argument("--out", type=Path, default=CHECKPOINTS, help="checkpoints")
    parser.add_argument("--steps", type=int, default=Recipe.steps)
    parser.add_argument("--seed", type=int, default=Recipe.seed)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--compile", action="store_true", help="torch.compile: 1.4 times faster, needs a C++ compiler")
    arguments = parser.parse_args()
    recipe = Recipe(steps=arguments.steps, seed=arguments.seed)
    train(recipe, arguments.corpus, arguments.out, arguments.device, arguments.compile)


if __name__ == "__main__":
    main()
