"""Log-probabilities of answers, and the losses of DPO and GRPO. Imports torch: worker only."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn.functional import logsigmoid

from lib.alignment.reading import filled_up, read_prompts
from lib.alignment.sampling import Row


def token_log_probabilities(
    model: nn.Module, rows: Sequence[Row], temperature: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """(ln π of each token of each answer, mask of those that are there), both [rows, longest answer].

    π is the softmax of the logits divided by `temperature`: what was sampled from. A prompt is read once for all of
    its answers, which is most of the reading where a group of short answers follows one prompt.
    """
    read = read_prompts(model, [row.prompt for row in rows])
    answers, mask = filled_up([row.answer for row in rows], model.device)
    logits = read.logits
    if answers.shape[1] > 1:
        at = torch.arange(answers.shape[1] - 1, device=answers.device)
        later = model(
            input_ids=answers[:, :-1],
            attention_mask=torch.cat([read.attended, mask[:, :-1]], 1),
            position_ids=read.attended.sum(1, keepdim=True) + at,
            past_key_values=read.cache,
            use_cache=True,
        ).logits
        logits = torch.cat([logits, later], 1)
    found = (logits.float() / temperature).log_softmax(-1).gather(2, answers[:, :, None])[:, :, 0]
    return found.masked_fill(mask == 0, 0.0), mask.bool()


def dpo_loss(
    better: torch.Tensor,
    worse: torch.Tensor,
    better_reference: torch.Tensor,
    worse_reference: torch.Tensor,
    beta: float,
) -> tuple[torch.Tensor, torch.Tensor]:
    """(Loss, margins [pairs]) from log-probabilities of whole answers, [pairs] each.

    -ln σ(β (ln π/π_ref of the better answer - ln π/π_ref of the worse)), its mean (Rafailov et al. 2023, equation 7).
    """
    margins = (better - better_reference) - (worse - worse_reference)
    return -logsigmoid(beta * margins).mean(), margins


def advantages(rewards: torch.Tensor) -> torch.Tensor:
    """(r - mean of its group) / standard deviation of its group, [groups, answers]; 0 where a group earns the same."""
    away = rewards - rewards.mean(1, keepdim=True)
    spread = rewards.std(1, keepdim=True, correction=0)
    return torch.where(spread > 1e-6, away / spread.clamp(min=1e-6), torch.zeros_like(away))


def grpo_loss(
    policy: torch.Tensor, reference: torch.Tensor, mask: torch.Tensor, advantage: torch.Tensor, beta: float
) -> torch.Tensor:
    """The loss of one update on fresh answers: log-probabilities [answers, tokens], advantages [answers].

    With π_old = π the ratio of equation 3 of Shao et al. 2024 is 1, and only its gradient is left. The KL divergence is
    estimated per token as ρ - ln ρ - 1, with ρ = π_ref / π (equation 4).
    """
    ratio = torch.exp(policy - policy.detach())
    away = reference - policy
    kl = torch.exp(away) - away - 1
    per_token = (ratio * advantage[:, None] - beta * kl) * mask
    return -(per_token.sum(1) / mask.sum(1).clamp(min=1)).mean()
