"""The Python that computes what is on the screen, to copy: the libraries themselves, not this app.

Run as shown it prints the same numbers to the last digit; a test runs it.
"""

from __future__ import annotations

from lib.metrics.pair.bleu import UNIFORM
from lib.metrics.pair.libraries import ROUGE_MEASURES, VERSIONS, sacrebleu_name
from lib.metrics.pair.scored_pair import PairQuestion
from lib.metrics.tokenisers import tokeniser

INSTALL = "pip install " + " ".join(f"{name}=={version}" for name, version in VERSIONS.items())


def rouge_code(question: PairQuestion) -> str:
    """rouge-score on the texts shown; with several references the best F1 of each measure."""
    return "\n".join(
        [
            f"# {INSTALL}",
            "from rouge_score import rouge_scorer",
            "",
            *_texts(question),
            "",
            f"measures = {list(ROUGE_MEASURES)}",
            f"scorer = rouge_scorer.RougeScorer(measures, use_stemmer={question.stemmer})",
            "for name, score in scorer.score_multi(references, candidate).items():",
            "    print(name, score.precision, score.recall, score.fmeasure)",
        ]
    )


def bleu_code(question: PairQuestion) -> str:
    """NLTK's sentence_bleu with the weights, smoothing and tokeniser shown."""
    cut = tokeniser(question.tokenise)
    options = []
    if question.weights != UNIFORM:
        options.append(f"weights={question.weights!r}")
    if question.method:
        options.append(f"smoothing_function=SmoothingFunction().method{question.method}")
    names = "SmoothingFunction, sentence_bleu" if question.method else "sentence_bleu"
    arguments = ", ".join(["reference_tokens", "candidate_tokens", *options])
    return "\n".join(
        [
            f"# {INSTALL}",
            *([cut.imports] if cut.imports else []),
            f"from nltk.translate.bleu_score import {names}",
            "",
            *_texts(question),
            "",
            f"reference_tokens = [{cut.expression.format(text='text')} for text in references]",
            f"candidate_tokens = {cut.expression.format(text='candidate')}",
            f'print("bleu", sentence_bleu({arguments}))',
        ]
    )


def sacre_code(question: PairQuestion) -> str:
    """sacrebleu's BLEU and chrF with their signatures."""
    tokenise = sacrebleu_name(question.tokenise)
    return "\n".join(
        [
            f"# {INSTALL}",
            "from sacrebleu.metrics import BLEU, CHRF",
            "",
            *_texts(question),
            "",
            f'for metric in (BLEU(tokenize="{tokenise}", effective_order=True), CHRF()):',
            "    score = metric.sentence_score(candidate, references)",
            "    print(score.name, score.score, metric.get_signature())",
        ]
    )


def _texts(question: PairQuestion) -> list[str]:
    """The texts as Python literals: whatever is in them, nothing of it runs."""
    references = "".join(f"\n    {reference!r}," for reference in question.references)
    return [f"references = [{references}\n]", f"candidate = {question.candidate!r}"]
