"""Write the pretrained checkpoint as an ordinary Hugging Face model folder, with a model card.

    python -m scripts.export_base_model --corpus CORPUS

The numbers in the card are those of the shipped 16-bit file, read back.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, LlamaForCausalLM, PreTrainedTokenizerFast

from lib.places import BUNDLED_MODEL
from scripts.pretrain import CHECKPOINTS, END_OF_TEXT, Recipe, build_model, encode_books, mean_loss, read_books


def export(corpus: Path, out: Path, target: Path) -> None:
    """From the checkpoint in `out` to a model folder in `target`."""
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
        "training_books": [titles[name] for name in training],
        "held_out": scores,
        "recipe": saved["recipe"],
        "curve": saved["curve"],
        "sample": sample(shipped, tokenizer, "The queen said"),
        "torch": torch.__version__,
    }
    (target / "pretraining.json").write_text(json.dumps(facts, indent=1) + "\n")
    (target / "README.md").write_text(model_card(facts, recipe))
    print(json.dumps(scores, indent=1))


@torch.no_grad()
def sample(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, prompt: str) -> str:
    """What the model makes of a prompt: 90 tokens, temperature 0.8 over the 50 likeliest, seed 0."""
    torch.manual_seed(0)
    ids = tokenizer(prompt, return_tensors="pt")
    written = model.generate(**ids, do_sample=True, temperature=0.8, top_k=50, max_new_tokens=90)
    return tokenizer.decode(written[0], skip_special_tokens=True)


def model_card(facts: dict, recipe: Recipe) -> str:
    rows = "\n".join(
        f"| {title} | {score['perplexity']} | {score['bits_per_byte']} |" for title, score in facts["held_out"].items()
    )
    curve = facts["curve"]
    shown = curve[:: max(1, len(curve) // 12)]
    shown = shown if shown[-1] is curve[-1] else [*shown, curve[-1]]
    quoted = "\n".join(f"> {line}" for line in facts["sample"].splitlines())
    steps = "\n".join(f"| {p['step']:,} | {p['train_loss']:.2f} | {p['held_out_loss']:.2f} |" for p in shown)
    return f"""---
license: apache-2.0
language: en
library_name: transformers
pipeline_tag: text-generation
---
# Finetuning Lab base model

A Llama-architecture causal language model of {facts["parameters"]:,} parameters: hidden size {recipe.hidden_size},
{recipe.num_hidden_layers} layers, {recipe.num_attention_heads} attention heads, {recipe.num_key_value_heads} key-value
heads, context {recipe.context}, byte-level BPE of {recipe.vocab_size:,}, tied embeddings. It exists so that every
experiment of the lesson runs on a laptop without a network.

## Training
{len(facts["training_books"])} public-domain English books and single stories (children's classics, adventure, early
science fiction; the list is in `pretraining.json`), with five more held out by title: neither the
tokenizer nor the model has seen them.
{curve[-1]["step"]:,} steps of {recipe.batch_size} × {recipe.context} tokens = {facts["training_tokens_seen"]:,} tokens,
bf16 autocast, seed {recipe.seed}, torch {facts["torch"]}.

    python -m scripts.pretrain --corpus CORPUS --steps {recipe.steps} --compile
    python -m scripts.export_base_model --corpus CORPUS

| step | training loss (one batch) | held-out loss (64 windows) |
| ---: | ---: | ---: |
{steps}

## Held-out books
Windows of {recipe.context} tokens side by side, weights as shipped (bf16), computed in fp32. Perplexity depends on the
tokenizer; bits per byte does not.

| book | perplexity | bits per byte |
| --- | ---: | ---: |
{rows}

## What it writes
{quoted}

(From “The queen said”: temperature 0.8 over the 50 likeliest tokens, seed 0.)

## Limits
It writes English-looking sentences in the manner of 1850–1920 and knows nothing else: no facts to rely on, no
instructions, no code, one language, and the prejudices of its books. It is for learning how models work.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, required=True, help="folder of .txt books with MANIFEST.json")
    parser.add_argument("--out", type=Path, default=CHECKPOINTS, help="checkpoints")
    parser.add_argument("--target", type=Path, default=BUNDLED_MODEL)
    arguments = parser.parse_args()
    export(arguments.corpus, arguments.out, arguments.target)


if __name__ == "__main__":
    main()
