"""axe-core in the page that a browser shows: what it finds serious or critical, but for what is Streamlit's own."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from playwright.sync_api import Page

STREAMLITS = {
    # Its navigation nests a button and lists in a list.
    "list": "[data-testid=stSidebarNav]",
    "listitem": "[data-testid=stSidebarNav]",
    # The hidden tables behind its drawn ones number their cells alike in each table of a page.
    "duplicate-id-active": "[id^=glide-cell]",
    "color-contrast": ", ".join(
        (
            # It fades a caption to 60%, and with it the colours of links, code and coloured words; plain words suffice.
            "[data-testid=stCaptionContainer] :is(a, code, .stMarkdownColoredText)",
            # The colours of its syntax highlighter are fixed.
            "pre code",
            # The value over a slider's thumb is in the accent colour, and its name is taken to lie on the bar.
            "[data-testid=stSlider]",
            # A bar of progress lies under its words.
            "[data-testid=stProgress]",
            # In a closed expander transitions stand still: what fades while a script runs, or changes with the theme,
            # is only finished once it is opened.
            "details:not([open]) > :not(summary)",
        )
    ),
}
"""By rule of axe: the elements that Streamlit draws so, whatever we ask of it, and why."""

RUN = """async ([known, rules]) => {
  const how = rules.length ? {type: 'rule', values: rules} : {type: 'tag', values: ['wcag2a', 'wcag2aa']};
  // Inside a drawing of plotly's it knows no colours, and takes long; what the drawing says stands in its `alt`.
  const found = await axe.run({exclude: [['.main-svg']]}, {resultTypes: ['violations'], runOnly: how});
  return found.violations.filter(each => ['serious', 'critical'].includes(each.impact)).flatMap(each => each.nodes
    .filter(node => !(known[each.id] && document.querySelector(node.target[0])?.closest(known[each.id])))
    .map(node => `${each.id}: ${node.html.slice(0, 200)} ${node.failureSummary.slice(0, 200)}`));
}"""

AGAIN = f"""async given => {{
  for (let frame = 0; frame < 30; frame++) await new Promise(requestAnimationFrame);
  return await ({RUN})(given);
}}"""


@cache
def axe() -> str:
    return files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def findings(page: Page, *rules: str) -> list[str]:
    """Serious and critical findings of WCAG 2 A and AA, or of these rules only, that are ours.

    Streamlit paints a page in several goes: what is found is looked for once more, and counts if it is still there.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe())
    return page.evaluate(RUN, [STREAMLITS, list(rules)]) and page.evaluate(AGAIN, [STREAMLITS, list(rules)])
