"""Run a model over a text and score every token. Imports torch: for workers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch.nn import functional

from lib.quant.errors import QuantError
from lib.quant.measure.scoring.quality import Agreement, ChangedToken, Quality
from lib.quant.measure.scoring.wide_products import products_in_fp32
from lib.standard_error import mean_and_error

BLOCK = 64
"""Neighbouring tokens are not independent: a standard error is that of the means of so many."""


@dataclass(frozen=True)
class Window:
    """Tokens [begin, end) are read; those from `first_scored` on are scored, each from what lies before it."""

    begin: int
    end: int
    first_scored: int


def windows(tokens: int, window: int, stride: int) -> list[Window]:
    """Windows that slide by `stride` so that every token but the first is scored exactly once.

    Where windows would lie side by side they overlap by one token, from which the next one is predicted.
    """
    found, scored, begin = [], 1, 0
    while scored < tokens:
        end = min(begin + window, tokens)
        found.append(Window(begin, end, scored))
        scored, begin = end, min(begin + stride, end - 1)
    return found


@dataclass(frozen=True, eq=False)
class TokenScores:
    """Per scored token, on the CPU: loss in nats, likeliest token, and (kept for a reference) all log-probabilities.

    losses float64 [n], likeliest int64 [n], log_probs float32 [n, vocab] or None
    """

    losses: torch.Tensor
    likeliest: torch.Tensor
    log_probs: torch.Tensor | None
    kl: torch.Tensor | None

    @property
    def counts(self) -> list[int]:
        """Tokens of each block, over which standard errors are taken."""
        return [len(block) for block in self.losses.split(BLOCK)]


def score(
    model: torch.nn.Module,
    ids: torch.Tensor,
    plan: list[Window],
    *,
    keep: bool = False,
    reference: TokenScores | None = None,
) -> Iterator[int | TokenScores]:
    """Score `ids` [n] window by window; yields how many windows are done after each, and the scores at the end."""
    losses, likeliest, kept, divergences = [], [], [], []
    for done, window in enumerate(plan, start=1):
        log_probs = _log_probs(model, ids, window)
        actual = ids[window.first_scored : window.end].to(log_probs.device)
        losses.append(-log_probs.gather(1, actual[:, None]).squeeze(1).double().cpu())
        likeliest.append(log_probs.argmax(dim=1).cpu())
        if keep:
            kept.append(log_probs.cpu())
        if reference is not None:
            place = slice(window.first_scored - 1, window.end - 1)
            before = reference.log_probs[place].to(log_probs.device)
            divergences.append((before - log_probs).mul_(before.exp()).sum(dim=1).double().cpu())
        yield done
    yield TokenScores(
        losses=torch.cat(losses),
        likeliest=torch.cat(likeliest),
        log_probs=torch.cat(kept) if keep else None,
        kl=torch.cat(divergences) if divergences else None,
    )


@torch.inference_mode()
def _log_probs(model: torch.nn.Module, ids: torch.Tensor, window: Window) -> torch.Tensor:
    """Log-probabilities, float32 [scored tokens, vocab], each row from the token before the one it predicts."""
    read = ids[None, window.begin : window.end].to(model.device)
    predicting = window.end - window.first_scored + 1  # the last of them predicts what lies beyond the window
    with products_in_fp32(model.device):
        logits = model(input_ids=read, use_cache=False, logits_to_keep=predicting).logits[0, :-1]
    log_probs = functional.log_softmax(logits, dim=-1, dtype=torch.float32)
    if not torch.isfinite(log_probs.sum(dim=1)).all():
        raise QuantError(
            "It computes infinities or NaN on this text (a number left its range); use bf16 or fp32 instead."
        )
    return log_probs


def quality(
    scores: TokenScores, ids: torch.Tensor, reference: TokenScores | None, pieces: tuple[str, ...], decode
) -> Quality:
    """Sum the scores up; `pieces` are the text's tokens as strings, `decode` turns a token id into one."""
    loss, loss_error = mean_and_error(_sums(scores.losses, scores.counts), scores.counts)
    return Quality(
        tokens=len(scores.losses),
        blocks=len(scores.counts),
        loss=loss,
        loss_error=loss_error,
        top1_right=float((scores.likeliest == ids[1:]).double().mean()),
        agreement=_agreement(scores, reference, pieces, decode) if reference is not None else None,
    )


def _agreement(scores: TokenScores, reference: TokenScores, pieces: tuple[str, ...], decode) -> Agreement:
    kl, kl_error = mean_and_error(_sums(scores.kl, scores.counts), scores.counts)
    change, change_error = mean_and_error(_sums(scores.losses - reference.losses, scores.counts), scores.counts)
    differs = scores.likeliest != reference.likeliest
    changed = tuple(
        ChangedToken(
            place + 1, pieces[place + 1], decode(int(reference.likeliest[place])), decode(int(scores.likeliest[place]))
        )
        for place in differs.nonzero().flatten().tolist()
    )
    return Agreement(max(kl, 0.0), kl_error, float((~differs).double().mean()), change, change_error, changed)


def _sums(values: torch.Tensor, counts: list[int]) -> list[float]:
    return [float(part.sum()) for part in values.split(counts)]
