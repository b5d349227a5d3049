"""From a file as a program writes it to its numbers: those that the libraries give for the texts that were put in."""

import json
import warnings
from dataclasses import dataclass

import pandas as pd
import pytest
import sacrebleu
from nltk.translate.bleu_score import corpus_bleu
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.tokenizers.tokenizer_zh import TokenizerZh

from lib.metrics.corpus.job import score_corpus
from lib.metrics.corpus.reading.columns import guess_columns
from lib.metrics.corpus.reading.file import choose_pairs, read_table
from lib.metrics.corpus.rows import CorpusJob

ROUGE = ("rouge1", "rouge2", "rougeL", "rougeLsum")
TEXTS = [
    ("The cat sat on the mat, and it didn't move.", "A cat sat on the mat and didn't move."),
    ('He said: "Kopi-O, please", then left.', 'He asked for "Kopi-O" and left.'),
    ("Two cups cost $3.50; one costs $1.80.", "Two cups cost $3.50, one costs $1.80."),
    ("It rained all day\tin Jurong; nobody went out | at all.", "It rained all day in Jurong; nobody went out."),
    ("Short answer.", "Short answer."),
]
SECOND = ["The cat was on the mat and did not move.", None, "Two cups are $3.50.", "It rained in Jurong all day.", None]
PARAGRAPHS = [
    ("First, boil the water.\nThen, add the coffee.\n\nStir it.", "Boil water.\nAdd the coffee, then stir it."),
    ("One line, no more.", "One line."),
    ('A "quoted" line,\nand another one; the last.', "A quoted line\nand the last one."),
]
CHINESE = [
    ("今天天气很好，我们去公园散步。", "今天天气不错，我们去公园走走。"),
    ("这本书讲的是机器学习的历史。", "这本书讲述机器学习的历史。"),
    ("请给我一杯 kopi，不要糖。", "请给我一杯 kopi，少糖。"),
]
WESTERN = [
    ("Zoë trinkt für 5 € Kaffee – „gern“.", "Zoë trinkt Kaffee für 5 €."),
    ("L’été, c’est très bien à Genève; où aller ?", "L’été à Genève est très bien; où aller ?"),
    ("Mañana lloverá en España.", "Mañana va a llover en España."),
]


@dataclass(frozen=True)
class Written:
    """The bytes of a file and what was put into it: each row's references and its candidate."""

    data: bytes
    texts: list[tuple[list[str], str]]
    chinese: bool = False


def one(pairs):
    return [([reference], candidate) for reference, candidate in pairs]


TWO = [
    ([reference, second] if second else [reference], candidate)
    for (reference, candidate), second in zip(TEXTS, SECOND, strict=True)
]
"""Two references where there is a second."""
GAPS = [*TEXTS[:2], (None, "no reference"), *TEXTS[2:], ("no candidate", None), ("nan", "none")]
LINES = [tuple(text.replace("\t", " ").replace('"', "") for text in pair) for pair in TEXTS]
NUMBERS = [("72", "72"), ("10", "12"), ("5", "5")]


def table(pairs, reference="reference", candidate="prediction"):
    references, candidates = zip(*pairs, strict=True)
    return pd.DataFrame({"id": range(1, len(pairs) + 1), candidate: candidates, reference: references})


def csv_of(made, encoding="utf-8", above="", **how):
    return (above + made.to_csv(index=False, **how)).encode(encoding)


def in_columns(rows):
    return {"predictions": [candidate for _, candidate in rows], "references": [references for references, _ in rows]}


FILES = {
    "CSV": Written(csv_of(table(TEXTS)), one(TEXTS)),
    "TSV": Written(csv_of(table(TEXTS), sep="\t"), one(TEXTS)),
    "UTF-8 with its mark": Written(csv_of(table(TEXTS), "utf-8-sig"), one(TEXTS)),
    "UTF-16": Written(csv_of(table(WESTERN + CHINESE[:1]), "utf-16", sep="\t"), one(WESTERN + CHINESE[:1])),
    "sep=;": Written(csv_of(table(WESTERN), "cp1252", "sep=;\r\n", sep=";", lineterminator="\r\n"), one(WESTERN)),
    "line breaks in cells": Written(csv_of(table(PARAGRAPHS), lineterminator="\r\n"), one(PARAGRAPHS)),
    "JSONL": Written(table(PARAGRAPHS).to_json(orient="records", lines=True).encode(), one(PARAGRAPHS)),
    "JSON by columns": Written(json.dumps({"model": "m-1", **in_columns(TWO)}).encode(), TWO),
    "JSON as pandas writes it": Written(table(CHINESE).to_json(force_ascii=False).encode(), one(CHINESE), chinese=True),
    "Chinese names": Written(csv_of(table(CHINESE, "参考译文", "机器译文"), "gb18030"), one(CHINESE), chinese=True),
    "two columns of references": Written(csv_of(table(TEXTS, "ref1", "hyp").assign(ref2=SECOND)), TWO),
    "lists in cells": Written(csv_of(table([([r, s], c) for (r, c), s in zip(TEXTS, SECOND, strict=True)])), TWO),
    "rows that are missing": Written(csv_of(table(GAPS), na_rep="NaN"), one(TEXTS)),
    "numbers": Written(csv_of(table(NUMBERS, "answer").assign(question="How many?")), one(NUMBERS)),
    "no names": Written("\n".join(f"eng\t{reference}\teng\t{text}" for reference, text in LINES).encode(), one(LINES)),
}


@pytest.mark.parametrize("kind", FILES)
def test_the_numbers_of_a_file_are_the_libraries_own(kind):
    written = FILES[kind]
    read = read_table(written.data)
    guess = guess_columns(read)
    assert guess.problem is None
    pairs = choose_pairs(read, guess.references, guess.candidate)
    assert [(list(pair.references), pair.candidate) for pair in pairs.pairs] == written.texts
    scored = list(score_corpus(CorpusJob(pairs)))[-1]
    (system,) = scored.systems

    references, candidates = [refs for refs, _ in written.texts], [text for _, text in written.texts]
    most = max(map(len, references))
    streams = [[refs[at] if at < len(refs) else None for refs in references] for at in range(most)]
    bleu = sacrebleu.corpus_bleu(candidates, streams, tokenize="zh" if written.chinese else "13a")
    assert system.corpus_sacrebleu == bleu.score
    assert system.corpus_chrf == sacrebleu.corpus_chrf(candidates, streams).score

    cut = (lambda text: TokenizerZh()(text).split()) if written.chinese else str.split
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NLTK's about orders without a match
        nltk = corpus_bleu([list(map(cut, refs)) for refs in references], list(map(cut, candidates)))
    assert system.corpus_nltk_bleu == nltk

    scorer = RougeScorer(ROUGE)
    rows = [scorer.score_multi(refs, text) for refs, text in written.texts]
    for name in ROUGE:
        mean = sum(row[name].fmeasure for row in rows) / len(rows)
        assert system.mean(f"{name}_f1") == pytest.approx(mean, rel=1e-12)
    assert scored.checked.differences == ()
