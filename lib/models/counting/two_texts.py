"""What an encoder-decoder keeps: of the text that its encoder read, and of the one that its decoder writes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from transformers import PreTrainedModel
from transformers.cache_utils import EncoderDecoderCache

from lib.memory.errors import CannotEstimateError
from lib.memory.model.config_text import short
from lib.memory.model.inventory.keeps import Keeps
from lib.models.counting.cache import FEW, MORE, grouped, kept, numbers_of, without_numbers


def keeps_of_two_texts(model: PreTrainedModel) -> tuple[Keeps, ...]:
    """What the decoder's layers keep of what an encoder read and of what they wrote themselves.

    A token read and a token written take as much, so that only their sum counts. Whisper's encoder always reads half a
    minute of sound: of that a layer keeps a constant number.
    """
    reads_tokens = model.main_input_name == "input_ids"
    few, more = _caches(model, FEW, reads_tokens), _caches(model, MORE, reads_tokens)
    found = []
    for (written, read), (more_written, more_read) in zip(few, more, strict=True):
        own, other = kept(written, more_written), kept(read, more_read)
        if reads_tokens and own.numbers_per_token != other.numbers_per_token:
            raise CannotEstimateError("a token that its encoder reads takes another size than one that it writes")
        constant = 0 if reads_tokens else numbers_of(read.keys, read.values) * read.keys.element_size()
        found.append(replace(own, state_bytes=constant))
    return grouped(found)


def always_reads(model: PreTrainedModel) -> int:
    """Positions that the encoder reads at every request, however short: Whisper's 1,500. 0 where it reads tokens."""
    config = model.config
    of_sound = config.is_encoder_decoder and model.main_input_name == "input_features"
    return getattr(config, "max_source_positions", 0) if of_sound and hasattr(config, "num_mel_bins") else 0


def _caches(model: PreTrainedModel, tokens: int, reads_tokens: bool) -> list[tuple[Any, Any]]:
    """By layer (what is kept of what was written, of what was read) after a pass over `tokens` tokens either side."""
    frames = always_reads(model)
    if not reads_tokens and not frames:
        raise CannotEstimateError("its encoder reads no tokens, and its config does not say how much it reads at once")
    try:
        with without_numbers():
            ids = torch.zeros((1, tokens), dtype=torch.long)
            read = ids if reads_tokens else torch.zeros((1, model.config.num_mel_bins, 2 * frames), dtype=model.dtype)
            cache = model(**{model.main_input_name: read}, decoder_input_ids=ids, use_cache=True).past_key_values
    except Exception as error:  # whatever a model does that cannot be done without numbers
        raise CannotEstimateError(f"no pass can be made without its weights ({short(error)})") from error
    if not isinstance(cache, EncoderDecoderCache):
        raise CannotEstimateError("it keeps its cache in a way of its own")
    return list(zip(cache.self_attention_cache.layers, cache.cross_attention_cache.layers, strict=True))
