"""A term's arithmetic as LaTeX and as plain text."""

import pytest

from lib.memory.arithmetic import Number, named_numbers
from lib.ui.memory.working import latex, latex_working, plain

HEADS, SIZE = Number(8, "g", "key-value heads"), Number(128, "d", "numbers a head")
KEPT = Number(4_096, "T", "tokens")
WINDOW = Number(10, "L_sliding", "layers with a window")
WORKING = 2 * HEADS * SIZE * (Number(2, "L_full", "layers with full attention") * KEPT + WINDOW * Number(512, "w"))


def test_value_follows_the_numbers():
    assert WORKING.value == 2 * 8 * 128 * (2 * 4_096 + 10 * 512)
    assert (KEPT / Number(2, "N", "GPUs")).value == 2_048


def test_symbols_and_numbers_are_the_same_arithmetic():
    assert plain(WORKING) == "2 × g × d × (L full × T + L sliding × w)"
    assert plain(WORKING, numbers=True) == "2 × 8 × 128 × (2 × 4,096 + 10 × 512)"
    text = plain(WORKING, numbers=True).replace("×", "*").replace(",", "")
    assert eval(text) == WORKING.value


def test_latex():
    assert latex(WINDOW * Number(0.5161, "m")) == r"L_{\text{sliding}} \times m"
    assert latex((KEPT + Number(1)) / Number(3, "N")) == r"\frac{T + 1}{N}"
    assert latex(Number(16_384, "a·s")) == r"a \cdot s"
    assert latex(Number(8, "bits")) == r"\text{bits}"
    assert latex(Number(128_256, "V"), numbers=True) == "128{,}256"


def test_a_working_ends_in_a_line_of_its_own_with_both_units():
    *_, result = latex_working(Number(4_000_000_000, "P") * Number(4, "b")).split(r" \\[4pt] &= ")
    assert result == r"16.0\ \text{GB} = 14.9\ \text{GiB} \end{aligned}"


def test_only_numbers_with_a_name_are_explained_and_once():
    assert [each.symbol for each in named_numbers(WORKING * SIZE)] == ["g", "d", "L_full", "T", "L_sliding"]


@pytest.mark.parametrize(("value", "text"), [(0.5, "0.5"), (4.1268, "4.127"), (1_234.56, "1,234.6"), (0, "0")])
def test_numbers_are_short(value, text):
    assert plain(Number(value)) == text
