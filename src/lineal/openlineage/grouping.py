"""Events of several threads in one transaction, for engines that let only one transaction write at a time.

While one thread stores events, others wait. The next one stores all that wait, so they share the commit, which takes
longer than an event where the disk is busy. If the transaction fails, each event gets one of its own, so that none
fails for another. What stays out: which events may share a transaction (__init__.py).
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Sequence

from lineal import deadlines, errors
from lineal.openlineage.receiving import Receipt, Received
from lineal.service.access import Caller

MOST_TOGETHER = 20
"""How many events one transaction stores: other writers wait for its end."""


class _Waiting:
    """An event that waits.

    Attributes:
        received: the event.
        caller: whose event it is, for what they may write.
        is_taken: whether a thread has taken it and not put it back; the turn of that thread ends with its transaction.
        receipt: what became of it, None if it is not stored.
    """

    __slots__ = ("caller", "is_taken", "receipt", "received")

    def __init__(self, received: Received, caller: Caller) -> None:
        self.received, self.caller = received, caller
        self.is_taken = False
        self.receipt: Receipt | None = None


class Grouping:
    """Stores events together. Safe for any number of threads."""

    def __init__(self, store: Callable[[Sequence[Received], Caller], Sequence[Receipt]]) -> None:
        """Begin without events.

        Args:
            store: stores events of a caller in one transaction, and returns the receipts of the first ones, at least of
                one: the others wait for the next transaction.
        """
        self._store = store
        self._waiting: deque[_Waiting] = deque()
        self._turn = threading.Lock()

    def receipt_of(self, received: Received, caller: Caller) -> Receipt | None:
        """Store an event, perhaps with others of the caller; return None if they could not be stored together.

        Raises:
            DeadlineExceededError, CancelledError: the time of the call was over before somebody took the event.
        """
        own = _Waiting(received, caller)
        self._waiting.append(own)
        try:
            with deadlines.Held(self._turn):
                while not own.is_taken:
                    deadlines.check()  # a thread whose time is over must not store for others
                    self._store_some()
        except errors.StatusError:
            if self._takes_back(own):
                raise
            with self._turn:  # the thread that took it was at work
                if self._takes_back(own):
                    raise
        return own.receipt

    def _store_some(self) -> None:
        group = self._take()
        try:
            receipts = self._store([each.received for each in group], group[0].caller)
        except Exception:  # each finds out on its own what it fails for
            return
        for each, receipt in zip(group, receipts, strict=False):
            each.receipt = receipt
        others = group[len(receipts) :]
        for each in others:
            each.is_taken = False
        self._waiting.extendleft(reversed(others))

    def _take(self) -> list[_Waiting]:
        """Take the first events that wait, all of one caller; there is at least one."""
        group = [self._waiting.popleft()]
        with contextlib.suppress(IndexError):  # there are no more: a thread whose time is over takes its event back
            while len(group) < MOST_TOGETHER:
                following = self._waiting.popleft()
                if following.caller != group[0].caller:
                    self._waiting.appendleft(following)
                    break
                group.append(following)
        for each in group:
            each.is_taken = True
        return group

    def _takes_back(self, own: _Waiting) -> bool:
        try:
            self._waiting.remove(own)
        except ValueError:
            return False
        return True
