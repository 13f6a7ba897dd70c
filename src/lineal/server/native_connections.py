"""What the native engine does not do with its connections: stop listening, end silent ones, and send what is left.

What stays out: ending connections because there are too many (grpc_connections.py), which also finds the sockets.
"""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import struct
import time
from typing import NamedTuple

from lineal.server.grpc_connections import DESCRIPTORS, Place, address_of, connections, end

_FAMILIES = (socket.AF_INET, socket.AF_INET6)
_MOMENT = 500
"""Milliseconds after which a connection counts as silent."""
_BYTES_RECEIVED = 128
"""Where struct tcp_info has the number of bytes received."""
_LOOK_SECONDS, _LOOKS = 0.02, 3
_UNSENT = 0x5411
"""The request of ioctl for the number of unsent bytes, TIOCOUTQ of Linux."""


def stop_listening(port: int) -> None:
    """Let another socket take the place of the listening one, which the package then waits for in vain.

    A listening socket that is only shut down (addresses.py) would make it try again and again.
    """
    with socket.socket() as unused:
        for name in os.listdir(DESCRIPTORS):
            with contextlib.suppress(OSError):
                if _listens(int(name), port):
                    os.dup2(unused.fileno(), int(name), inheritable=False)


def _listens(descriptor: int, port: int) -> bool:
    if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
        return False
    with socket.socket(fileno=os.dup(descriptor)) as found:
        is_listening = found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        return bool(is_listening) and found.family in _FAMILIES and found.getsockname()[1] == port


class Received(NamedTuple):
    """A connection, and how many bytes it has received in all."""

    place: Place
    total: int


def received(port: int) -> list[Received]:
    """Return the connections to a port with what they received."""
    return [Received(place, total) for place in _found(port) if (total := _received_by(place)) is not None]


def _received_by(place: Place) -> int | None:
    with contextlib.suppress(OSError, struct.error), socket.socket(fileno=os.dup(place.descriptor)) as found:
        info = found.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _BYTES_RECEIVED + 8)
        total: int = struct.unpack_from("=Q", info, _BYTES_RECEIVED)[0]
        return total
    return None


def end_silent(port: int, *, busy: set[str]) -> None:
    """End the connections to a port that were silent for a moment, except those of peers with a call in progress."""
    kept = {address_of(peer) for peer in busy}
    for place in _found(port):
        if place.silent >= _MOMENT and place.peer not in kept:
            end(place)


def wait_until_sent(port: int, seconds: float) -> None:
    """Return when the connections to a port have nothing to send, seen a few times, or after some seconds."""
    until, quiet = time.monotonic() + seconds, 0
    while quiet < _LOOKS and time.monotonic() < until:
        time.sleep(_LOOK_SECONDS)
        quiet = 0 if any(map(has_unsent, _found(port))) else quiet + 1


def _found(port: int) -> list[Place]:
    return list(connections(port)) if hasattr(socket, "TCP_INFO") and os.path.isdir(DESCRIPTORS) else []


def has_unsent(place: Place) -> bool:
    """Tell whether the kernel still has to send something on a connection."""
    import fcntl  # not on Windows

    with contextlib.suppress(OSError):
        number: int = struct.unpack("i", fcntl.ioctl(place.descriptor, _UNSENT, bytes(4)))[0]
        return number > 0
    return False
