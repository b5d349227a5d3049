"""Reviews, and one word that says what they think. Held out: pairs of judgements in sentences not seen together."""

from __future__ import annotations

import random
from functools import partial

from scripts.make_datasets.rows import Row, draw, write

SEED, TRAINING, HELD_OUT = 2, 260, 40
PRAISE = (
    *("the soup was delicious", "the room was clean", "the staff were friendly", "the bread was fresh"),
    *("the music was lovely", "the bed was soft", "the garden was beautiful", "the host was kind"),
    *("the film was funny", "the story was charming", "the price was fair", "the view was splendid"),
    *("the tea was excellent", "the waiter was polite", "the house was pretty", "we were very happy"),
)
BLAME = (
    *("the soup was cold", "the room was dirty", "the staff were rude", "the bread was stale"),
    *("the music was awful", "the bed was hard", "the garden was ugly", "the host was angry"),
    *("the film was dull", "the story was stupid", "the price was too high", "the view was dreadful"),
    *("the tea was bitter", "the waiter was lazy", "the house was dark", "we were very unhappy"),
)
FRAMES = (
    "{A} and {b}.",
    "{A}, and {b}.",
    "{A}. {B}.",
    "I must say that {a} and {b}.",
    "My sister told me that {a}, and {b}.",
    "Last week {a} and {b}.",
    "{A}. What is more, {b}.",
    "We stayed one night: {a}, {b}.",
)
OPINIONS = {"positive": PRAISE, "negative": BLAME}


def upper(text: str) -> str:
    return text[0].upper() + text[1:]


def review(frame: str, opinion: str, rng: random.Random) -> Row:
    a, b = rng.sample(OPINIONS[opinion], 2)
    text = frame.format(a=a, b=b, A=upper(a), B=upper(b))
    return {"prompt": f"Review: {text} Sentiment:", "answer": f" {opinion}."}


def main() -> None:
    rng, taken = random.Random(SEED), set()
    makers = [partial(review, frame, opinion) for frame in FRAMES for opinion in OPINIONS]
    training = draw(makers, TRAINING, rng, taken)
    write("sentiment", training, draw(makers, HELD_OUT, rng, taken))
