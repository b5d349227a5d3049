"""A class dataset: every student writes a sentence, the instructor takes out what should not be there, and a model is
trained on the rest. It is a question in the students' own words, of the part PART. No SQLAlchemy here.
"""

from __future__ import annotations

from collections.abc import Sequence

from lib.classroom.records import Asked, Words, name_of_run
from lib.training.averaging.run import Averaging

PART = "dataset"
INVITATION = "Write one sentence as somebody in a kopitiam would order"


def is_dataset(asked: Asked) -> bool:
    return asked.part == PART


def is_of_room(trained: Averaging, code: str) -> bool:
    return trained.of.split()[0] == code


def to_train(code: str, number: int, let_through: Sequence[Words], seed: int = 0) -> Averaging:
    """What is trained: each different text that was let through, once; whose it is is not in it.

    Raises TrainingError where there are too few.
    """
    return Averaging(tuple(dict.fromkeys(each.text for each in let_through)), seed, of=name_of_run(code, number))
