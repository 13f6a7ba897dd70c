"""The fields of an error as bytes: what the gRPC trailer `grpc-status-details-bin` holds.

The bytes are a google.rpc.Status with a google.rpc.ErrorInfo and, if a field of the request is wrong, a
google.rpc.BadRequest. What stays out: the errors themselves (errors.py), and sending them (server/status.py).

Source: the error model of Google's API design guide, and gRPC's "richer error model".
"""

from __future__ import annotations

import dataclasses

from google.protobuf.any_pb2 import Any
from google.protobuf.message import DecodeError, Message

from lineal.errors import NO_DETAILS, Details
from lineal.wire import error_details as pb

TRAILER = "grpc-status-details-bin"
DOMAIN = "lineal"
_URL = "type.googleapis.com/google.rpc."
_LONGEST = {"parameter": 100, "limit": 100, "problem": 300, "hint": 500, "page": 100}
"""How many bytes of a text are sent: a client refuses more than 8 KiB of metadata, in which all of this travels."""
_NUMBERS = ("position", "length")


def encoded(details: Details, *, code: int, text: str) -> bytes:
    """Return the bytes for the trailer of an error with this code and text; nothing if it has no fields."""
    if details == NO_DETAILS:
        return b""
    fields = _fields(details)
    packed = [_packed("ErrorInfo", pb.ErrorInfo(reason=_reason(details), domain=DOMAIN, metadata=fields))]
    if details.parameter:
        said = "; ".join(fields[name] for name in ("problem", "hint") if name in fields) or text
        violation = pb.BadRequest.FieldViolation(field=fields["parameter"], description=_start(said, 300))
        packed.append(_packed("BadRequest", pb.BadRequest(field_violations=[violation])))
    return pb.StatusDetails(code=code, message=text, details=packed).SerializeToString()


def decoded(trailer: bytes) -> Details:
    """Return the fields that a trailer holds; none if it is not Lineal's or cannot be read."""
    try:
        for packed in pb.StatusDetails.FromString(trailer).details:
            if packed.type_url == f"{_URL}ErrorInfo":
                info = pb.ErrorInfo.FromString(packed.value)
                if info.domain == DOMAIN:
                    return _details(dict(info.metadata))
    except DecodeError:
        pass
    return NO_DETAILS


def _fields(details: Details) -> dict[str, str]:
    """Return the fields that an error has, as texts."""
    found = {name: value for name, value in dataclasses.asdict(details).items() if value not in ("", None)}
    return {name: _start(str(value), _LONGEST.get(name, 20)) for name, value in found.items()}


def _details(fields: dict[str, str]) -> Details:
    texts = {name: fields.get(name, "") for name in _LONGEST}
    numbers = {name: int(fields[name]) for name in _NUMBERS if fields.get(name, "").isdecimal()}
    return Details(**texts, **numbers)  # type: ignore[arg-type]  # the names tell texts from numbers


def _reason(details: Details) -> str:
    if details.limit:
        return "LIMIT_REACHED"
    if details == Details(page=details.page):
        return "SEE_PAGE"
    return "INVALID_FIELD" if details.position is None else "INVALID_TEXT"


def _packed(name: str, message: Message) -> Any:
    return Any(type_url=f"{_URL}{name}", value=message.SerializeToString())


def _start(text: str, most: int) -> str:
    """Return as much of a text as fits into so many bytes."""
    return text.encode("utf-8", "replace")[:most].decode("utf-8", "ignore")
