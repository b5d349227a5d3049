"""Text from a model, and the two kinds of work that are timed. Imports torch: for workers."""

from __future__ import annotations

import torch
from transformers import GenerationConfig, PreTrainedModel, PreTrainedTokenizerBase


def prompt_ids(tokenizer: PreTrainedTokenizerBase, prompt: str) -> torch.Tensor:
    """Token ids [1, n] of a prompt; where the model has a chat template, of a chat in which a user has written it."""
    if not tokenizer.chat_template:
        return tokenizer(prompt, return_tensors="pt").input_ids
    chat = [{"role": "user", "content": prompt}]
    text = tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
    return tokenizer(text, return_tensors="pt", add_special_tokens=False).input_ids  # the template writes its own


@torch.inference_mode()
def prefill(model: PreTrainedModel, prompt: torch.Tensor) -> None:
    """Read a prompt [1, n] at once, keeping its keys and values."""
    model(input_ids=prompt, use_cache=True)


@torch.inference_mode()
def generate(
    model: PreTrainedModel,
    prompt: torch.Tensor,
    new_tokens: int,
    *,
    exactly: bool = False,
    temperature: float = 0.0,
    seed: int = 0,
) -> list[int]:
    """Token ids written after `prompt` [1, n]; `exactly` forbids an early end, for timing."""
    torch.manual_seed(seed)
    end = model.generation_config.eos_token_id
    sampling = {"do_sample": True, "temperature": temperature, "top_k": 0} if temperature > 0 else {"do_sample": False}
    config = GenerationConfig(
        max_new_tokens=new_tokens,
        min_new_tokens=new_tokens if exactly else 1,
        eos_token_id=end,
        pad_token_id=end[0] if isinstance(end, list) else end,
        **sampling,
    )
    written = model.generate(prompt, attention_mask=torch.ones_like(prompt), generation_config=config)
    return written[0, prompt.shape[1] :].tolist()


def first_difference(before: list[int] | None, after: list[int]) -> int | None:
    """Place of the first token that is not the reference's; None if there is none or no reference."""
    if before is None or before == after:
        return None
    same = next((place for place, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), None)
    return same if same is not None else min(len(before), len(after))
