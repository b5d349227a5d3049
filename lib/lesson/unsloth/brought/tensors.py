"""A safetensors file as numpy arrays. numpy has no bf16, so those are widened; safetensors itself checks the file."""

from __future__ import annotations

import numpy as np
from safetensors import SafetensorError, deserialize

from lib.lesson.unsloth.errors import ActivityError

KINDS = {"F64": np.float64, "F32": np.float32, "F16": np.float16}
BF16 = "BF16"


def read_tensors(content: bytes, file: str) -> dict[str, np.ndarray]:
    """Every tensor by name, as floats; ActivityError where the file is cut short, damaged, or holds whole numbers."""
    try:
        found = deserialize(content)
    except (SafetensorError, ValueError, TypeError, OverflowError):
        kind = "zip" if file.lower().endswith(".zip") else "safetensors"
        raise ActivityError(
            f"“{file}” is not a whole {kind} file: it is cut short, damaged or of another kind. Download it again."
        ) from None
    return {name: _array(told, name, file) for name, told in found}


def _array(told: dict, name: str, file: str) -> np.ndarray:
    kind = str(told["dtype"])
    if kind == BF16:
        halves = np.frombuffer(told["data"], dtype="<u2")
        return (halves.astype("<u4") << 16).view("<f4").reshape(told["shape"])
    if kind not in KINDS:
        raise ActivityError(
            f"“{file}” holds {name[:80]} as {kind}; an adapter has floating-point numbers of 16 or 32 bits."
        )
    return np.frombuffer(told["data"], dtype=KINDS[kind]).reshape(told["shape"])
