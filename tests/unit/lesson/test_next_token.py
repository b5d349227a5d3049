"""The next token: shaping against transformers, loss against transformers, the game by hand."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from lib.evaluation.likelihood import ChoiceScore, ItemScored, TokenScore
from lib.lesson.pretraining.errors import PretrainingError
from lib.lesson.pretraining.guessing import Gap, Guess, model_bits, passages, shares, total_bits
from lib.lesson.pretraining.reading import MOST_TOKENS, ReadingRun
from lib.lesson.pretraining.shaping import Distribution, Sampling, shaped
from lib.places import ASSETS, BUNDLED_MODEL, ROOT


@pytest.mark.torch
@pytest.mark.parametrize("temperature", [0.05, 0.7, 1.0, 2.0])
@pytest.mark.parametrize("top_k", [0, 1, 7, 500])
@pytest.mark.parametrize("top_p", [0.01, 0.5, 0.95, 1.0])
@pytest.mark.parametrize("min_p", [0.0, 0.03, 1.0])
def test_shaping_is_that_of_transformers(temperature, top_k, top_p, min_p):
    import torch
    from transformers.generation.logits_process import (
        MinPLogitsWarper,
        TemperatureLogitsWarper,
        TopKLogitsWarper,
        TopPLogitsWarper,
    )

    logits = np.random.default_rng(0).normal(0, 3, 300)
    scores = TemperatureLogitsWarper(temperature)(None, torch.tensor(logits)[None])
    if top_k:
        scores = TopKLogitsWarper(top_k)(None, scores)
    if top_p < 1:
        scores = TopPLogitsWarper(top_p)(None, scores)
    if min_p:
        scores = MinPLogitsWarper(min_p)(None, scores)
    theirs = scores.softmax(dim=-1)[0].numpy()
    ours = shaped(logits, Sampling(temperature, top_k, top_p, min_p))
    assert ours.probabilities == pytest.approx(theirs, abs=1e-12)
    assert ours.kept == np.count_nonzero(theirs)


def test_shaping_by_hand():
    """Probabilities 1/2, 1/4, 1/8, 1/8."""
    logits = np.log([0.5, 0.25, 0.125, 0.125])
    assert shaped(logits, Sampling()).entropy_bits == pytest.approx(1.75)
    assert shaped(logits, Sampling(top_k=2)).probabilities == pytest.approx([2 / 3, 1 / 3, 0, 0])
    assert shaped(logits, Sampling(top_p=0.7)).probabilities == pytest.approx([2 / 3, 1 / 3, 0, 0])
    assert shaped(logits, Sampling(min_p=0.5)).kept == 2
    assert shaped(logits, Sampling(temperature=0.5)).probabilities == pytest.approx(np.array([16, 4, 1, 1]) / 22)


def test_temperature_zero_is_greedy_and_top_k_zero_is_off():
    logits = np.array([1.0, 3.0, 3.0, 2.0])
    assert shaped(logits, Sampling(temperature=0)).probabilities.tolist() == [0, 1, 0, 0]
    assert shaped(logits, Sampling(top_k=0)).kept == 4
    assert shaped(logits, Sampling(temperature=0)).entropy_bits == 0


@pytest.mark.parametrize(
    "bad",
    [{"temperature": -0.1}, {"temperature": math.nan}, {"top_k": -1}, {"top_p": 0.0}, {"top_p": 1.1}, {"min_p": -1}],
)
def test_settings_that_do_not_exist_are_named(bad):
    with pytest.raises(PretrainingError, match="must"):
        Sampling(**bad)


@pytest.mark.torch
@pytest.mark.parametrize("text", ["The queen said to her", "咖啡 ☕ kopi", "a b", "<b>x</b>\n\n$1"])
def test_a_reading_by_hand_is_that_of_transformers(tiny_model, text):
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from lib.lesson.pretraining.reading_job import reading

    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    model = AutoModelForCausalLM.from_pretrained(tiny_model, dtype=torch.float32).eval()
    found = reading("tiny", model, tokenizer, text)
    ids = tokenizer(text, return_tensors="pt")["input_ids"]
    with torch.no_grad():
        theirs = model(input_ids=ids, labels=ids).loss.item()
    assert found.loss == pytest.approx(theirs, rel=1e-5)
    assert found.library_loss == pytest.approx(theirs, rel=1e-6)
    assert found.perplexity == pytest.approx(math.exp(theirs), rel=1e-5)
    assert sum(token.size_bytes for token in found.tokens) == len(text.encode())
    assert found.bytes_per_token == len(text.encode()) / ids.shape[1]
    tokens = len(found.scored)
    assert found.bits_per_byte == pytest.approx(theirs * tokens / math.log(2) / (len(text.encode()) - 1), rel=1e-5)
    for kept in found.logits:
        probabilities = shaped(kept.array, Sampling()).probabilities
        if kept.position < len(found.tokens):
            token = found.tokens[kept.position]
            assert probabilities[token.id] == pytest.approx(token.probability, rel=1e-5)
    assert found.logits[-1].position == len(found.tokens)


@pytest.mark.torch
@pytest.mark.usefixtures("bundled_is_tiny")
def test_a_long_text_is_cut_and_a_script_without_pieces_is_told():
    from lib.lesson.pretraining.reading_job import read_text
    from lib.models.catalogue import BUNDLED

    (long,) = read_text(ReadingRun((BUNDLED,), "kopi " * 2_000))
    assert (len(long.tokens), long.text_tokens) == (MOST_TOKENS, 10_000)
    (foreign,) = read_text(ReadingRun((BUNDLED,), "咖啡"))
    assert foreign.parts_of_characters == len(foreign.tokens) == 6
    (one,) = read_text(ReadingRun((BUNDLED,), "a"))
    assert one.library_loss is None
    assert one.next
    with pytest.raises(PretrainingError, match="one token"):
        _ = one.loss


@pytest.mark.parametrize("text", ["", "  \n", "x" * 20_001])
def test_a_text_that_cannot_be_read_is_refused(text):
    with pytest.raises(PretrainingError):
        ReadingRun(("any",), text)


@pytest.mark.torch
def test_the_lecture_s_blanks_before_any_tuning():
    from lib.lesson.pretraining.reading import BlanksRun
    from lib.lesson.pretraining.reading_job import fill_blanks, parts
    from lib.models.catalogue import BUNDLED

    filled = list(fill_blanks(BlanksRun((BUNDLED,))))
    assert [each.word for each in filled] == ["Dai", "Kosong", "Lo"]
    assert not any(each.right for each in filled), "books of 1850 to 1920 know no kopi"
    assert all(each.answer_nats > math.log(100) for each in filled)
    assert parts("Kopi O Ko", "song") == ("Kopi O", " Kosong")
    assert parts("Teh C Siew", "Dai") == ("Teh C Siew", " Dai")


def test_a_guess_is_scored_in_bits():
    gap = Gap("It is", ("a", "b", "c", "d"), "b")
    assert Guess("b", 0.8).bits(gap) == pytest.approx(-math.log2(0.8))
    assert Guess("a", 0.4).bits(gap) == pytest.approx(-math.log2(0.2))
    assert Guess("a", 0.25).bits(gap) == Guess("b", 0.25).bits(gap) == 2
    for impossible in (0.0, 1.0):
        with pytest.raises(PretrainingError, match="between 0 and 1"):
            Guess("b", impossible)


def test_a_model_s_share_is_of_the_four_words():
    item = next(iter(passages().values())).items()[0]
    logs = [math.log(each) for each in (0.001, 0.004, 0.002, 0.001)]
    choices = tuple(
        ChoiceScore(word, (TokenScore(word, log),), False) for word, log in zip(item.choices, logs, strict=True)
    )
    scored = ItemScored(item, choices, False)
    assert shares(scored) == pytest.approx([1 / 8, 1 / 2, 1 / 4, 1 / 8])
    assert model_bits(scored) == pytest.approx(-math.log2(shares(scored)[item.gold]))


@pytest.mark.parametrize(("name", "file"), [("rain_gauge", "rain_gauge.txt"), ("time_machine", "held_out.txt")])
def test_the_passages_are_the_texts_they_name(name, file):
    passage = passages()[name]
    whole = " ".join((ASSETS / "quant" / file).read_text(encoding="utf-8").split())
    assert passage.text_before(len(passage.gaps)).removesuffix(".") in whole
    assert total_bits([Guess(gap.truth, 0.5) for gap in passage.gaps], passage) == 5


def test_how_many_of_the_books_are_single_stories():
    """Conan Doyle's novels and the titles by others that are one story each: a bibliography, not a count of words."""
    novels = {"A Study in Scarlet", "The Sign of the Four", "The Hound of the Baskervilles", "The Valley of Fear"}
    novels |= {"The Lost World", "The Poison Belt", "The Tragedy of the Korosko"}
    others = {"A Kidnapped Santa Claus", "The Body Snatcher", "The Little Mermaid", "The Man Who Would Be King"}
    told = json.loads((BUNDLED_MODEL / "pretraining.json").read_text(encoding="utf-8"))["training_books"]
    doyle = {title.removesuffix(" (Arthur Conan Doyle)") for title in told if title.endswith(" (Arthur Conan Doyle)")}
    single = len(doyle - novels) + sum(title.split(" (")[0] in others for title in told)
    assert (
        f"{len(told)} old books, {single} of them single stories"
        in (ROOT / "lib/ui/lesson/pretraining/cut.py").read_text()
    )


@pytest.mark.parametrize("count", [1, 7, 50, 60])
def test_the_likeliest_are_those_of_a_whole_ordering_and_of_equals_the_lower_id(count):
    probabilities = np.random.default_rng(0).integers(0, 6, 50) / 10
    ordered = sorted(range(50), key=lambda each: (-probabilities[each], each))
    assert Distribution(probabilities).likeliest(count) == ordered[:count]
