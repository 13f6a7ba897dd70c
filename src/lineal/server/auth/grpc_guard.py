"""The guard of the gRPC server: an interceptor that authenticates every call except those of the health service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache, wraps
from typing import Any

import grpc

from lineal import errors
from lineal.server.auth import credentials
from lineal.server.auth.authenticator import Authenticator
from lineal.server.auth.current import calling
from lineal.server.status import abort
from lineal.service.access import UNNAMED, Caller, Role

_NAMELESS = Caller(UNNAMED.name, Role.WRITER)
"""A caller without credentials, if the server has `--open-grpc`."""
_OPEN = "/grpc.health.v1.Health/"
_Behaviour = Callable[[Any, grpc.ServicerContext], Any]


class GrpcGuard(grpc.ServerInterceptor):  # type: ignore[misc]
    """Lets a call pass with its caller, or answers with an error that says what is missing."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator
        self._guarded = lru_cache(maxsize=256)(self._guard)

    def intercept_service(self, continuation: Callable[[Any], Any], details: Any) -> Any:
        """Return the handler of a call, behind the guard."""
        handler = continuation(details)
        if handler is None or details.method.startswith(_OPEN):
            return handler
        return self._guarded(handler, details.method.rpartition("/")[2])

    def _guard(self, handler: Any, name: str) -> Any:
        made, behaviour = _shape(handler)
        guard = self._streamed if handler.response_streaming else self._answered
        return made(guard(behaviour, name), handler.request_deserializer, handler.response_serializer)

    def _answered(self, behaviour: _Behaviour, name: str) -> _Behaviour:
        @wraps(behaviour)
        def handle(request: Any, context: grpc.ServicerContext) -> Any:
            with calling(self._caller(context, name)):
                return behaviour(request, context)

        return handle

    def _streamed(self, behaviour: _Behaviour, name: str) -> _Behaviour:
        @wraps(behaviour)
        def handle(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            self._caller(context, name)
            yield from behaviour(request, context)

        return handle

    def _caller(self, context: grpc.ServicerContext, name: str) -> Caller:
        try:
            settings = self._authenticator.settings
            given = credentials.of_grpc(context, settings.user_header)
            if settings.open_grpc and not given.are_shown:
                return _NAMELESS
            return self._authenticator.caller(given)
        except errors.StatusError as error:
            abort(context, error, rpc_name=name)
            raise  # abort has raised already


def _shape(handler: Any) -> tuple[Callable[..., Any], _Behaviour]:
    """Return what makes handlers of the same form, and the behaviour of this one."""
    name = f"{_form(handler.request_streaming)}_{_form(handler.response_streaming)}"
    return getattr(grpc, f"{name}_rpc_method_handler"), getattr(handler, name)


def _form(is_stream: bool) -> str:
    return "stream" if is_stream else "unary"
