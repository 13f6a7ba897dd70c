"""A gRPC server whose HTTP/2 is done by the package pygrpc-native, in threads that need no interpreter.

It serves the RPCs, each by a handler as grpcio would have it (grpc_handlers.py), behind the same interceptors. Streams,
which are watches of health and reflection, pass to a server of grpcio, on a Unix socket that only this user can open.
What stays out: the calls (native_dispatch.py, native_calls.py), and what the package cannot do (docs/decisions/0038).
"""

from __future__ import annotations

import logging
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial, wraps
from types import SimpleNamespace
from typing import Any

import grpc
from pygrpc_native import NativeGrpcFront

from lineal import errors
from lineal.config import ENGINE_FLAG
from lineal.server import native_connections
from lineal.server.call_threads import CallThreads
from lineal.server.health import SERVICE_NAME as HEALTH
from lineal.server.native_dispatch import Behaviour, Dispatch, Method
from lineal.server.native_limits import Bounds, Calls, NativeLimits
from lineal.server.rpcs import SERVICES

IO_THREADS = 1
_METHODS: dict[str, Iterable[str]] = {**SERVICES, HEALTH: ("Check",)}
_LOOK_SECONDS, _LEAVE_SECONDS = 0.02, 1.0
_LAST_SECONDS = 5.0
"""How long cancelled calls, and answers on their way, may take at the end."""
_UNAVAILABLE: int = grpc.StatusCode.UNAVAILABLE.value[0]
_ARGUMENTS: dict[str, tuple[str, Callable[[int], int]]] = {
    "grpc.absolute_max_metadata_size": ("max_metadata_size", int),
    "grpc.keepalive_time_ms": ("keepalive_time_ms", partial(max, 1)),
    "grpc.keepalive_timeout_ms": ("keepalive_timeout_ms", partial(max, 1)),
    "grpc.keepalive_permit_without_calls": ("keepalive_permit_without_calls", bool),
    "grpc.max_concurrent_streams": ("max_concurrent_streams", int),
    "grpc.so_reuseport": ("reuse_port", bool),
}
"""For an argument of gRPC's channel, that of the package and what makes its value."""


