"""A model on the meta device: every tensor with its shape and no memory, and nothing that could take the machine."""

from __future__ import annotations

import os
import re
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import torch
from torch import nn
from torch.nn.modules import module as registry
from transformers import AutoModel, PreTrainedConfig, PreTrainedModel

from lib.memory.errors import CannotEstimateError, NeedsAnotherLibrary

MOST_MODULES = 400_000  # the largest real one has 100,000 (256 experts as modules of their own in 60 layers)
MOST_SECONDS = 60.0
MOST_BYTES = 3 * 2**30  # of Python objects, beside what the process had
LOOK_EVERY = 2_000


def build(kind: type[PreTrainedModel], config: PreTrainedConfig) -> PreTrainedModel:
    """The model in bf16 on the meta device, its tied weights tied. No code from outside, no weights.

    Raises CannotEstimateError in one sentence where it would take too much or another library; where transformers
    cannot build it, whatever error that comes to, of which `fault` makes a sentence.
    """
    config.torch_dtype = torch.bfloat16
    try:
        with bounded(), torch.device("meta"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = kind(config)
            model.tie_weights()
            model.set_attn_implementation("eager")  # the fused kinds look at the mask's numbers first
            return model.to(torch.bfloat16).eval()
    except ImportError as error:
        library = re.search(r"requires the (\w+) library", str(error))
        named = f"the library {library[1]}" if library else "another library"
        raise NeedsAnotherLibrary(
            f"transformers builds a part of {config.model_type} with {named}, which this app does not have."
        ) from error


def build_without_what_needs_libraries(
    kind: type[PreTrainedModel], config: PreTrainedConfig
) -> tuple[PreTrainedModel, list[str]]:
    """As `build`, and the types of the parts that another library would make, which are empty in it."""
    left_out: list[str] = []

    def from_config(config: PreTrainedConfig, **named: object) -> nn.Module:
        try:
            return own(config, **named)
        except ImportError:
            left_out.append(config.model_type)
            return nn.Module()

    own = AutoModel.from_config
    AutoModel.from_config = from_config
    try:
        return build(kind, config), left_out
    finally:
        del AutoModel.from_config  # the inherited one is seen again


def give_own_head(model: PreTrainedModel) -> None:
    """Untie the output matrix: transformers ties every T5, also Flan-T5, whose config says that it is not."""
    head, embedding = model.get_output_embeddings(), model.get_input_embeddings()
    if head is not None and embedding is not None and head.weight is embedding.weight:
        head.weight = nn.Parameter(torch.empty_like(head.weight, device="meta"))


@contextmanager
def bounded() -> Iterator[None]:
    """Within: building ends with a CannotEstimateError once it has made too much, or taken too long."""
    made, deadline, before = 0, time.monotonic() + MOST_SECONDS, _resident_bytes()

    def look(*_: object) -> None:
        nonlocal made
        made += 1
        if made % LOOK_EVERY:
            return
        if made > MOST_MODULES or time.monotonic() > deadline or _resident_bytes() - before > MOST_BYTES:
            raise CannotEstimateError(
                f"This config describes a model of more than {made:,} pieces, more than can be counted here: check "
                "its numbers of layers and experts."
            )

    hooks = (
        registry.register_module_module_registration_hook(look),
        registry.register_module_parameter_registration_hook(look),
    )
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _resident_bytes() -> int:
    return psutil.Process(os.getpid()).memory_info().rss


def language_decoder(model: PreTrainedModel) -> nn.Module | None:
    """The text decoder inside a model that has towers beside it; None where the whole model is text."""
    speaker = speaking_part(model)
    if speaker.config.is_encoder_decoder or speaker.config.get_text_config(decoder=True) is speaker.config:
        return None
    decoder = speaker.get_decoder()
    return decoder if isinstance(decoder, nn.Module) and decoder is not speaker else None


def speaking_part(model: PreTrainedModel) -> PreTrainedModel:
    """The model itself, or of an omni model, which has no forward pass of its own, the part that reads and writes."""
    return getattr(model, "thinker", model)
