"""The app as something that is served: what asks whether it lives, and what its operator sees. No streamlit.

health.py     the answers to a health check and a readiness check
operator.py   the operator's key, and processes with their memory
arenas.py     how much of what is freed the C library keeps
garbage.py    what the collector of garbage has to look through, and how often
wakeups.py    how often other threads wake the one that serves everybody
turns.py      pages of those who come together, computed one after another
errors.py     what an operator hears whose key is not taken
"""

from lib.serving.errors import OperatorError
from lib.serving.operator import OperatorKey, ProcessMemory, processes

__all__ = ["OperatorError", "OperatorKey", "ProcessMemory", "processes"]
