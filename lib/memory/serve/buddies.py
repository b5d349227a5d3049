"""A buddy allocator: pieces of power-of-two size, split in halves, joined with their twin when freed."""

from __future__ import annotations


class Buddies:
    """`total` tokens of memory, the largest power of two within `size`; `free` holds the starts of pieces by size."""

    def __init__(self, size: int) -> None:
        self.total = 1 << (size.bit_length() - 1)
        self.free: dict[int, set[int]] = {self.total: {0}}

    @staticmethod
    def size(wanted: int) -> int:
        """Of the piece that `wanted` tokens get: the next power of two, at least 16."""
        return 1 << (max(16, wanted) - 1).bit_length()

    def take(self, wanted: int) -> int | None:
        """Where the piece for `wanted` tokens starts; None if no free piece is large enough."""
        size = self.size(wanted)
        have = next((s for s in sorted(self.free) if s >= size and self.free[s]), None)
        if have is None:
            return None
        start = min(self.free[have])
        self.free[have].remove(start)
        while have > size:
            have //= 2
            self.free.setdefault(have, set()).add(start + have)
        return start

    def release(self, start: int, size: int) -> None:
        """Give back the piece of `size` tokens at `start`, joining it with its twin as often as that is free."""
        while size < self.total and (start ^ size) in self.free.get(size, ()):
            self.free[size].remove(start ^ size)
            start, size = min(start, start ^ size), 2 * size
        self.free.setdefault(size, set()).add(start)
