"""The health service of gRPC, with its own threads: it answers while all other threads are busy.

What stays out: checking whether the server is ready (readiness.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2

from lineal.server.call_threads import CallThreads
from lineal.server.receiving import Receiving
from lineal.server.status import abort

_THREADS = 4
_MOST = 200
_MOST_STALLED = 32
SERVICE_NAME: str = health.SERVICE_NAME


class Health:
    """What the health service says of the services, and the handlers that say it."""

    def __init__(self, seconds: float) -> None:
        """Begin with nothing ready.

        Args:
            seconds: how long the message of a call may take to come.
        """
        self._servicer = health.HealthServicer()
        self._threads = CallThreads(_THREADS, _MOST)
        self._receiving = Receiving(seconds, most=_MOST_STALLED)

    def handlers(self) -> grpc.GenericRpcHandler:
        """Return the handlers of the service."""
        check = self._on_own_threads(self._received(lambda request, context: self._servicer.Check(request, context)))
        watch = self._on_own_threads(self._received(self._servicer.Watch))
        watch.experimental_non_blocking = True  # the watch of a client then holds no thread
        write = health_pb2.HealthCheckResponse.SerializeToString
        methods = {
            "Check": grpc.stream_unary_rpc_method_handler(check, response_serializer=write),
            "Watch": grpc.stream_stream_rpc_method_handler(watch, response_serializer=write),
        }
        return grpc.method_handlers_generic_handler(SERVICE_NAME, methods)

    def show(self, names: tuple[str, ...], ready: bool) -> None:
        """Say of services whether requests can be answered."""
        state = health_pb2.HealthCheckResponse.SERVING if ready else health_pb2.HealthCheckResponse.NOT_SERVING
        for name in names:
            self._servicer.set(name, state)

    def begin_stop(self) -> None:
        """Say from now on that nothing is ready."""
        self._servicer.enter_graceful_shutdown()

    def close(self) -> None:
        """End the threads."""
        self._receiving.close()
        self._threads.shutdown(wait=True)

    def _on_own_threads(self, behaviour: Any) -> Any:
        behaviour.experimental_thread_pool = self._threads  # where gRPC looks for it
        return behaviour

    def _received(self, answer: Callable[..., Any]) -> Any:
        """Return the behaviour of a method that gets its one message and answers it."""

        def handle(requests: Iterator[bytes], context: grpc.ServicerContext, *send: Any) -> Any:
            try:
                message = self._receiving.message(requests, context, self._threads)
                request = health_pb2.HealthCheckRequest.FromString(message)
            except Exception as error:
                abort(context, error, rpc_name="Check")
            return answer(request, context, *send)

        return handle
