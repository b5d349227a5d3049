"""What the activity computes beside what is published: losses in pieces, memory, cards, figures to look for."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from lib.lesson.unsloth import same_loss
from lib.lesson.unsloth.cards import cards, spared_by_4_bits, two_ways
from lib.lesson.unsloth.claims import benchmark, by_length, least, longest, longest_within, reaches
from lib.lesson.unsloth.expected import compare, expected
from lib.lesson.unsloth.same_loss import PIECES, apart, loss_in_pieces
from lib.lesson.unsloth.saving import MODELS, SPARED, ladder, long_reading, operations_more_share, spared_share
from lib.memory.train.training import training
from lib.training.out.unsloth import checked
from lib.training.run import FineTuningRun
from lib.units import GIB


def plain_loss(hidden: np.ndarray, head: np.ndarray, right: np.ndarray) -> float:
    """Cross-entropy as its definition has it: -log of the right word's share of the exponentials."""
    exponentials = np.exp(hidden @ head.T)
    return float(-np.log(exponentials[np.arange(len(right)), right] / exponentials.sum(axis=1)).mean())


def test_the_loss_is_the_definition_s_and_its_gradient_that_of_small_steps():
    generator = np.random.default_rng(0)
    hidden = generator.normal(size=(same_loss.TOKENS, same_loss.HIDDEN))
    head = generator.normal(size=(same_loss.VOCABULARY, same_loss.HIDDEN)) / np.sqrt(same_loss.HIDDEN)
    right = generator.integers(same_loss.VOCABULARY, size=same_loss.TOKENS)
    told = loss_in_pieces(4, "float64")
    assert told.nats == pytest.approx(plain_loss(hidden, head, right), rel=1e-12)
    for matrix, gradient in ((hidden, told.hidden_gradient), (head, told.head_gradient)):
        at, small = (3, 5), 1e-6
        matrix[at] += small
        above = plain_loss(hidden, head, right)
        matrix[at] -= 2 * small
        below = plain_loss(hidden, head, right)
        matrix[at] += small
        assert gradient[at] == pytest.approx((above - below) / (2 * small), rel=1e-4)


@pytest.mark.parametrize("pieces", PIECES)
def test_in_pieces_it_is_the_same_but_for_rounding(pieces):
    """Unit roundoff is 6e-8 in fp32 and 1e-16 in fp64."""
    assert apart(pieces).nats < 1e-5
    assert apart(pieces).gradient < 1e-5
    assert apart(pieces, "float64").nats < 1e-13
    assert apart(pieces).held_share == pytest.approx(1 / pieces)


@pytest.mark.parametrize("model", MODELS)
def test_layers_computed_again_cost_a_forward_pass_of_what_a_step_does(model):
    """A frozen weight costs two operations forward and two backward for its input; forward again is two more."""
    assert operations_more_share(ladder(model, 8_192, 1, 16)) == pytest.approx(2 / 4)


@pytest.mark.parametrize("model", MODELS)
def test_every_change_spares_or_costs_nothing_and_leaves_the_4_bit_weights(model):
    rungs = ladder(model, 8_192, 1, 16)
    sizes = [rung.total_bytes for rung in rungs]
    assert 0 < spared_share(rungs) < 0.85
    assert sizes == sorted(sizes, reverse=True)
    assert len({rung.weights_bytes for rung in rungs[2:]}) == 1
    assert all(sum(part.size_bytes for part in rung.parts) == pytest.approx(rung.total_bytes) for rung in rungs)


def test_one_of_the_nine_rows_is_as_good_as_the_slide():
    rows = benchmark()
    assert len(rows) == 9
    assert [(row.card, row.model) for row in rows if reaches(row, 2, 70)] == [("Colab T4", "TinyLlama 1.1B")]


def test_the_formula_is_near_what_llama_factory_reports():
    for row in by_length():
        assert row.spared_gib == pytest.approx(row.unsloth_gb, abs=1.5)
        if row.flash_gb is not None:
            assert row.plain_gib == pytest.approx(row.flash_gb, abs=1.5)
    of = {row.tokens: row for row in by_length()}
    assert of[32_768].less_share == 0.5  # 16 GB instead of 32
    assert of[65_536].less_share is None  # it did not fit without
    assert max(row.spared_apart_gib for row in by_length()) <= 1.5


