"""Fit a law to five recorded runs, predict the sixth, and only then see it."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.charts.in_words import in_words
from lib.charts.lesson import scaling as charts
from lib.lesson.scaling.own import (
    AXES,
    FAR,
    FORMS,
    METHODS,
    Curve,
    Forecast,
    Recorded,
    all_forecasts,
    forecast,
    left_out,
    other_seeds,
    recorded,
    values,
)
from lib.ui.kit import controls
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape
from lib.units import format_count, format_digits

HOW = {"mine": "By hand", **{name: title.capitalize() for name, title in METHODS.items()}}
SHAPES = {"power": "Power law", "floor": "Power law with a floor"}
OPENED = "sl_sixth_is_open"
"""In the session, never in a link: nobody is sent the answer."""


def fit_your_own() -> list[dict]:
    """The rows to take away; the sixth is among them once it is open."""
    told = recorded()
    left, right = st.columns(2)
    with left:
        form = controls.segmented("Curve", SHAPES, "power", key="sl_form")
        how = controls.segmented("Fit", HOW, "mine", key="sl_how")
    with right:
        titles = {name: title.capitalize() for name, title in AXES.items()}
        axis = controls.segmented("Against", titles, "flops", key="sl_axis")
    fitted = forecast(form, how if how in METHODS else "squares", axis)
    curve = _by_hand(form, axis, told) if how == "mine" else fitted.curve
    goal = values([told.hidden], axis)[0]
    guess = _prediction(form, how, axis, curve.at(goal))
    is_open = st.session_state.get(OPENED, False)
    title = _guess_in_a_title(told, guess, is_open)
    fig = charts.own_law(told.shown, told.hidden, curve, axis, AXES[axis], guess, is_open, title)
    st.plotly_chart(fig, key="sl_own", alt=f"{title}. Five runs and a curve through them.")
    _say_the_curve(told, curve, form, axis, goal)
    if not is_open:
        st.button("I have predicted: show the sixth run", on_click=_open, type="primary", icon=":material/visibility:")
    else:
        _say_the_error(told, guess, fitted)
    with st.expander("The runs, and how their loss fell", icon=":material/show_chart:"):
        runs = told.runs if is_open else told.shown
        curves = charts.own_curves(runs, f"{len(runs)} runs, each to its own end")
        st.plotly_chart(curves, key="sl_curves", alt=in_words(curves))
        show_table(_run_rows(told, is_open), alt="The recorded runs")
    _say_how_it_was_recorded(told)
    return _run_rows(told, is_open)


def _open() -> None:
    st.session_state[OPENED] = True


def _by_hand(form: str, axis: str, told: Recorded) -> Curve:
    """The student's own constants; a and E are in nats at the first run."""
    first = told.runs[0].nats_per_token
    left, middle, right = st.columns(3)
    with left:
        b = controls.slider("Exponent b", 0.0, 0.6, 0.03, key=f"sl_b:{axis}", step=0.001, format="%.3f")
    with middle:
        a = controls.slider("a: above the floor at the first run", 0.1, 8.0, 5.5, key=f"sl_a:{form}", step=0.01)
    e = 0.0
    if form == "floor":
        with right:
            e = controls.slider("Floor E", 0.0, round(first, 2), 1.0, key="sl_e", step=0.01)
    return Curve(e, a, b, values(told.runs, axis)[0])


def _prediction(form: str, how: str, axis: str, says: float) -> float:
    """What the student thinks; the curve's own value unless they type another."""
    usual = round(min(max(says, 0.1), 9.0), 2)
    key = f"sl_guess:{form}:{how}:{axis}" + (f":{usual:.2f}" if how == "mine" else "")
    return controls.number(
        "Your prediction for the sixth (nats per token; the curve's value unless you change it)",
        0.1,
        9.0,
        usual,
        key=key,
        step=0.01,
        format="%.2f",
    )


def _guess_in_a_title(told: Recorded, guess: float, is_open: bool) -> str:
    size = format_count(told.hidden.parameters)
    if not is_open:
        return f"You say {guess:.2f} for the sixth run, with {size} parameters"
    return f"You said {guess:.2f}; the sixth run came to {told.hidden.nats_per_token:.2f}"


def _say_the_curve(told: Recorded, curve: Curve, form: str, axis: str, goal: float) -> None:
    xs, losses = values(told.shown, axis), [run.nats_per_token for run in told.shown]
    floor = f"{curve.e:.3f} + " if form == "floor" else ""
    happened(
        f"L = {floor}{curve.a:.3f} · (x / {format_digits(curve.start, 3)})^(−{curve.b:.4f}), off by "
        f"**{curve.off(xs, losses):.3f} nats** on the five (root mean square). At the sixth's {AXES[axis]}, "
        f"{format_digits(goal, 3)}: **{curve.at(goal):.3f}**."
    )


