"""Outside truth: the tokenisers of NLTK 3.10.4 and sacrebleu 2.6.0, and NLTK's Porter stemmer."""

import random
import re

import pytest
from nltk.stem.porter import PorterStemmer
from nltk.tokenize import word_tokenize, wordpunct_tokenize
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a
from sacrebleu.tokenizers.tokenizer_intl import TokenizerV14International

from lib.metrics.errors import MetricError
from lib.metrics.pair.porter import stem, stem_steps
from lib.metrics.pair.tokens import lost_words, tokeniser
from tests.unit.metrics.nasty import nasty_text

ORACLES = {
    "whitespace": str.split,
    "nltk": lambda text: word_tokenize(text, preserve_line=True),
    "wordpunct": wordpunct_tokenize,
    "13a": lambda text: Tokenizer13a()(text.rstrip()).split(),
    "intl": lambda text: TokenizerV14International()(text.rstrip()).split(),
}


@pytest.mark.parametrize("key", ORACLES)
def test_each_cuts_as_its_library_does(key):
    rng = random.Random(7)
    for _ in range(2_500):
        text = nasty_text(rng)
        assert tokeniser(key).cut(text) == ORACLES[key](text), text


def test_no_other_tokeniser():
    with pytest.raises(MetricError, match="whitespace, nltk"):
        tokeniser("punkt")


SUFFIXES = """ational tional enci anci izer abli bli alli entli eli ousli ization ation ator alism iveness fulness
ousness aliti iviti biliti fulli logi icate ative alize iciti ical ful ness al ance ence er ic able ible ant ement ment
ent ion ou ism ate iti ous ive ize ed ing eed ied ies sses s y e ll yyy at iz"""
IRREGULAR = "skies sky dying lying tying news innings outings cannings howe proceed exceed succeed flies"


def test_stems_are_nltk_s():
    theirs = PorterStemmer()
    rng = random.Random(11)
    suffixes = SUFFIXES.split()
    starts = ("".join(rng.choices("abcdeioulstyyz1", k=rng.randint(1, 5))) for _ in range(30_000))
    made = {start + "".join(rng.choices(suffixes, k=rng.randint(0, 3))) for start in starts}
    for word in made | set(IRREGULAR.split()):
        assert stem(word) == theirs.stem(word), word


def test_the_rules_that_fired_are_kept():
    """Porter 1980, the worked example GENERALIZATIONS."""
    assert [word for _, word in stem_steps("generalizations")] == [
        "generalizations",
        "generalization",
        "generalize",
        "general",
        "gener",
    ]


def test_words_that_rouge_score_loses():
    assert lost_words("plain text, 42! 你好 niño நிரல் Ж") == ("你好", "niño", "நிரல்", "Ж")


def test_python_s_word_pattern_cuts_tamil_at_vowel_signs():
    """What the page says of `\\w+`; NLTK 3.10 uses the `regex` module, which does not."""
    assert len(re.findall(r"\w+", "தமிழ்")) > 1
    assert tokeniser("wordpunct").cut("தமிழ்") == ["தமிழ்"]
