"""A proxy in front of a database server: it delays what it passes on, counts round trips and cuts connections.

A round trip is a turn of the conversation. A turn begins when the client sends something for the first time, or after
it has got something from the server. So a request in many packets is one turn. The counter is the sum of all
connections; read it after the handshakes to leave them out. Each packet is read at once and passed on half of a round
trip later, so any number of packets can be on their way. Without a delay, the server can answer the first packet of a
request before the client has sent the last one, and they count as two turns. What stays out: what the bytes mean, and
the round trip of TCP's own handshake.
"""

from __future__ import annotations

import contextlib
import ctypes
import select
import socket
import struct
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic  # by name, so that tests can set the clock of what they test
from types import TracebackType
from urllib.parse import urlsplit

_CHUNK = 1 << 18
_SET_TIMER_SLACK = 29
_SPIN_SECONDS = 100e-6  # a machine that sleeps is woken up to this much too late
_RESET_AT_CLOSE = struct.pack("ii", 1, 0)


@dataclass
class _Way:
    """One direction of a connection, and what is on its way there; an empty chunk is the end."""

    source: socket.socket
    target: socket.socket
    chunks: deque[tuple[float, bytes]] = field(default_factory=deque)
    is_open: bool = True

    def read(self) -> bytes:
        """Return what the source has sent; nothing if that was all."""
        try:
            return self.source.recv(_CHUNK)
        except OSError:
            return b""

    def pass_on(self, now: float) -> bool:
        """Send what is due; return whether something was sent."""
        sent = False
        while self.chunks and self.chunks[0][0] <= now:
            due, chunk = self.chunks.popleft()
            try:
                if not chunk:
                    self.target.shutdown(socket.SHUT_WR)
                elif rest := chunk[self.target.send(chunk) :]:
                    self.chunks.appendleft((due, rest))
            except BlockingIOError:
                self.chunks.appendleft((due, chunk))
                return sent
            except OSError:
                self.chunks.clear()
            sent = True
        return sent


@dataclass(eq=False)
class _Connection:
    """A client's connection and the one to the server that belongs to it."""

    up: _Way
    down: _Way
    is_answered: bool = True

    def cut(self) -> None:
        """Close both at once, as a firewall that forgets them: whoever sends next is told that nobody is there."""
        for way in (self.up, self.down):
            way.source.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
            way.source.close()


class Relay:
    """A running proxy on a free port of the loopback interface, in a thread of its own.

    Attributes:
        url: the server's URL, but through the proxy.
        turns: how many round trips there were, of all connections.
        accepted: how many connections there were.
    """

    def __init__(self, url: str, *, round_trip: float = 0.0) -> None:
        """Stand in front of a server.

        Args:
            url: of the server, with its port.
            round_trip: the seconds that there and back take together.
        """
        parts = urlsplit(url)
        self._server = (parts.hostname, parts.port)
        self._delay = round_trip / 2
        self._listener = socket.create_server(("127.0.0.1", 0))
        user, at, _ = parts.netloc.rpartition("@")
        self.url = parts._replace(netloc=f"{user}{at}127.0.0.1:{self._listener.getsockname()[1]}").geturl()
        self.turns = 0
        self.accepted = 0
        self._lost_turn = 0
        self._connections: list[_Connection] = []
        self._orders: deque[tuple[Callable[[], None], threading.Event]] = deque()
        self._bell, self._ear = socket.socketpair()
        self._ends = False
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """Close all connections that are open now; new ones are accepted."""
        self._order(self._cut_all)

    def lose_answer(self, turn: int = 1) -> None:
        """Cut a connection when the server answers the next turn, or a later one; 0 is none."""
        self._lost_turn = self.turns + turn if turn else 0

    def close(self) -> None:
        """Close all connections and accept no more."""
        self._order(self._end)
        self._thread.join()
        for each in (self._listener, self._bell, self._ear):
            each.close()

    def __enter__(self) -> Relay:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    # ---- in the thread

    def _order(self, work: Callable[[], None]) -> None:
        """Let the thread do something, and wait for it."""
        done = threading.Event()
        self._orders.append((work, done))
        self._bell.send(b"!")
        done.wait()

    def _cut_all(self) -> None:
        for connection in self._connections:
            connection.cut()
        self._connections.clear()

    def _end(self) -> None:
        self._cut_all()
        self._ends = True

    def _run(self) -> None:
        _wake_in_time()
        while not self._ends:
            readable = self._wait()
            for connection in list(self._connections):
                self._read(connection, readable)
                self._pass_on(connection)
            if self._listener in readable:
                self._accept()
            if self._ear in readable:
                self._obey()

    def _wait(self) -> set[socket.socket]:
        """Wait until there is something to read, or something on its way has arrived."""
        ways = [way for connection in self._connections for way in (connection.up, connection.down)]
        sources = [way.source for way in ways if way.is_open]
        now = monotonic()
        full = [way.target for way in ways if way.chunks and way.chunks[0][0] <= now]
        dues = [way.chunks[0][0] - now for way in ways if way.chunks and way.chunks[0][0] > now]
        left = max(0.0, min(dues) - _SPIN_SECONDS) if dues else None
        readable, _, _ = select.select([self._listener, self._ear, *sources], full, [], left)
        return set(readable)

    def _read(self, connection: _Connection, readable: set[socket.socket]) -> None:
        for way in (connection.up, connection.down):
            if way.source not in readable:
                continue
            chunk = way.read()
            way.is_open = bool(chunk)
            way.chunks.append((monotonic() + self._delay, chunk))
            if chunk and way is connection.up and connection.is_answered:
                self.turns += 1
                connection.is_answered = False
            elif way is connection.down and 0 < self._lost_turn <= self.turns and not connection.is_answered:
                self._lost_turn = 0
                connection.cut()
                self._connections.remove(connection)
                return

    def _pass_on(self, connection: _Connection) -> None:
        if connection not in self._connections:
            return
        connection.up.pass_on(monotonic())
        if connection.down.pass_on(monotonic()):
            connection.is_answered = True
        if not any(way.is_open or way.chunks for way in (connection.up, connection.down)):
            connection.up.source.close()
            connection.down.source.close()
            self._connections.remove(connection)

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        try:
            server = socket.create_connection(self._server)
        except OSError:
            client.close()
            return
        for each in (client, server):
            each.setblocking(False)
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connections.append(_Connection(_Way(client, server), _Way(server, client)))
        self.accepted += 1

    def _obey(self) -> None:
        self._ear.recv(1)
        work, done = self._orders.popleft()
        work()
        done.set()


def _wake_in_time() -> None:
    """Let the system wake this thread when it asks for it: Linux may do so 50 µs later."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_SET_TIMER_SLACK, 1, 0, 0, 0)
