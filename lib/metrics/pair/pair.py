"""One pair of texts as the playground scores it: every measure with its working, from one frozen question."""

from __future__ import annotations

from dataclasses import dataclass

from lib.metrics.errors import MetricError
from lib.metrics.pair.bleu import UNIFORM, Bleu, bleu
from lib.metrics.pair.rouge import Rouge, best_of, rouge
from lib.metrics.pair.sacre import SACRE_NAMES, SacreScore, sacre_bleu, sacre_chrf
from lib.metrics.pair.score import Score
from lib.metrics.pair.tokens import lost_words, tokeniser

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
class PairScores:
    """Everything computed for one question."""

    question: PairQuestion
    rouges: tuple[Rouge, ...]
    """One for each reference."""
    bleu: Bleu
    sacre: SacreScore
    chrf: SacreScore

    @property
    def best(self) -> dict[str, tuple[int, Score]]:
        """For each ROUGE the reference with the highest F1, and its score."""
        return best_of([each.scores() for each in self.rouges])

    def numbers(self) -> dict[str, float]:
        """The scores by name, for export and for sentences that quote them."""
        found: dict[str, float] = {}
        for name, (_, score) in self.best.items():
            found |= {f"{name}_precision": score.precision, f"{name}_recall": score.recall, f"{name}_f1": score.f1}
        return found | {
            "bleu": self.bleu.score,
            "average_precision": self.bleu.average_precision,
            "average_times_penalty": self.bleu.average_precision * self.bleu.brevity_penalty,
            "brevity_penalty": self.bleu.brevity_penalty,
            "sacrebleu": self.sacre.score,
            "chrf": self.chrf.score,
        }


def score_pair(question: PairQuestion) -> PairScores:
    """All measures of one pair; MetricError where a setting cannot be."""
    cut = tokeniser(question.tokenise).cut
    return PairScores(
        question=question,
        rouges=tuple(rouge(reference, question.candidate, question.stemmer) for reference in question.references),
        bleu=bleu(
            [cut(reference) for reference in question.references],
            cut(question.candidate),
            question.weights,
            question.method,
        ),
        sacre=sacre_bleu(question.references, question.candidate, sacre_tokeniser(question.tokenise)),
        chrf=sacre_chrf(question.references, question.candidate),
    )


def sacre_tokeniser(tokenise: str) -> str:
    """sacrebleu's name for a tokeniser; its own 13a for those it does not have."""
    return tokenise if tokenise in SACRE_NAMES and tokenise != "whitespace" else "13a"


def words_lost(question: PairQuestion) -> tuple[str, ...]:
    """Words of either text that rouge-score does not see whole."""
    return tuple(
        dict.fromkeys(word for text in (*question.references, question.candidate) for word in lost_words(text))
    )
