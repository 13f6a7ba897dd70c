"""Streams of the gRPC server, such as reflection: each holds a thread while its client sends nothing.

So only a few may be open at a time, and none for long. What stays out: calls with one message (receiving.py), and the
health service (health.py), whose watches hold no thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import grpc

MOST = 2
SECONDS = 20.0
_HEALTH = "/grpc.health.v1.Health/"


class BoundedStreams(grpc.ServerInterceptor):  # type: ignore[misc]
    """Refuses a stream when enough are open, and ends one that stays open."""

    def __init__(self) -> None:
        self._free = threading.BoundedSemaphore(MOST)

    def intercept_service(self, continuation: Callable[[Any], Any], details: Any) -> Any:
        """Return the handler of a call; that of a stream within its bounds."""
        handler = continuation(details)
        is_stream = handler is not None and handler.request_streaming and handler.response_streaming
        if not is_stream or details.method.startswith(_HEALTH):
            return handler
        bounded = self._bounded(handler.stream_stream)
        return grpc.stream_stream_rpc_method_handler(bounded, handler.request_deserializer, handler.response_serializer)

    def _bounded(self, behaviour: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
        def handle(requests: Iterator[Any], context: grpc.ServicerContext) -> Iterator[Any]:
            if not self._free.acquire(blocking=False):
                context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, f"the server keeps {MOST} streams open; try again")
            end = threading.Timer(SECONDS, context.cancel)
            end.daemon = True
            try:
                end.start()
                yield from behaviour(requests, context)
            finally:
                end.cancel()
                self._free.release()

        return handle
