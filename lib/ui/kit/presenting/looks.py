"""What the theme cannot say. How a page looks on a projector: black on white or white on black, nothing smaller than
2.2% of 720 lines.

Streamlit's theme is one for all visitors and its size is fixed at the start, so a single visitor's projector needs
CSS: constants of ours, never text of anybody's. Streamlit sizes its text in `rem`; plotly's text is in pixels.
"""

from __future__ import annotations

import streamlit as st

from lib.ui.kit.presenting.page_parts import (
    CAPTION,
    CHART,
    CHECKBOX,
    CHOSEN_OF_FEW,
    COLUMN,
    ELEMENT,
    EXPANDER,
    HEADER,
    HORIZONTAL,
    IMAGE,
    MAIN_BLOCK,
    METRIC_LABEL,
    METRIC_VALUE,
    MULTISELECT,
    PRIMARY_BUTTON,
    TOOLBAR,
    VERTICAL,
    WRAPPER,
)

ROOT_PIXELS = 21.2
"""Streamlit's smallest text, 0.75 rem in badges and legends, is 15.9 pixels high: 2.2% of 720 are 15.84."""
INK_AND_PAPER = "light-dark(#000000, #ffffff)", "light-dark(#ffffff, #000000)"
"""The browser chooses: it knows first when a theme is changed, and the page is not computed anew for it."""
CHART_PIXELS, TITLE_PIXELS = 17, 23
LEGEND_PIXELS = 16
"""Plotly has put a legend's entries side by side at 15 pixels: much larger, one would run into the next one's sign. And
it has cut the legend off where it would end with those."""
SMALL_IN_CHARTS = ", ".join(
    f'.js-plotly-plot text[style*="font-size: {pixels}px"]' for pixels in range(8, CHART_PIXELS)
)


STAGE_WITH_CHART = (
    f".st-key-stage:has(> {ELEMENT} {CHART})"
    f":not(:has({HORIZONTAL} {CHART}))"
    f":not(:has({EXPANDER} {CHART}))"
    f":not(:has(> {WRAPPER} > {VERTICAL} > {ELEMENT} {CHART}))"
)
FIRST_CHART = f":nth-child(1 of {ELEMENT}:has({CHART}))"
POINT_FIRST = f"""@media (min-width: 1000px) {{
{STAGE_WITH_CHART} {{ display: grid; grid-template-columns: minmax(0, 62fr) minmax(0, 38fr); gap: 0 1.5rem;
  align-items: start; }}
{STAGE_WITH_CHART} > * {{ grid-column: 2; min-width: 0; max-width: 100%; margin-bottom: 0.8rem; }}
{STAGE_WITH_CHART} > {FIRST_CHART} {{ grid-column: 1; grid-row: 1 / span 100; position: sticky; top: 0.6rem; }}
{STAGE_WITH_CHART} {HORIZONTAL} {{ flex-wrap: wrap; }}
{STAGE_WITH_CHART} {COLUMN} {{ min-width: min(9.5rem, 100%); }}
{STAGE_WITH_CHART} {CHECKBOX} p {{ white-space: normal; }}
{STAGE_WITH_CHART} {METRIC_VALUE}, {STAGE_WITH_CHART} {METRIC_VALUE} * {{
  font-size: 1.2rem; white-space: normal; }}
}}"""
"""At the experiment the first chart stands at the left and stays there; controls and words pass by at its right.
Where a chart stands beside its controls already, or charts come with a run or lie on an open shelf, the page is left
as it is."""


def readable_everywhere() -> None:
    """What no theme can say, of every page.

    Dark words on the bright accent of a dark page: Streamlit writes white on it, whatever the theme's colours. A
    stronger accent for what is chosen of a few: Streamlit's has a contrast of 4.3 to 1 under the mouse. And the bands
    of a flow, which plotly fades in once it has drawn them: drawn anew meanwhile, as Streamlit does, they stay away.
    """
    st.html(f"""<style>
{PRIMARY_BUTTON}:not(:disabled), {MULTISELECT} span[title] {{
  color: light-dark(#ffffff, #17120e) !important; }}
{PRIMARY_BUTTON}:not(:disabled):hover {{
  background-color: light-dark(#8f3c14, #e68a4a) !important; }}
{CHOSEN_OF_FEW} p {{ color: light-dark(#8f3c14, #e68a4a) !important; }}
.js-plotly-plot .sankey-link {{ opacity: 1 !important; }}
</style>""")


