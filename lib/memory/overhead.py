"""What a GPU process takes before it holds a single tensor."""

from __future__ import annotations

from lib.memory.terms import Term
from lib.units import GIB, MIB

LEAST_MIB, MOST_MIB = 141, 942  # CUDA contexts measured on a T4 and an A100
DEFAULT_MIB = 500
DISTRIBUTED_BYTES = 1.5 * GIB  # NCCL's buffers and communicators: one to two GiB


def overhead_term(context_mib: int | None = None, distributed: bool = False) -> Term:
    """The CUDA context and kernels; with more than one GPU also NCCL. An estimate, and the widest band of all."""
    context = (context_mib or DEFAULT_MIB) * MIB
    size = context + (DISTRIBUTED_BYTES if distributed else 0.0)
    low = (context if context_mib else LEAST_MIB * MIB) + (GIB if distributed else 0.0)
    high = (context if context_mib else MOST_MIB * MIB) + (2 * GIB if distributed else 0.0)
    return Term(
        "overhead",
        "CUDA context" + (" and NCCL" if distributed else ""),
        size,
        source="measured contexts: 141 MiB on a T4, 942 MiB on an A100; torch.distributed 1 to 2 GiB",
        note="Measured elsewhere, not computed.",
        below=max(0.1, 1 - low / size),
        above=max(0.1, high / size - 1),
    )
