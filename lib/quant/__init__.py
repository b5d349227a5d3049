"""Quantization: number formats and quantizers in numpy, and measurements on real models.

Nothing here imports torch when it is imported; the measuring jobs do when they run, in a worker.
"""

from lib.quant.errors import QuantError

__all__ = ["QuantError"]
