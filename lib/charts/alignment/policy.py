"""A policy in figures: the best of n, a run as it goes, a reward that is hacked."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from lib.alignment.gold.run import BothRewards, best_for_gold
from lib.alignment.policy.best_of_n import kl_nats
from lib.alignment.policy.run import Examined, PolicyStep
from lib.charts.theme import BLUE, GREEN, GREY, ORANGE, RED, figure, label


def best_of(rewards: Sequence[float], chosen: int, unit: str) -> go.Figure:
    """Expected reward of the best of n by its KL divergence; `rewards[n - 1]` is that of n, `chosen` the n in focus."""
    kl = [kl_nats(n) for n in range(1, len(rewards) + 1)]
    named = [n for n in (1, 2, 4, 8, 16) if n <= len(rewards) and n != chosen]
    return figure(
        f"Best of {chosen}: {rewards[chosen - 1]:.2f} {unit}, at {kl[chosen - 1]:.2f} nats from the model",
        "KL divergence from the model (nats)",
        unit,
        traces=[
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": kl,
                "y": list(rewards),
                "line": {"color": BLUE, "width": 3},
                "marker": {"size": 7},
                "hovertext": [f"best of {n}" for n in range(1, len(rewards) + 1)],
                "hoverinfo": "text+y",
            },
            {
                "type": "scatter",
                "mode": "markers",
                "x": [kl[chosen - 1]],
                "y": [rewards[chosen - 1]],
                "marker": {"size": 18, "color": ORANGE, "symbol": "diamond"},
                "hoverinfo": "skip",
            },
        ],
        showlegend=False,
        annotations=[_name_beside(kl[n - 1], rewards[n - 1], n, last=n == len(rewards)) for n in named],
    )


def _name_beside(x: float, y: float, n: int, *, last: bool) -> dict:
    """Below a line that rises less and less there is room on the right; where the plot ends there, above it."""
    return label(x, y, f"n = {n}", yshift=16 if last else -16, xanchor="right" if last else "left")


def earned(looks: Sequence[Examined], steps: Sequence[PolicyStep], unit: str) -> go.Figure:
    """What the policy's answers earn by updates: of those sampled to look at, and of each step's own."""
    first, last = looks[0], looks[-1]
    title = f"{first.reward:.2f} {unit} per answer before the first update"
    if len(looks) > 1:
        title = f"{first.reward:.2f} → {last.reward:.2f} {unit} per answer in {last.step} updates"
    sampled = [each for each in steps if each.reward is not None]
    return figure(
        title,
        "updates",
        unit,
        height=300,
        traces=[
            _thin_line([each.step for each in sampled], [each.reward for each in sampled], GREY, width=1),
            _points([each.step for each in looks], [each.reward for each in looks], BLUE),
        ],
        showlegend=False,
    )


def moved(looks: Sequence[Examined]) -> go.Figure:
    """How far the policy is from the reference, and what ordinary text has become to it."""
    steps = [each.step for each in looks]
    last = looks[-1]
    return figure(
        f"{last.kl_nats:.1f} nats from the reference; a book {last.forgot_since(looks[0]):+.2f} nats per token",
        "updates",
        "nats",
        height=300,
        traces=[
            _points(steps, [each.kl_nats for each in looks], ORANGE),
            _points(steps, [each.book_loss for each in looks], GREEN, symbol="square"),
        ],
        showlegend=False,
        annotations=[
            label(last.step, last.kl_nats, "KL per answer", xanchor="right", yshift=14, font={"color": ORANGE}),
            # Where it begins: at its end the other line may rise through it.
            label(0, looks[0].book_loss, "a book, per token", xanchor="left", yshift=18, font={"color": GREEN}),
        ],
    )


def overoptimised(looks: Sequence[Examined], unit: str) -> go.Figure:
    """The reward that is earned and how much the texts surprise the reference, both over √KL (Gao et al. 2022)."""
    away = [each.away for each in looks]
    first, last = looks[0], looks[-1]
    return figure(
        f"Reward {first.reward:.1f} → {last.reward:.1f}; surprise per token "
        f"{first.reference_nats:.1f} → {last.reference_nats:.1f} nats",
        "√KL: how far from the base model",
        f"● {unit}",
        height=400,
        traces=[
            _points(away, [each.reward for each in looks], BLUE),
            _points(away, [-each.reference_nats for each in looks], RED, symbol="x") | {"yaxis": "y2"},
        ],
        showlegend=False,
        yaxis={"title": {"font": {"color": BLUE}}},
        yaxis2={
            "title": {"text": "✖ how natural: ln p per token", "font": {"size": 15, "color": RED}},
            "overlaying": "y",
            "side": "right",
            "showgrid": False,
            "tickfont": {"size": 14},
            "automargin": True,
            "nticks": 6,
            "tickmode": "auto",  # round numbers of its own: in step with the other axis they would be -2.374, -2.595 …
        },
    )


def against_gold(found: Sequence[BothRewards]) -> go.Figure:
    """The proxy that is earned and the gold that judges, both over √KL (Gao et al. 2022, figure 1)."""
    away = [each.away for each in found]
    best, last = best_for_gold(found), found[-1]
    gold = _points(away, [each.gold for each in found], ORANGE, symbol="diamond") | {"name": "gold ± standard error"}
    gold |= {"error_y": {"type": "data", "array": [each.gold_error for each in found], "thickness": 1.5, "width": 4}}
    return figure(
        f"Proxy {last.proxy:+.1f}, gold {last.gold:+.1f}; gold was best ({best.gold:+.1f}) {best.when}",
        "√KL from the base model",
        "standard deviations",
        height=400,
        legend={"y": -0.26},
        traces=[_points(away, [each.proxy for each in found], BLUE) | {"name": "proxy"}, gold],
    )


def losses(steps: Sequence[PolicyStep]) -> go.Figure:
    """The loss of each update. GRPO's begins near 0, so that three decimals would show none of it."""
    return figure(
        f"Loss {loss_in_words(steps[-1].loss)} at update {steps[-1].step}",
        "updates",
        "loss",
        height=240,
        traces=[_thin_line([each.step for each in steps], [each.loss for each in steps], GREY, width=2)],
        showlegend=False,
        yaxis={"exponentformat": "none"},  # 0.0002, not 200μ
    )


def loss_in_words(loss: float) -> str:
    """As many decimals as it takes to tell it from 0."""
    return f"{loss:.3f}" if abs(loss) >= 0.01 else f"{loss:.2g}"


def _thin_line(x: Sequence[float], y: Sequence[float], colour: str, width: int) -> dict:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(x),
        "y": list(y),
        "line": {"color": colour, "width": width},
        "hoverinfo": "skip",
    }


def _points(x: Sequence[float], y: Sequence[float], colour: str, symbol: str = "circle") -> dict:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": list(x),
        "y": list(y),
        "line": {"color": colour, "width": 3},
        "marker": {"size": 11, "symbol": symbol},
    }
