"""What Python's collector of garbage has to look through, and how often."""

from __future__ import annotations

import gc

NEW_OBJECTS = 5_000
"""A run of a page makes about so many. Python's own 700 has it look eight times at what the run is about to drop."""
YOUNG, OLD = 10, 5
"""How many such looks until those that stayed are looked at again, and how many of these until all are."""


def spare_what_stays() -> None:
    """Leave out all that has been imported so far, which is there until the server ends, and look less often.

    Now and then the collector looks through everything while all wait: with these libraries for 100 ms, at about every
    fiftieth move of a slider.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, YOUNG, OLD)
