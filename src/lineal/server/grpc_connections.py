"""Connections of the gRPC server: if too many are open, the longest silent ones without a call are closed.

Connections that never had an admitted call are closed first.

gRPC's core can only refuse new connections, so idle ones would keep everybody else out. The connections are found among
the sockets of this process. Closing one is like the loss of its network, after which a client connects again. What
stays out: systems other than Linux, which do not say how long a connection was silent; there the core only refuses.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import stat
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import unquote

_LOOK_SECONDS = 0.25
_CROWDED, _ROOMY = 0.8, 0.6
_LAST_DATA_RECEIVED = 52  # where struct tcp_info has the milliseconds since data came
DESCRIPTORS = "/dev/fd"
_MOST_KNOWN = 10_000
_log = logging.getLogger(__name__)


class Place(NamedTuple):
    """A connection's descriptor, the client's address and port, and how long it was silent, in milliseconds."""

    descriptor: int
    peer: tuple[str, int]
    silent: int


class Callers:
    """The clients that have a call in progress, and those that had one, by the names that gRPC gives to peers.

    Attributes:
        calls: gRPC's contexts of the calls in progress; `in_call` adds and removes them.
    """

    def __init__(self) -> None:
        self.calls: set[Any] = set()
        self._known: dict[str, None] = {}

    @contextmanager
    def in_call(self, context: Any) -> Iterator[None]:
        """Count a call as one in progress."""
        self.calls.add(context)
        try:
            yield
        finally:
            self.calls.discard(context)

    def know(self, peer: str) -> None:
        """Record that a call of a client was admitted."""
        if peer not in self._known:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[peer] = None

    def busy(self) -> set[str]:
        """Return the peers with a call in progress."""
        return {context.peer() for context in self.calls.copy()}

    def known(self) -> set[str]:
        """Return the peers that had a call, as far back as they are remembered."""
        return set(self._known.copy())


class GrpcConnections:
    """The connections on a port, of which some are closed when there are too many."""

    def __init__(self, port: int, most: int, callers: Callers) -> None:
        """Begin to watch.

        Args:
            port: the port of the server.
            most: how many connections the core accepts.
            callers: the clients of the connections.
        """
        self._port, self._most, self._callers = port, most, callers
        self._is_over = threading.Event()
        self._watching = threading.Thread(target=self._watch, name="lineal-connections", daemon=True)
        if hasattr(socket, "TCP_INFO") and os.path.isdir(DESCRIPTORS):
            self._watching.start()

    def close(self) -> None:
        """End the watching."""
        self._is_over.set()

    def _watch(self) -> None:
        while not self._is_over.wait(_LOOK_SECONDS):
            try:
                self._look()
            except OSError as error:  # so many files are open that not even their folder can be opened
                _log.warning("the gRPC connections cannot be counted: %s", error.strerror)

    def _look(self) -> None:
        if len(os.listdir(DESCRIPTORS)) > self._most * _CROWDED:  # a look at each costs more
            self._make_room()

    def _make_room(self) -> None:
        open_ones = list(connections(self._port))
        surplus = len(open_ones) - int(self._most * _ROOMY)
        if len(open_ones) <= self._most * _CROWDED:
            return
        busy = {address_of(peer) for peer in self._callers.busy()}
        known = {address_of(peer) for peer in self._callers.known()}
        idle = [place for place in open_ones if place.peer not in busy]
        idle.sort(key=lambda place: (place.peer in known, -place.silent))
        for place in idle[:surplus]:
            end(place)


def connections(port: int) -> Iterator[Place]:
    """Return the connections to a port of this process."""
    for name in os.listdir(DESCRIPTORS):
        with contextlib.suppress(OSError):
            descriptor = int(name)
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode) and (place := _place(descriptor, port)):
                yield place


def _place(descriptor: int, port: int) -> Place | None:
    """Return a socket's place if it is a connection to the port."""
    with socket.socket(fileno=os.dup(descriptor)) as found:
        if found.family not in (socket.AF_INET, socket.AF_INET6) or found.getsockname()[1] != port:
            return None
        peer = found.getpeername()
        info = found.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _LAST_DATA_RECEIVED + 4)
        return Place(descriptor, (_plain(peer[0]), peer[1]), struct.unpack_from("=I", info, _LAST_DATA_RECEIVED)[0])


def end(place: Place) -> None:
    """End a connection, unless its descriptor is another's by now."""
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(place.descriptor)) as found:
        peer = found.getpeername()
        if (_plain(peer[0]), peer[1]) == place.peer:
            found.shutdown(socket.SHUT_RDWR)


def address_of(peer: str) -> tuple[str, int]:
    """Return the address and port in gRPC's name of a peer."""
    host, _, port = unquote(peer).partition(":")[2].rpartition(":")
    return _plain(host.strip("[]")), int(port) if port.isdigit() else 0


def _plain(host: str) -> str:
    """Return an address in one form: IPv4 inside IPv6 as IPv4, and without a zone."""
    return host.partition("%")[0].removeprefix("::ffff:")
