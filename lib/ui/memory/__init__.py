"""The memory chapters on a page.

setup_controls.py       what is served or trained, and how: the controls, and presets that set them
architecture_picker.py  choosing a model: from the catalogue, by number, by shape, by config or from the hub
counting.py             a model that no formula knows, counted by a worker; and any model part by part
calculator.py           the result: the bar, what would make it fit, the lecture's rule beside it, what to take home
working.py              the working behind an estimate, in symbols and in the student's numbers
sharding.py             sharded training: model states here, by the ZeRO paper and by DeepSpeed
over_time.py            a training step, or a request, as stacked areas over its moments
answers.py              questions asked backwards, and how many of every GPU it takes
kept_setup.py           two set-ups side by side
measurement.py          what a tool said about a student's own run, held against the estimate
checked.py              how far off the calculator is: its estimates and the rules of thumb against what was recorded
kv_cache.py             the KV-cache page: what a context costs, and the paging simulation
dilemma.py              the training dilemma page: pull the point, see which way of training wins
units.py                the unit a student has chosen for sizes
"""