def test_the_longest_text_fits_and_one_token_more_does_not():
    for row in longest():
        if row.spared_tokens is not None:
            arch = long_reading("Llama-3.1-8B")
            for tokens, fits in ((row.spared_tokens, True), (row.spared_tokens + 1, False)):
                made = training(arch, SPARED.with_(rank=32, sequence=tokens))
                assert (made.total_bytes <= row.card_gb * GIB) is fits
    small, *_, large = longest()
    assert small.plain_tokens is None  # published: out of memory
    assert small.times_published is small.times_counted is None
    assert large.times_published == pytest.approx(342_733 / 28_454)
    assert large.times_counted * large.plain_tokens == pytest.approx(large.spared_tokens)
    assert large.explained_share * 342_733 == pytest.approx(large.spared_tokens)
    assert longest_within(long_reading("Llama-3.1-8B"), SPARED, 1e15) == 10**7


def test_a_claim_below_the_weights_alone_is_seen():
    """Qwen2.5-14B: 1.56 billion parameters are embedding and output matrix (152,064 · 5,120 · 2), 2 bytes each."""
    row = next(each for each in least() if each.size == "14B")
    outside = 2 * 152_064 * 5_120
    inside = 14_770_033_664 - outside
    assert row.weights_4_bits_gb == pytest.approx((outside * 2 + inside * 4.127 / 8) / 1e9, rel=0.01)
    assert row.qlora_gb < row.weights_4_bits_gb


@pytest.mark.parametrize(
    ("name", "asked_for", "half"),
    [("GTX 1070", False, "fp16"), ("Tesla V100 16GB", True, "fp16"), ("Tesla T4", True, "fp16"), ("L4", True, "bf16")],
)
def test_cards_by_their_capability(name, asked_for, half):
    card = cards()[name]
    assert (card.is_asked_for, card.half_type) == (asked_for, half)
    assert card.source.url.startswith("https://developer.nvidia.com/")


@pytest.mark.parametrize("name", cards())
def test_lora_and_qlora_train_the_same_and_differ_in_the_base(name):
    lora, qlora = two_ways("Llama-3.1-8B", cards()[name], 2_048, 16)
    assert lora.trained == qlora.trained == 41_943_040  # 16 · 32 · Σ (inputs + outputs) of seven matrices
    assert lora.made.size_of("weights") > 2 * qlora.made.size_of("weights")
    # Seven matrices in 32 layers, each number in 4.127 bits (Dettmers et al. 2023, section 3) instead of 16.
    linear = 32 * (2 * 4_096 * 4_096 + 2 * 4_096 * 1_024 + 3 * 4_096 * 14_336)
    assert spared_by_4_bits(lora, qlora) == pytest.approx(linear * (16 - 4.127) / 8, rel=1e-4)
    assert (qlora.longest or 0) >= (lora.longest or 0)


def test_figures_to_look_for_follow_the_student_s_settings():
    """SmolLM2-1.7B: 24 layers, 2,048 wide, 32 heads of 64 and as many for keys and values, 8,192 in the MLP."""
    model = checked().models[0]
    run = FineTuningRun(rank=3, target_modules=("q_proj", "down_proj"))
    assert expected(run, model).trained == 3 * 24 * ((2_048 + 2_048) + (8_192 + 2_048))
    assert expected(dataclasses.replace(run, rank=6), model).trained == 2 * expected(run, model).trained
    assert expected(run, model).weights_bytes == pytest.approx(1.03e9, rel=0.02)


@pytest.mark.parametrize(
    ("step", "printed", "agrees", "words"),
    [
        ("adapter", 9_043_968, True, "To the last digit"),
        ("adapter", 2 * 9_043_968, False, "That is rank 16 on the same matrices; your run has rank 8."),
        ("adapter", 1_000_001, False, "other matrices"),
        ("load", 1.0, True, "in 4 bits"),
        ("load", 3.3, False, "In 16 bits the weights take 3.19 GiB"),
        ("load", 0.5, False, "less than the"),
        ("train", 1.3, True, "Between the weights alone"),
        ("train", 9.0, False, "is checkpointing on"),
        ("train", 0.2, False, "before the training"),
    ],
)
def test_what_the_notebook_printed_is_held_against_the_formula(step, printed, agrees, words):
    """SmolLM2-1.7B at rank 8; 1,711,376,384 parameters in 16 bits are 3.19 GiB."""
    verdict = compare(step, printed, FineTuningRun(), checked().models[0])
    assert verdict.agrees is agrees
    assert words in verdict.words
