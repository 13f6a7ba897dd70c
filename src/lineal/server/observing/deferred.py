"""Counting put aside: what a call adds to the numbers is added a moment later, or when somebody asks for them.

Adding to a histogram takes a microsecond where its code is warm, and ten where a call comes alone: all that is counted
of one call made a read of one row a tenth longer. A worker that is killed takes its last moment of numbers with it.
What stays out: what is counted (calls.py, database.py).
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator

_SECONDS = 0.1  # with more at a time, calls would wait for the interpreter
_MOST = 100_000
_waiting: deque[Callable[[], object]] = deque()
_log = logging.getLogger(__name__)


def later(work: Callable[[], object]) -> None:
    """Put a piece of counting aside; where nobody counts (`counting`), what waits is counted when it is much."""
    _waiting.append(work)
    if len(_waiting) > _MOST:
        count()


def count() -> None:
    """Do what was put aside until now, in the order in which it came; a piece that fails keeps no other from it."""
    for _ in range(len(_waiting)):
        try:
            work = _waiting.popleft()
        except IndexError:  # somebody else counts as well
            return
        try:
            work()
        except Exception:
            _log.exception("a number could not be counted")


@contextlib.contextmanager
def counting() -> Iterator[None]:
    """Count ten times a second, and once more at the end."""
    ended = threading.Event()
    thread = threading.Thread(target=_keep_counting, args=(ended,), name="lineal-numbers", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        count()


def _keep_counting(ended: threading.Event) -> None:
    while not ended.wait(_SECONDS):
        count()
