"""Where four models lie on the laws, and how many tokens served would make each the right choice."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.charts.lesson import scaling as charts
from lib.lesson.scaling.landscape import model_named
from lib.lesson.scaling.laws import Placed, Point, SumLaw, laws, placed_names, rule_of_thumb, sum_law
from lib.lesson.scaling.serving import served_for
from lib.ui.kit import controls
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.tables import show_table
from lib.units import format_count, format_digits, format_power

BUDGETS = [10.0**power for power in range(18, 28)]
FITS = ("hoffmann", "besiroglu")


def where_models_lie() -> list[dict]:
    """The rows to take away."""
    known = {name: model_named(name) for name in placed_names()}
    placed = {name: Point(float(each.active_parameters), float(each.tokens)) for name, each in known.items()}
    lines = {name: (f"{law.title}: best", [law.best(flops) for flops in BUDGETS]) for name, law in laws().items()}
    lines["rule"] = ("20 tokens per parameter", [rule_of_thumb(flops) for flops in BUDGETS])
    llama = placed["Llama 3 8B"]
    title = f"Llama 3 8B read {llama.ratio:,.0f} tokens for every parameter, GPT-3 {placed['GPT-3'].ratio:.2g}"
    st.plotly_chart(charts.where_models_lie(lines, placed, title), key="sl_map", alt=title)
    name = controls.segmented("Calculate with", {fit: laws()[fit].title for fit in FITS}, "besiroglu", key="sl_fit")
    law = sum_law(name)
    rows = [_placed_row(law, called, point) for called, point in placed.items()]
    show_table(rows, alt="Each model, the best split of its budget, and the serving that would justify it")
    _say_where_they_lie(law, placed)
    ui.published("Parameters and tokens of the four models: their own papers and model cards, as in the landscape.")
    ui.formula(
        "“Right if it serves” is the number of tokens for which this size is the cheapest of its loss over its whole "
        "life: T = 3 · D · [(αA / N^α) / (βB / D^β) − 1], from 6·N·D + 2·N·T at equal loss. The laws were fitted near "
        "20 tokens per parameter; at thousands they promise more than further tokens give (Sardana et al. 2024)."
    )
    return rows


def _placed_row(law: SumLaw, name: str, at: Point) -> dict:
    placed, served = Placed(law, at), served_for(law, at)
    return {
        "model": name,
        "parameters": format_count(at.parameters),
        "tokens": format_count(at.tokens),
        "tokens per parameter": f"{at.ratio:,.0f}" if at.ratio >= 10 else f"{at.ratio:.2g}",
        "loss by the law": f"{placed.loss:.3f}",
        "best for its budget": f"{format_count(placed.best.parameters)} on {format_count(placed.best.tokens)}",
        "loss of that": f"{placed.best_loss:.3f}",
        "right if it serves": f"{format_count(served)} tokens" if served > 0 else "never",
    }


def _say_where_they_lie(law: SumLaw, placed: dict[str, Point]) -> None:
    gpt3, chinchilla, llama, smol = (Placed(law, placed[name]) for name in placed_names())
    served = served_for(law, llama.at)
    happened(
        f"- **GPT-3** is {format_digits(gpt3.too_large, 2)} times too large for its budget: "
        f"{format_count(gpt3.best.parameters)} parameters on {format_count(gpt3.best.tokens)} tokens would end "
        f"{gpt3.lost:.3f} nats lower. No amount of "
        "serving makes its size right.\n"
        f"- **Chinchilla**, with {format_count(chinchilla.at.parameters)} parameters, ends at {chinchilla.loss:.3f} "
        f"against GPT-3's {gpt3.loss:.3f}; the law would give its budget {format_count(chinchilla.best.parameters)}.\n"
        f"- **Llama 3 8B** lies far past every line. Its {format_power(llama.at.flops, 2)} FLOPs could have made a "
        f"model of {format_count(llama.best.parameters)}, {llama.lost:.3f} nats better and "
        f"{format_digits(llama.too_small, 2)} times dearer to run. Its size is right if it serves "
        f"{format_count(served)} tokens.\n"
        f"- **SmolLM2-135M**, this lesson's model, read {smol.at.ratio:,.0f} tokens for every parameter. Its budget "
        f"would have made {format_count(smol.best.parameters)}; it is this small so that it runs anywhere."
    )
