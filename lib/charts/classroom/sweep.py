"""A class sweep: the grid as its runs fill it, and held-out loss against forgetting."""

from __future__ import annotations

import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREEN, GREY, ORANGE, figure, label, line
from lib.classroom.experiments.sweep import Cell, CellState, Sweep

SIGNS = {CellState.FREE: "", CellState.DEALT: "dealt", CellState.STARTED: "…", CellState.FAILED: "✕"}
ROW_PIXELS = 46
INK = "#17100b"
"""Of the numbers: 7 to 1 or more against every blue of the scale, on a light page and on a dark one."""


def filled(sweep: Sweep) -> go.Figure:
    """Rank by learning rate: each cell's held-out loss, darker where it is lower; what is not over has a sign."""
    grid, by_place = sweep.grid, {(each.rank, each.learning_rate): each for each in sweep.cells}
    rows = [[by_place[rank, rate] for rate in grid.rates] for rank in grid.ranks]
    losses = [[None if each.state is not CellState.DONE else each.done.held_out_loss for each in row] for row in rows]
    trace = {
        "type": "heatmap",
        "x": list(range(len(grid.rates))),
        "y": list(range(len(grid.ranks))),
        "z": losses,
        "text": [[_sign_in(each, sweep.best) for each in row] for row in rows],
        "texttemplate": "%{text}",
        "textfont": {"size": 15, "color": INK},
        "colorscale": [[0, "#62a9d6"], [1, "#eaf2f8"]],
        "showscale": False,
        "xgap": 3,
        "ygap": 3,
        "hoverinfo": "skip",
    }
    signs = [  # plotly writes nothing into cells without a number
        label(x, y, SIGNS[each.state], font={"size": 15})
        for y, row in enumerate(rows)
        for x, each in enumerate(row)
        if each.state is not CellState.DONE and SIGNS[each.state]
    ]
    boxes = [
        {
            "type": "rect",
            "x0": x - 0.48,
            "x1": x + 0.48,
            "y0": y - 0.46,
            "y1": y + 0.46,
            "line": {"color": GREY, "width": 1},
        }
        for y in range(len(grid.ranks))
        for x in range(len(grid.rates))
    ]
    return figure(
        _title_of_grid(sweep),
        "learning rate",
        "rank",
        height=110 + ROW_PIXELS * len(grid.ranks),
        traces=[trace],
        annotations=signs,
        shapes=boxes,
        xaxis={"tickvals": list(range(len(grid.rates))), "ticktext": [f"{rate:g}" for rate in grid.rates]},
        yaxis={"tickvals": list(range(len(grid.ranks))), "ticktext": [str(rank) for rank in grid.ranks]},
    )


def tradeoff(sweep: Sweep) -> go.Figure:
    """Every run that is over: lower is better on both axes. The frontier is joined, the best run named."""
    from lib.training.comparing.grid import frontier

    best = sweep.best
    edge = frontier([each.done for each in sweep.whole])
    on_edge = {each.number for each in edge}
    others = [each for each in sweep.whole if each.number not in on_edge]
    traces = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": "no run beats it on both",
            "x": [each.held_out_loss for each in edge],
            "y": [each.forgot for each in edge],
            "marker": {"size": 13, "color": GREEN, "symbol": "diamond"},
            "line": {"color": GREEN, "width": 2, "dash": "dot"},
            "text": [sweep.cells[each.number].title for each in edge],
            "hovertemplate": "%{text}<br>held-out loss %{x:.2f}, forgot %{y:.2f}<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "markers",
            "name": "the other runs",
            "x": [each.done.held_out_loss for each in others],
            "y": [each.done.forgot for each in others],
            "marker": {"size": 11, "color": BLUE, "symbol": "circle"},
            "text": [each.title for each in others],
            "hovertemplate": "%{text}<br>held-out loss %{x:.2f}, forgot %{y:.2f}<extra></extra>",
        },
    ]
    base = best.done.base_loss
    return figure(
        f"The lowest held-out loss, {best.done.held_out_loss:.2f}, costs {best.done.forgot:+.2f} nats of the book",
        "held-out loss (nats per token)",
        "forgot (nats per token)",
        height=110 + ROW_PIXELS * len(sweep.grid.ranks),
        traces=traces,
        shapes=[line("x", base, color=ORANGE, width=2, dash="dash")],
        annotations=[
            label(base, 1, "base model", yref="paper", yanchor="bottom", xanchor="right", font={"color": ORANGE}),
            label(  # above it: the next on the frontier lies to its right, often close by
                best.done.held_out_loss,
                best.done.forgot,
                f"r {best.rank}, {best.learning_rate:g}",
                xanchor="left",
                xshift=-8,
                yshift=20,
                font={"color": GREEN, "size": 15},
            ),
        ],
        legend={"y": -0.42, "font": {"size": 16}},  # as large as on a projector: two entries in half of its width
    )


def describe_sweep(sweep: Sweep) -> str:
    said = [f"{c.title}: held-out loss {c.done.held_out_loss:.2f}, forgot {c.done.forgot:.2f}" for c in sweep.whole]
    failed = [each.title for each in sweep.cells if each.state is CellState.FAILED]
    if failed:
        said.append(f"ended in a problem: {', '.join(failed)}")
    return f"{sweep.over} of {len(sweep.cells)} runs are over. {'; '.join(said)}."


def _title_of_grid(sweep: Sweep) -> str:
    if sweep.best is None:
        return f"{sweep.over} of {len(sweep.cells)} runs are over"
    where = f"rank {sweep.best.rank}, rate {sweep.best.learning_rate:g}"
    so_far = "" if sweep.over == len(sweep.cells) else " so far"
    return f"Lowest held-out loss{so_far}: {sweep.best.done.held_out_loss:.2f} at {where}"


def _sign_in(cell: Cell, best: Cell | None) -> str:
    if cell.state is not CellState.DONE:
        return ""
    loss = f"{cell.done.held_out_loss:.2f}"
    return f"★ {loss}" if best and cell.number == best.number else loss
