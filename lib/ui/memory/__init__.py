"""The memory chapters on a page.

answers.py              questions asked backwards, all GPUs at once, two set-ups side by side, and a measurement
architecture_picker.py  choosing a model for the memory pages: from the catalogue, by number, by shape, by config or
checked.py              how far off is this calculator? Its estimates and the rules of thumb against what was measured
dilemma.py              the training dilemma page's parts
kv_cache.py             the KV-cache page's parts: what a context costs, and the paging simulation
setup_controls.py       the controls of the memory calculator: what is served or trained, how, and on which card
views.py                what the memory calculator shows about a set-up, one view at a time
"""
