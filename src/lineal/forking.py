"""The behaviour of Lineal's parts when their process forks.

A child of `fork` gets a copy of its parent's memory and open files, but only one of its threads. A lock of another
thread stays locked there, a connection has two owners, and a library that was working at that moment may wait for ever.
So each part registers here. Work that cannot be cut in two passes a `Gate`, which is shut while the process forks. What
stays out: what a part does about its own connections, locks and threads.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

_log = logging.getLogger(__name__)


class Forkable(Protocol):
    """Something that a fork would harm."""

    def before_fork(self) -> None:
        """Get ready: the gates are shut by now."""

    def after_fork_in_child(self) -> None:
        """Start again in the child, without the things that the parent still uses."""


class Gate:
    """A gate that threads pass before work that a fork must not interrupt.

    Args:
        seconds: how long a fork waits for the work in progress.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.start_open()
        _gates.append(self)

    def start_open(self) -> None:
        """Be open, with nobody inside: in a forked child the threads of the parent do not exist."""
        self._is_shut = False
        self._opened = threading.Event()
        self._inside: dict[object, tuple[int, object]] = {}

    def enter(self, owner: object) -> object:
        """Begin work for an owner, after a fork in progress; return the ticket to leave with.

        A thread that has work in progress is let in at once: the fork waits for it.
        """
        thread = threading.get_ident()
        while True:
            ticket = object()
            self._inside[ticket] = (thread, owner)
            if not self._is_shut or self._entries(thread) > 1:
                return ticket
            opened = self._opened
            del self._inside[ticket]
            opened.wait()

    def leave(self, ticket: object) -> None:
        """End the work of a ticket; one from before a fork is of no meaning in the child."""
        self._inside.pop(ticket, None)

    @contextmanager
    def passed(self, owner: object) -> Iterator[None]:
        """Enter for the time of a `with` block."""
        ticket = self.enter(owner)
        try:
            yield
        finally:
            self.leave(ticket)

    def has(self, owner: object) -> bool:
        """Say whether work for an owner is in progress."""
        return any(each is owner for _, each in list(self._inside.values()))

    def _entries(self, thread: int) -> int:
        return sum(1 for each, _ in list(self._inside.values()) if each == thread)

    def shut(self) -> None:
        """Let nobody in any more, and wait for the work of other threads."""
        self._opened, self._is_shut = threading.Event(), True
        end = time.monotonic() + self._seconds
        while len(self._inside) > self._entries(threading.get_ident()):
            if time.monotonic() >= end:
                _log.warning("the process forks while a call of more than %g s is in progress", self._seconds)
                return
            time.sleep(0.001)

    def open(self) -> None:
        """Let everybody in again."""
        self._is_shut = False
        self._opened.set()


_gates: list[Gate] = []
_known: weakref.WeakSet[Forkable] = weakref.WeakSet()
_changing = threading.RLock()
_forking = threading.RLock()


def watch_forks(part: Forkable) -> None:
    """Notify a part of every fork as long as the part lives."""
    with _changing:
        _known.add(part)


def _each(act: Callable[[Forkable], None]) -> None:
    """Let each part act; an error in one must not stop the others."""
    for part in list(_known):
        try:
            act(part)
        except Exception:
            _log.warning("a part of Lineal could not get ready for a fork", exc_info=True)


def _before() -> None:
    _forking.acquire()  # one thread forks after the other
    for gate in _gates:
        gate.shut()
    _changing.acquire()
    _each(lambda part: part.before_fork())


def _after_in_parent() -> None:
    for gate in _gates:
        gate.open()
    for lock in (_changing, _forking):
        with contextlib.suppress(RuntimeError):  # an interrupt has kept `_before` from taking it
            lock.release()


def _after_in_child() -> None:
    global _changing, _forking
    _changing, _forking = threading.RLock(), threading.RLock()
    _each(lambda part: part.after_fork_in_child())
    for gate in _gates:
        gate.start_open()


with contextlib.suppress(AttributeError):  # systems without fork lack it
    os.register_at_fork(before=_before, after_in_parent=_after_in_parent, after_in_child=_after_in_child)
