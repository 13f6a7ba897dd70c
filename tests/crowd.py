"""Threads that go on with their work until a test leaves them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

Self = TypeVar("Self", bound="Crowd")


class Crowd:
    """Threads that run within a `with` block; each piece of work looks at `is_over` between its steps."""

    def __init__(self, works: Sequence[Callable[[], None]]) -> None:
        self._end = threading.Event()
        self._threads = [threading.Thread(target=work) for work in works]

    @property
    def is_over(self) -> bool:
        """Whether the block was left."""
        return self._end.is_set()

    def __enter__(self: Self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join()
