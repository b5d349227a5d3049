"""What a model and the same model fine-tuned write. Imports torch: only a worker imports this module."""

from __future__ import annotations

from collections.abc import Iterator

from lib.evaluation.answers import AnswersRun, ModelAnswer
from lib.models import catalogue
from lib.models.borrow import borrow, own_modules
from lib.training.methods.files import with_files
from lib.training.texts.complete import complete


def answers(run: AnswersRun) -> Iterator[ModelAnswer]:
    """The base model's continuation, then the fine-tuned model's if there is an adapter."""
    with borrow(catalogue.find(run.model)) as (model, tokenizer):
        yield ModelAnswer("Base model", complete(model, tokenizer, (run.prompt,))[0].continuation.strip())
        if run.adapter is not None:
            tuned = with_files(own_modules(model), run.adapter)
            yield ModelAnswer("Fine-tuned", complete(tuned, tokenizer, (run.prompt,))[0].continuation.strip())
