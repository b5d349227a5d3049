"""What stands in front of every text: examples, a learnt prompt, a learnt prefix. Imports torch: worker only.

All three are read before the text, so a model that has read them holds their keys and values; what is completed goes
on from there.
"""

from __future__ import annotations

from typing import Any

import torch
from peft import PeftModel
from torch import nn
from transformers import Cache, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutputWithPast

LAST = torch.tensor([-1])
"""For `logits_to_keep`: an index, whose row is a tensor of its own. Of a slice of a batch the product with the head's
weights copies them once for each row (SmolLM2-135M in bf16, 4 rows: 226 MB and a third of an answer's time)."""


class AfterExamples(nn.Module):
    """A model that reads the same tokens before every text: a prompt with examples (Brown et al. 2020).

    Called as peft calls a prompt that was learnt: logits of the tokens in front come first, and they count in no loss.
    """

    def __init__(self, model: PreTrainedModel, ids: list[int]) -> None:
        super().__init__()
        self.model = model
        self.ids = torch.tensor([ids], device=model.device)
        self.config, self.device = model.config, model.device

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        labels: torch.Tensor | None = None,
        **more: Any,
    ) -> CausalLMOutputWithPast:
        def after(value: int | torch.Tensor, row: torch.Tensor | None) -> torch.Tensor | None:
            if row is None:
                return None
            front = self.ids.expand(len(row), -1) if value is self.ids else row.new_full((len(row), self.count), value)
            return torch.cat([front, row], dim=1)

        return self.model(
            input_ids=after(self.ids, input_ids),
            attention_mask=after(1, attention_mask),
            labels=after(-100, labels),
            **more,
        )

    @property
    def count(self) -> int:
        return self.ids.shape[1]


def positions_in_front(model: nn.Module) -> int:
    """How many positions are taken before a text begins; 0 for most models."""
    if isinstance(model, AfterExamples):
        return model.count
    if isinstance(model, PeftModel) and model.active_peft_config.is_prompt_learning:
        return model.active_peft_config.num_virtual_tokens
    return 0


def read_in_front(model: nn.Module, rows: int) -> tuple[nn.Module, Cache | None]:
    """The model that reads a text itself, and the keys and values of what stands in front of each of `rows` texts."""
    if isinstance(model, AfterExamples):
        ids = model.ids.expand(rows, -1)
        return model.model, model.model(input_ids=ids, use_cache=True, logits_to_keep=LAST).past_key_values
    if not positions_in_front(model):
        return model, None
    front, base = model.get_prompt(batch_size=rows), model.get_base_model()
    if isinstance(front, Cache):
        return base, front
    embedded = front.to(base.dtype)
    return base, base(inputs_embeds=embedded, use_cache=True, logits_to_keep=LAST).past_key_values
