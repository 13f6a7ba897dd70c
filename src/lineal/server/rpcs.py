"""The RPCs as tables, the 52 and Lineal's own, and the steps of a request: check, parse, call, serialize.

What stays out: the rules (in `service/`) and the transports. gRPC and gRPC-Web call `answer` with the bytes that they
received. Every error is a `StatusError` here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from lineal import errors
from lineal.config import MAX_MESSAGE_FLAG
from lineal.server.text_check import TextCheck
from lineal.service import MetadataService
from lineal.service.access import UNNAMED, Caller
from lineal.wire import OWN_SERVICES, lifecycle
from lineal.wire import service as rpc

SERVICE = rpc.DESCRIPTOR.services_by_name["MetadataStoreService"]
SERVICE_NAME: str = SERVICE.full_name
LIFECYCLE_NAME: str = lifecycle.DESCRIPTOR.services_by_name["LifecycleService"].full_name


@dataclass(frozen=True)
class Rpc:
    """One RPC of the service.

    Attributes:
        name: its name in the descriptor ("PutArtifacts").
        request: the message class of its request.
        text_check: what finds text in a request that is not UTF-8.
    """

    name: str
    request: type[Message]
    text_check: TextCheck


def _table(service: Any) -> dict[str, Rpc]:
    return {
        method.name: Rpc(method.name, GetMessageClass(method.input_type), TextCheck(method.input_type))
        for method in service.methods
    }


RPCS = _table(SERVICE)
SERVICES = {SERVICE_NAME: RPCS, **{service.full_name: _table(service) for service in OWN_SERVICES}}


def answer(service: MetadataService, called: Rpc, request: bytes, *, max_bytes: int, caller: Caller = UNNAMED) -> bytes:
    """Answer the serialized request of a caller with the serialized response.

    Raises:
        ResourceExhaustedError: the request or the response is larger than `max_bytes`; the message names the flag.
        InvalidArgumentError: the bytes are not a request of this RPC.
        StatusError: whatever the service raises.
    """
    _require_size(len(request), max_bytes, f"The {called.name} request", "send it in smaller parts")
    response = service.call(called.name, _parse(called, request), caller=caller).SerializeToString()
    _require_size(len(response), max_bytes, f"The answer to {called.name}", "ask for less at a time (page size, ids)")
    return response


def _parse(called: Rpc, request: bytes) -> Message:
    try:
        message = called.request.FromString(request)
    except DecodeError:
        raise errors.InvalidArgumentError(
            f"The {len(request)} bytes sent to {called.name} are not a {called.request.DESCRIPTOR.full_name} message; "
            f"generate the client from {called.request.DESCRIPTOR.file.name}"
        ) from None
    called.text_check.require_utf8(request)
    return message


def _require_size(size: int, limit: int, what: str, instead: str) -> None:
    if size > limit:
        raise errors.ResourceExhaustedError(
            f"{what} has {size} bytes, more than the {limit >> 20} MiB that the server allows; "
            f"{instead}, or start the server with a larger {MAX_MESSAGE_FLAG}",
            errors.Details(limit=MAX_MESSAGE_FLAG),
        )
