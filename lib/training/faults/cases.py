"""The faults as data: what is wrong, what shows it, what looks the same and is not, and what repairs it. No torch."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from lib.training.faults import texts
from lib.training.faults.run import FORGOT_NATS, CaseRun, Outcome
from lib.training.run import TARGETS, FineTuningRun

Choices = Mapping[str, str]
PROMPTS = ("Uncle, one Kopi", "The queen said")
USUAL = FineTuningRun(prompts=PROMPTS, ask_every=0, evaluate_every=10, steps=30)


@dataclass(frozen=True)
class Knob:
    """A control of the repair."""

    label: str
    options: tuple[str, ...]
    as_found: str


@dataclass(frozen=True)
class Fault:
    """Something wrong with a run: how it is made, how it shows, what is mistaken for it, and when it is repaired."""

    key: str
    cause: str
    """What a student chooses."""
    shown_by: str
    """What in the evidence shows it."""
    looks_like: str
    """What would have looked the same, and how it differs."""
    knobs: tuple[Knob, ...]
    make: Callable[[Choices], CaseRun]
    repaired: Callable[[Outcome], bool]
    wanted: str
    """What the numbers of a repaired run say."""
    made_by: str = ""
    """Where the fault is found in the wild and how it was made here, if that is not the same."""

    @property
    def as_found(self) -> dict[str, str]:
        return {knob.label: knob.as_found for knob in self.knobs}


HUNDREDFOLD = "1.5"
RATES = {"1e-06": 1e-6, "0.015": 1.5e-2, "1.5": 1.5, "1000": 1e3}
RATE, STEPS, TEXTS, HALF, COUNTS, BOOKS, TEMPLATE, LOADED = (
    "Learning rate",
    "Steps",
    "Training texts",
    "What of the adapter is trained",
    "What counts in the loss",
    "Pages of books among the texts",
    "Template of the training texts",
    "The 4-bit model",
)
TEMPLATES = {template.title: template for template in (texts.SPOKEN, texts.ALPACA)}
ASKED_BEFORE, AFRESH = "asked, then trained", "loaded afresh for training"
LEARNT_WORDS = "the held-out loss ends below 70% of what it was before training"


def _with_rate(choices: Choices) -> CaseRun:
    return CaseRun(replace(USUAL, learning_rate=RATES[choices[RATE]]))


def _with_rate_to_the_end(choices: Choices) -> CaseRun:
    """A hundred times the usual rate is let go on; what is higher still ends in numbers that are none."""
    return replace(_with_rate(choices), divergence_stops=choices[RATE] != HUNDREDFOLD)


def _few_texts(choices: Choices) -> CaseRun:
    own = texts.few() if choices[TEXTS] == str(texts.FEW) else None
    steps = int(choices[STEPS])
    return CaseRun(replace(USUAL, own=own, steps=steps, rank=32, lr_scheduler_type="constant"))


def _one_half(choices: Choices) -> CaseRun:
    return CaseRun(USUAL, trained_half={"A only": "A", "B only": "B", "A and B": "both"}[choices[HALF]])


def _orders_and_books(choices: Choices) -> CaseRun:
    own = texts.with_books() if choices[BOOKS] == "as many as orders" else None
    run = replace(USUAL, own=own, steps=int(choices[STEPS]), weighs=True)
    return CaseRun(run)


def _leak(choices: Choices) -> CaseRun:
    data = texts.leaking()
    own = data if choices[TEXTS] == "as they came" else texts.without_leak(data)
    return CaseRun(replace(USUAL, own=own, steps=60))


def _questions(choices: Choices) -> CaseRun:
    run = replace(USUAL, own=texts.asked(loss_on=choices[COUNTS]), loss_on="answer", prompts=texts.SPOKEN.questions)
    return CaseRun(run, questions=texts.asked(loss_on="the answer").held_out)


def _in_template(choices: Choices) -> CaseRun:
    data = texts.asked_in(TEMPLATES[choices[TEMPLATE]])
    run = replace(USUAL, own=data, loss_on="answer", prompts=texts.ALPACA.questions)
    return CaseRun(run, questions=data.held_out)


def _in_four_bits(choices: Choices) -> CaseRun:
    run = replace(USUAL, method="qlora_nf4", target_modules=TARGETS["Attention: query and value"])
    return CaseRun(run, without_backward=choices[LOADED] == ASKED_BEFORE)


def _answers_learnt(found: Outcome) -> bool:
    loss = found.measured.answer_loss
    return found.learnt and loss is not None and loss < 1.0


FAULTS = (
    Fault(
        "overfit",
        "Too few texts for so many steps: it learns them by heart",
        "The training loss goes to almost nothing, while the held-out loss falls first and then turns up.",
        "A rate that is too high also ends with a high held-out loss, but then the training loss is high as well.",
        (Knob(TEXTS, (str(texts.FEW), "316"), str(texts.FEW)), Knob(STEPS, ("10", "30", "80"), "80")),
        _few_texts,
        lambda found: found.learnt and not found.turned_up,
        f"{LEARNT_WORDS}, and no more than 5% above its lowest point",
    ),
    Fault(
        "diverge",
        "The learning rate is so high that the run diverges: the loss leaves all bounds",
        "Within a few steps the loss is far above that of guessing every token at random, and the run breaks off.",
        "A rate that is a hundred times too high throws the loss up too, but the run goes on to its last step.",
        (Knob(RATE, tuple(RATES), "1000"),),
        _with_rate,
        lambda found: found.learnt,
        LEARNT_WORDS,
    ),
    Fault(
        "hundredfold",
        "The learning rate is about a hundred times too high: the loss leaps up, and the run goes on without learning",
        "The first updates throw the loss far above where it began, and by the last step it has not come back below "
        "that: what the base model knew is gone, and nothing is learnt.",
        "A run that diverges breaks off at once. A model that has forgotten also answers badly, but its loss fell.",
        (Knob(RATE, tuple(RATES), HUNDREDFOLD),),
        _with_rate_to_the_end,
        lambda found: found.learnt,
        LEARNT_WORDS,
        "Everywhere else in this app such a run is ended. Most training programs let it go on to its last step, and "
        "so does this case.",
    ),
    Fault(
        "rate_too_low",
        "The learning rate is far too low",
        "Both curves are flat, and the samples are the base model's; yet the gradient is not zero, so something could "
        "be learnt if the steps were longer.",
        "An adapter with nothing trainable in it draws the same flat curves, but its gradient is exactly zero.",
        (Knob(RATE, tuple(RATES), "1e-06"),),
        _with_rate,
        lambda found: found.learnt,
        LEARNT_WORDS,
    ),
    Fault(
        "dead_half",
        "B is frozen at its zero start, so no gradient reaches A",
        "Both curves are flat, and the gradient is exactly zero at every step. B A stays zero whatever A is, and the "
        "gradient of A is a product with B.",
        "A rate that is too low is as flat, but has a gradient. A 4-bit model without a backward pass has none either, "
        "but there B is trained too. Freezing A at its random start and training B works: "
        "the gradient of B is a product with A, which is not zero (LoRA-FA, Zhang et al. 2023).",
        (Knob(HALF, ("A only", "B only", "A and B"), "A only"),),
        _one_half,
        lambda found: found.learnt and found.largest_gradient > 0,
        f"{LEARNT_WORDS}, with a gradient above zero",
    ),
    Fault(
        "forget",
        "It has seen nothing but orders for too long, and forgot everything else",
        "The curves are fine: the texts are learnt. But the sample about the queen becomes an order, and the loss on "
        "pages of a book has risen.",
        "A rate that is too high ruins everything, the orders too; here the held-out orders are learnt well.",
        (Knob(BOOKS, ("none", "as many as orders"), "none"), Knob(STEPS, ("10", "60"), "60")),
        _orders_and_books,
        lambda found: found.learnt and found.forgot_nats is not None and found.forgot_nats < FORGOT_NATS,
        f"{LEARNT_WORDS}, and the loss on pages of a book rises by less than {FORGOT_NATS:g} nat per token",
    ),
    Fault(
        "leak",
        "The held-out texts are among the training texts",
        "The held-out loss stays close to the training loss, and in the table under the tokens the training text "
        "nearest to each held-out text is that very text.",
        "A model that has really learnt also has a low held-out loss, but its held-out texts are new: the nearest "
        "training texts are other sentences.",
        (Knob(TEXTS, ("as they came", "without those held out"), "as they came"),),
        _leak,
        lambda found: found.measured.overlap == 0 and found.last < found.first,
        "no held-out text is a training text, and the held-out loss, now an honest one, ends below where it began",
    ),
    Fault(
        "prompt_loss",
        "The loss counts the question instead of the answer",
        "The loss falls nicely, but in the preview the tokens of the question are marked and those of the answer are "
        "not. So it learnt to ask.",
        "Too few steps also leave the answers bad, but then the loss is still high and the right tokens are marked.",
        (Knob(COUNTS, ("the question", "the answer"), "the question"),),
        _questions,
        _answers_learnt,
        "the right answers to held-out questions cost less than 1 nat per token",
    ),
    Fault(
        "template",
        "The training texts are in another template than the questions that the model is asked",
        "The training loss goes low, the held-out loss stops far above it, and the table under the tokens shows two "
        "templates: one that was learnt and another that is asked.",
        "Too few texts also part the two losses, but then the held-out loss turns up, and both are written alike.",
        (Knob(TEMPLATE, tuple(TEMPLATES), texts.SPOKEN.title),),
        _in_template,
        _answers_learnt,
        "the right answers to held-out questions cost less than 1 nat per token",
    ),
    Fault(
        "four_bit",
        "The 4-bit weights were packed for inference, so no gradient comes back through them",
        "Both curves are flat, and the gradient is exactly zero, although A and B are both trained: the base is held "
        "in NF4, and its products have no backward pass.",
        "With B frozen the gradient is zero as well, but then nothing of B is trained, and the base need not be in "
        "4 bits.",
        (Knob(LOADED, (ASKED_BEFORE, AFRESH), ASKED_BEFORE),),
        _in_four_bits,
        lambda found: found.learnt and found.largest_gradient > 0,
        f"{LEARNT_WORDS}, with a gradient above zero",
        "Seen with bitsandbytes 0.50.2 on processors with AVX512-BF16: one answer in eval() before training packs the "
        "4-bit weights for a kernel without a backward pass, and nothing says so. Here the backward pass is taken from "
        "the 4-bit products on purpose, so that any processor shows it.",
    ),
)
CAUSES = tuple(dict.fromkeys(fault.cause for fault in FAULTS))


def cases(seed: int) -> tuple[Fault, ...]:
    """Every fault once, in an order by seed."""
    return tuple(random.Random(seed).sample(FAULTS, len(FAULTS)))