def _say_the_error(told: Recorded, guess: float, fitted: Forecast) -> None:
    sixth, last = told.hidden, told.shown[-1]
    by = told.off(guess)
    st.success(
        f"Measured: **{sixth.nats_per_token:.3f}** nats per token. Your prediction was {abs(by):.3f} too "
        f"{'high' if by > 0 else 'low'}, {abs(by) / sixth.nats_per_token:.1%} of the loss; the step from the fifth run "
        f"to the sixth was {last.nats_per_token - sixth.nats_per_token:.3f}.",
        icon=":material/visibility:",
    )
    rows = [_forecast_row(each, told) for each in all_forecasts()]
    show_table(rows, alt="What each way of fitting the five says of the sixth, and its error")
    least, most = told.errors()
    low, high = left_out(fitted.form, fitted.method, fitted.axis)
    forms = {form: forecast(form, fitted.method, fitted.axis).far_away for form in FORMS}
    happened(
        f"- **Near by.** Twelve fits to the same five points are off by {least:+.3f} to {most:+.3f} nats. Leaving out "
        f"one of the five moves the one by {METHODS[fitted.method]} between {low:.3f} and {high:.3f}.\n"
        f"{_said_of_chance(told, fitted.axis)}"
        f"- **Far away it is a guess.** At {FAR:,} times the sixth's {AXES[fitted.axis]} the fit without a floor says "
        f"{forms['power']:.2f}, the one with a floor {forms['floor']:.2f}. Both pass through the five; the floors "
        "found range from nothing to more than half of the loss, as the table shows.\n"
        "- **What five such runs cannot tell.** Parameters and tokens grew together here, so A / N^α and B / D^β "
        "cannot be told apart. For that, Hoffmann et al. trained over 400 models."
    )


def _said_of_chance(told: Recorded, axis: str) -> str:
    """How far the seeds move the runs, and the prediction with them; nothing where none was repeated."""
    spread = told.seed_spread
    if spread is None:
        return ""
    lowest, highest = other_seeds(axis)
    return (
        f"- **Chance.** The three smallest sizes were each run with two more seeds. Seeds alone move a run by up to "
        f"{spread:.3f} nats, as much as a whole step in size, and with other seeds among the five a power law says "
        f"from {lowest:.3f} to {highest:.3f} of the sixth. That it came so close is luck in part.\n"
    )


def _forecast_row(each: Forecast, told: Recorded) -> dict:
    return {
        "curve": FORMS[each.form],
        "fit": METHODS[each.method],
        "against": AXES[each.axis],
        "exponent b": f"{each.curve.b:.3f}",
        "floor E": f"{each.curve.e:.2f}" if each.form == "floor" else "none",
        "says of the sixth": f"{each.predicted:.3f}",
        "error": f"{each.error(told.hidden.nats_per_token):+.3f}",
        f"at {FAR:,} times": f"{each.far_away:.2f}",
    }


def _run_rows(told: Recorded, is_open: bool) -> list[dict]:
    runs = [*(told.runs if is_open else told.shown), *(run for run in told.repeats if run.width != told.hidden.width)]
    return [
        {
            "parameters": run.parameters,
            "of them embeddings": run.embedding_parameters,
            "layers": run.layers,
            "width": run.width,
            "tokens": run.tokens,
            "flops": run.flops,
            "seed": run.seed,
            "nats_per_token": run.nats_per_token,
            "easiest_book": run.between_books[0],
            "hardest_book": run.between_books[1],
            "training_s": run.training_s,
        }
        for run in runs
    ]


def _say_how_it_was_recorded(told: Recorded) -> None:
    facts = told.facts
    ui.measured(
        f"Recorded, not computed now: six models pretrained by {facts['source']} on {facts['training_books']} books "
        f"with the bundled tokenizer, each with its own schedule ({facts['optimizer']}). The loss is the mean over all "
        f"{facts['held_out_tokens']:,} tokens of five books that none has read; the bars reach from the easiest book "
        "to the hardest. Knowing only how often each token occurs would cost "
        f"{facts['knowing_only_frequencies_nats']:.2f}. {escape(facts['device'])}, {facts['date']}, torch "
        f"{facts['versions']['torch']}, transformers {facts['versions']['transformers']}."
    )
