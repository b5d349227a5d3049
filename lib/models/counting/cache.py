"""What each layer keeps of a context: read off the cache that a forward pass without weights leaves behind.

transformers' caches know of windows, latents, indexer keys and states; nothing about a family is written here. Passes
of a few tokens tell what a token adds, passes longer than any window what it adds then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn
from torch.fx.experimental import _config as fx_config
from transformers import PreTrainedConfig, PreTrainedModel
from transformers.cache_utils import (
    DynamicCache,
    DynamicIndexedLayer,
    DynamicLayer,
    DynamicSlidingWindowLayer,
    EncoderDecoderCache,
    LinearAttentionCacheLayerMixin,
)

from lib.memory.errors import CannotEstimateError
from lib.memory.model.inventory.keeps import Keeps
from lib.models.counting.alike import alike_run_once
from lib.models.counting.build import bounded, language_decoder, speaking_part
from lib.models.counting.fault import not_run
from lib.models.counting.read import is_encoder

FEW, MORE = 8, 16  # tokens; fewer than any window, more than a convolution is wide
WINDOWS = 8  # "past the window" is tried at this many windows
CACHES = ("past_key_values", "cache_params", "state")  # where an output has it
KEYS_AND_VALUES = (("k_proj", "v_proj"), ("kv_proj",))  # matrices that make them; JetMoE has one for both
STATES = ("_state", "_states")  # how a block names what it keeps in itself
SIMPLE = (DynamicLayer, DynamicSlidingWindowLayer, DynamicIndexedLayer)


def keeps_of(model: PreTrainedModel) -> tuple[Keeps, ...]:
    """What the layers keep, alike ones together; nothing at all for an encoder. Of two texts: `two_texts.py`.

    Raises CannotEstimateError where no pass can be made, or its cache is not one that transformers describes.
    """
    if is_encoder(model.config, type(model)):
        return ()
    if hasattr(model.config, "mem_len"):
        return _memory_of(model.config)
    try:
        few, more = _layers(model, FEW), _layers(model, MORE)
    except CannotEstimateError:
        if (found := _by_shapes(model)) is not None:
            return grouped(found)
        with experts_idle(model):
            few, more = _layers(model, FEW), _layers(model, MORE)
    found = [kept(one, two) for one, two in zip(few, more, strict=True)]
    if any(each.window and _is_unusual(layer) for each, layer in zip(found, few, strict=True)):
        found = _past_the_windows(model, found, few)
    return grouped(found)


def _memory_of(config: PreTrainedConfig) -> tuple[Keeps, ...]:
    """XLNet's memory: what came into each layer, not the keys and values that it makes of that each time.

    By its config, since a pass of its einsum without numbers takes minutes at its own size; tests hold it against the
    memory of models that run.
    """
    return (Keeps(config.n_layer, float(config.d_model), config.mem_len or None),)


def grouped(found: list[Keeps]) -> tuple[Keeps, ...]:
    """Layers that keep the same, together."""
    return tuple(replace(each, layers=count) for each, count in Counter(found).items())


def _by_shapes(model: PreTrainedModel) -> list[Keeps] | None:
    """For plain attention that cannot be run without numbers: the widths of its key and value matrices."""
    try:
        cache = DynamicCache(config=speaking_part(model).config).layers
    except Exception:  # a config that its own cache cannot be made from
        return None
    stacks = [each for each in (language_decoder(model) or model).modules() if isinstance(each, nn.ModuleList)]
    layers = next((stack for stack in stacks if len(stack) == len(cache)), None)
    if layers is None or any(type(each) not in SIMPLE for each in cache):
        return None
    widths = [
        [
            sum(matrix.out_features for matrix in matrices)
            for module in layer.modules()
            for matrices in ([getattr(module, name, None) for name in names] for names in KEYS_AND_VALUES)
            if all(isinstance(matrix, nn.Linear) for matrix in matrices)
        ]
        for layer in layers
    ]
    if any(len(width) != 1 for width in widths):
        return None
    return [
        Keeps(1, float(width), getattr(each, "sliding_window", None))
        for each, (width,) in zip(cache, widths, strict=True)
    ]


def _layers(model: PreTrainedModel, tokens: int) -> list[Any]:
    """The cache's layers after a pass over `tokens` tokens."""
    cache = None
    problem: Exception | None = None
    for runner in (speaking_part(model), language_decoder(model)):
        if runner is None:
            continue
        try:
            cache = _pass(runner, tokens)
            break
        except Exception as error:  # whatever a model does that cannot be done without numbers
            problem = error
    else:
        raise not_run("it", problem) from problem
    if isinstance(cache, list) and cache and all(isinstance(each, torch.Tensor) for each in cache):
        return [_StateAlone(tuple(each[..., at] for each in cache)) for at in range(cache[0].shape[-1])]  # RWKV's
    if isinstance(states := getattr(cache, "rnn_state", None), dict):
        return [_StateAlone(each) for each in states.values()]  # xLSTM's, by layer
    if cache is None or isinstance(cache, EncoderDecoderCache) or not hasattr(cache, "layers"):
        raise CannotEstimateError("it keeps its cache in a way of its own")
    return _with_states_inside(runner, _with_states_beside(cache))


@dataclass(frozen=True)
class _StateAlone:
    """A layer whose state is not among the cache's layers."""

    states: tuple[torch.Tensor, ...]


