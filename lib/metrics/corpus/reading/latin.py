"""Which code page a short text of a European language in Latin letters is in: the one whose letters make most sense.

`charset_normalizer` takes many ä in a row for a sign that something is wrong, most Finnish files for Mac Roman, and
short texts in the code pages for Central Europe, Turkish and Baltic languages for Windows-1252.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import log

from lib.places import ASSETS

CODE_PAGES = {
    "cp1252": ("cp1252", 1),
    "cp1250": ("cp1250", 0.3),
    "iso8859_2": ("cp1250", 0.1),
    "cp1254": ("cp1254", 0.1),
    "cp1257": ("cp1257", 0.1),
    "cp850": ("cp1252", 0.05),
    "cp852": ("cp1250", 0.005),
    "mac_roman": ("cp1252", 0.05),
}
"""Each with the one under which its languages stand in `alphabets.json`, and how often it is met beside the first."""
_PUNCTUATION = "\u00a0«»‹›„“”‚‘’–—…€§°¿¡·•©®™×½¼¾²³"
"""What any language has."""
_OTHER_SIGNS = "\u00ad´£¥¢¶†‡‰÷±ªºµ"
"""What stands for letters in other code pages too often to be called punctuation where there are letters."""
SIGNS = frozenset(_PUNCTUATION + _OTHER_SIGNS)
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
NO_WORD_HAS = re.compile(
    r"[^\W\d_](?:[„‚¡¿ªº¹³]|[£¥](?!\d)|[^\x00-\x7f\w\s\u00ad’–—…·][^\W\d_])|[”™¼½¾][^\W\d_]|[„‚¡¿](?:\s|\Z)"
)
"""Signs where no text has them: an opening one or a currency's behind a letter, a closing one before a letter, and any
but apostrophes, dashes and dots between two letters. In CP850 "Vögel" and "Perú" have bytes of such signs."""
_BEYOND = re.compile(rb"[\x80-\xff]+")
_WORD = re.compile(rb"[a-z]*[\x80-\xff][a-z\x80-\xff]*", re.IGNORECASE)
"""A word with something beyond ASCII in it, whose other letters tell of its language too."""
_TOGETHER = re.compile(rb"[\x80-\xff]{4,}")
"""So many bytes beyond ASCII together are a word in Cyrillic or Greek, or characters of two bytes; ÅÅÅÅ is a year."""
_FITS = 0.9
"""The share of letters of one language, and of signs in their places, from which a text is one in that language."""
_FOREIGN, _ODD_SIGN, _USUAL_SIGN = 1e-5, 1e-4, 1e-2
"""How much of what is beyond ASCII in a text is one letter of another language, one rare sign, one usual sign."""
_CAPITAL, _OUT_OF_PLACE = 0.05, 1e-3
"""By how much less often a letter is a capital; and stands, as a sign may, where no word has it."""


@dataclass(frozen=True, eq=False)
class Language:
    """How often its letters are: of those beyond ASCII each, and of those within each."""

    beyond: dict[str, float]
    ascii: dict[str, float]


@cache
def alphabets() -> dict[str, list[Language]]:
    """For each code page the languages that it is for."""
    letters = json.loads((ASSETS / "metrics" / "alphabets.json").read_text(encoding="utf-8"))["letters"]
    return {page: [_language(shares) for shares in languages.values()] for page, languages in letters.items()}


def _language(shares: Mapping[str, int]) -> Language:
    parts = [
        {letter: count for letter, count in shares.items() if letter.isascii() is within} for within in (False, True)
    ]
    return Language(*({letter: count / sum(part.values()) for letter, count in part.items()} for part in parts))


def is_other_script(data: bytes) -> bool:
    """Whether words are written in no Latin letters at all."""
    beyond = sum(map(len, _BEYOND.findall(data)))
    return sum(len(run) for run in _TOGETHER.findall(data) if len(set(run)) > 2) > beyond / 10


def latin_code_page(data: bytes) -> str | None:
    """The code page in which some European language makes most sense; None where no such language makes any."""
    beside = Counter(letter for word in _WORD.findall(data) for letter in word.decode("ascii", "ignore").lower())
    read = {codec: found for codec in CODE_PAGES if (found := _best_in(data, codec, beside)) is not None}
    best = max(read, key=lambda each: read[each][0])
    if read[best][1] < _FITS:
        return None
    return next(codec for codec in read if data.decode(codec) == data.decode(best))  # the usual one of those alike


def _best_in(data: bytes, codec: str, beside: Counter[str]) -> tuple[float, float] | None:
    """(How much sense the text makes in the best language, the share of it that is this language); None for no text."""
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return None
    languages, met = CODE_PAGES[codec]
    seen = Counter((each[0], _is_out_of_place(text, each.start())) for each in BEYOND_ASCII.finditer(text))
    odd = len(NO_WORD_HAS.findall(text))
    signs = sum(log(_sign(letter)) * count for (letter, _), count in seen.items() if letter in SIGNS)
    letters = [(*key, _small(key[0])) for key in seen if key[0] not in SIGNS]

    def sense(language: Language) -> float:
        others = sum(count * log(language.ascii[letter]) for letter, count in beside.items())
        return others + sum(
            seen[written, displaced]
            * log(
                language.beyond.get(letter, _FOREIGN)
                * (_CAPITAL if written != letter else 1)
                * (_OUT_OF_PLACE if displaced else 1)
            )
            for written, displaced, letter in letters
        )

    best = max(alphabets()[languages], key=sense)
    foreign = sum(seen[written, displaced] for written, displaced, letter in letters if letter not in best.beyond)
    total = sense(best) + signs + odd * log(_OUT_OF_PLACE) + log(met)
    return total, 1 - (foreign + odd) / max(seen.total(), 1)


def _small(letter: str) -> str:
    """A letter as the alphabets have it; Turkish İ is two characters in lower case and stands there as it is."""
    return lower if len(lower := letter.lower()) == 1 else letter


def _is_out_of_place(text: str, at: int) -> bool:
    """Whether this, if it is a letter, is a capital behind a small one, or stands beside a digit."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    return (text[at].isupper() and before.islower()) or before.isdigit() or after.isdigit()


def _sign(letter: str) -> float:
    return _USUAL_SIGN if letter in _PUNCTUATION else _ODD_SIGN
