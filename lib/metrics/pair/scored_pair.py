"""One pair of texts scored: the libraries' numbers, our steps to them, and whether the two agree."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nltk.translate import bleu_score as nltk_bleu
from rouge_score.scoring import Score

from lib.metrics.errors import MetricError
from lib.metrics.pair.bleu import UNIFORM, Bleu, bleu
from lib.metrics.pair.libraries import SacreScore, library_bleu, library_rouge, sacre_bleu, sacre_chrf
from lib.metrics.pair.rouge import Rouge, Share, rouge
from lib.metrics.smoothing import SMOOTHINGS
from lib.metrics.tokenisers import Tokeniser, lost_words, tokeniser, tokenisers

MAX_CHARACTERS = 4_000
MAX_REFERENCES = 4


@dataclass(frozen=True)
class PairQuestion:
    """What is on the screen: the texts and every setting that changes a number."""

    references: tuple[str, ...]
    candidate: str
    stemmer: bool = False
    tokenise: str = "whitespace"
    weights: tuple[float, ...] = UNIFORM
    method: int = 0

    def __post_init__(self) -> None:
        if not self.references:
            raise MetricError("There is no reference; write at least one text to compare with.")
        if len(self.references) > MAX_REFERENCES:
            raise MetricError(f"There are {len(self.references)} references; up to {MAX_REFERENCES} fit here.")
        for text in (*self.references, self.candidate):
            if len(text) > MAX_CHARACTERS:
                raise MetricError(
                    f"A text here has {len(text):,} characters; up to {MAX_CHARACTERS:,} are shown word by word, "
                    "longer ones can be scored as a corpus."
                )


@dataclass(frozen=True)
class Compared:
    """One number by the library and by our steps."""

    what: str
    library: float
    steps: float

    @property
    def equal(self) -> bool:
        """To the last digit."""
        return self.library == self.steps


@dataclass(frozen=True)
class PairScores:
    """The numbers are the libraries'; `rouges` and `bleu` are the steps that lead to them."""

    question: PairQuestion
    rouge: dict[str, Score]
    """rouge-score's, by its names for its measures."""
    nltk_bleu: float
    sacre: SacreScore
    chrf: SacreScore
    rouges: tuple[Rouge, ...]
    """One for each reference."""
    bleu: Bleu

    def steps_of(self, measure: str) -> tuple[int, Share]:
        """The reference with the best F1 for this measure, and the steps of that."""
        shares = [each.measures[measure] for each in self.rouges]
        index = max(range(len(shares)), key=lambda at: shares[at].score.f1)
        return index, shares[index]

    @property
    def compared_rouge(self) -> tuple[Compared, ...]:
        """Every number of rouge-score's beside the one that our steps give."""
        return tuple(
            Compared(f"{name} {part}", getattr(score, attribute), getattr(self.steps_of(name)[1].score, ours))
            for name, score in self.rouge.items()
            for part, attribute, ours in (
                ("precision", "precision", "precision"),
                ("recall", "recall", "recall"),
                ("F1", "fmeasure", "f1"),
            )
        )

    @property
    def compared_bleu(self) -> tuple[Compared, ...]:
        """NLTK's BLEU, its clipped counts, and its brevity penalty beside those of our steps."""
        steps, length = self.bleu, self.bleu.candidate_length
        nearest = nltk_bleu.closest_ref_length(steps.references, length)
        found = [
            Compared("BLEU", self.nltk_bleu, steps.score),
            Compared("brevity penalty", nltk_bleu.brevity_penalty(nearest, length), steps.brevity_penalty),
        ]
        for n, counts in enumerate(steps.counts, start=1):
            theirs = nltk_bleu.modified_precision(steps.references, steps.candidate, n)
            found += [
                Compared(f"{n}-grams matched", theirs.numerator, counts.matched),
                Compared(f"{n}-grams counted", theirs.denominator, counts.total),
            ]
        return tuple(found)

    def numbers(self) -> dict[str, float]:
        """The scores by name, for export and for sentences that quote them."""
        found: dict[str, float] = {}
        for name, score in self.rouge.items():
            found |= {
                f"{name}_precision": score.precision,
                f"{name}_recall": score.recall,
                f"{name}_f1": score.fmeasure,
            }
        return found | {
            "bleu": self.nltk_bleu,
            "average_precision": self.bleu.average_precision,
            "average_times_penalty": self.bleu.average_times_penalty,
            "brevity_penalty": self.bleu.brevity_penalty,
            "sacrebleu": self.sacre.score,
            "chrf": self.chrf.score,
        }


def score_pair(question: PairQuestion) -> PairScores:
    """All measures of one pair; MetricError where a setting cannot be."""
    cut = tokeniser(question.tokenise).cut
    references, candidate = [cut(reference) for reference in question.references], cut(question.candidate)
    # The steps come first: they refuse, in a sentence, what the libraries only stumble over.
    steps = bleu(references, candidate, question.weights, question.method)
    return PairScores(
        question=question,
        rouge=library_rouge(question.references, question.candidate, question.stemmer),
        nltk_bleu=library_bleu(references, candidate, question.weights, question.method),
        sacre=sacre_bleu(question.references, question.candidate, question.tokenise),
        chrf=sacre_chrf(question.references, question.candidate),
        rouges=tuple(rouge(reference, question.candidate, question.stemmer) for reference in question.references),
        bleu=steps,
    )


def words_lost(question: PairQuestion) -> tuple[str, ...]:
    """Words of either text that rouge-score does not see whole."""
    return tuple(
        dict.fromkeys(word for text in (*question.references, question.candidate) for word in lost_words(text))
    )


def bleu_by_smoothing(question: PairQuestion) -> list[float | None]:
    """NLTK's BLEU of this pair by each of its methods; None where the method stops."""
    return [_bleu_or_none(replace(question, method=each.method)) for each in SMOOTHINGS]


def bleu_by_tokeniser(question: PairQuestion) -> list[tuple[Tokeniser, float | None, list[str]]]:
    """For each tokeniser NLTK's BLEU of this pair, and the candidate's tokens."""
    return [
        (each, _bleu_or_none(replace(question, tokenise=each.key)), each.cut(question.candidate))
        for each in tokenisers().values()
    ]


def _bleu_or_none(question: PairQuestion) -> float | None:
    cut = tokeniser(question.tokenise).cut
    references = [cut(reference) for reference in question.references]
    try:
        return library_bleu(references, cut(question.candidate), question.weights, question.method)
    except MetricError:
        return None
