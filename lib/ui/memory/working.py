"""The working behind an estimate: every term's arithmetic, in symbols and in the student's numbers."""

from __future__ import annotations

import streamlit as st

from lib.memory import Estimate
from lib.memory.arithmetic import Expression, Number, Product, Quotient, named_numbers
from lib.memory.terms import Term
from lib.ui.kit.text import escape
from lib.ui.memory.sharding import beside_zero_and_deepspeed
from lib.ui.memory.units import in_unit
from lib.units import format_gb, format_gib


def working_of_terms(estimate: Estimate, unit: str) -> None:
    """Every term with its formula and the student's numbers in it."""
    if estimate.setup.job == "train":
        st.markdown(f"The parts at the fullest moment of a step, **{estimate.fullest.label}**:")
    for term in estimate.terms:
        sure = "exact" if term.exact else f"estimate, −{term.below:.0%} +{term.above:.0%}"
        colour = "green" if term.exact else "orange"
        st.markdown(f"**{term.label}: {in_unit(term.size_bytes, unit)}** :{colour}-badge[{sure}]")
        show_working(term)
    if estimate.setup.job == "train" and estimate.setup.gpus > 1:
        beside_zero_and_deepspeed(estimate, unit)


def show_working(term: Term) -> None:
    """The formula, its numbers and what they come to, one below the other; what each symbol stands for; the source."""
    symbols = ""
    if term.working is not None:
        st.latex(latex_working(term.working))
        words = [f"{_plain_symbol(number.symbol)}: {number.name}" for number in named_numbers(term.working)]
        symbols = escape("; ".join(words)) + "."
    source = f"Source: {term.source}." if term.source else ""
    st.caption(" ".join(part for part in (symbols, term.note, source) if part))


def latex_working(expression: Expression) -> str:
    """Three lines, so that a phone has room; fractions get the height that they need."""
    lines = (latex(expression), latex(expression, numbers=True), latex_size(expression.value))
    lines = tuple(rf"\vphantom{{\Bigg|}} {line}" if r"\frac" in line else line for line in lines)
    return r"\begin{aligned} & " + r" \\[4pt] &= ".join(lines) + r" \end{aligned}"


def latex(expression: Expression, numbers: bool = False) -> str:
    """In symbols, or with `numbers` in their place."""
    if isinstance(expression, Number):
        return latex_number(expression.value) if numbers or not expression.symbol else _latex_symbol(expression.symbol)
    if isinstance(expression, Quotient):
        return rf"\frac{{{latex(expression.above, numbers)}}}{{{latex(expression.below, numbers)}}}"
    if isinstance(expression, Product):
        return r" \times ".join(_latex_factor(part, numbers) for part in expression.parts)
    return " + ".join(latex(part, numbers) for part in expression.parts)


def _latex_factor(part: Expression, numbers: bool) -> str:
    inside = latex(part, numbers)
    return inside if isinstance(part, Number | Product | Quotient) else f"({inside})"


def _latex_symbol(symbol: str) -> str:
    """`P_trained` with its words upright and below; `a·s` as a product."""
    name, _, below = symbol.partition("_")
    name = name.replace("·", r" \cdot ") if len(name) == 1 or "·" in name or "(" in name else rf"\text{{{name}}}"
    return f"{name}_{{\\text{{{below}}}}}" if below else name


def latex_number(value: float) -> str:
    """Digits in groups of three, as LaTeX wants them; whole numbers stay whole."""
    return plain_number(value).replace(",", r"{,}")


def latex_size(size_bytes: float) -> str:
    r"""`16.1\ \text{GB} = 15.0\ \text{GiB}`: both units, so that neither can be mistaken for the other."""
    sizes = (format_gb(size_bytes), format_gib(size_bytes))
    return " = ".join(r"\ \text{".join(size.rsplit(" ", 1)) + "}" for size in sizes)


def plain_number(value: float) -> str:
    if abs(value - round(value)) < 1e-9:
        return f"{round(value):,}"
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.1f}"


def plain(expression: Expression, numbers: bool = False) -> str:
    """The same in ordinary characters, for a file."""
    if isinstance(expression, Number):
        return plain_number(expression.value) if numbers or not expression.symbol else _plain_symbol(expression.symbol)
    if isinstance(expression, Quotient):
        return f"{_plain_factor(expression.above, numbers)} / {_plain_factor(expression.below, numbers)}"
    if isinstance(expression, Product):
        return " × ".join(_plain_factor(part, numbers) for part in expression.parts)
    return " + ".join(plain(part, numbers) for part in expression.parts)


def _plain_factor(part: Expression, numbers: bool) -> str:
    inside = plain(part, numbers)
    return inside if isinstance(part, Number | Product) else f"({inside})"


def _plain_symbol(symbol: str) -> str:
    return symbol.replace("_", " ") if symbol.partition("_")[2] else symbol
