"""Casual lines and the same in formal English.

Held out: lines in known frames about things not seen together with them, half of which no training text names.
"""

from __future__ import annotations

import random
from functools import partial

from scripts.make_datasets.rows import Row, draw, write

SEED, TRAINING, HELD_OUT = 1, 240, 40
THINGS = (
    *("report", "key", "bill", "letter", "ticket", "parcel", "menu", "contract", "book", "lamp", "chair", "invoice"),
    *("table", "coat", "photograph", "printer", "calendar", "bicycle", "boat", "garden gate", "window", "cake"),
)
UNSEEN = ("map", "clock", "horse", "hat", "box", "picture", "knife", "ring")
NAMES = ("Anna", "Tom", "Mary", "Peter", "Jane", "Robert", "Alice", "Henry")
FRAMES = (
    ("gimme the {x}.", "Please give me the {x}."),
    ("wanna see the {x}.", "I would like to see the {x}."),
    ("need the {x} asap.", "I require the {x} as soon as possible."),
    ("can't find the {x}.", "I am unable to find the {x}."),
    ("thanks for the {x}.", "Thank you very much for the {x}."),
    ("sorry, lost the {x}.", "I apologise for having lost the {x}."),
    ("u got the {x}?", "May I ask whether you have received the {x}?"),
    ("where's the {x}?", "Could you kindly tell me where the {x} is?"),
    ("gotta fix the {x}.", "It is necessary to repair the {x}."),
    ("the {x} is way too pricey.", "The {x} is rather expensive."),
    ("the {x} is busted.", "The {x} is unfortunately damaged."),
    ("the {x} looks awesome.", "The {x} looks excellent."),
    ("don't touch the {x}.", "Please do not touch the {x}."),
    ("gonna send the {x} tonight.", "I will send the {x} this evening."),
    ("tell {n} the {x} is busted.", "Please inform {n} that the {x} is damaged."),
    ("{n} wants the {x}.", "{n} would like to have the {x}."),
    ("{n} can't make it.", "{n} is unable to attend."),
    ("hey {n}, call me about the {x}.", "Dear {n}, please telephone me about the {x}."),
    ("dunno where {n} is.", "I do not know where {n} is."),
    ("{n} says the {x} sucks.", "{n} reports that the {x} is unsatisfactory."),
)


def rewriting(frame: tuple[str, str], things: tuple[str, ...], rng: random.Random) -> Row:
    words = {"x": rng.choice(things), "n": rng.choice(NAMES)}
    casual, formal = (part.format(**words) for part in frame)
    return {"prompt": f"Casual: {casual} Formal:", "answer": f" {formal}"}


def main() -> None:
    rng, taken = random.Random(SEED), set()
    training = draw([partial(rewriting, frame, THINGS) for frame in FRAMES], TRAINING, rng, taken)
    with_things = [frame for frame in FRAMES if "{x}" in frame[0]]
    held_out = draw([partial(rewriting, frame, THINGS) for frame in with_things], HELD_OUT // 2, rng, taken)
    held_out += draw([partial(rewriting, frame, UNSEEN) for frame in with_things], HELD_OUT // 2, rng, taken)
    write("formal_rewriting", training, held_out)