def _with_states_beside(cache: Any) -> list[Any]:
    """The layers of a cache; MiniMax's lists the states of its linear layers apart, by layer."""
    apart = list(getattr(cache, "linear_cache", ()))
    layers = [*cache.layers, *[None] * (len(apart) - len(cache.layers))]
    apart += [[]] * (len(layers) - len(apart))
    return [
        _StateAlone((state,)) if isinstance(state, torch.Tensor) else layer
        for layer, state in zip(layers, apart, strict=True)
    ]


def _with_states_inside(runner: nn.Module, layers: list[Any]) -> list[Any]:
    """The layers of a cache; RecurrentGemma's recurrent blocks keep their states in themselves."""
    stack = next(
        (each for each in runner.modules() if isinstance(each, nn.ModuleList) and len(each) == len(layers)), []
    )
    found = list(layers)
    for at, block in enumerate(stack):
        inside = [value for each in block.modules() for name, value in vars(each).items() if name.endswith(STATES)]
        states = tuple(value for value in inside if isinstance(value, torch.Tensor))
        if states and not _tensors(layers[at]):
            found[at] = _StateAlone(states)
    return found


def _pass(runner: nn.Module, tokens: int) -> Any:
    with without_numbers(), alike_run_once(runner):
        ids = torch.zeros((1, tokens), dtype=torch.long)
        output = runner(input_ids=ids, use_cache=True)
        cache = next((output[name] for name in CACHES if output.get(name) is not None), None)
        if cache is None:  # made inside and not handed out
            cache = DynamicCache(config=runner.config)
            runner(input_ids=ids, use_cache=True, past_key_values=cache)
    return cache


@contextmanager
def experts_idle(model: nn.Module) -> Iterator[None]:
    """Within, experts hand on what they get: which of them a token chooses needs numbers, what attention keeps none."""
    experts = [each for each in model.modules() if type(each).__name__.endswith("Experts")]
    for each in experts:
        each.forward = lambda hidden, *_, **__: hidden
    try:
        yield
    finally:
        for each in experts:
            del each.forward


@contextmanager
def without_numbers() -> Iterator[None]:
    """Within, models run on the meta device, also those that look at their numbers for a moment.

    `nonzero` (which tokens an expert gets) counts as "all of them": a switch of torch's own that has no public name.
    """
    validated = torch.distributions.Distribution._validate_args
    torch.distributions.Distribution.set_default_validate_args(False)
    try:
        with bounded(), torch.device("meta"), torch.no_grad(), fx_config.patch(meta_nonzero_assume_all_nonzero=True):
            yield
    finally:
        torch.distributions.Distribution.set_default_validate_args(validated)


def kept(few: Any, more: Any) -> Keeps:
    """What one layer keeps, from its cache after FEW and after MORE tokens."""
    growth = (_cached_numbers(more) - _cached_numbers(few)) / (MORE - FEW)
    window = getattr(few, "sliding_window", None) if growth else None
    if window and window <= MORE:  # full before the second pass was over
        growth = numbers_of(few.keys, few.values) / few.keys.shape[-2]
    latent = isinstance(few, DynamicLayer) and few.is_initialized and few.keys.shape[-1] != few.values.shape[-1]
    return Keeps(
        layers=1,
        numbers_per_token=growth,
        window=window,
        state_bytes=_state_bytes(few),
        latent=bool(latent and few.keys.shape[1] == 1),
    )


def _past_the_windows(model: PreTrainedModel, found: list[Keeps], layers: list[Any]) -> list[Keeps]:
    """Layers with a window and something beside it that goes on growing, such as entries for several tokens."""
    window = max(each.window for each in found if each.window)
    at = [WINDOWS * window, 2 * WINDOWS * window]
    one, two = _layers(model, at[0]), _layers(model, at[1])
    result = []
    for each, layer, a, b in zip(found, layers, one, two, strict=True):
        if each.window and _is_unusual(layer):
            past = (_cached_numbers(b) - _cached_numbers(a)) / (at[1] - at[0])
            each = replace(each, numbers_per_token=numbers_of(layer.keys, layer.values) / FEW, numbers_past_window=past)
        result.append(each)
    return result


def _is_unusual(layer: Any) -> bool:
    """Whether it keeps more than keys, values and states."""
    return type(layer) not in SIMPLE and not isinstance(layer, LinearAttentionCacheLayerMixin)


def _cached_numbers(layer: Any) -> int:
    """Numbers in everything of a layer that a KV cache's precision applies to."""
    states = _states(layer)
    return numbers_of(*(tensor for tensor in _tensors(layer) if all(tensor is not state for state in states)))


def numbers_of(*tensors: torch.Tensor) -> int:
    return sum(tensor.numel() for tensor in tensors if tensor.is_floating_point())


def _states(layer: Any) -> list[torch.Tensor]:
    if isinstance(layer, _StateAlone):
        return list(layer.states)
    if not isinstance(layer, LinearAttentionCacheLayerMixin):
        return []
    found = [*layer.conv_states.values(), *layer.recurrent_states.values()]
    return [state for state in found if isinstance(state, torch.Tensor)]


def _state_bytes(layer: Any) -> int:
    return sum(state.numel() * state.element_size() for state in _states(layer))


def _tensors(layer: Any) -> list[torch.Tensor]:
    found = []
    for value in vars(layer).values():
        inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
        found += [each for each in inside if isinstance(each, torch.Tensor)]
    return found