def second_screen_looks() -> None:
    """Buttons that are there for a clicker's keys alone are not displayed."""
    st.html("<style>.st-key-presenter_PageUp, .st-key-presenter_PageDown { display: none; }</style>")


def projector_looks(*, experiment: bool, everything: bool) -> None:
    """Lay the projector's looks over the page; hide the page's own drawing at every step but its experiment."""
    ink, paper = INK_AND_PAPER
    point = POINT_FIRST if experiment else ""
    others = '.st-key-stage > *:not(:has([class*="st-key-stage_part_"])) { display: none; }'
    hidden = "" if experiment or everything else others
    st.html(f"""<style>
html {{ font-size: {ROOT_PIXELS}px !important; }}
.stApp, .stApp {HEADER}, .st-key-stage_keys {{ background: {paper}; }}
.stApp, .stApp p, .stApp li, .stApp h1, .stApp h2, .stApp h3, .stApp label {{ color: {ink}; }}
{CAPTION}, {CAPTION} * {{ color: {ink}; opacity: 1; }}
.stApp button p {{ color: inherit; }}
.stApp button kbd {{ opacity: 1; }}
[class*="st-key-stage_part_predict"] p, [class*="st-key-stage_part_check"] p {{ font-size: 1.25rem; }}
{HEADER} {{ display: none; }}
{MAIN_BLOCK} {{ padding: 0.6rem 1.5rem 5rem; }}
.stApp [style*="font-size:.7em"], .stApp [style*="font-size:.6"] {{ font-size: 16px !important; }}
.stApp code, .stApp small, .stApp sub, .stApp sup {{ font-size: max(0.8em, 16px); }}
.stApp .stMarkdownBadge {{ font-size: 1rem; color: {ink}; }}
{SMALL_IN_CHARTS} {{ font-size: {CHART_PIXELS}px !important; }}
.js-plotly-plot tspan[style*="font-size"] {{ font-size: 16px !important; }}
.js-plotly-plot .legendtext {{ font-size: {LEGEND_PIXELS}px !important; }}
.js-plotly-plot .modebar, {ELEMENT}:has({IMAGE}) {TOOLBAR} {{ display: none; }}
.js-plotly-plot .legend .scrollbox {{ clip-path: none !important; }}
.js-plotly-plot .gtitle {{ font-size: {TITLE_PIXELS}px !important; }}
.st-key-stage {METRIC_VALUE}, .st-key-stage {METRIC_VALUE} * {{
  font-size: 1.4rem; white-space: normal; }}
.st-key-stage {METRIC_LABEL} * {{ white-space: normal; }}
.js-plotly-plot .xtick text, .js-plotly-plot .ytick text, .js-plotly-plot .gtitle, .js-plotly-plot .xtitle,
.js-plotly-plot .ytitle {{ fill: {ink} !important; }}
.st-key-room_title h1 {{ font-size: 1.2rem; padding: 0; }}
.st-key-stage_keys {{ position: fixed; bottom: 0; left: 0; right: 0; z-index: 99; padding: 0.3rem 1.5rem;
  width: 100vw; border-top: 2px solid {ink}; }}
.st-key-stage_keys button p, .st-key-stage_keys button kbd, .st-key-stage_keys button span {{ font-size: 17px; }}
.st-key-stage_page_down, .st-key-stage_page_up, .st-key-stage_screens {{ display: none; }}
#stage-screen {{ position: fixed; right: 1.5rem; bottom: 0.4rem; z-index: 100; font-size: 2rem; color: #ffffff;
  mix-blend-mode: difference; }}
.js-plotly-plot .textpoint text, .js-plotly-plot .bartext-outside, .js-plotly-plot .node-label {{
  fill: {ink} !important; }}
{point}
{hidden}
</style>""")
