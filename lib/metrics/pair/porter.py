"""Porter's stemmer as NLTK ships it, with the rules that fired kept.

M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980, with the changes of
`nltk.stem.PorterStemmer` in its default mode NLTK_EXTENSIONS, because that is the stemmer `rouge-score` calls.
Importing NLTK costs a process about 95 MB; these rules cost nothing, and the tests hold them equal to NLTK's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

_IRREGULAR = "skies>sky dying>die lying>lie tying>tie innings>inning outings>outing cannings>canning"
_KEPT = "sky news inning outing canning howe proceed exceed succeed"
_STEP_2 = (
    "ational>ate tional>tion enci>ence anci>ance izer>ize bli>ble alli>al entli>ent eli>e ousli>ous ization>ize "
    "ation>ate ator>ate alism>al iveness>ive fulness>ful ousness>ous aliti>al iviti>ive biliti>ble fulli>ful"
)
_STEP_3 = "icate>ic ative> alize>al iciti>ic ical>ic ful> ness>"
_STEP_4 = "al ance ence er ic able ible ant ement ment ent ion ou ism ate iti ous ive ize"


def _rules(table: str) -> tuple[tuple[str, str], ...]:
    """ "suffix>replacement …" in the order in which they are tried."""
    return tuple((suffix, replacement) for suffix, _, replacement in (rule.partition(">") for rule in table.split()))


IRREGULAR = dict(_rules(_IRREGULAR)) | {word: word for word in _KEPT.split()}
STEP_2, STEP_3, STEP_4 = _rules(_STEP_2), _rules(_STEP_3), tuple(_STEP_4.split())


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a lower-case word."""
    return stem_steps(word)[-1][1]


def stem_steps(word: str) -> tuple[tuple[str, str], ...]:
    """Every (step, word after it) that changed the word, beginning with ("word", word)."""
    steps = [("word", word)]
    if word in IRREGULAR:
        return (*steps, ("irregular", IRREGULAR[word]))
    if len(word) <= 2:
        return tuple(steps)
    for name, apply in STEPS:
        changed = apply(word)
        if changed != word:
            steps.append((name, changed))
            word = changed
    return tuple(steps)


def _shape(stem_: str) -> str:
    """Consonants as "c", vowels as "v"; a y is a vowel after a consonant."""
    shape = ""
    for position, letter in enumerate(stem_):
        vowel = letter in "aeiou" or (letter == "y" and position > 0 and shape[-1] == "c")
        shape += "v" if vowel else "c"
    return shape


def _measure(stem_: str) -> int:
    """Porter's m: how often a consonant follows a vowel."""
    return _shape(stem_).count("vc")


def _ends_cvc(stem_: str) -> bool:
    """Porter's *o, and NLTK's addition for words of two letters such as "us"."""
    shape = _shape(stem_)
    return (shape.endswith("cvc") and stem_[-1] not in "wxy") or shape == "vc"


def _step_1a(word: str) -> str:
    if word.endswith("ies") and len(word) == 4:
        return word[:-1]
    for suffix, replacement in (("sses", "ss"), ("ies", "i"), ("ss", "ss"), ("s", "")):
        if word.endswith(suffix):
            return word.removesuffix(suffix) + replacement
    return word


def _step_1b(word: str) -> str:
    if word.endswith("ied"):
        return word[:-1] if len(word) == 4 else word[:-2]
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    for suffix in ("ed", "ing"):
        if word.endswith(suffix) and "v" in _shape(word.removesuffix(suffix)):
            return _tidy_1b(word.removesuffix(suffix))
    return word


def _tidy_1b(stem_: str) -> str:
    if stem_.endswith(("at", "bl", "iz")):
        return stem_ + "e"
    if len(stem_) >= 2 and stem_[-1] == stem_[-2] and _shape(stem_)[-1] == "c":
        return stem_ if stem_[-1] in "lsz" else stem_[:-1]
    return stem_ + "e" if _measure(stem_) == 1 and _ends_cvc(stem_) else stem_


def _step_1c(word: str) -> str:
    before = word[:-1]
    return before + "i" if word.endswith("y") and len(before) > 1 and _shape(before)[-1] == "c" else word


def _step_2(word: str) -> str:
    if word.endswith("alli") and _measure(word[:-4]) > 0:
        return _step_2(word[:-2])
    for suffix, replacement in STEP_2:
        if word.endswith(suffix):
            before = word.removesuffix(suffix)
            return before + replacement if _measure(before) > 0 else word
    # NLTK measures what comes before the last three letters here, not before the suffix.
    return word[:-1] if word.endswith("logi") and _measure(word[:-3]) > 0 else word


def _step_3(word: str) -> str:
    for suffix, replacement in STEP_3:
        if word.endswith(suffix):
            before = word.removesuffix(suffix)
            return before + replacement if _measure(before) > 0 else word
    return word


def _step_4(word: str) -> str:
    for suffix in STEP_4:
        if word.endswith(suffix):
            before = word.removesuffix(suffix)
            goes = _measure(before) > 1 and (suffix != "ion" or before[-1] in "st")
            return before if goes else word
    return word


def _step_5a(word: str) -> str:
    if not word.endswith("e"):
        return word
    before = word[:-1]
    measure = _measure(before)
    return before if measure > 1 or (measure == 1 and not _ends_cvc(before)) else word


def _step_5b(word: str) -> str:
    return word[:-1] if word.endswith("ll") and _measure(word[:-1]) > 1 else word


STEPS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("1a", _step_1a),
    ("1b", _step_1b),
    ("1c", _step_1c),
    ("2", _step_2),
    ("3", _step_3),
    ("4", _step_4),
    ("5a", _step_5a),
    ("5b", _step_5b),
)
