"""The trainer's log beside one's own curve."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.charts.lesson import unsloth as charts
from lib.lesson.unsloth.brought.log import At, TrainerLog, relative
from lib.ui.kit import controls
from lib.ui.lesson.unsloth.own_run import OwnRun


def beside_own_curve(own: OwnRun, log: TrainerLog | None, *, recorded: bool) -> list[dict]:
    """The rows to take away. `recorded`: the log is the course's, not one that was brought."""
    as_share = controls.segmented(
        "Loss", {"nats": "nats per token", "share": "share of the first"}, "nats", key="un_loss"
    )
    mine = {"training": own.curve.training, "held out": own.curve.held_out}
    theirs = {"training": log.training, "held out": log.held_out} if log else {}
    if as_share == "share":
        mine = {name: relative(values) for name, values in mine.items()}
        theirs = {name: relative(values) for name, values in theirs.items()}
    title = _title(own, log, recorded)
    unit = "loss (nats per token)" if as_share == "nats" else "loss (share of the first)"
    st.plotly_chart(charts.curves(mine, theirs, title, unit), key="un_curves", alt=title)
    if log is None:
        st.info("Bring a log, and its curve is drawn here beside this one.", icon=":material/upload:")
    else:
        _in_words(own, log, recorded)
    return _rows("here", own.curve.training, own.curve.held_out) + (
        _rows("recorded log" if recorded else "brought", log.training, log.held_out) if log else []
    )


def _title(own: OwnRun, log: TrainerLog | None, recorded: bool) -> str:
    whose = "Yours" if own.curve.is_own else "The recorded run"
    here = f"{whose} on the CPU {_ends(own.curve.training)}"
    if log is None:
        return here
    return f"{here}; {'the recorded log' if recorded else 'brought back'} {_ends(log.training or log.held_out)}"


def _ends(values: tuple[At, ...]) -> str:
    return f"{values[0].value:.2f} → {values[-1].value:.2f}"


def _in_words(own: OwnRun, log: TrainerLog, recorded: bool) -> None:
    lowest = log.lowest_held_out
    if lowest is not None:
        rises = (
            f"After that it rises to {log.held_out[-1].value:.3f}: the run memorises from there on."
            if log.rises_again
            else "It does not rise again."
        )
        ui.happened(
            f"The log's held-out loss is lowest at step {lowest.step}: **{lowest.value:.3f}** nats per token. {rises}"
        )
    else:
        ui.happened("The log has no held-out loss (eval_strategy was not set), so nothing says whether it memorises.")
    if log.wrong_step is not None:
        st.warning(
            f"At step {log.wrong_step} a loss or a gradient is no number: the run diverged there. A tenth of the "
            "learning rate, or bf16 instead of fp16, is the first thing to try.",
            icon=":material/error:",
        )
    elif log.zero_step is not None:
        st.warning(
            f"At step {log.zero_step} the loss is exactly 0. A language model never gets there: the Trainer writes 0 "
            "where the loss was NaN (logging_nan_inf_filter).",
            icon=":material/error:",
        )
    if recorded:
        ui.measured(
            "The recorded log is what transformers' Trainer wrote of the same texts and default settings with the "
            "bundled model, on a CPU and not on a GPU, without Unsloth. Its last training loss is "
            f"{log.training[-1].value:.2f}, that of the other curve {own.curve.training[-1].value:.2f}."
        )
    else:
        st.caption(
            "Nats per token of two tokenizers are not the same unit: compare shapes, or the share of the first loss, "
            "unless both runs used one model."
        )


def _rows(whose: str, training: tuple[At, ...], held_out: tuple[At, ...]) -> list[dict]:
    return [
        {"run": whose, "loss of": name, "step": each.step, "nats_per_token": each.value}
        for name, values in (("training", training), ("held out", held_out))
        for each in values
    ]
