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
from functools import partial
from typing import NamedTuple, Protocol


class Number(Protocol):
    """A counter or gauge."""

    def inc(self, amount: float = 1) -> None:
        """Add to it."""


class _Addition(NamedTuple):
    """An addition to a number."""

    number: Number
    amount: int


_SECONDS = 0.1  # with more at a time, calls would wait for the interpreter
_MOST = 100_000
_waiting: deque[Callable[[], object] | _Addition] = deque()
_log = logging.getLogger(__name__)


def later(work: Callable[[], object] | _Addition) -> None:
    """Defer a piece of counting; without a counting thread (`counting`), pieces are counted when many wait."""
    _waiting.append(work)
    if len(_waiting) > _MOST:
        count()


def add(number: Number, amount: int = 1) -> None:
    """Defer an addition to a counter or gauge; additions to the same number become one."""
    later(_Addition(number, amount))


def count() -> None:
    """Run the deferred pieces in their order; a piece that fails does not stop the others."""
    amounts: dict[Number, int] = {}
    for _ in range(len(_waiting)):
        try:
            work = _waiting.popleft()
        except IndexError:  # somebody else counts as well
            break
        if isinstance(work, _Addition):
            amounts[work.number] = amounts.get(work.number, 0) + work.amount
        else:
            _do(work)
    for number, amount in amounts.items():
        _do(partial(number.inc, amount))


def _do(work: Callable[[], object]) -> None:
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
