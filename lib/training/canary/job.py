"""Train with the code planted so and so often, then ask for it. Imports torch: worker only."""

from __future__ import annotations

from collections.abc import Iterator

from lib.models.borrow import borrow
from lib.models.catalogue import find
from lib.training.adapting import base_precision
from lib.training.canary.codes import exposure, log_probabilities
from lib.training.canary.run import PROMPT, CanaryEvent, CanaryRun, Planted
from lib.training.influence.job import put_back, trained
from lib.training.texts.complete import complete


def plant_and_ask(canary: CanaryRun) -> Iterator[CanaryEvent]:
    """For each number of times a run, yielding each Step; then Planted: what the model says and the code's exposure."""
    for times in canary.times:
        run = canary.planted(times)
        checkpoints = yield from trained(run)
        with borrow(find(run.model), base_precision(run.model)) as (base, tokenizer):
            model = put_back(checkpoints[-1], base, run)
            (says,) = complete(model, tokenizer, (PROMPT,))
            found = log_probabilities(model, tokenizer, PROMPT, canary.digits)
            yield Planted(
                times=times,
                says=says,
                exposure=exposure(found, canary.code),
                log_probability_nats=found[int(canary.code)].item(),
                likeliest=f"{int(found.argmax()):0{canary.digits}d}",
            )
