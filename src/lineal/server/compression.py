"""Compressed requests: refused, or inflated up to a limit if the server accepts them.

gRPC's core would inflate a message of any size before anybody could check it. So the server takes messages unchanged.
This module recognises compressed ones: gzip and zlib begin with bytes that no request begins with.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lineal import errors
from lineal.config import MAX_MESSAGE_FLAG
from lineal.security import LimitSettings
from lineal.server.request_kinds import is_event, is_transfer
from lineal.server.rest import problems

ACCEPT_FLAG = "--accept-compressed"
_GZIP = b"\x1f\x8b"
"""As a field of a message: number 3 of wire type 7, which there is not."""
_ZLIB = b"\x78"
"""As a field of a message: number 15, which no request has."""
_STEP = 1 << 18
_EITHER = zlib.MAX_WBITS | 32


def plain(message: bytes, limits: LimitSettings, *, max_bytes: int) -> bytes:
    """Return a message as it was before it was compressed, if it was.

    Raises:
        UnimplementedError: it is compressed, and the server does not read that.
        ResourceExhaustedError: it is larger than `max_bytes` when inflated; inflating stopped there.
        InvalidArgumentError: it cannot be inflated.
    """
    if not message.startswith((_GZIP, _ZLIB)):
        return message
    if not limits.accept_compressed:
        raise refused("message")
    return inflate(message, max_bytes=max_bytes)


def refused(what: str) -> errors.UnimplementedError:
    """Return the error of a compressed request."""
    return errors.UnimplementedError(
        f"the {what} is compressed, and this server does not accept that; send it uncompressed, or start the "
        f"server with {ACCEPT_FLAG}"
    )


def inflate(data: bytes, *, max_bytes: int) -> bytes:
    """Inflate gzip or zlib, and not more than `max_bytes` of it.

    Raises:
        ResourceExhaustedError: there is more.
        InvalidArgumentError: the data is neither, or not whole.
    """
    inflating = Inflating(max_bytes)
    content = b"".join(inflating.pieces(data))
    inflating.require_end()
    return content


class Inflating:
    """Inflates gzip or zlib piece by piece, up to a bound."""

    def __init__(self, max_bytes: int) -> None:
        self._left = self._most = max_bytes
        self._inflating = zlib.decompressobj(_EITHER)
        self._goes_on = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """Yield what further data holds, in pieces of a bounded size.

        Raises:
            ResourceExhaustedError: all together is more than the bound; inflating stopped there.
            InvalidArgumentError: it is neither gzip nor zlib.
        """
        self._goes_on |= self._inflating.eof and bool(data)
        while data and not self._inflating.eof:
            try:
                piece = self._inflating.decompress(data, _STEP)
            except zlib.error:
                raise errors.InvalidArgumentError("the request is neither gzip nor zlib; compress it again") from None
            data = self._inflating.unconsumed_tail
            self._left -= len(piece)
            if self._left < 0:
                raise errors.ResourceExhaustedError(
                    f"The request has more than the {self._most >> 20} MiB that the server allows when it is inflated; "
                    f"send it in smaller parts, or start the server with a larger {MAX_MESSAGE_FLAG}",
                    errors.Details(limit=MAX_MESSAGE_FLAG),
                )
            yield piece

    def require_end(self) -> None:
        """Refuse data that is cut off, or goes on after its end.

        Raises:
            InvalidArgumentError: it does.
        """
        if not self._inflating.eof or self._inflating.unused_data or self._goes_on:
            raise errors.InvalidArgumentError(
                "the compressed request is cut off, or goes on after its end; send it again"
            )


class PlainBodies:
    """The middleware that refuses compressed bodies, or inflates them: events, and all where the server is set to."""

    def __init__(self, app: ASGIApp, *, limits: LimitSettings, max_bytes: int) -> None:
        self._app = app
        self._accepts = limits.accept_compressed
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a plain request on, and a compressed one inflated."""
        is_plain = scope["type"] != "http" or is_transfer(scope)  # files are stored as they come
        encoding = b"" if is_plain else _encoding(scope)
        if encoding in (b"", b"identity"):
            await self._app(scope, receive, send)
        elif not (self._accepts or is_event(scope)):
            await problems.problem(415, refused("body").message)(scope, receive, send)
        elif encoding not in (b"gzip", b"deflate"):
            await problems.problem(415, "the body's Content-Encoding can be gzip or deflate")(scope, receive, send)
        else:
            plain = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] not in _OF_COMPRESSED]}
            await self._app(plain, _inflated(receive, self._max_bytes), send)


_OF_COMPRESSED = (b"content-encoding", b"content-length")


def _encoding(scope: Scope) -> bytes:
    return b",".join(value for name, value in scope["headers"] if name == b"content-encoding").strip().lower()


def _inflated(receive: Receive, max_bytes: int) -> Receive:
    """Return what receives a compressed body in pieces as they were before; each is small, however far it swells."""
    inflating = Inflating(max_bytes)
    pieces: Iterator[bytes] = iter(())
    is_last = False

    async def receive_inflated() -> Message:
        nonlocal pieces, is_last
        while True:
            try:
                if (piece := next(pieces, None)) is not None:
                    return {"type": "http.request", "body": piece, "more_body": True}
                if is_last:
                    inflating.require_end()
                    return {"type": "http.request", "body": b"", "more_body": False}
            except errors.StatusError as error:
                status = problems.HTTP_STATUS[error.error_code]
                raise problems.DetailedHttpError(status, error.message, error.details) from None
            message = await receive()
            if message["type"] != "http.request":
                return message
            pieces = inflating.pieces(message.get("body", b""))
            is_last = not message.get("more_body", False)

    return receive_inflated
