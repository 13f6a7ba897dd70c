"""The stub, the servicer and the registration function of MetadataStoreService, built from its descriptor.

protoc's gRPC plugin would generate the same as `metadata_store_service_pb2_grpc`, for the 52 RPCs. The stub of
Lineal's own services is here, too. What stays out: any behaviour; every RPC of the plain servicer answers
UNIMPLEMENTED.
"""

from __future__ import annotations

from typing import Any

import grpc
from google.protobuf.message_factory import GetMessageClass

from lineal.wire import OWN_SERVICES
from lineal.wire import service as rpc

_SERVICE = rpc.DESCRIPTOR.services_by_name["MetadataStoreService"]
_METHODS: tuple[str, ...] = tuple(method.name for method in _SERVICE.methods)


class MetadataStoreServiceStub:
    """One callable for each RPC, named like it."""

    def __init__(self, channel: grpc.Channel) -> None:
        _add_callables(self, channel, _SERVICE)


class OwnServicesStub:
    """One callable for each RPC of Lineal's own services."""

    def __init__(self, channel: grpc.Channel) -> None:
        for service in OWN_SERVICES:
            _add_callables(self, channel, service)


def _add_callables(stub: object, channel: grpc.Channel, service: Any) -> None:
    for method in service.methods:
        callable_ = channel.unary_unary(
            f"/{service.full_name}/{method.name}",
            request_serializer=GetMessageClass(method.input_type).SerializeToString,
            response_deserializer=GetMessageClass(method.output_type).FromString,
        )
        setattr(stub, method.name, callable_)


class MetadataStoreServiceServicer:
    """The base of a service: a method for each RPC, which a subclass overrides to serve it."""


def _unimplemented(servicer: MetadataStoreServiceServicer, request: object, context: grpc.ServicerContext) -> None:
    context.abort(grpc.StatusCode.UNIMPLEMENTED, f"{type(servicer).__name__} does not serve this RPC")


for _method in _METHODS:
    setattr(MetadataStoreServiceServicer, _method, _unimplemented)


def add_MetadataStoreServiceServicer_to_server(  # noqa: N802 (the name that protoc's plugin gives)
    servicer: MetadataStoreServiceServicer, server: grpc.Server
) -> None:
    """Serve the RPCs of `servicer` on `server`."""
    handlers = {
        method: grpc.unary_unary_rpc_method_handler(
            getattr(servicer, method),
            request_deserializer=getattr(rpc, f"{method}Request").FromString,
            response_serializer=getattr(rpc, f"{method}Response").SerializeToString,
        )
        for method in _METHODS
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(_SERVICE.full_name, handlers),))
