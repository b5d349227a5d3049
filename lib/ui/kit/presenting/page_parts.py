"""By which marks a script or a style of ours finds the parts of a page of Streamlit 1.67.

Its documentation names classes for what we have given a key (`.st-key-…`) and none for the rest: these are the ids by
which its own tests find them. A test looks for each in what Streamlit sends to a browser.
"""

from __future__ import annotations


def marked_as(test_id: str) -> str:
    """A CSS selector for all that is marked like this."""
    return f'[data-testid="{test_id}"]'


MAIN, MAIN_BLOCK, HEADER = map(marked_as, ("stMain", "stMainBlockContainer", "stHeader"))
ELEMENT, WRAPPER = map(marked_as, ("stElementContainer", "stLayoutWrapper"))
VERTICAL, HORIZONTAL, COLUMN = map(marked_as, ("stVerticalBlock", "stHorizontalBlock", "stColumn"))
CHART, EXPANDER, CHECKBOX = map(marked_as, ("stPlotlyChart", "stExpanderDetails", "stCheckbox"))
METRIC_VALUE, METRIC_LABEL = map(marked_as, ("stMetricValue", "stMetricLabel"))
CAPTION, MULTISELECT = map(marked_as, ("stCaptionContainer", "stMultiSelect"))
IMAGE, TOOLBAR = map(marked_as, ("stImage", "stElementToolbar"))
SKELETON, APP_SKELETON = map(marked_as, ("stSkeleton", "stAppSkeleton"))
"""What holds the place of something whose code has not come yet."""
PRIMARY_BUTTON = '[data-testid^="stBaseButton-primary"]'
CHOSEN_OF_FEW = '[data-variant="segmented_control"][data-selected]'
