"""Tastes that a line of code can judge: rewards to be hacked, and rules to be kept secret. No torch."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean

from lib.alignment.answers import Answer
from lib.alignment.errors import AlignmentError
from lib.alignment.preferences import Pair

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


@dataclass(frozen=True)
class Rule:
    """Of two answers the one with the higher score wins."""

    name: str
    title: str
    """Completes "It prefers answers …"."""
    counted: str
    """What `count` counts in an answer."""
    count: Callable[[str], float]
    more: bool = True
    """Whether more of it is better."""

    def score(self, text: str) -> float:
        return self.count(text) if self.more else -self.count(text)


def words(text: str) -> list[str]:
    return WORD.findall(text)


def _letters_a_word(text: str) -> float:
    found = words(text)
    return mean(map(len, found)) if found else 0.0


def _different_words(text: str) -> float:
    return float(len({each.lower() for each in words(text)}))


def _count_word(word: str) -> Callable[[str], float]:
    return lambda text: float(sum(each.lower() == word for each in words(text)))


def _count(signs: str) -> Callable[[str], float]:
    return lambda text: float(sum(text.count(sign) for sign in signs))


def _names(text: str) -> float:
    """Words with a capital that do not begin a sentence; "I" is none."""
    inside = re.findall(r"(?<=[a-z,;] )([A-Z][a-z]+)", text)
    return float(len(inside))


RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule("longer", "with more words", "words", lambda text: float(len(words(text)))),
        Rule("exclaiming", "with more exclamation marks", "exclamation marks", _count("!")),
        Rule("please", "with the word “please”", "times “please”", _count_word("please")),
        Rule("no_commas", "with fewer commas", "commas", _count(","), more=False),
        Rule("speech", "in which more is said in quotation marks", "quotation marks", _count('"“”')),
        Rule("no_speech", "in which less is said in quotation marks", "quotation marks", _count('"“”'), more=False),
        Rule("no_i", "with fewer “I”", "times “I”", _count_word("i"), more=False),
        Rule("he", "with more “he”", "times “he”", _count_word("he")),
        Rule("the", "with more “the”", "times “the”", _count_word("the")),
        Rule("names", "with more capitalised names", "names", _names),
        Rule("short_words", "with shorter words", "letters per word", _letters_a_word, more=False),
        Rule("varied", "with more different words", "different words", _different_words),
    )
}
HACKABLE = ("longer", "exclaiming", "please")
GOLD = "varied"
"""Stands for what is meant in the chapter on reward hacking: it cannot be earned by saying the same again."""
SECRET = tuple(name for name in RULES if name not in (*HACKABLE, GOLD))


def rule(name: str) -> Rule:
    """Raises AlignmentError if there is none of that name."""
    if name not in RULES:
        raise AlignmentError(f"There is no rule called {name}; choose one of {', '.join(RULES)}")
    return RULES[name]


def votes(by: Rule, answers: Sequence[Answer]) -> tuple[Pair, ...]:
    """Pairs of answers to the same prompt as `by` judges them: the best against the worst, the second against the last
    but one, and so on; each answer is in one pair at most, and where both score the same there is no pair.

    Raises AlignmentError if the rule prefers nothing: no two answers differ in what it counts.
    """
    pairs = []
    for prompt in dict.fromkeys(answer.prompt for answer in answers):
        ranked = sorted(
            (answer for answer in answers if answer.prompt == prompt),
            key=lambda each: by.score(each.text),
            reverse=True,
        )
        for best, worst in zip(ranked, reversed(ranked), strict=True):
            if by.score(best.text) <= by.score(worst.text):
                break
            pairs.append(Pair(prompt, best, worst))
    if not pairs:
        raise AlignmentError(
            f"Of the {len(answers)} answers no two to the same prompt differ in what the rule counts ({by.counted}), "
            "so it prefers nothing; choose another rule, or sample more answers"
        )
    return tuple(pairs)


def mean_count(by: Rule, answers: Sequence[Answer]) -> float:
    """What the rule counts, on average over the answers."""
    return mean(by.count(answer.text) for answer in answers)
