"""One law at the student's parameters and tokens, and the three laws beside each other."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.charts.lesson import scaling as charts
from lib.lesson.scaling.laws import Placed, Point, laws, rule_of_thumb
from lib.ui.kit import controls
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.tables import show_table
from lib.units import format_count, format_digits, format_power

SIZES = [round(base * 10**power) for power in range(6, 12) for base in (1, 1.3, 2, 3, 5, 7)] + [10**12]
TOKENS = [round(base * 10**power) for power in range(8, 14) for base in (1, 1.4, 2, 3, 5, 7)] + [10**14]
USUAL_SIZE, USUAL_TOKENS = 70 * 10**9, 3 * 10**11


def the_laws() -> list[dict]:
    """The rows to take away."""
    titles = {name: law.title for name, law in laws().items()}
    law = laws()[controls.segmented("Law", titles, "besiroglu", key="sl_law")]
    left, right = st.columns(2)
    with left:
        parameters = controls.pick("Parameters N", SIZES, USUAL_SIZE, key="sl_n", format_func=format_count)
    with right:
        tokens = controls.pick("Tokens D", TOKENS, USUAL_TOKENS, key="sl_d", format_func=format_count)
    mine = Placed(law, Point(float(parameters), float(tokens)))
    title = (
        f"At {format_power(mine.at.flops, 2)} FLOPs the best model has {format_count(mine.best.parameters)} parameters "
        f"and reads {format_count(mine.best.tokens)} tokens"
    )
    loss, at_best, ratio = st.columns(3)
    loss.metric("Your loss", f"{mine.loss:.3f}", help="nats per token", border=True)
    at_best.metric("Best at this budget", f"{mine.best_loss:.3f}", border=True)
    ratio.metric("Your tokens per parameter", format_digits(mine.at.ratio, 3), border=True)
    figure = charts.one_budget(law, mine.at, mine.best, title)
    st.plotly_chart(figure, key="sl_chart", alt=f"{title}. Yours: {mine.loss:.3f} nats.")
    _say_how_far_from_best(mine)
    rows = _beside_each_other(mine.at)
    show_table(rows, alt="The three laws at the same budget")
    ui.formula(
        f"Compute = 6 · N · D. {law.title}: loss on {law.text}; fitted to {law.fitted}. Losses of Kaplan's law and of "
        "the other two are about different texts and tokens: compare the best sizes, not the losses. Kaplan counts "
        "parameters without embeddings; his best size is his own fit, 1.3 · 10⁹ · (PF-days)^0.73."
    )
    return rows


def _say_how_far_from_best(mine: Placed) -> None:
    if 0.8 < mine.too_large < 1.25:
        verdict = "Your split is about the law's best."
    elif mine.too_large > 1:
        times = format_digits(mine.too_large, 2)
        verdict = f"Your model is **{times} times too large** for this budget: it reads too little."
    else:
        verdict = f"Your model is **{format_digits(mine.too_small, 2)} times smaller** than this budget's best."
    happened(
        f"{verdict} It ends {abs(mine.lost):.3f} nats per token {'above' if mine.lost >= 0 else 'below'} that one.\n"
        f"- Compute = 6 · {format_power(mine.at.parameters)} · {format_power(mine.at.tokens)} = "
        f"**{format_power(mine.at.flops)} FLOPs**\n"
        f"- {mine.law.worked(mine.at)}"
    )


def _beside_each_other(at: Point) -> list[dict]:
    placed = [Placed(law, at) for law in laws().values()]
    rows = [_best_point_row(each.law.title, each.best, f"{each.loss:.3f}", f"{each.best_loss:.3f}") for each in placed]
    return [*rows, _best_point_row("20 tokens per parameter", rule_of_thumb(at.flops), "says none", "says none")]


def _best_point_row(name: str, best: Point, loss: str, best_loss: str) -> dict:
    return {
        "law": name,
        "best parameters": format_count(best.parameters),
        "best tokens": format_count(best.tokens),
        "tokens per parameter": format_digits(best.ratio, 3),
        "your loss": loss,
        "loss at its best": best_loss,
    }
