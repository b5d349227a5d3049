"""Questions asked backwards: what fits, what would make it fit, how a measurement compares.

fit.py           the longest context, largest batch and model, how many GPUs, and what would make it fit
changes.py       the changes one can make to a set-up to save memory, each with its price and how much it hurts
side_by_side.py  two estimates part by part
packed.py        a set-up as a short text that fits into a link, and back
measurement.py   what `nvidia-smi`, PyTorch or an error said of memory
compare.py       a measurement against the estimate, and the assumptions that would explain the difference
accuracy.py      how far off the estimates and the rules of thumb are from what was recorded
"""
