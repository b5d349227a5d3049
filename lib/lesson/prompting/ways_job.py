"""The task prompted, prompt-tuned and LoRA-tuned. Imports torch: only a worker imports this module."""

from __future__ import annotations

from collections.abc import Iterator

from lib.lesson.prompting.nearest import nearest_words
from lib.lesson.prompting.runs import PROMPTED, SOFT, Asked, NearestWords, Trained, WayScore, WaysRun, Weights
from lib.lesson.prompting.scoring_job import ids_of, score
from lib.lesson.prompting.task import examples, wording
from lib.models import catalogue
from lib.models.borrow import borrow, own_modules
from lib.training.adapting import base_precision
from lib.training.base_model import said_once
from lib.training.events import Finished, Started, Step
from lib.training.finetune import finetune
from lib.training.methods.files import with_files
from lib.training.out.identity import weights_sha256


def every_way(run: WaysRun) -> Iterator[Trained | WayScore | NearestWords]:
    """Each way in turn: what it learns on its way, then what it is worth on the test sentences."""
    for way in run.ways:
        yield from _prompted(run) if way == PROMPTED else _tuned(run, way)


def _prompted(run: WaysRun) -> Iterator[WayScore]:
    folder = catalogue.find(run.model)
    asked = Asked("", run.wording, examples(run.shots, run.seed))
    with borrow(folder, base_precision(run.model)) as (model, tokenizer):
        before = said_once(folder, (base_precision(run.model), "weights"), lambda: weights_sha256(model))
        found = score(model, tokenizer, wording(run.wording), ids_of(tokenizer, asked.front))
        yield WayScore(PROMPTED, found, 0, 0.0, Weights(before, weights_sha256(model)))


def _tuned(run: WaysRun, way: str) -> Iterator[Trained | WayScore | NearestWords]:
    parameters, done = 0, None
    for event in finetune(run.training(way)):
        if isinstance(event, Started):
            parameters = event.trainable
        elif isinstance(event, Step):
            yield Trained(way, event.step, event.loss)
        elif isinstance(event, Finished):
            done = event
    with borrow(catalogue.find(run.model), base_precision(run.model)) as (base, tokenizer):
        tuned = with_files(own_modules(base), done.adapter).eval()
        found = score(tuned, tokenizer, wording(run.wording))
        weights = Weights(done.card.base_sha256_before, done.card.base_sha256_after)
        yield WayScore(way, found, parameters, done.seconds, weights)
        if way == SOFT:
            yield nearest_words(tuned, base, tokenizer, wording(run.wording))
