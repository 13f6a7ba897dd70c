"""A small pool of threads for calls that compute and hardly wait, because they share one interpreter.

A read of a SQLite file waits only for the interpreter, which SQLite's driver releases at every row. With many threads,
the competition for the interpreter costs more than the rows. So only a few threads read at a time, and further calls
wait in a queue. A thread that is done takes the next call itself. If the few are busy for long, other threads help.
What stays out: which calls these are (grpc_door.py), and how many may wait (call_threads.py).
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

from lineal.server.call_threads import CallThreads, run, started

READERS = 3  # one computes, one is in SQLite, one receives the next request
_PATIENCE_SECONDS = 0.1
_TAKEN: Future[Any] = Future()
_TAKEN.set_result(None)


class ReaderThreads(ThreadPoolExecutor):
    """As few threads as possible, and one more whenever calls wait and none has begun for a moment.

    gRPC needs an executor, so this is one. But its threads take calls from a queue of their own, because a future for
    each call, which nobody uses, would cost more than passing the call on.
    """

    def __init__(self, others: CallThreads) -> None:
        """Begin.

        Args:
            others: the threads of all other calls, which help these and refuse for them.
        """
        super().__init__(1)
        self._others = others
        self.working = contextlib.nullcontext()  # reads of a file take turns anyway (store/engine/read_turns.py)
        self._waiting: SimpleQueue[Callable[[], Any] | None] = SimpleQueue()
        self._begun = 0
        self._stalled = 0
        self._lock = threading.Lock()
        self._is_busy = threading.Event()
        self._is_over = False
        self._loops: list[threading.Thread] = []
        others.share_end(self._waiting.qsize)
        self._start(self._look)
        self._start(self._work)

    def submit(self, work: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        """Let a thread do the work, or refuse it; the future says nothing of it."""
        if self._others.is_full:
            return self._others.refuse(work, *args, **options)
        self._waiting.put(partial(work, *args, **options))
        if self._waiting.qsize() > 1 and not self._are_all:
            self._start(self._work)
        if not self._is_busy.is_set():
            self._is_busy.set()
        return _TAKEN

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the threads, after what waits is done."""
        self._is_over = True
        self._is_busy.set()
        self._waiting.put(None)
        super().shutdown(wait, cancel_futures=cancel_futures)
        for thread in list(self._loops) if wait else ():
            thread.join()

    def replace_stalled(self, stalled: int) -> None:
        """Work with as many threads more as wait for their client's message."""
        self._stalled = stalled
        for _ in range(min(stalled, self._waiting.qsize())):
            if not self._are_all:
                self._start(self._work)

    @property
    def _are_all(self) -> bool:
        return len(self._loops) - self._stalled > READERS

    def _start(self, loop: Callable[[], None]) -> None:
        thread = threading.Thread(target=loop, name="lineal-read", daemon=True)
        self._loops.append(thread)
        if not started(thread):
            self._loops.remove(thread)

    def _work(self) -> None:
        """Do what waits until the threads are to end, or there are more than needed."""
        while not self._is_needless():
            work = self._waiting.get()
            if work is None:
                self._waiting.put(None)  # for the next thread
                return
            self._do(work)

    def _is_needless(self) -> bool:
        """Leave if there are more than the few and the one that looks; one thread at a time finds that out."""
        with self._lock:
            if len(self._loops) - self._stalled <= READERS + 1:
                return False
            self._loops.remove(threading.current_thread())
            return True

    def _do(self, work: Callable[[], Any]) -> None:
        self._begun += 1
        run(work)

    def _help(self) -> None:
        """Do one thing that waits, if there still is any."""
        with contextlib.suppress(Empty):
            work = self._waiting.get_nowait()
            if work is None:
                self._waiting.put(None)  # for the few
            else:
                self._do(work)

    def _look(self) -> None:
        """Watch the queue while there is work; this thread is one of the loops."""
        while self._is_busy.wait() and not self._is_over:
            begun = self._begun
            time.sleep(_PATIENCE_SECONDS)
            self._is_busy.clear()
            if self._is_over or not self._waiting.empty():
                self._is_busy.set()
            if self._begun == begun and not self._waiting.empty():
                self._others.take(self._help) if self._are_all else self._start(self._work)
