"""A cache with a limit in bytes, for values that are made from callers' texts.

What stays out: the size of a value, which its maker estimates.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class SizedCache(Generic[Key, Value]):
    """The last used values, up to a number of bytes. Safe for any number of threads, and after a fork.

    It has two halves and no lock: a forked process could wait for a lock forever. A value that is found in the older
    half moves to the younger one. When the younger half is full, it replaces the older one, whose values are forgotten.
    """

    def __init__(self, most: int) -> None:
        """Take how many bytes it may hold."""
        self._most = most // 2
        self._young: dict[Key, Value] = {}
        self._old: dict[Key, Value] = {}
        self._size = 0

    def get(self, key: Key, make: Callable[[], Value], size: Callable[[Value], int]) -> Value:
        """Return the value of a key, or make it now.

        Args:
            key: identifies the value.
            make: makes the value; errors are not cached.
            size: estimates the bytes of the value, including its key.

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
