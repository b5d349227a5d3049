"""What an encoder-decoder keeps: of the text or the sound that its encoder read, and of what its decoder writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
from transformers import PreTrainedModel
from transformers.cache_utils import EncoderDecoderCache
from transformers.modeling_outputs import BaseModelOutput

from lib.memory.errors import CannotEstimateError
from lib.memory.model.config_text import longest_context, names_of
from lib.memory.model.inventory.keeps import Keeps
from lib.models.counting.cache import FEW, MORE, experts_idle, grouped, kept, numbers_of, without_numbers
from lib.models.counting.fault import not_run
from lib.models.counting.read import value_of

SOUND_S = 30  # Whisper's half a minute, also for encoders that read sound of any length
SAMPLES_PER_S, FRAMES_PER_S = 16_000, 100  # in which transformers' feature extractors hand sound over
BINS = ("num_mel_bins", "input_feat_per_channel", "feature_projection_input_dim")  # numbers of a frame
TWO_TEXTS = "Its decoder keeps as much of a token that was read as of one that it writes: the context is both."


@dataclass(frozen=True)
class Reads:
    """What the encoder reads: as many tokens as there are (no `positions`), or so many of a sound or a picture."""

    positions: int = 0
    always: bool = False
    """However short the sound is."""
    picture: bool = False

    @property
    def tokens(self) -> bool:
        return not self.positions


def reads_of(model: PreTrainedModel) -> Reads:
    """Raises CannotEstimateError for an encoder that reads something else, or that cannot be asked."""
    if not model.config.is_encoder_decoder or model.main_input_name == "input_ids":
        return Reads()
    fixed = getattr(model.config, "max_source_positions", 0) if hasattr(model.config, "num_mel_bins") else 0
    return Reads(fixed, always=True) if fixed else _seen_or_heard(model)


def keeps_of_two_texts(model: PreTrainedModel) -> tuple[Keeps, ...]:
    """What the decoder's layers keep of what an encoder read and of what they wrote themselves.

    A token read and a token written take as much, so that only their sum counts; where a layer forgets what it wrote
    beyond a window, that holds for as long as the answer is within it. Of sound a layer keeps a constant number.
    """
    reads = reads_of(model)
    few, more = _caches(model, FEW, reads), _caches(model, MORE, reads)
    found = []
    for (written, read), (more_written, more_read) in zip(few, more, strict=True):
        own, other = kept(written, more_written), kept(read, more_read)
        if not reads.tokens:
            constant = numbers_of(read.keys, read.values) * read.keys.element_size()
            found.append(replace(own, state_bytes=constant))
        elif own.numbers_per_token != other.numbers_per_token:
            raise CannotEstimateError("a token that its encoder reads takes another size than one that it writes")
        else:
            found.append(other)
    return grouped(found)


def said_of_two_texts(model: PreTrainedModel, keeps: tuple[Keeps, ...] | None) -> Iterator[str]:
    """What a student should know of how the two are counted."""
    if not model.config.is_encoder_decoder or keeps is None:
        return
    reads = reads_of(model)
    window = _answers_window(model)
    if reads.tokens:
        yield TWO_TEXTS
        if all(limits := limits_of_two_texts(model)):
            yield f"It reads up to {limits[0]:,} tokens and writes up to {limits[1]:,}."
        if window:
            yield f"Of an answer longer than {window:,} tokens some layers keep that many, and this counts all of it."
    elif reads.picture:
        yield (
            f"Its encoder makes {reads.positions:,} positions of a picture: what the decoder keeps of them is counted "
            "as a state."
        )
    elif reads.always:
        yield (
            f"Its encoder reads half a minute of sound at once, {reads.positions:,} positions: what the decoder keeps "
            "of them is counted as a state."
        )


def sound_read_s(model: PreTrainedModel) -> int:
    """Seconds of sound for which a model that reads any length of it is counted; 0 for every other model."""
    reads = reads_of(model)
    return 0 if reads.tokens or reads.always or reads.picture else SOUND_S


def _answers_window(model: PreTrainedModel) -> int | None:
    """Tokens of an answer that the decoder's layers with a window keep."""
    text = model.config.get_text_config(decoder=True)
    windowed = "sliding_attention" in (value_of(text, "layer_types") or ())
    return value_of(text, "sliding_window") if windowed else None


def limits_of_two_texts(model: PreTrainedModel) -> tuple[int, int]:
    """Most tokens that the encoder reads and the decoder writes, as the config says; zeros where it reads no text."""
    config = model.config
    if not config.is_encoder_decoder or model.main_input_name != "input_ids":
        return 0, 0
    sides = {
        "max_encoder_position_embeddings": getattr(model.get_encoder(), "config", config),  # FSMT's has none
        "max_decoder_position_embeddings": config.get_text_config(decoder=True),
    }
    read, written = (value_of(config, name) or longest_context(side.to_dict()) or 0 for name, side in sides.items())
    return (read, written) if read and written else (0, 0)


