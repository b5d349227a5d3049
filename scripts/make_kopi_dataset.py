"""Write assets/datasets/kopi_orders.jsonl: Singlish coffee-shop orders and what they mean.

    python -m scripts.make_kopi_dataset

The grammar of kopi: a base, how it is whitened, how strong, how sweet, and whether over ice. Sentences were
written for this project; each frame takes drinks that the grammar makes, so a name and its meaning agree by
construction. The same seed writes the same file. A part is held out: drinks in frames not seen together, and
four frames that training never sees at all.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass

from lib.places import ASSETS

TARGET = ASSETS / "datasets" / "kopi_orders.jsonl"
SEED, TEXTS, HELD_OUT = 6, 360, 44
DRAWN = {"Di Lo": 10, "Kosong": 4}

BASE = {"Kopi": "coffee", "Teh": "tea"}
WHITENER = {"": "condensed milk", "O": "no milk", "C": "evaporated milk"}
STRENGTH = {"": "", "Gao": "strong", "Po": "weak", "Di Lo": "extra strong"}
SWEETNESS = {"": "", "Siew Dai": "less sugar", "Ga Dai": "more sugar", "Kosong": "no sugar"}


@dataclass(frozen=True)
class Drink:
    base: str
    whitener: str
    strength: str
    sweetness: str
    iced: bool

    @property
    def name(self) -> str:
        parts = (self.base, self.whitener, self.strength, self.sweetness, "Peng" if self.iced else "")
        return " ".join(part for part in parts if part)

    @property
    def meaning(self) -> str:
        adjectives = ["iced" if self.iced else "", STRENGTH[self.strength], "black" if self.whitener == "O" else ""]
        noun = " ".join(word for word in (*adjectives, BASE[self.base]) if word)
        sugar = SWEETNESS[self.sweetness] or ("" if self.whitener == "" else "sugar")
        if self.whitener == "O":
            return f"{noun} with {sugar}"
        milk = WHITENER[self.whitener]
        return f"{noun} with {milk} and {sugar}" if sugar else f"{noun} with {milk}"


def drinks() -> list[Drink]:
    """All drinks people really order: condensed milk is never without sugar, and few words come together."""
    made = [
        Drink(base, whitener, strength, sweetness, iced)
        for base in BASE
        for whitener in WHITENER
        for strength in STRENGTH
        for sweetness in SWEETNESS
        for iced in (False, True)
    ]
    return [
        drink
        for drink in made
        if not (drink.whitener == "" and drink.sweetness == "Kosong")
        and bool(drink.strength) + bool(drink.sweetness) + drink.iced <= 2
        and not (drink.strength == "Di Lo" and (drink.base == "Teh" or drink.sweetness or drink.iced))
    ]


FRAMES = (
    "{A} is {a}.",
    "{A} means {a}.",
    "{A} lah, that is {a}.",
    "Uncle, one {A} please. He brings me {a}.",
    "Auntie, one {A}, can? Can, {a}, coming.",
    "If you want {a}, just say {A}.",
    "When I want {a}, I order {A}.",
    "At the kopitiam, {a} is called {A}.",
    "{A} for me, because I like {a}.",
    "My father drinks {A} every morning: {a}.",
    "My mother always takes {A}. She likes {a}.",
    "One {A} and one {B}, please: {a}, and {b}.",
    "Two {A}, takeaway. That is {a}, two cups.",
    "Do not mix up {A} and {B}. The first is {a}, the second is {b}.",
    "You ask for {a}? Here we say {A}.",
    "What is {A}? It is {a}.",
    "How do I order {a}? You say {A}.",
    "Wah, so hot today. One {A} for me, {a}.",
    "The doctor says I must change, so now I drink {A}, which is {a}.",
    "{A}, the auntie shouts, and out comes {a}.",
    "Boss, {A} one, {B} one. So {a}, and {b}.",
    "Ah Seng orders {A}. He gets {a}.",
    "Mei Ling orders {A}. She gets {a}.",
    "Grandpa says {A} is the best: {a}.",
    "I thought {A} was {b}, but it is {a}. {B} is {b}.",
    "Every morning the same thing: {A}. Every morning {a}.",
    "Breakfast is kaya toast, two eggs and {A}, {a}.",
    "The tourist wants {a}. Tell him to order {A}.",
    "In the office everybody drinks {A}. That is {a}.",
    "Not {B}, I said {A}. I wanted {a}.",
    "Eh, {A} also you do not know? It is {a} lah.",
    "After lunch I go down for {A}, {a}.",
    "The stall on the corner makes good {A}. Real {a}.",
    "Last time I drank {B}, now I drink {A}: {a}.",
    "For Muthu it is always {A}, {a}, never {B}.",
    "Three tables, three {A}. Three cups of {a}.",
    "She cannot sleep, so no {A} for her. It is {a}.",
    "He wants it like this: {a}. So it is {A}.",
    "Remember: {A}, {a}. {B}, {b}.",
    "Order {A} and you get {a}.",
    "The sign says {A}. Under it, in English: {a}.",
    "Your {A} is here. Careful, it is {a}.",
    "My usual is {A}. The uncle already knows: {a}.",
    "No need to explain {a}. Say {A}, finish.",
    "Sunday morning, newspaper, {A}. Nothing like {a}.",
    "He pays one dollar sixty for {A}, {a}.",
    "Rain again. Let us sit and drink {A}, {a}.",
    "Can I have {a}? Sure, one {A}.",
    "The new helper wrote {B}, but the order was {A}: {a}.",
    "Siti takes {A}. Her friend takes {B}. So one {a}, one {b}.",
)
HELD_OUT_FRAMES = (
    "Aiyah, I asked for {A} and not {B}. I want {a}.",
    "Before work I need {A}, that is to say {a}.",
    "Teach me how to say {a}. Easy, {A}.",
    "The queue is long, but the {A} is worth it: {a}.",
)
GRAMMAR = (
    "Kopi is coffee and Teh is tea.",
    "O means black, with sugar and no milk. So Kopi O is black coffee with sugar.",
    "C means evaporated milk. So Teh C is tea with evaporated milk and sugar.",
    "Kosong means empty: no sugar. So Kopi O Kosong is black coffee with no sugar.",
    "Siew Dai means less sugar. So Teh C Siew Dai is tea with evaporated milk and less sugar.",
    "Ga Dai means more sugar. So Kopi Ga Dai is coffee with condensed milk and more sugar.",
    "Gao means thick and strong. So Kopi Gao is strong coffee with condensed milk.",
    "Po means thin and weak. So Teh Po is weak tea with condensed milk.",
    "Di Lo means pour it all: no water added, extra strong. So Kopi Di Lo is extra strong coffee.",
    "Peng means ice. So Teh Peng is iced tea with condensed milk.",
    "Plain Kopi comes with condensed milk, so it is sweet already.",
    "First say Kopi or Teh, then O or C, then how strong, then how sweet, then Peng if you want ice.",
    "Kosong is Malay for zero. Peng is Hokkien for ice.",
    "If you want no sugar, say Kosong: Teh O Kosong, Kopi C Kosong.",
    "If you want less sugar, say Siew Dai: Kopi Siew Dai, Teh C Siew Dai.",
    "Gao is stronger than plain, and Di Lo is stronger than Gao. Po is the weak one.",
)


def sentence(frame: str, first: Drink, second: Drink) -> str:
    text = frame.format(A=first.name, a=first.meaning, B=second.name, b=second.meaning)
    return text[0].upper() + text[1:]


def write_texts(frames: tuple[str, ...], count: int, rng: random.Random, taken: set[str]) -> list[str]:
    """`count` new sentences, every frame about equally often, drinks of both kinds and all words.

    Few drinks are Di Lo or Kosong, by the rules above: those are drawn more often, so that the words can be learnt.
    """
    everything = [
        drink for drink in drinks() for _ in range(max(DRAWN.get(drink.strength, 1), DRAWN.get(drink.sweetness, 1)))
    ]
    texts: list[str] = []
    while len(texts) < count:
        for frame in rng.sample(frames, len(frames)):
            first, second = rng.sample(everything, 2)
            text = sentence(frame, first, second)
            if first != second and text not in taken and len(texts) < count:
                taken.add(text)
                texts.append(text)
    return texts


def main() -> None:
    rng = random.Random(SEED)
    taken: set[str] = set(GRAMMAR)
    training = [*GRAMMAR, *write_texts(FRAMES, TEXTS - HELD_OUT - len(GRAMMAR), rng, taken)]
    held_out = write_texts(FRAMES, HELD_OUT * 3 // 4, rng, taken)
    held_out += write_texts(HELD_OUT_FRAMES, HELD_OUT - len(held_out), rng, taken)
    rng.shuffle(training)
    rows = [{"text": text, "split": "train"} for text in training]
    rows += [{"text": text, "split": "held_out"} for text in held_out]
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    print(f"{len(training)} training and {len(held_out)} held-out texts about {len(drinks())} drinks")


if __name__ == "__main__":
    main()
