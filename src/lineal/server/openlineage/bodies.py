"""The bodies of requests with events: whole, up to the limit of a message, and not too many at a time.

An event takes several times its size while it is worked on, so the sizes of all are limited together. What stays out:
compressed bodies (server/compression.py) and slow ones (server/http_limits.py).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request

from lineal import errors
from lineal.config import MAX_MESSAGE_FLAG

MOST_AT_ONCE = 64 << 20
"""The bytes that all together may have; a body that is alone may have more."""


class Bodies:
    """The bodies that are worked on."""

    def __init__(self, most: int) -> None:
        """Begin without any; `most` bytes is what one may have."""
        self._most = most
        self._held = 0

    @asynccontextmanager
    async def of(self, request: Request) -> AsyncIterator[bytes]:
        """Give the body of a request, which counts until the end.

        Raises:
            ResourceExhaustedError: it is too long.
            UnavailableError: too much is worked on already.
        """
        if int(request.headers.get("content-length", "0")) > self._most:
            raise self._too_long()
        own = 0
        pieces = []
        try:
            async for piece in request.stream():
                if own + len(piece) > self._most:
                    raise self._too_long()
                if self._held > own and self._held + len(piece) > MOST_AT_ONCE:
                    raise errors.UnavailableError(
                        f"the server works on {self._held >> 20} MiB of events already; send this again in a moment"
                    )
                own += len(piece)
                self._held += len(piece)
                pieces.append(piece)
            yield b"".join(pieces)
        finally:
            self._held -= own

    def _too_long(self) -> errors.ResourceExhaustedError:
        return errors.ResourceExhaustedError(
            f"the body is longer than {self._most} bytes; let the integration leave out large facets, send fewer "
            f"events at a time, or start the server with a larger {MAX_MESSAGE_FLAG}",
            errors.Details(limit=MAX_MESSAGE_FLAG),
        )
