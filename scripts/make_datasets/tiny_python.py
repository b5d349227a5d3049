"""Programs of one line in a small part of Python.

Held out: names in known forms not seen together with them, half of which no training program has.


Like language: there are words, and rules of what follows what. Unlike it: whoever wrote `for cup in cups` must go on
with `cup`.
"""

from __future__ import annotations

import random
from functools import partial

from scripts.make_datasets.rows import Row, draw, write

SEED, TRAINING, HELD_OUT = 3, 216, 40
NAMES = (
    *("cup", "egg", "tree", "bird", "book", "ship", "door", "hand", "road", "star", "stone", "word", "room", "king"),
    *("horse", "table", "friend", "letter", "flower", "garden", "river", "window", "apple", "ball", "coat", "bell"),
)
UNSEEN = ("lamp", "moon", "cloud", "chair", "card", "song")
VERBS = ("paint", "open", "count", "send", "find", "keep")
FORMS = (
    "for {x} in {x}s: print({x})",
    "for {x} in {x}s: {v}({x})",
    "if {x} is None: return None",
    "if {x} in {x}s: {v}({x})",
    "while {x} < {n}: {x} = {x} + 1",
    "def twice({x}): return {x} + {x}",
    "def first({x}s): return {x}s[0]",
    "{x}s = [{v}({x}) for {x} in {x}s]",
    "{x}s.append({x})",
    "print(len({x}s))",
)
TWO = (
    "if {x} == {y}: return {x}",
    "def add({x}, {y}): return {x} + {y}",
)


def program(form: str, names: tuple[str, ...], rng: random.Random) -> Row:
    x, y = rng.sample(names, 2)
    return {"text": form.format(x=x, y=y, v=rng.choice(VERBS), n=rng.randint(2, 9), m=rng.randint(2, 9))}


def main() -> None:
    rng, taken = random.Random(SEED), set()
    training = draw([partial(program, form, NAMES) for form in FORMS + TWO], TRAINING, rng, taken)
    held_out = draw([partial(program, form, NAMES) for form in FORMS + TWO], HELD_OUT // 2, rng, taken)
    held_out += draw([partial(program, form, UNSEEN) for form in FORMS + TWO], HELD_OUT // 2, rng, taken)
    write("tiny_python", training, held_out)
