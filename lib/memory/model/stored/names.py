"""The modules that a quantization config names: by whole name, by a part of it, by glob or by regular expression."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable
from dataclasses import dataclass

from lib.memory.errors import CannotEstimateError
from lib.memory.model.config_text import short

PREFIX = re.compile(r"^(model\.|language_model\.|thinker\.)*")
WRITTEN_AS = ("", "model.", "language_model.", "model.language_model.", "language_model.model.")
SLOW = re.compile(r"\)[*+{]|\{|\\[1-9]|\(\?")  # repeated groups and references back take a stranger's pattern ages
MOST_PATTERNS, MOST_CHARACTERS, MOST_REPEATS = 200, 300, 3


@dataclass(frozen=True)
class Names:
    """Modules as a config names them; a module is meant where it, or one that it is in, is."""

    parts: frozenset[str] = frozenset()
    """Names without the model's own prefix; each may also be a piece of a longer one ("lm_head", "mlp.gate")."""
    patterns: tuple[re.Pattern[str], ...] = ()
    """Regular expressions on a whole name from its start, as compressed-tensors tries them, and globs."""

    @classmethod
    def of(cls, written: Iterable[object]) -> Names:
        entries = [each for each in written if isinstance(each, str) and each]
        plain = frozenset(PREFIX.sub("", each) or each for each in entries if not _is_pattern(each))
        return cls(plain, _patterns([each for each in entries if _is_pattern(each)]))

    def mean(self, module: str) -> bool:
        """Whether `module`, a dotted name, is one of these."""
        bare = PREFIX.sub("", module)
        pieces = bare.split(".")
        spans = (
            ".".join(pieces[start:end]) for start in range(len(pieces)) for end in range(start + 1, len(pieces) + 1)
        )
        if not self.parts.isdisjoint(spans):
            return True
        whole = [prefix + bare for prefix in WRITTEN_AS] if self.patterns else []
        return any(pattern.match(name) for pattern in self.patterns for name in whole)


def _is_pattern(written: str) -> bool:
    return written.startswith("re:") or "*" in written


def _patterns(written: list[str]) -> tuple[re.Pattern[str], ...]:
    if len(written) > MOST_PATTERNS:
        raise CannotEstimateError(
            f"The quantization_config has {len(written):,} patterns of names, more than the {MOST_PATTERNS} that are "
            "read."
        )
    return tuple(_pattern(each) for each in written)


def _pattern(written: str) -> re.Pattern[str]:
    expression = written.removeprefix("re:")
    if expression is written:  # a glob; what lies inside the module is meant too
        return re.compile(fnmatch.translate(written) + "|" + fnmatch.translate(f"{written}.*"))
    repeats = expression.count("*") + expression.count("+")
    if len(expression) > MOST_CHARACTERS or repeats > MOST_REPEATS or SLOW.search(expression):
        raise CannotEstimateError(
            f"The quantization_config's pattern {short(written)} is too involved to be tried here."
        )
    try:
        return re.compile(expression)
    except re.error as error:
        raise CannotEstimateError(
            f"The quantization_config's pattern {short(written)} is no regular expression ({error})."
        ) from error
