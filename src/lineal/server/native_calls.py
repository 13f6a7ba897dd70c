"""One call on the native engine, as its handler sees it: the part of `grpc.ServicerContext` that Lineal uses."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import grpc

Pairs = Sequence[tuple[str, str | bytes]]
_log = logging.getLogger(__name__)


class _AbortedError(Exception):
    """Ends the handler of a call that was aborted."""


class NativeCall:
    """A call.

    Attributes:
        trailing: the metadata that follows the answer or the status.
    """

    __slots__ = ("_actions", "_code", "_is_over", "_metadata", "_peer", "_text", "_until", "trailing")

    def __init__(self, metadata: Pairs, peer: str, seconds: float | None) -> None:
        """Begin.

        Args:
            metadata: what the client sent with the call.
            peer: gRPC's name of the client's address.
            seconds: how long the client waits, or None.
        """
        self._metadata, self._peer = metadata, peer
        self._until = None if seconds is None else time.monotonic() + seconds
        self._actions: list[Callable[[], None]] = []
        self._is_over = False
        self._code: grpc.StatusCode | None = None
        self._text = ""
        self.trailing: Pairs | None = None

    def invocation_metadata(self) -> Pairs:
        """Return what the client sent with the call."""
        return self._metadata

    def peer(self) -> str:
        """Return gRPC's name of the client's address."""
        return self._peer

    def auth_context(self) -> dict[str, list[bytes]]:
        """Return what TLS knows of the client: nothing, since there is no TLS."""
        return {}

    def time_remaining(self) -> float | None:
        """Return how many seconds the client still waits, or None."""
        return None if self._until is None else max(0.0, self._until - time.monotonic())

    def add_callback(self, action: Callable[[], None]) -> bool:
        """Let an action happen when the client gives up; return whether it did not yet. It may then happen as well."""
        self._actions.append(action)
        return not self._is_over

    def give_up(self) -> None:
        """Tell the handler that the client has gone."""
        self._is_over = True
        for action in self._actions:
            action()

    def set_trailing_metadata(self, pairs: Pairs) -> None:
        """Choose the metadata that follows the answer or the status."""
        self.trailing = pairs

    def code(self) -> grpc.StatusCode | None:
        """Return the status that the call was aborted with."""
        return self._code

    def abort(self, code: grpc.StatusCode, text: str) -> NoReturn:
        """End the call with a status; this raises."""
        self._code, self._text = code, text
        raise _AbortedError(text)

    def failed(self, error: Exception) -> tuple[int, str]:
        """Return the number and the text of the status of a call whose handler raised an error."""
        if self._code is None or not isinstance(error, _AbortedError):
            _log.error("a handler failed", exc_info=error)
            return grpc.StatusCode.UNKNOWN.value[0], "a fault of the server; its log has the details"
        number: Any = self._code.value[0]
        return int(number), self._text
