"""DPO and GRPO with LoRA, as streams of events. Imports torch and peft: worker only."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence

import torch
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from lib.alignment.answers import Answer, Sampled, Sampling
from lib.alignment.errors import AlignmentError
from lib.alignment.policy.losses import advantages, dpo_loss, grpo_loss, token_log_probabilities
from lib.alignment.policy.run import Examined, PolicyDone, PolicyEvent, PolicyRun, PolicyStep, Reward
from lib.alignment.reward.features import hidden_states
from lib.alignment.reward.head import rewards as head_rewards
from lib.alignment.rules import rule
from lib.alignment.sampling import Row, draw, row_of
from lib.errors import StopRequested
from lib.models import catalogue
from lib.models.borrow import borrow
from lib.models.shared import COPIES
from lib.training.adapting import base_precision, trainable_parameters, with_adapter
from lib.training.forgetting.measuring import known
from lib.training.run import FineTuningRun

ROWS_AT_ONCE = 16
CLIPPED_AT = 1.0


def optimise(run: PolicyRun) -> Iterator[PolicyEvent]:
    """Look, update, look again; a StopRequested thrown in ends the updates and still looks once more."""
    COPIES.free_unused()
    began = time.monotonic()
    with borrow(catalogue.find(run.model), base_precision(run.model)) as (base, tokenizer):
        torch.manual_seed(run.seed)
        policy = _Policy(run, base, tokenizer)
        step = looked = 0
        yield policy.look(0)
        try:
            for event in policy.dpo() if run.method == "dpo" else policy.grpo():
                step = event.step
                yield event
                if step % run.examine_every == 0 or step == run.steps:
                    yield policy.look(step)
                    looked = step
        except StopRequested:
            if looked < step:
                yield policy.look(step)
        yield PolicyDone(time.monotonic() - began)


class _Policy:
    """The model with its LoRA, beside itself without."""

    def __init__(self, run: PolicyRun, base: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
        self.run, self.base, self.tokenizer = run, base, tokenizer
        lora = FineTuningRun(model=run.model, rank=run.rank, lora_alpha=2 * run.rank, seed=run.seed)
        self.model = with_adapter(base, lora).eval()
        self.optimizer = torch.optim.AdamW(trainable_parameters(self.model), lr=run.learning_rate, weight_decay=0.0)

    def dpo(self) -> Iterator[PolicyStep]:
        pairs = [(row_of(self.tokenizer, pair.better), row_of(self.tokenizer, pair.worse)) for pair in self.run.pairs]
        reference: dict[Row, float] = {}  # filled as it is needed, so that the first update need not wait for all pairs
        order = _orders(len(pairs), self.run.batch_size, self.run.seed)
        for step in range(1, self.run.steps + 1):
            began = time.perf_counter()
            better, worse = zip(*(pairs[number] for number in next(order)), strict=True)
            new = [row for row in dict.fromkeys(better + worse) if row not in reference]
            reference |= zip(new, self._whole(self.base, new), strict=True)
            found = self._token(self.model, better + worse)[0].sum(1)
            reference_now = torch.tensor([reference[row] for row in better + worse], device=found.device)
            loss, margins = dpo_loss(*found.chunk(2), *reference_now.chunk(2), self.run.beta)
            self._update(loss, step)
            right = (margins > 0).float() + 0.5 * (margins == 0).float()
            yield PolicyStep(step, loss.item(), None, right.mean().item(), None, time.perf_counter() - began)

    def grpo(self) -> Iterator[PolicyStep]:
        order = _orders(len(self.run.prompts), self.run.batch_size, self.run.seed)
        for step in range(1, self.run.steps + 1):
            began = time.perf_counter()
            prompts = [self.run.prompts[number] for number in next(order)]
            rows, answers = self._answers_to([prompt for prompt in prompts for _ in range(self.run.group)])
            earned = self._earned(answers)
            advantage = advantages(earned.view(len(prompts), -1)).flatten()
            total, kl = 0.0, 0.0
            self.optimizer.zero_grad()
            for first in range(0, len(rows), ROWS_AT_ONCE):
                some = slice(first, first + ROWS_AT_ONCE)
                now, mask = self._token(self.model, rows[some])
                with torch.no_grad():
                    before, _ = self._token(self.base, rows[some])
                share = len(rows[some]) / len(rows)
                loss = grpo_loss(now, before, mask, advantage[some].to(now.device), self.run.beta) * share
                loss.backward()
                total += loss.item()
                kl += float((now.detach() - before).sum()) / len(rows)
            self._step(step, total)
            yield PolicyStep(step, total, earned.mean().item(), None, kl, time.perf_counter() - began)

    @torch.no_grad()
    def look(self, step: int) -> Examined:
        """Sample answers of the policy, `examined` in all, to the prompts in turn."""
        prompts = list(itertools.islice(itertools.cycle(self.run.prompts), self.run.examined))
        rows, answers = self._answers_to(prompts)
        now, before = self._whole(self.model, rows), self._whole(self.base, rows)
        tokens = sum(len(row.answer) for row in rows)
        return Examined(
            step,
            answers,
            tuple(self._earned(answers).tolist()),
            sum(a - b for a, b in zip(now, before, strict=True)) / len(rows),
            -sum(before) / max(1, tokens),
            known(self.model, self.tokenizer, with_facts=False).book_loss,
            self._gold(answers),
        )

    def _answers_to(self, prompts: Sequence[str]) -> tuple[tuple[Row, ...], tuple[Answer, ...]]:
        return draw(self.model, self.tokenizer, prompts, self.run.sampling)

    def _earned(self, answers: Sequence[Answer]) -> torch.Tensor:
        return earned(self.run.reward, answers, self.base, self.tokenizer, self.run.model)

    def _gold(self, answers: Sequence[Answer]) -> tuple[float, ...]:
        if self.run.gold is None:
            return ()
        return tuple(earned(self.run.gold, answers, self.base, self.tokenizer, self.run.model).tolist())

    def _token(self, model: nn.Module, rows: Sequence[Row]) -> tuple[torch.Tensor, torch.Tensor]:
        return token_log_probabilities(model, rows, self.run.temperature)

    @torch.no_grad()
    def _whole(self, model: nn.Module, rows: Sequence[Row]) -> list[float]:
        """ln π of each whole answer."""
        found = []
        for first in range(0, len(rows), ROWS_AT_ONCE):
            found += self._token(model, rows[first : first + ROWS_AT_ONCE])[0].sum(1).tolist()
        return found

    def _update(self, loss: torch.Tensor, step: int) -> None:
        self.optimizer.zero_grad()
        loss.backward()
        self._step(step, loss.item())

    def _step(self, step: int, loss: float) -> None:
        norm = torch.nn.utils.clip_grad_norm_(trainable_parameters(self.model), CLIPPED_AT)
        if not torch.isfinite(norm) or loss != loss:
            raise AlignmentError(
                f"The loss stopped being a number at step {step}: a learning rate of {self.run.learning_rate:g} is too "
                f"high for this run; try {self.run.learning_rate / 10:g}"
            )
        self.optimizer.step()


def earned(
    reward: Reward, answers: Sequence[Answer], base: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, model: str
) -> torch.Tensor:
    """What each answer earns, [answers]."""
    if reward.head is None:
        score = rule(reward.rule).score
        return torch.tensor([score(answer.text) for answer in answers])
    if reward.head.model != model:
        raise AlignmentError(
            f"This reward model reads with {reward.head.model} and the answers are {model}'s; let it learn with {model}"
        )
    states = torch.cat(list(hidden_states(base, tokenizer, answers)))
    return head_rewards(reward.head, states, answers)


def sample_and_score(asked_for: tuple[Sampling, Reward]) -> Iterator[tuple[Sampled, tuple[float, ...]]]:
    """The answers to each prompt, and what each earns."""
    sampling, reward = asked_for
    with borrow(catalogue.find(sampling.model), base_precision(sampling.model)) as (base, tokenizer):
        torch.manual_seed(sampling.seed)
        for prompt in sampling.prompts:
            _, answers = draw(base, tokenizer, [prompt] * sampling.count, sampling)
            yield Sampled(prompt, answers), tuple(earned(reward, answers, base, tokenizer, sampling.model).tolist())


def _orders(count: int, batch_size: int, seed: int) -> Iterator[list[int]]:
    """Numbers below `count`, batch after batch, every epoch in a new order."""
    size = min(batch_size, count)
    generator = torch.Generator().manual_seed(seed)
    while True:
        order = torch.randperm(count, generator=generator).tolist()
        for first in range(0, count - size + 1, size):
            yield order[first : first + size]
