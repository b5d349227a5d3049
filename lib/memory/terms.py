"""A term of an estimate: a size, how sure it is, and the arithmetic behind it; and an estimate made of terms."""

from __future__ import annotations

from dataclasses import dataclass

from lib.memory.arithmetic import Expression
from lib.memory.rules_of_thumb import ServingRule, TrainingRule
from lib.memory.setup import Setup


@dataclass(frozen=True)
class Term:
    """One part of the memory. Sizes in bytes.

    `below` and `above` are the uncertainty as shares of the size (0.05 = 5%); both zero means exact: the size follows
    from shapes alone. `working` is the arithmetic, where there is any; what it comes to is the whole of this part, of
    which `size_bytes` may be less where only some of it exists at the fullest moment.
    """

    key: str
    label: str
    size_bytes: float
    working: Expression | None = None
    source: str = ""
    note: str = ""
    below: float = 0.0
    above: float = 0.0

    @property
    def exact(self) -> bool:
        return self.below == 0 and self.above == 0

    @property
    def low_bytes(self) -> float:
        return self.size_bytes * (1 - self.below)

    @property
    def high_bytes(self) -> float:
        return self.size_bytes * (1 + self.above)


class MadeOfTerms:
    """What serving and training estimates have in common. Sizes in bytes, on one GPU at its fullest moment.

    `total_bytes` is everything, the CUDA context included (what `nvidia-smi` shows); `allocated_bytes` is what tensors
    take (what `torch.cuda.max_memory_allocated` says).
    """

    terms: tuple[Term, ...]
    setup: Setup
    rule: ServingRule | TrainingRule

    @property
    def all_gpus_bytes(self) -> float:
        """Over all GPUs of the set-up."""
        return self.total_bytes * self.setup.gpus

    @property
    def rule_times(self) -> float:
        """How many times this the lecture's rule says."""
        return self.rule.total_bytes / self.all_gpus_bytes

    @property
    def total_bytes(self) -> float:
        return sum(term.size_bytes for term in self.terms)

    @property
    def allocated_bytes(self) -> float:
        return self.total_bytes - self.size_of("overhead")

    @property
    def low_bytes(self) -> float:
        return sum(term.low_bytes for term in self.terms)

    @property
    def high_bytes(self) -> float:
        return sum(term.high_bytes for term in self.terms)

    def term(self, key: str) -> Term:
        return next(term for term in self.terms if term.key == key)

    def size_of(self, *keys: str) -> float:
        """Bytes of the terms with these keys together; one that the estimate lacks counts nothing."""
        return sum(term.size_bytes for term in self.terms if term.key in keys)
