"""A text as tokens, with the reference's scores once they are known. Imports torch: for workers."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from lib.quant.errors import QuantError
from lib.quant.measure.scoring.quality import Quality
from lib.quant.measure.scoring.token_scores import TokenScores, quality, score, windows


class Passage:
    """The first `tokens` tokens of `text`, read in windows that slide by `stride`."""

    def __init__(self, text: str, tokenizer: PreTrainedTokenizerBase, tokens: int, window: int, stride: int) -> None:
        self.ids: torch.Tensor = tokenizer(text, return_tensors="pt", verbose=False).input_ids[0][:tokens]
        if len(self.ids) <= window:
            raise QuantError(
                f"The text has {len(self.ids):,} tokens, and a window of {window} needs at least {window + 1}; "
                "give a longer text."
            )
        self._decode = lambda token: tokenizer.decode([token])
        self.pieces = tuple(self._decode(token) for token in self.ids.tolist())
        self.plan = windows(len(self.ids), window, stride)
        self.reference: TokenScores | None = None

    def score(self, model: PreTrainedModel, *, is_reference: bool) -> Iterator[float | Quality]:
        """Yields the share done after every window, and the quality at the end."""
        for found in score(model, self.ids, self.plan, keep=is_reference, reference=self.reference):
            if isinstance(found, TokenScores):
                reference = self.reference
                self.reference = found if is_reference else reference
                yield quality(found, self.ids, reference, self.pieces, self._decode)
            else:
                yield found / len(self.plan)
