"""How much each text's gradient speaks for an answer, on the adapter's parameters. Imports torch: worker only.

The gradient of a linear layer's weight is, for one text, the sum over its tokens of (gradient at the output) ⊗ (input).
Its dot product with a fixed matrix V is therefore the sum over tokens of (gradient at the output) · (V · input): one
pass over many texts gives the dot product of each, and no text's gradient is ever written down ("ghost dot-product",
Wang et al. 2024, arXiv 2406.11011, section 4.2). Exact, and tested against plain autograd.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch.nn.functional import cross_entropy
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from lib.training.influence.run import Chances
from lib.training.texts.batches import EVALUATED_AT_ONCE, IGNORED, labelled, pack
from lib.training.texts.datasets import Example

Directions = dict[torch.nn.Linear, torch.Tensor]
"""A matrix of the weight's shape for every layer that is trained."""


def answered(prompt: str, continuation: str) -> Example:
    """A prompt with what the model put to it, which is the answer."""
    return Example(prompt + continuation, ((len(prompt), len(prompt + continuation)),))


def answer_nll(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, answer: Example) -> tuple[torch.Tensor, int]:
    """(Negative log-likelihood in nats of the answer's tokens given the prompt, how many they are); no end of text."""
    ids, labels = labelled(answer, tokenizer, "answer")
    row = torch.tensor([ids[:-1]], device=model.device)
    wanted = torch.tensor(labels[1:-1], device=model.device)
    logits = model(input_ids=row, use_cache=False).logits[0, :-1]
    return cross_entropy(logits.float(), wanted, ignore_index=IGNORED, reduction="sum"), int((wanted != IGNORED).sum())


@torch.no_grad()
def chances(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, answer: Example) -> Chances:
    """How likely the model finds the answer."""
    model.eval()
    nll, tokens = answer_nll(model, tokenizer, answer)
    return Chances(-nll.item(), tokens)


def answer_gradient(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, answer: Example) -> Directions:
    """The gradient of the answer's negative log-likelihood, layer by layer of the adapter."""
    layers = trained_layers(model)
    model.eval()
    nll, _ = answer_nll(model, tokenizer, answer)
    return dict(zip(layers, torch.autograd.grad(nll, [layer.weight for layer in layers]), strict=True))


def trained_layers(model: PreTrainedModel) -> list[torch.nn.Linear]:
    """The small matrices of the adapter."""
    return [module for module in model.modules() if isinstance(module, torch.nn.Linear) and module.weight.requires_grad]


def dot_products(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[Example],
    directions: Directions,
    loss_on: str = "text",
) -> list[float]:
    """For each text, the gradient of its loss (summed over its tokens, nats) times the directions."""
    model.eval()
    found: list[float] = []
    for first in range(0, len(texts), EVALUATED_AT_ONCE):
        batch = texts[first : first + EVALUATED_AT_ONCE]
        packed = pack(batch, tokenizer, model.device, loss_on)
        tokens = packed["input_ids"].shape[1]
        with _dotted(directions, tokens, model.device) as by_token:
            counted = int((packed["labels"] != IGNORED).sum())
            (model(**packed, use_cache=False).loss * counted).backward(inputs=[layer.weight for layer in directions])
        lengths = [len(labelled(text, tokenizer, loss_on)[0]) for text in batch]
        found += [part.sum().item() for part in by_token.split(lengths)]
        model.zero_grad(set_to_none=True)
    return found


@contextmanager
def _dotted(directions: Directions, tokens: int, device: torch.device) -> Iterator[torch.Tensor]:
    """While the block runs, collect each token's share of the dot product, over all layers; [tokens]."""
    by_token = torch.zeros(tokens, device=device)

    def watch(layer: torch.nn.Linear, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        along = torch.nn.functional.linear(inputs[0].detach(), directions[layer])

        def at_output(gradient: torch.Tensor) -> None:
            by_token.add_((gradient * along).sum(-1).reshape(-1))

        output.register_hook(at_output)

    handles = [layer.register_forward_hook(watch) for layer in directions]
    try:
        yield by_token
    finally:
        for handle in handles:
            handle.remove()
