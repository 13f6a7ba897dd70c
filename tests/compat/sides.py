"""Lineal as a side of a comparison: called in this process, or over gRPC.

What stays out: the official side (official.py) and the comparison (pair.py).
"""

from __future__ import annotations

from typing import Any, Protocol

from google.protobuf.message import Message

from lineal import errors
from tests.compat.official import Answer


class Side(Protocol):
    """One of the two that are asked the same. `start` may run the request at once or leave that to `finish`."""

    name: str

    def start(self, method: str, request: Message) -> None:
        """Take a request."""

    def finish(self) -> Answer:
        """Return the answer to it."""

    def close(self) -> None:
        """Let go of the store."""


class LinealSide:
    """Anything of Lineal with a `call(method, request)`: the service itself, or a client's transport."""

    def __init__(self, target: Any, *, name: str = "lineal") -> None:
        self.name = name
        self._target = target
        self._pending: tuple[str, Message] | None = None

    def start(self, method: str, request: Message) -> None:
        """Keep the request, so that the other side works at the same time as this one."""
        self._pending = (method, request)

    def finish(self) -> Answer:
        """Call, and turn the error into a code as a server would. Anything but a `StatusError` is let through."""
        assert self._pending is not None, "nothing was started"
        method, request = self._pending
        try:
            return Answer(0, self._target.call(method, request))
        except errors.StatusError as error:
            return Answer(error.error_code, None, error.message)

    def close(self) -> None:
        """Close the service or the transport."""
        self._target.close()