class NativeServer:
    """The part of `grpc.Server` that the gRPC door uses."""

    def __init__(
        self,
        threads: CallThreads,
        interceptors: Sequence[grpc.ServerInterceptor],
        options: dict[str, int | str],
        streams: grpc.Server,
        *,
        most: int,
        bounds: Bounds,
    ) -> None:
        """Begin without an address.

        Args:
            threads: work on calls whose handlers name no others.
            interceptors: what a call passes before its handler, the first first.
            options: the arguments of the channel, by their names in gRPC.
            streams: serves the calls of all other methods.
            most: how many calls may run or wait.
            bounds: what a connection may do without completing a call.
        """
        logging.getLogger("pygrpc_native").setLevel(logging.CRITICAL)  # it has a line for each broken connection
        self._threads, self._interceptors, self._streams = threads, interceptors, streams
        self._options, self._most, self._bounds = options, most, bounds
        self._methods: list[Method] = []
        self._no_grace = threading.Event()
        self._stopped: threading.Event | None = None

    def add_generic_rpc_handlers(self, handlers: Iterable[Any]) -> None:
        """Serve the methods of services that have one request and one answer."""
        for of_service in handlers:
            for method in _METHODS[of_service.service_name()]:
                path = f"/{of_service.service_name()}/{method}"
                behaviour = _intercepted(self._interceptors, of_service, path)
                threads = getattr(behaviour, "experimental_thread_pool", self._threads)
                self._methods.append(Method(path, behaviour, threads))

    def add_insecure_port(self, address: str) -> int:
        """Listen on an address; return the port.

        Raises:
            RuntimeError: the address cannot be taken.
            FailedPreconditionError: there is no folder for the socket of streams.
        """
        try:
            self._front = NativeGrpcFront(
                address,
                [(method.path, False) for method in self._methods],
                io_threads=IO_THREADS,
                call_details=True,
                metrics=True,
                **_arguments(self._options),
            )
        except OSError as error:
            raise RuntimeError(str(error)) from None
        self._front.set_fallback(self._listen_for_streams())
        self._dispatch = Dispatch(self._front, self._methods, self._threads, self._most)
        port: int = self._front.bound_port
        self._port = port
        known = Calls(self._busy, self._are_incomplete, self._dispatch.completed)
        self._limits = NativeLimits(port, self._bounds, known)
        return port

    def _listen_for_streams(self) -> str:
        """Let the server of streams listen on a Unix socket; return its path."""
        try:
            self._folder = tempfile.TemporaryDirectory(prefix="lineal-")
            path = f"{self._folder.name}/streams"
            self._streams.add_insecure_port(f"unix:{path}")
        except (OSError, RuntimeError) as error:
            raise errors.FailedPreconditionError(
                f"{ENGINE_FLAG} native needs a folder for a socket, with a short path: {error}; "
                "let TMPDIR name one such as /tmp"
            ) from None
        return path

    def start(self) -> None:
        """Answer calls from now on."""
        self._streams.start()
        self._front.start()
        self._dispatch.start()
        self._limits.start()

    def leave(self) -> None:
        """Accept no new connections; open ones end when they have no call and were silent for a moment."""
        native_connections.stop_listening(self._port)
        threading.Thread(target=self._leave, name="lineal-native-leave", daemon=True).start()

    def _leave(self) -> None:
        while not self._dispatch.is_stopping:
            native_connections.end_silent(self._port, busy=self._busy())
            time.sleep(_LEAVE_SECONDS)

    def stop(self, grace: float | None) -> threading.Event:
        """Take no new calls, and finish the others within the grace; the event is set when none is left."""
        if self._stopped is None:
            self._stopped = threading.Event()
            threading.Thread(target=self._stop, args=[grace], name="lineal-native-stop", daemon=True).start()
        if grace is None:
            self._no_grace.set()
            self._streams.stop(None)
        return self._stopped

    def _stop(self, grace: float | None) -> None:
        assert self._stopped is not None  # noqa: S101 stop sets it first
        try:
            self._finish(grace)
        finally:
            self._stopped.set()

    def _finish(self, grace: float | None) -> None:
        native_connections.stop_listening(self._port)
        self._dispatch.is_stopping = True
        streams = self._streams.stop(grace)
        self._wait_for_calls(grace or 0, self._no_grace)
        for call in list(self._dispatch.calls.values()):
            call.give_up()
        self._wait_for_calls(_LAST_SECONDS, threading.Event())
        self._wait_until_sent()
        streams.wait()
        self._limits.close()
        self._front.close()
        self._dispatch.end()
        self._folder.cleanup()

    def _wait_until_sent(self) -> None:
        """Return when answers are on their way, and the kernel has sent them; closing the front would cut them off."""
        end = time.monotonic() + _LAST_SECONDS
        while self._unended() and time.monotonic() < end:
            time.sleep(_LOOK_SECONDS)
        native_connections.wait_until_sent(self._port, _LAST_SECONDS)

    def _busy(self) -> set[str]:
        return {call.peer() for call in list(self._dispatch.calls.values())}

    def _are_incomplete(self) -> bool:
        return self._unended() > len(self._dispatch.calls)

    def _unended(self) -> int:
        """Return how many calls the front has not ended; those whose messages are incomplete are among them."""
        found: dict[str, Any] = (self._front.metrics() or {}).get("methods", {})
        counts = [(found[path]["started"], found[path]["status"].values()) for path, _, _ in self._methods]
        return sum(started - sum(status["count"] for status in ended) for started, ended in counts)

    def _wait_for_calls(self, seconds: float, is_over: threading.Event) -> None:
        end = time.monotonic() + seconds
        while self._dispatch.calls and time.monotonic() < end and not is_over.is_set():
            time.sleep(_LOOK_SECONDS)


def _intercepted(interceptors: Sequence[grpc.ServerInterceptor], handlers: Any, path: str) -> Behaviour:
    """Return the behaviour of a method behind interceptors; here they do not depend on the call."""
    details = SimpleNamespace(method=path, invocation_metadata=())

    def after(passed: int) -> Any:
        if passed == len(interceptors):
            return handlers.service(details)
        return interceptors[passed].intercept_service(lambda _: after(passed + 1), details)

    handler = after(0)
    behaviour: Behaviour = handler.stream_unary
    return _serialized(behaviour, handler.response_serializer) if handler.response_serializer else behaviour


def _serialized(behaviour: Callable[..., Any], serialize: Callable[[Any], bytes]) -> Behaviour:
    @wraps(behaviour)
    def handle(requests: Iterator[bytes], call: Any) -> bytes:
        return serialize(behaviour(requests, call))

    return handle


def _arguments(options: dict[str, int | str]) -> dict[str, Any]:
    """Return the arguments of the package for those of gRPC's channel."""
    given = {name: value for name, value in options.items() if name in _ARGUMENTS and isinstance(value, int)}
    return {_ARGUMENTS[name][0]: _ARGUMENTS[name][1](value) for name, value in given.items()}
