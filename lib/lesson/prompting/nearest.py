"""Learnt vectors beside the vectors of real words. Imports torch: only a worker imports this module."""

from __future__ import annotations

import torch
from peft import PeftModel
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from lib.lesson.prompting.runs import Near, NearestWords
from lib.lesson.prompting.scoring_job import score
from lib.lesson.prompting.task import Wording

WORDS = 3
SAMPLED = 500
"""Real words whose nearest neighbour is looked for: enough for a median."""


@torch.no_grad()
def nearest_words(
    tuned: PeftModel, base: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, how: Wording
) -> NearestWords:
    """Each vector of a tuned prompt beside its nearest words, and the task with those words as text instead."""
    words = base.get_input_embeddings().weight.float()
    learnt = tuned.get_prompt(batch_size=1)[0].float()
    distances, ids = torch.cdist(learnt, words).topk(WORDS, largest=False)
    near = tuple(
        Near(at, tuple(tokenizer.decode([token]) for token in row), first.item(), vector.norm().item())
        for at, (row, first, vector) in enumerate(zip(ids.tolist(), distances[:, 0], learnt, strict=True), start=1)
    )
    chosen = torch.randperm(len(words), generator=torch.Generator().manual_seed(0))[:SAMPLED]
    apart = torch.cdist(words[chosen], words)
    apart[torch.arange(len(chosen)), chosen] = torch.inf
    usual = apart.min(dim=1).values.median().item()
    return NearestWords(
        near,
        usual,
        words.norm(dim=1).median().item(),
        as_words=score(base, tokenizer, how, ids[:, 0].tolist()),
        nothing=score(base, tokenizer, how),
    )
