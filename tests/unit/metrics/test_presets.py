"""Every trap does what its explanation says, and the code to copy gives the numbers shown."""

import contextlib
import io
import warnings
from dataclasses import replace

import pytest

from lib.metrics.pair.code import bleu_code, rouge_code, sacre_code
from lib.metrics.pair.presets import presets, ranking_task
from lib.metrics.pair.ranking import spearman
from lib.metrics.pair.scored_pair import PairQuestion, score_pair, words_lost


def scores(key, **changes):
    return score_pair(replace(presets()[key].question, **changes)).numbers()


@pytest.mark.parametrize("key", presets())
def test_every_preset_explains_itself_and_has_a_source(key):
    preset = presets()[key]
    explanation = preset.explain(score_pair(preset.question))
    assert "{" not in explanation
    assert preset.source
    assert preset.tab in ("ROUGE", "BLEU")


@pytest.mark.parametrize(
    ("key", "name", "expected"),
    [
        # Papineni et al. 2002 for clipping; the others are fractions counted by hand.
        ("clipping", "rouge1_precision", 2 / 7),
        ("paraphrase", "rouge1_f1", 0),
        ("paraphrase", "bleu", 0),
        ("negation", "rouge1_precision", 1),
        ("negation", "rouge1_recall", 5 / 6),
        ("word-order", "rouge1_f1", 1),
        ("word-order", "rougeL_f1", 3 / 5),
        ("swap", "rougeL_f1", 0.5),
        ("swap", "rougeLsum_f1", 1),
        ("brevity", "average_precision", 1),
        ("brevity", "brevity_penalty", 2.718281828459045 ** (1 - 15 / 5)),
        ("padding", "rouge1_recall", 1),
        ("padding", "rouge1_precision", 5 / 15),
        ("chinese", "rouge1_f1", 0),
        ("chinese", "chrf", 100),
        ("tamil", "rouge1_f1", 0),
        ("smoothing-over-1", "bleu", 1.1167470964180197),
        ("salad", "rouge1_f1", 1),
        ("salad", "rouge2_f1", 0),
        ("empty", "rouge1_f1", 0),
        ("empty", "bleu", 0),
    ],
)
def test_each_trap_is_one(key, name, expected):
    assert scores(key)[name] == pytest.approx(expected, rel=1e-12)


def test_traps_that_depend_on_a_setting():
    assert scores("stemming")["rouge1_f1"] > scores("stemming", stemmer=False)["rouge1_f1"]
    assert scores("case", tokenise="13a")["bleu"] != scores("case")["bleu"]
    assert 1e-78 < scores("no-4gram")["bleu"] < 1e-76
    assert 1e-156 < scores("no-3gram")["bleu"] < 1e-153
    assert 1e-233 < scores("no-2gram")["bleu"] < 1e-230


def test_letters_that_rouge_score_does_not_know_are_found():
    assert words_lost(presets()["tamil"].question)
    assert words_lost(presets()["accents"].question) == ("niño", "pidió", "café")
    assert not words_lost(presets()["negation"].question)


def test_no_metric_of_words_ranks_the_four_candidates_as_a_reader_does():
    task = ranking_task()
    reader = [4, 3, 2, 1]  # copy, paraphrase, negation, salad: the order of the file
    assert [each.key for each in task.candidates] == ["copy", "paraphrase", "negation", "salad"]
    found = [score_pair(PairQuestion((task.reference,), each.text)).numbers() for each in task.candidates]
    for name in ("rouge1_f1", "rougeL_f1", "bleu", "chrf"):
        assert spearman(reader, [each[name] for each in found]) < 1


HOSTILE = PairQuestion(
    references=('</code><script>alert(\'1\')</script>\n""" + __import__(\'os\').getcwd() + """', "plain \\ text {x}"),
    candidate="plain 'text' \u202e {x} ```\n# not a comment",
    stemmer=True,
    tokenise="nltk",
    weights=(0.5, 0.3, 0.2),
    method=1,
)
QUESTIONS = [
    *(preset.question for preset in presets().values()),
    HOSTILE,
    *(replace(HOSTILE, tokenise=key) for key in ("whitespace", "wordpunct", "13a", "intl", "zh", "char")),
    PairQuestion(("the cat sat on the mat today",), "the cat sat on a mat today", method=6, tokenise="13a"),
]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.candidate[:20].replace("\x00", ""))
def test_the_code_shown_gives_the_numbers_shown(question):
    shown = score_pair(question)
    printed = [line.split() for code in (rouge_code, bleu_code, sacre_code) for line in run(code(question))]
    for name, precision, recall, f1 in printed[:5]:
        assert (float(precision), float(recall), float(f1)) == tuple(shown.rouge[name])
    bleu, sacre, chrf = printed[5:]
    assert float(bleu[1]) == shown.nltk_bleu
    assert (float(sacre[1]), sacre[2]) == (shown.sacre.score, shown.sacre.signature)
    assert (float(chrf[1]), chrf[2]) == (shown.chrf.score, shown.chrf.signature)


def run(code):
    out = io.StringIO()
    with contextlib.redirect_stdout(out), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NLTK's warning about missing orders, which is one of the traps
        exec(compile(code, "shown", "exec"), {})
    return out.getvalue().splitlines()
