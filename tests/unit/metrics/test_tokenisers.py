"""Which tokeniser is which library's, and what the page says of letters."""

import re

import pytest
from nltk.tokenize import word_tokenize
from sacrebleu.metrics import BLEU

from lib.metrics import tokenisers as module
from lib.metrics.errors import MetricError
from lib.metrics.tokenisers import lost_words, not_here, tokeniser, tokenisers

# sacrebleu's README, "Tokenization": zh separates Chinese characters and cuts the rest as 13a.
CUTS = {
    "whitespace": ("Don't stop, 今天好。", ["Don't", "stop,", "今天好。"]),
    "nltk": ("I can't go.", ["I", "ca", "n't", "go", "."]),  # NLTK's book, chapter 3: clitics are cut off
    "wordpunct": ("can't go.", ["can", "'", "t", "go", "."]),
    "13a": ("$3.88, don't.", ["$", "3.88", ",", "don't", "."]),
    "intl": ("say «hi», don’t", ["say", "«", "hi", "»", ",", "don", "’", "t"]),
    "zh": ("今天好。 OK, 你", ["今", "天", "好", "。", "OK", ",", "你"]),
    "char": ("ab c", ["a", "b", "c"]),
}


@pytest.mark.parametrize("key", CUTS)
def test_each_cuts_as_documented(key):
    text, tokens = CUTS[key]
    assert tokeniser(key).cut(text) == tokens


@pytest.mark.parametrize("key", CUTS)
def test_the_expression_shown_is_what_is_called(key):
    each, text = tokeniser(key), "It's $3.88, naïve “今天”! "
    scope = {"text": text}
    exec(each.imports, scope)
    assert eval(each.expression.format(text="text"), scope) == each.cut(text)


def test_sacrebleu_s_own_score_is_of_these_tokens():
    """What its BLEU counts as words of the candidate."""
    for each in tokenisers().values():
        if each.sacrebleu:
            text = "Don't say 今天天气很好, 3.5%!"
            assert BLEU(tokenize=each.sacrebleu).corpus_score([text], [[text]]).sys_len == len(each.cut(text))


def test_no_other_tokeniser():
    with pytest.raises(MetricError, match="whitespace, nltk"):
        tokeniser("punkt")


def test_what_is_not_here_is_refused_with_what_it_lacks_and_nothing_is_downloaded(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    monkeypatch.setattr(module, "FLORES_MODEL", tmp_path / "nothing")
    for cached in (not_here, tokenisers):
        cached.cache_clear()
    try:
        assert set(not_here()) == {"ja-mecab", "flores200"}
        assert not {"ja-mecab", "flores200"} & set(tokenisers())
        with pytest.raises(MetricError, match="sacrebleu\\[ja\\]"):
            tokeniser("ja-mecab")
        with pytest.raises(MetricError, match="downloads"):
            tokeniser("flores200")
    finally:
        for cached in (not_here, tokenisers):
            cached.cache_clear()


def test_sentences_are_not_split_since_that_needs_data():
    text = "One. Two."
    assert tokeniser("nltk").cut(text) == word_tokenize(text, preserve_line=True)


def test_words_that_rouge_score_loses():
    assert lost_words("plain text, 42! 你好 niño நிரல் Ж") == ("你好", "niño", "நிரல்", "Ж")


def test_python_s_word_pattern_cuts_tamil_at_vowel_signs():
    """What the page says of `\\w+`; NLTK 3.10 uses the `regex` module, which does not."""
    assert len(re.findall(r"\w+", "தமிழ்")) > 1
    assert tokeniser("wordpunct").cut("தமிழ்") == ["தமிழ்"]
