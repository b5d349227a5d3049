"""Texts that break tokenisers, and random ones, always the same for a seed."""

import random

PIECES = [
    "can't", "cannot", "gonna ", "'tis", "'twas ", "$3.88", "3,000.5", "end.", "...", "--", "—", "“q”", '"q"', "''",
    "don't", "(a)", "[b]", "naïve", "你好，世界", "நிரல்", "हिन्दी", "😀👍🏽", "e\u0301", "İstanbul", "Σίσυφος", "&quot;",
    "&amp;amp;", "<skipped>", "-\n", "\n", "\n\n", "\t", "\u00a0", "\u2028", "1-2", "a-b", "x.", "1.", "'s", "'S ",
    "I'll", "more'n", "d'ye", "<script>alert(1)</script>", "*", "#%", "\x00", "K", "ß", " ", "a", "the",
    "running", "runs",
]  # fmt: skip
STEMS, ENDINGS = ("talk", "kopi", "peng", "model", "tune", "happi", "big"), ("", "s", "ed", "ing", "ly")
WORDS = [stem + ending for stem in STEMS for ending in ENDINGS]


def nasty_text(rng: random.Random) -> str:
    return "".join(rng.choice(PIECES) + rng.choice(("", " ", "  ")) for _ in range(rng.randint(0, 10)))


def nasty_pairs(count: int, seed: int = 0) -> list[tuple[str, str]]:
    """Half of them unrelated, half with one piece changed; some empty, some of one letter."""
    rng = random.Random(seed)
    pairs = [("", ""), ("a", ""), ("", "a"), ("a", "a"), ("a", "b"), ("\n", "\n\n"), ("😀", "😀")]
    while len(pairs) < count:
        first = nasty_text(rng)
        second = nasty_text(rng) if rng.random() < 0.5 else first.replace(rng.choice(PIECES), rng.choice(PIECES))
        pairs.append((first, second))
    return pairs


def word_pairs(count: int, words: int = 25, seed: int = 0) -> list[tuple[str, str]]:
    """A reference of random words and a candidate in which every third is another."""
    rng = random.Random(seed)
    pairs = []
    for _ in range(count):
        reference = rng.choices(WORDS, k=words)
        candidate = [word if rng.random() < 2 / 3 else rng.choice(WORDS) for word in reference]
        pairs.append((" ".join(reference), " ".join(candidate)))
    return pairs
