"""gRPC-Web: the RPCs for browsers, on the HTTP port and without a proxy in between.

A request is one POST whose body is a frame with the serialized message, as bytes (application/grpc-web) or in base64
(application/grpc-web-text). The answer is a frame with the response and a frame with the trailers. Every RPC goes
through `rpcs.answer`, like over gRPC, with the same limits and errors. What stays out: CORS (`http_headers.py`).

Source: the protocol as the gRPC project describes it (PROTOCOL-WEB).
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from lineal import errors, lineage_cuts
from lineal.config import MAX_MESSAGE_FLAG
from lineal.error_details import TRAILER
from lineal.lineage_cuts import Cut
from lineal.security import LimitSettings
from lineal.server.auth.guard import OPEN, Guard
from lineal.server.compression import inflate, refused
from lineal.server.observing.calls import ObservedCall
from lineal.server.rest import problems
from lineal.server.rpcs import SERVICES, Rpc, answer
from lineal.server.status import code_of, details_of, translate
from lineal.service import MetadataService
from lineal.service.access import Caller

_HEADER = struct.Struct(">BI")
_COMPRESSED = 0x01
_TRAILERS = 0x80
_QUANTUM = 4  # characters of base64 that make whole bytes


@dataclass(frozen=True)
class _Encoding:
    """How frames travel: the media type of the answer, and whether they are in base64."""

    media_type: str
    is_text: bool


_BINARY = _Encoding("application/grpc-web+proto", is_text=False)
_TEXT = _Encoding("application/grpc-web-text+proto", is_text=True)
_ENCODINGS = {
    "application/grpc-web": _BINARY,
    "application/grpc-web+proto": _BINARY,
    "application/grpc-web-text": _TEXT,
    "application/grpc-web-text+proto": _TEXT,
}


def add(
    app: FastAPI,
    service: MetadataService,
    *,
    max_bytes: int,
    guard: Guard = OPEN,
    limits: LimitSettings = LimitSettings(),  # noqa: B008 frozen
) -> None:
    """Let an application answer gRPC-Web for every RPC."""

    def answered(called: Rpc, message: bytes, caller: Caller) -> _Answer:
        call = ObservedCall("web", called.name, len(message))
        try:
            with lineage_cuts.collected() as cuts:
                response = answer(service, called, message, max_bytes=max_bytes, caller=caller)
        except Exception as error:
            call.end(code_of(error).name)
            raise
        call.end("OK", len(response))
        return _Answer(response, cuts)

    for name, rpcs in SERVICES.items():
        _add_service(app, name, rpcs, _Way(answered, guard, max_bytes, limits))


class _Answer(NamedTuple):
    """A serialized response, and where its walk was cut."""

    response: bytes
    cuts: Sequence[Cut] = ()


@dataclass(frozen=True)
class _Way:
    """The function that answers a message, the one that names its caller, and the limits of messages."""

    answered: Callable[[Rpc, bytes, Caller], _Answer]
    guard: Guard
    max_bytes: int
    limits: LimitSettings


def _add_service(app: FastAPI, name: str, rpcs: Mapping[str, Rpc], way: _Way) -> None:
    @app.post(f"/{name}/{{method}}", include_in_schema=False)
    async def call(method: str, request: Request) -> Response:
        encoding = _ENCODINGS.get(_media_type(request))
        if encoding is None:
            return problems.problem(415, f"gRPC-Web has the media types {', '.join(_ENCODINGS)}; send one of them")
        try:
            message = _message(await _body(request, encoding, way.max_bytes), encoding, way)
            answered = await run_in_threadpool(way.answered, _named(rpcs, method), message, way.guard.caller())
        except ClientDisconnect:
            return Response(status_code=499)
        except Exception as error:
            status, text = translate(error, rpc_name=method if method in rpcs else "gRPC-Web")
            return _reply(encoding, b"", status.value[0], text, details_of(error, status, text))
        return _reply(encoding, frame(answered.response), 0, "", cuts=answered.cuts)


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _named(rpcs: Mapping[str, Rpc], method: str) -> Rpc:
    if method not in rpcs:
        raise errors.UnimplementedError(f"no RPC is named {method[:100]!r} in this service")
    return rpcs[method]


async def _body(request: Request, encoding: _Encoding, max_bytes: int) -> bytes:
    """Read the body, and no more of it than a request may have.

    Raises:
        ResourceExhaustedError: it is larger.
    """
    most = max_bytes + _HEADER.size
    if encoding.is_text:
        most = most * 4 // 3 + _QUANTUM
    pieces: list[bytes] = []
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > most:
            raise errors.ResourceExhaustedError(
                f"The request is larger than the {max_bytes >> 20} MiB that the server allows; send it in smaller "
                f"parts, or start the server with a larger {MAX_MESSAGE_FLAG}",
                errors.Details(limit=MAX_MESSAGE_FLAG),
            )
        pieces.append(piece)
    return b"".join(pieces)


def _message(body: bytes, encoding: _Encoding, way: _Way) -> bytes:
    """Return the message in the one frame of a body.

    Raises:
        InvalidArgumentError: the body is not one whole frame.
        UnimplementedError: the frame is compressed, and the server does not read that.
    """
    if encoding.is_text:
        body = decode_text(body)
    if len(body) < _HEADER.size:
        raise errors.InvalidArgumentError("the body is shorter than the header of a gRPC-Web frame; send one frame")
    flags, length = _HEADER.unpack_from(body)
    if flags == _COMPRESSED and not way.limits.accept_compressed:
        raise refused("frame")
    if flags not in (0, _COMPRESSED) or len(body) != _HEADER.size + length:
        raise errors.InvalidArgumentError(
            f"the frame says {length} bytes and {len(body) - _HEADER.size} follow; send one frame with one message"
        )
    message = body[_HEADER.size :]
    return inflate(message, max_bytes=way.max_bytes) if flags else message


def decode_text(body: bytes) -> bytes:
    """Decode base64 that may consist of several pieces, each padded.

    Raises:
        InvalidArgumentError: it is no base64.
    """
    pieces: list[bytes] = []
    start = 0
    try:
        while start < len(body):
            padding = body.find(b"=", start)
            end = len(body) if padding < 0 else min(len(body), start + -(-(padding + 1 - start) // _QUANTUM) * _QUANTUM)
            pieces.append(base64.b64decode(body[start:end], validate=True))
            start = end
    except binascii.Error:
        raise errors.InvalidArgumentError("the body is not base64, as application/grpc-web-text has it") from None
    return b"".join(pieces)


def frame(content: bytes, *, flags: int = 0) -> bytes:
    """Return the frame around a message or the trailers."""
    return _HEADER.pack(flags, len(content)) + content


def _reply(
    encoding: _Encoding, message: bytes, status: int, text: str, details: bytes = b"", cuts: Sequence[Cut] = ()
) -> Response:
    trailers = f"grpc-status:{status}\r\n" + (f"grpc-message:{percent_encoded(text)}\r\n" if text else "")
    if details:
        trailers += f"{TRAILER}:{base64.b64encode(details).decode().rstrip('=')}\r\n"
    if cuts:
        trailers += f"{lineage_cuts.TRAILER}:{lineage_cuts.encoded(cuts)}\r\n"
    body = message + frame(trailers.encode("ascii"), flags=_TRAILERS)
    return Response(base64.b64encode(body) if encoding.is_text else body, media_type=encoding.media_type)


def percent_encoded(text: str) -> str:
    """Return a status text as a trailer carries it: all but printable ASCII as %XX."""
    return "".join(
        chr(byte) if 0x20 <= byte <= 0x7E and byte != 0x25 else f"%{byte:02X}"
        for byte in text.encode("utf-8", "replace")
    )
