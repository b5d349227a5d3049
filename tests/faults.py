"""The bug hunt's faults by their keys: a page has them in an order, tests speak of one."""

from __future__ import annotations

from lib.training.faults.cases import FAULTS

BY_KEY = {fault.key: fault for fault in FAULTS}
