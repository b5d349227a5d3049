"""Text coloured word by word: the one place that turns texts of others into HTML, and escapes every letter of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from lib.charts.theme import GREEN, ORANGE, PURPLE, SEQUENCE


@dataclass(frozen=True)
class Chip:
    """One word or n-gram. Colour alone never carries the meaning: a link is also a number, a clipped chip a line."""

    text: str
    link: int | None = None
    """Chips with the same number belong together; None is found nowhere else."""
    clipped: bool = False
    """Found, but beyond what counts."""
    note: str = ""
    """Shown when pointed at."""
    numbered: bool = True
    """Whether the link's number is written; not where every linked chip has the same."""
    compared_as: str = ""
    """What is compared, where a stemmer made it another word than was written."""
    strength: float | None = None
    """From 0 to 1: how deep the colour is, for a chip that has a figure and no link."""
    figure: str = ""
    """The number that the depth stands for, written small."""


def chips(label: str, row: Sequence[Chip], empty: str = "nothing") -> None:
    """A row of chips under its label; it wraps on a narrow screen."""
    st.html(chips_html(label, row, empty))


def chips_html(label: str, row: Sequence[Chip], empty: str = "nothing") -> str:
    """The HTML of `chips`. Everything but our own markup goes through `html.escape`."""
    body = "".join(map(_chip, row)) or f'<span style="opacity:.7">{escape(empty)}</span>'
    return (
        f'<div style="font-size:.85rem;opacity:.75;margin-bottom:.3rem">{escape(label)}</div>'
        '<div style="display:flex;flex-wrap:wrap;gap:.4rem .35rem;font-size:1.15rem;line-height:1.5;'
        f'overflow-wrap:anywhere;margin-bottom:.5rem">{body}</div>'
    )


@dataclass(frozen=True)
class Mark:
    """A piece of a running text. Each kind has a sign beside its colour: a frame, a line, slanted letters, a label."""

    text: str
    boxed: bool = False
    underlined: bool = False
    pale: bool = False
    label: str = ""
    """Written small in front."""
    note: str = ""
    """Shown when pointed at."""


def marked(label: str, marks: Sequence[Mark]) -> None:
    """A text with all its lines and spaces, under its label; it wraps on a narrow screen."""
    st.html(marked_html(label, marks))


def marked_html(label: str, marks: Sequence[Mark]) -> str:
    """The HTML of `marked`. Everything but our own markup goes through `html.escape`."""
    return (
        f'<div style="font-size:.85rem;opacity:.75;margin-bottom:.3rem">{escape(label)}</div>'
        '<div style="white-space:pre-wrap;overflow-wrap:anywhere;font-family:monospace;font-size:1rem;'
        f'line-height:1.75;max-height:32rem;overflow-y:auto" tabindex="0">{"".join(map(_mark, marks))}</div>'
    )


def _mark(mark: Mark) -> str:
    style = ""
    if mark.boxed:
        style += f"border:1.5px solid {PURPLE};border-radius:.3rem;background:{PURPLE}22;padding:0 .2rem;"
    if mark.underlined:
        style += f"border-bottom:3px solid {GREEN};background:{GREEN}22;"
    if mark.pale:
        style += "opacity:.65;font-style:italic;"
    name = f'<b style="font-size:.7em;margin-right:.3em">{escape(mark.label)}:</b>' if mark.label else ""
    title = f' title="{escape(mark.note)}"' if mark.note else ""
    return f'{name}<span style="{style}"{title}>{escape(mark.text)}</span>'


def _chip(chip: Chip) -> str:
    title = f' title="{escape(chip.note)}"' if chip.note else ""
    text = escape(chip.text.replace("\n", "⏎"))
    if chip.compared_as:
        text += f'<span style="font-size:.7em;margin-left:.35em">{escape(chip.compared_as)}</span>'
    shape = "padding:.1rem .5rem;border-radius:.5rem;max-width:100%"
    if chip.strength is not None:
        fill = f"background:{ORANGE}{round(200 * chip.strength):02x};border-bottom:2px solid {ORANGE}"
        number = f'<sub style="font-size:.6em;margin-left:.25em">{escape(chip.figure)}</sub>'
        return f'<span style="{shape};{fill}"{title}>{text}{number}</span>'
    if chip.link is None:
        return f'<span style="{shape};opacity:.7"{title}>{text}</span>'
    colour = SEQUENCE[chip.link % len(SEQUENCE)]
    number = f'<sup style="font-size:.65em;margin-left:.2em;font-weight:700">{chip.link + 1}</sup>' * chip.numbered
    if chip.clipped:
        line = f"border:1.5px dashed {colour};text-decoration:line-through;opacity:.8"
        return f'<span style="{shape};{line}"{title}>{text}{number}</span>'
    fill = f"background:{colour}33;border-bottom:3px solid {colour}"
    return f'<span style="{shape};{fill}"{title}>{text}{number}</span>'
