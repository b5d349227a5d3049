"""The job that makes a layer sensitivity map. Imports torch: for workers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import torch
from transformers import PreTrainedModel

from lib.models.borrow import borrow, own_modules
from lib.models.catalogue import find
from lib.models.load import best_device
from lib.quant.errors import QuantError
from lib.quant.layer_map.run import AllMeasured, LayerMeasured, MapEvent, MapProgress, MapStarted, SensitivityRun
from lib.quant.measure.loading.estimate import model_files
from lib.quant.measure.loading.loaded import make_room
from lib.quant.measure.loading.round_to_nearest import RoundToNearest
from lib.quant.measure.run import held_out_excerpt
from lib.quant.measure.scoring.token_scores import TokenScores, Window, score, windows

PLACE = re.compile(r"\.(\d+)\.(?:.*\.)?(\w+)$")


def map_sensitivity(run: SensitivityRun) -> Iterator[MapEvent]:
    """Yield MapStarted, a LayerMeasured for every matrix inside a layer, and AllMeasured for all of them at once."""
    folder = find(run.model)
    files = model_files(folder)
    needed = 2 * files.weights_bytes("fp32", "fp32") + files.working_bytes(run.tokens, run.window)
    device = best_device()
    make_room("The map", needed, device)
    with borrow(folder, "fp32", device) as (model, tokenizer):
        text = run.text if run.text is not None else held_out_excerpt(run.model).text
        ids = tokenizer(text, return_tensors="pt", verbose=False).input_ids[0][: run.tokens]
        window = min(run.window, files.context)
        if len(ids) <= window:
            raise QuantError(
                f"The text has {len(ids)} tokens, and the map needs at least {window + 1}; give a longer text."
            )
        yield from _map(run, own_modules(model), ids, windows(len(ids), window, window))


def _map(run: SensitivityRun, model: PreTrainedModel, ids: torch.Tensor, plan: list[Window]) -> Iterator[MapEvent]:
    """The map of a model whose modules are one's own."""

    def scores(**how) -> Iterator[MapEvent]:
        for found in score(model, ids, plan, **how):
            if isinstance(found, TokenScores):
                return found
            yield MapProgress(share)
        return None

    share = 0.0
    reference = yield from scores(keep=True)
    rounded = RoundToNearest(model)
    places = {name: (int(found[1]), found[2]) for name in rounded.names if (found := PLACE.search(name))}
    kinds = tuple(dict.fromkeys(kind for _, kind in places.values()))
    layers = 1 + max(layer for layer, _ in places.values())
    yield MapStarted(run.model, run.bits, len(reference.losses), float(reference.losses.mean()), layers, kinds)
    for done, (name, (layer, kind)) in enumerate(places.items(), start=1):
        rounded.quantize(name, run.bits)
        found = yield from scores(reference=reference)
        rounded.restore(name)
        share = done / (len(places) + 1)
        change = float((found.losses - reference.losses).mean())
        yield LayerMeasured(layer, kind, rounded.weights(name), max(float(found.kl.mean()), 0.0), change, share)
    rounded.quantize_all(run.bits)
    found = yield from scores(reference=reference)
    yield AllMeasured(max(float(found.kl.mean()), 0.0), float((found.losses - reference.losses).mean()))
