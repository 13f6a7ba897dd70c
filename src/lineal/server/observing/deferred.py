"""Deferred counting: the numbers of a call are added a moment later, or when somebody reads them.

Adding to a histogram takes a microsecond if its code is warm, and ten if calls are rare: counting made a read of one
row a tenth longer. If a worker is killed, the numbers of its last moment are lost. What stays out: what is counted
(calls.py, database.py).
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
    """Defer a piece of counting; without a counting thread (`counting`), pieces are counted when many wait."""
    _waiting.append(work)
    if len(_waiting) > _MOST:
        count()


def count() -> None:
    """Run the deferred pieces in their order; a piece that fails does not stop the others."""
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
