"""The thread that takes calls from the native engine, works on short reads itself and gives all others to threads.

Passing a call on wakes another thread, which costs a tenth of a short read. So reads of a SQLite file, which take turns
anyway, are done where they arrive. A thread that is in one read for long is replaced: another takes what comes, and
until the long read is over it passes reads on as well. What stays out: connections and the end (native_server.py).
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import grpc
from pygrpc_native import EVENT_CALL, NativeGrpcFront

from lineal.server.call_threads import CallThreads, run
from lineal.server.native_calls import NativeCall
from lineal.server.reader_threads import ReaderThreads

_AT_ONCE = 64
_PATIENCE_SECONDS = 0.02
_INTERNAL: int = grpc.StatusCode.INTERNAL.value[0]
_UNAVAILABLE: int = grpc.StatusCode.UNAVAILABLE.value[0]
_log = logging.getLogger(__name__)
Behaviour = Callable[[Iterator[bytes], Any], bytes]


class Method(NamedTuple):
    """A method: its path, its handler, and the threads that work on its calls."""

    path: str
    behaviour: Behaviour
    threads: CallThreads | ReaderThreads


class Dispatch:
    """The calls that arrived and are not answered.

    Attributes:
        calls: each by its number.
        completed: when the last call of a peer was complete.
        is_stopping: whether new calls are refused.
    """

    def __init__(self, front: NativeGrpcFront, methods: list[Method], others: CallThreads, most: int) -> None:
        """Begin with no call.

        Args:
            front: where calls come from.
            methods: by the number that the front gives them.
            others: threads that refuse calls.
            most: how many reads may wait.
        """
        self.calls: dict[int, NativeCall] = {}
        self.completed: dict[str, float] = {}
        self.is_stopping = False
        self._front, self._methods, self._others, self._most = front, methods, others, most
        self._reads: deque[tuple[Method, int, NativeCall, bytes]] = deque()
        self._turns = (threading.Semaphore(0), threading.Semaphore(0))
        self._taker = 0
        self._reader: int | None = None
        self._is_other_away = False
        self._begun = 0
        self._is_watched = threading.Event()
        self._is_over = False
        loops = (partial(self._work, 0), partial(self._work, 1), self._watch)
        self._threads = [threading.Thread(target=loop, name="lineal-native", daemon=True) for loop in loops]

    def start(self) -> None:
        """Take calls from now on, until the front is closed."""
        for thread in self._threads:
            thread.start()
        self._turns[self._taker].release()

    def end(self) -> None:
        """Return when no calls are taken anymore; the front is closed already."""
        self._is_over = True
        for turn in self._turns:
            turn.release()
        self._is_watched.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    def _work(self, me: int) -> None:
        while self._turns[me].acquire() and not self._is_over:
            self._take(me)
            self._is_other_away = False

    def _take(self, me: int) -> None:
        """Take calls until the other thread does, or the front is closed."""
        while self._taker == me:
            events = self._front.recv_batch_details(_AT_ONCE, 0 if self._reads else None)
            if events is None:
                return
            for event in events:
                self._handle(*event)
            if self._reads:
                self._read(me)

    def _handle(self, kind: int, number: int, method: int, message: Any, _: Any, details: Any) -> None:
        """Begin a call, or tell one that its client gave it up."""
        try:
            if kind == EVENT_CALL:
                self._begin(number, self._methods[method], message, details)
            elif call := self.calls.get(number):
                call.give_up()
        except Exception:
            _log.exception("a call could not begin")
            self._front.fail(number, _INTERNAL, "the server could not begin the call; its log has the details")

    def _begin(self, number: int, method: Method, message: bytes, details: Any) -> None:
        if self.is_stopping:
            self._front.fail(number, _UNAVAILABLE, "the server is stopping; call it again")
            return
        self.completed[details[1]] = time.monotonic()
        self.calls[number] = call = NativeCall(*details)
        if not isinstance(method.threads, ReaderThreads) or self._is_other_away:
            method.threads.submit(self._answer, method, number, call, message)
        elif len(self._reads) < self._most:
            self._reads.append((method, number, call, message))
        else:
            self._others.refuse(self._answer, method, number, call, message)

    def _read(self, me: int) -> None:
        """Answer the read that waits longest."""
        self._begun += 1
        self._reader = me
        if not self._is_watched.is_set():
            self._is_watched.set()
        run(partial(self._answer, *self._reads.popleft()))
        self._reader = None if self._reader == me else self._reader

    def _answer(self, method: Method, number: int, call: NativeCall, message: bytes) -> None:
        try:
            answer = method.behaviour(iter((message,)), call)
        except Exception as error:
            code, text = call.failed(error)
            self._front.fail(number, code, text, call.trailing)
        else:
            self._front.respond(number, answer, None, call.trailing)
        finally:
            del self.calls[number]

    def _watch(self) -> None:
        """Let the other thread take calls when the one that does is in a read for long."""
        while self._is_watched.wait() and not self._is_over:
            self._is_watched.clear()
            begun = self._begun
            time.sleep(_PATIENCE_SECONDS)
            if self._reader == self._taker and begun == self._begun:
                self._hand_over()
            if self._is_over or self._reader is not None or begun != self._begun:
                self._is_watched.set()

    def _hand_over(self) -> None:
        """Give what waits to threads, and the taking of calls to the other thread."""
        self._is_other_away = True
        with contextlib.suppress(IndexError):  # the read may be over by now
            while self._reads:
                method, *call = self._reads.popleft()
                method.threads.submit(self._answer, method, *call)
        self._taker = 1 - self._taker
        self._turns[self._taker].release()
