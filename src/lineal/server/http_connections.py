"""Connections of the HTTP server: how many, how long one may be silent, its client certificate, and its end.

A client could hold open a connection without a request for ever. Such a connection is closed if its request does not
come in time. If there are too many connections, the one that has waited longest is closed, so that other clients can
connect.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from lineal.config import MAX_METADATA_BYTES
from lineal.server.rest import problems
from lineal.server.tls import common_name

HEADER_SECONDS = 15.0
READ_SECONDS = 60.0
LEAVE_SECONDS = 1.0
MAX_TARGET_BYTES = 64 << 10
MAX_HEAD_BYTES = MAX_TARGET_BYTES + MAX_METADATA_BYTES
LONG_HEADERS = (
    f"the headers of the request have more than {MAX_METADATA_BYTES >> 10} KiB; send fewer or shorter ones, cookies "
    "and tokens first of all"
)
# In the state of a request's scope: what to call if its connection ends before its answer does.
AT_END = "at_end"


class Crowd:
    """The connections that wait for a request, the longest waiting first, and how many there may be at all."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.waiting: dict[Connection, None] = {}

    def make_room(self, present: int) -> None:
        """Close the connection that has waited longest, if there are too many."""
        if present > self.most and self.waiting:
            next(iter(self.waiting)).give_up()


class Connection(H11Protocol):
    """uvicorn's connection, with time limits for clients that keep it waiting.

    Attributes:
        crowd: the connections of its server; each server has its own class.
    """

    crowd: Crowd
    _at_end: set[Callable[[], None]]
    _timer: asyncio.TimerHandle | None = None
    _blocked: asyncio.TimerHandle | None = None
    _leaving: asyncio.TimerHandle | None = None
    _is_refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin a connection."""
        super().connection_made(transport)
        self._at_end = set()
        self.app_state = {**self.app_state, AT_END: self._at_end}
        secure: Any = transport.get_extra_info("ssl_object")
        if secure is not None:
            self.app_state = {**self.app_state, "client_certificate": common_name(secure.getpeercert())}
        self.crowd.make_room(len(self.connections))
        self._mind()

    def data_received(self, data: bytes) -> None:
        """Take what came; what follows a head that was too long is dropped."""
        if not self._is_refused:
            super().data_received(data)
            self._mind()

    def send_400_response(self, msg: str) -> None:
        """Refuse bytes that are not a request, or a head that is too long, as h11 reports."""
        if getattr(sys.exc_info()[1], "error_status_hint", 400) != 431:
            super().send_400_response(msg)
            return
        answer = problems.problem(431, LONG_HEADERS)
        headers = [*answer.raw_headers, (b"connection", b"close")]
        parts = (h11.Response(status_code=431, headers=headers), h11.Data(data=bytes(answer.body)), h11.EndOfMessage())
        self.transport.write(b"".join(self.conn.send(part) or b"" for part in parts))
        # Closed at once, the connection would be reset by what the client still sends, and the answer be lost.
        self._is_refused = True
        self.loop.call_later(LEAVE_SECONDS, self.transport.close)

    def pause_writing(self) -> None:
        """Wait for a client that does not read, and not for ever."""
        super().pause_writing()
        self._blocked = self.loop.call_later(READ_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on, as the client reads."""
        self._forget_blocked()
        super().resume_writing()

    def _forget_blocked(self) -> None:
        if self._blocked is not None:
            self._blocked.cancel()
            self._blocked = None

    def connection_lost(self, exc: Exception | None) -> None:
        """End a connection; nobody waits for the answers to its requests any more."""
        for give_up in list(self._at_end):
            give_up()
        self._attend()
        self._forget_blocked()
        if self._leaving is not None:
            self._leaving.cancel()
        super().connection_lost(exc)

    def give_up(self) -> None:
        """Close the connection at once, if it has no request in progress."""
        self._attend()
        if self._is_waiting():
            self.transport.abort()

    def shutdown(self) -> None:
        """End the connection, after its request if it has one; a client that does not end its side is not waited for.

        TLS waits for the other side's closing message, and for data that the client does not read. A stopping server
        would log both as requests that it had to cancel.
        """
        super().shutdown()
        if self._leaving is None:
            self._leaving = self.loop.call_later(LEAVE_SECONDS, self._leave)

    def _leave(self) -> None:
        if self._is_waiting():
            self.transport.abort()
        else:
            self._leaving = self.loop.call_later(LEAVE_SECONDS, self._leave)

    def _is_waiting(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _mind(self) -> None:
        """Watch the clock while no request is in progress."""
        if not self._is_waiting():
            self._attend()
        elif self._timer is None:
            self._timer = self.loop.call_later(HEADER_SECONDS, self.give_up)
            self.crowd.waiting[self] = None

    def _attend(self) -> None:
        """Leave the clock: a request is here, or the end."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.crowd.waiting.pop(self, None)
