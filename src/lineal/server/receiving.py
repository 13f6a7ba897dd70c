"""Receiving the messages of gRPC calls: how long one may take, and how many may be incomplete.

A client may send the headers of a call but not its message. The thread of such a call waits. So a thread that waits for
more than a moment is replaced by another. A message that takes too long ends its call. If very many calls wait, those
of the connection with the most of them end first. What stays out: the threads (call_threads.py).
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import grpc

from lineal import errors
from lineal.server.status import code_of

_log = logging.getLogger(__name__)
MOST_STALLED = 256
"""How many incomplete calls can hold a thread."""
MOMENT = 0.05
"""Seconds after which a message counts as late."""


class Replaceable(Protocol):
    """Threads that are replaced while they wait."""

    def replace_stalled(self, stalled: int) -> None:
        """Work with as many threads more."""


@dataclass(eq=False)
class _Incomplete:
    """A call whose message is incomplete."""

    context: grpc.ServicerContext
    threads: Replaceable
    since: float = field(default_factory=time.monotonic)
    ended_by: errors.StatusError | None = None

    def end(self, error: errors.StatusError) -> None:
        """End the call: its client sees the error, and its thread goes on."""
        self.ended_by = error
        _cancel(self.context, error)


class Receiving:
    """The calls of a server whose messages are incomplete."""

    def __init__(self, seconds: float, *, most: int | None = None) -> None:
        """Begin to watch.

        Args:
            seconds: how long a message may take.
            most: how many calls may wait for their messages, beyond a moment; MOST_STALLED by default.
        """
        self._seconds = seconds
        self._most = MOST_STALLED if most is None else most
        self._open: dict[int, _Incomplete] = {}
        self._known: set[Replaceable] = set()
        self._is_needed = threading.Event()
        self._is_over = False
        self._watching = threading.Thread(target=self._watch, name="lineal-receive", daemon=True)
        self._watching.start()

    def message(self, requests: Iterator[bytes], context: grpc.ServicerContext, threads: Replaceable) -> bytes:
        """Wait for the message of a call.

        Args:
            requests: the messages that the client sends; it has to send one.
            context: the call.
            threads: the threads that this one is of.

        Raises:
            DeadlineExceededError: it did not come in time.
            ResourceExhaustedError: too many calls were incomplete.
            CancelledError: the client cancelled the call.
            UnimplementedError: the client sent none.
        """
        call = _Incomplete(context, threads)
        self._open[id(call)] = call
        if not self._is_needed.is_set():
            self._is_needed.set()
        try:
            message = next(requests, None)
        except grpc.RpcError:
            raise call.ended_by or errors.CancelledError("the client cancelled the call") from None
        finally:
            del self._open[id(call)]
        if message is None:
            raise call.ended_by or errors.UnimplementedError("the call has no message; send exactly one")
        return message

    def close(self) -> None:
        """End the watching."""
        self._is_over = True
        self._is_needed.set()
        self._watching.join()

    def _watch(self) -> None:
        while self._is_needed.wait() and not self._is_over:
            self._is_needed.clear()
            time.sleep(MOMENT)
            try:
                self._look(time.monotonic())
            except Exception:
                _log.exception("fault while checking calls whose messages are incomplete")
            if self._open or self._known:
                self._is_needed.set()

    def _look(self, now: float) -> None:
        """End calls that take too long or are too many, and replace the threads of the others."""
        stalled = [call for call in list(self._open.values()) if now - call.since >= MOMENT and not call.ended_by]
        for call in [call for call in stalled if now - call.since >= self._seconds]:
            call.end(self._too_long())
        waiting = [call for call in stalled if not call.ended_by]
        for call in _greediest(waiting, len(waiting) - self._most):
            call.end(_too_many())
        self._replace(stalled)

    def _replace(self, stalled: list[_Incomplete]) -> None:
        counts = Counter(call.threads for call in stalled)
        for threads in self._known | set(counts):
            threads.replace_stalled(min(counts[threads], self._most))
        self._known = set(counts)

    def _too_long(self) -> errors.StatusError:
        return errors.DeadlineExceededError(
            f"the message of the call did not come within {self._seconds:g} s; send it again, or start the server with "
            "a larger --max-receive-seconds",
            errors.Details(limit="--max-receive-seconds"),
        )


def _too_many() -> errors.StatusError:
    return errors.ResourceExhaustedError(
        "too many calls were sent in part, most of them over this connection; send the message with the call"
    )


def _greediest(waiting: list[_Incomplete], number: int) -> list[_Incomplete]:
    """Return calls to end: those of the connections with the most, the oldest first."""
    if number <= 0:
        return []
    peers = {id(call): call.context.peer() for call in waiting}
    counts = Counter(peers.values())
    waiting.sort(key=lambda call: (-counts[peers[id(call)]], call.since))
    return waiting[:number]


def _cancel(context: Any, error: errors.StatusError) -> None:
    """Cancel a call with a status; if grpcio offers no way to do that, the client sees CANCELLED without a text."""
    with contextlib.suppress(Exception):
        context._rpc_event.call.cancel(code_of(error).value[0], error.message)
    context.cancel()
