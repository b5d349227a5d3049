"""Quantization: number formats and quantizers in numpy, and measurements on real models.

formats/     number formats, bit by bit, and quantization by hand
quantizers/  the teaching quantizers, in numpy, applied to one matrix
measure/     the measuring job: one model in every precision, row by row
layer_map/   which layers bear rounding: the sensitivity map
findings/    what a run has shown, held against the lecture, other machines and what was published
errors.py    the domain's error

Nothing here imports torch when it is imported; the measuring jobs do when they run, in a worker.
"""

from lib.quant.errors import QuantError

__all__ = ["QuantError"]
