"""The gRPC interceptor that records each call; it runs before the guard, so it also sees refused calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, wraps
from typing import Any

import grpc

from lineal.server.observing import request_ids, tracing
from lineal.server.observing.calls import ObservedCall

_Behaviour = Callable[[Iterator[bytes], grpc.ServicerContext], bytes]


class GrpcCalls(grpc.ServerInterceptor):  # type: ignore[misc]
    """Records the calls of the named services; others pass unseen."""

    def __init__(self, services: Mapping[str, Any]) -> None:
        self._services = services
        self._noted = lru_cache(maxsize=256)(_noted)  # handlers live as long as the server

    def intercept_service(self, continuation: Callable[[Any], Any], details: Any) -> Any:
        """Return the handler of a call that takes note of it."""
        handler = continuation(details)
        service, _, method = details.method[1:].partition("/")  # of any form: a client writes it
        if handler is None or service not in self._services:
            return handler
        return self._noted(handler.stream_unary, method)


def _noted(behaviour: _Behaviour, method: str) -> grpc.RpcMethodHandler:
    @wraps(behaviour)
    def handle(requests: Iterator[bytes], context: grpc.ServicerContext) -> bytes:
        given = context.invocation_metadata()
        token = request_ids.begin(next((value for name, value in given if name == request_ids.HEADER), None))
        call = ObservedCall("grpc", method)
        try:
            with tracing.request_span(method, given):
                response = behaviour(_Noted(requests, call), context)
            call.end("OK", len(response))
            return response
        except BaseException:
            call.end(_code(context))
            raise
        finally:
            request_ids.end(token)

    return grpc.stream_unary_rpc_method_handler(handle)


class _Noted:
    """The messages of a call, which begins for its observers when the message is whole."""

    __slots__ = ("_call", "_requests")

    def __init__(self, requests: Iterator[bytes], call: ObservedCall) -> None:
        self._requests, self._call = requests, call

    def __iter__(self) -> _Noted:
        return self

    def __next__(self) -> bytes:
        message = next(self._requests)
        self._call.begin(len(message))
        return message


def _code(context: grpc.ServicerContext) -> str:
    """Return the name of the status that a call was aborted with."""
    code = context.code()
    return code.name if isinstance(code, grpc.StatusCode) else "UNKNOWN"