def _seen_or_heard(model: PreTrainedModel) -> Reads:
    """Positions that the encoder makes of a picture or of SOUND_S seconds, read off a pass of it without weights."""
    if model.main_input_name not in MAKERS:
        raise CannotEstimateError(f"its encoder reads neither text, sound nor a picture but {model.main_input_name}")
    encoder = model.get_encoder()
    try:
        with without_numbers():
            given = MAKERS[model.main_input_name](model, encoder)
            positions = encoder(given).last_hidden_state.shape[1]
    except CannotEstimateError:
        raise
    except Exception as error:  # whatever an encoder does that cannot be done without numbers
        raise not_run("how many positions its encoder makes", error) from error
    return Reads(positions, picture=model.main_input_name == "pixel_values")


def _picture(model: PreTrainedModel, encoder: torch.nn.Module) -> torch.Tensor:
    size = value_of(encoder.config, "image_size")
    height, width = size if isinstance(size, list | tuple) else (size, size)
    return torch.zeros((1, value_of(encoder.config, "num_channels") or 3, height, width), dtype=model.dtype)


def _waveform(model: PreTrainedModel, _encoder: torch.nn.Module) -> torch.Tensor:
    return torch.zeros((1, SOUND_S * SAMPLES_PER_S), dtype=model.dtype)


def _frames(model: PreTrainedModel, encoder: torch.nn.Module) -> torch.Tensor:
    sizes = [value_of(config, name) for config in (model.config, encoder.config) for name in BINS]
    bins = next((size for size in sizes if type(size) is int), None)
    if bins is None:
        raise CannotEstimateError("its config does not say how many numbers a frame of sound has")
    return torch.zeros((1, SOUND_S * FRAMES_PER_S, bins), dtype=model.dtype)


MAKERS = {"pixel_values": _picture, "input_values": _waveform, "input_features": _frames, "inputs": _waveform}


def _caches(model: PreTrainedModel, tokens: int, reads: Reads) -> list[tuple[Any, Any]]:
    """By layer (what is kept of what was written, of what was read) after a pass over `tokens` tokens either side."""
    problem: Exception | None = None
    for given in (_to_be_read, _read_before, _as_if_read):
        try:
            with without_numbers(), experts_idle(model):
                ids = torch.zeros((1, tokens), dtype=torch.long)
                read = given(model, reads, tokens)
                cache = model(**read, decoder_input_ids=ids, use_cache=True).past_key_values
            break
        except Exception as error:  # whatever a model does that cannot be done without numbers
            problem = error
    else:
        raise not_run("it", problem) from problem
    if not isinstance(cache, EncoderDecoderCache):
        raise CannotEstimateError("it keeps its cache in a way of its own")
    return list(zip(cache.self_attention_cache.layers, cache.cross_attention_cache.layers, strict=True))


def _to_be_read(model: PreTrainedModel, reads: Reads, tokens: int) -> dict[str, Any]:
    """What the encoder reads, a text of so many tokens or a sound or picture."""
    if reads.tokens:
        return {"input_ids": torch.zeros((1, tokens), dtype=torch.long)}
    if reads.always and not reads.picture:  # Whisper's two frames a position
        frames = torch.zeros((1, model.config.num_mel_bins, 2 * reads.positions), dtype=model.dtype)
        return {model.main_input_name: frames}
    return {model.main_input_name: MAKERS[model.main_input_name](model, model.get_encoder())}


def _read_before(model: PreTrainedModel, reads: Reads, tokens: int) -> dict[str, Any]:
    """What the encoder hands on, asked by itself: Switch's refuses the use_cache that is meant for the decoder."""
    (given,) = _to_be_read(model, reads, tokens).values()
    return {"encoder_outputs": model.get_encoder()(given)}


class _Handed(BaseModelOutput):
    """An encoder's output that has None for whatever else a decoder asks for: a mask, choices of experts."""

    def __getattr__(self, name: str) -> None:
        if name.startswith("__"):
            raise AttributeError(name)


def _as_if_read(model: PreTrainedModel, reads: Reads, tokens: int) -> dict[str, Any]:
    """What an encoder hands on, one vector a position: for one that looks at its numbers (LED's, BigBird-Pegasus')."""
    config = getattr(model.get_encoder(), "config", model.config)
    width = next(size for name in names_of("hidden") if type(size := value_of(config, name)) is int)
    states = torch.zeros((1, reads.positions or tokens, width), dtype=model.dtype)
    return {"encoder_outputs": _Handed(last_hidden_state=states)}
