"""Published results beside one's own."""

from __future__ import annotations

import streamlit as st

from lib.charts.quant import published as charts
from lib.quant.findings.published import PublishedTable, published_tables
from lib.quant.findings.results import Results, short
from lib.quant.measure.scoring.quality import Quality
from lib.ui.kit.chapter import published
from lib.ui.kit.tables import show_table


def published_figures(results: Results | None) -> None:
    """Tables from the papers, each with the rows of this run that answer the same question."""
    st.header("What others have measured", anchor=False)
    tables = published_tables()
    tabs = st.tabs([table.tab for table in tables], key="published_tab", on_change="rerun")
    for table, tab in zip(tables, tabs, strict=True):
        if tab.open:  # the others' charts and tables would be made anew at every move of a slider, and not be seen
            with tab:
                _one(table, results)


def _one(table: PublishedTable, results: Results | None) -> None:
    st.plotly_chart(charts.published(table), key=f"published-{table.id}", alt=table.message)
    st.markdown(table.about)
    mine = _yours(table, results)
    if mine:
        st.markdown(f"**Your run:** {mine}.")
    with st.expander("The figures", icon=":material/table:"):
        lines = [{"": row.name} | dict(zip(table.columns, row.values, strict=True)) for row in table.rows]
        show_table(lines, alt=table.message)
    published(f"[{table.source}]({table.url}).")


def _yours(table: PublishedTable, results: Results | None) -> str:
    rows = [results.rows[name] for name in table.ours if name in results.rows] if results else []
    rows = [row for row in rows if row.quality and row.quality.agreement]
    return ", ".join(_change(row.row, row.quality) for row in rows)


def _change(name: str, quality: Quality) -> str:
    change, kl = quality.perplexity_change_percent, quality.agreement.kl_nats
    return f"{short(name)} {change:+.1f}% perplexity (KL {kl:.2g})"
