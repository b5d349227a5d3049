"""The cases: what is called right is what the figures say, computed here a second way where that is short."""

from __future__ import annotations

import math

import pytest

from lib.curriculum import COURSE, chapter
from lib.lesson.cases.stories import case_after, cases
from lib.lesson.cases.working import figures


def test_every_group_that_teaches_ends_in_a_case():
    assert [case.group for case in cases().values()] == [
        group for group in COURSE if group not in ("Start", "Wrap-up", "Class")
    ]


@pytest.mark.parametrize("case", cases().values(), ids=lambda case: case.id)
def test_a_case_has_figures_pages_and_options_of_like_length(case):
    assert len(figures(case.id)) >= 3
    assert case.against
    assert all(chapter(link.slug).file.exists() for link in case.pages)
    lengths = [len(option.text) for option in case.asked.options]
    assert max(lengths) <= 2 * min(lengths) + 4
    assert all(option.why.endswith(".") for option in case.asked.options)


def right(id: str) -> str:
    return next(option.text for option in cases()[id].asked.options if option.correct)


@pytest.mark.parametrize(("id", "word"), [("clinic", "QLoRA"), ("office", "4 bits"), ("evening", "QLoRA")])
def test_what_is_called_right_is_the_only_one_that_fits(id, word):
    fitting = [each.what for each in figures(id) if each.fits]
    assert len(fitting) == 1
    assert word in fitting[0]
    assert word in right(id)


def test_the_right_size_has_the_least_loss_of_hoffmann_s_law():
    def loss(size: float) -> float:  # Hoffmann et al. 2022, equation 10
        return 1.69 + 406.4 / size**0.34 + 410.7 / (1e21 / 6 / size) ** 0.28

    sizes = {"0.3": 3e8, "3": 3e9, "30": 3e10}
    assert right("budget").split()[0] == min(sizes, key=lambda name: loss(sizes[name]))


def test_figures_against_an_independent_computation():
    said = {each.what: each.value for id in cases() for each in figures(id)}
    assert said["Cohen's kappa"] == f"{(0.62 - 0.5) / (1 - 0.5):.2f}"
    assert said["Agreement expected by chance"] == "50%"
    assert said["Exposure at rank 10 of 10,000"].startswith(f"{math.log2(10_000 / 10):.1f} of")
    assert said["System A: “The board did approve the merger.”"].startswith(f"ROUGE-1 F1 {2 * 6 / (6 + 7):.2f}")
    adapter = 32 * 16 * 2 * (2 * (4096 + 4096) + 2 * (4096 + 1024) + 3 * (4096 + 14336))
    assert said["One adapter of rank 16 in 16 bits"] == f"{adapter / 2**20:.1f} MiB"


def test_the_case_stands_after_the_last_chapter_of_its_group():
    assert case_after("kv_cache").id == "clinic"
    assert case_after("memory_calculator") is None
    found = [case_after(slugs[-1]) for slugs in COURSE.values()]
    assert [case.id for case in found if case] == list(cases())


def test_the_free_card_computes_in_fp16():
    """A T4 is of the generation before bf16 came (NVIDIA 2020, A100 whitepaper: new with 8.0)."""
    said = {each.what: each.value for each in figures("evening")}
    assert said["The 16-bit type that it computes in"].startswith("fp16 (CUDA capability 7.5")
