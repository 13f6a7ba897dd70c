"""Threads for calls that compute and hardly wait: few, since they share one interpreter.

A read of a SQLite file waits for nothing but the interpreter, which SQLite's driver lets go of at every row: with many
threads reading, each row is a fight for it that costs more than the row. So few read at a time, and the others wait in
a queue; who is done takes the next call without any hand-over. Where the few are long at work, others help them. What
stays out: which calls these are (grpc_door.py), and how much may wait (admission.py).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from lineal.server.admission import BoundedThreads

FEW = 3  # one computes, one is in SQLite, one receives the next request
_PATIENCE_SECONDS = 0.2


class FewThreads(ThreadPoolExecutor):
    """A few threads, and a thread of others more whenever no call was begun for a moment though some wait."""

    def __init__(self, others: BoundedThreads) -> None:
        super().__init__(FEW, thread_name_prefix="lineal-read")
        self._others = others
        self._waiting: deque[Callable[[], Any]] = deque()
        self._begun = 0
        self._is_crowded = threading.Event()
        self._is_over = False
        others.share_end(self._waiting)
        threading.Thread(target=self._look, name="lineal-crowd", daemon=True).start()

    def submit(self, work: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        """Let a thread do the work, or refuse it; the future is over when as much work as was there is done."""
        if self._others.is_full:
            return self._others.refuse(work, *args, **options)
        self._waiting.append(partial(work, *args, **options))
        if len(self._waiting) > 1 and not self._is_crowded.is_set():
            self._is_crowded.set()
        return super().submit(self._do_next)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the threads."""
        self._is_over = True
        self._is_crowded.set()
        super().shutdown(wait, cancel_futures=cancel_futures)

    def _do_next(self) -> None:
        """Do the work that waits longest, unless another thread has taken it."""
        try:
            work = self._waiting.popleft()
        except IndexError:
            return
        self._begun += 1
        work()

    def _look(self) -> None:
        """Watch over the queue while there is one."""
        while self._is_crowded.wait() and not self._is_over:
            begun = self._begun
            time.sleep(_PATIENCE_SECONDS)
            self._is_crowded.clear()
            if self._waiting:
                self._is_crowded.set()
                if self._begun == begun:
                    self._others.take(self._do_next)
