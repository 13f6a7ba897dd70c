"""A cache that is bounded by the bytes of what it holds, for what is made of texts that callers write.

What stays out: how many bytes a thing takes, which those who put it there estimate.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class SizedCache(Generic[Key, Value]):
    """What was used last, up to a number of bytes. Safe for any number of threads, and after a fork.

    It has two halves and no lock: a forked process could wait for a lock forever. What is found in the older half moves
    to the younger one. When the younger half is full, it becomes the older one, and what was there is forgotten.
    """

    def __init__(self, most: int) -> None:
        """Take how many bytes it may hold."""
        self._most = most // 2
        self._young: dict[Key, Value] = {}
        self._old: dict[Key, Value] = {}
        self._size = 0

    def get(self, key: Key, make: Callable[[], Value], size: Callable[[Value], int]) -> Value:
        """Return what was made for a key, or make it now.

        Args:
            key: what tells one thing from others.
            make: makes it; what it raises is not remembered.
            size: estimates the bytes of what was made, its key included.

        """
        found = self._young.get(key)
        if found is not None:
            return found
        found = self._old.get(key)
        if found is None:
            found = make()
        self._keep(key, found, size(found))
        return found

    def clear(self) -> None:
        """Forget everything."""
        self._young, self._old, self._size = {}, {}, 0

    def _keep(self, key: Key, value: Value, size: int) -> None:
        if size > self._most:
            return
        if self._size + size > self._most:
            self._old, self._young, self._size = self._young, {}, 0
        self._young[key] = value
        self._size += size
