"""Names in a room: two words made up here, or a student's own. Nobody needs to be known by theirs."""

from __future__ import annotations

import random
import unicodedata

from lib.classroom.errors import RoomError

MANNERS = (
    "Amber",
    "Brave",
    "Bright",
    "Calm",
    "Clever",
    "Curious",
    "Daring",
    "Eager",
    "Fluent",
    "Gentle",
    "Golden",
    "Happy",
    "Keen",
    "Kind",
    "Lively",
    "Lucid",
    "Lucky",
    "Merry",
    "Mellow",
    "Nimble",
    "Noble",
    "Patient",
    "Plucky",
    "Polite",
    "Proud",
    "Quick",
    "Quiet",
    "Rapid",
    "Silver",
    "Sincere",
    "Smooth",
    "Steady",
    "Sunny",
    "Swift",
    "Tidy",
    "Vivid",
    "Warm",
    "Wise",
    "Witty",
    "Zesty",
)
THINGS = (
    "Adapter",
    "Anchor",
    "Badger",
    "Beacon",
    "Cedar",
    "Comet",
    "Compass",
    "Dolphin",
    "Falcon",
    "Fern",
    "Gecko",
    "Gradient",
    "Harbour",
    "Heron",
    "Hornbill",
    "Kettle",
    "Lantern",
    "Layer",
    "Logit",
    "Lotus",
    "Mango",
    "Maple",
    "Merlion",
    "Metric",
    "Ocelot",
    "Orchid",
    "Otter",
    "Panda",
    "Pepper",
    "Prompt",
    "Puffin",
    "Raven",
    "River",
    "Tapir",
    "Teapot",
    "Tensor",
    "Token",
    "Turtle",
    "Vector",
    "Willow",
)
LONGEST = 24


def made_up_name(dice: random.Random | None = None) -> str:
    """One of 40 × 40 names; with `dice` seeded, always the same."""
    dice = dice or random.SystemRandom()
    return f"{dice.choice(MANNERS)} {dice.choice(THINGS)}"


def one_line(text: str) -> str:
    """Without line breaks and whatever cannot be seen, control characters among it: PostgreSQL keeps no NUL."""
    visible = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join(visible.split())


def clean_name(text: str) -> str:
    """A name as it is kept: one line, nothing invisible, at most LONGEST characters. RoomError if none is left."""
    name = one_line(text)
    if not name:
        raise RoomError("A name needs at least one letter; leave the box as it is for a made-up one.")
    if len(name) > LONGEST:
        raise RoomError(f"The name has {len(name)} characters; at most {LONGEST} can be used.")
    return name
