"""Ports for servers that tests start, and start again at the same address.

They are below the range from which systems give connections their own ports. A port of that range could be the other
end of somebody's connection by the time that a server comes back to it.
"""

from __future__ import annotations

import random
import socket

_FIRST, _LAST = 10_000, 32_000
_TRIES = 100


def free_port() -> int:
    """Return a port on which nobody listens."""
    for _ in range(_TRIES):
        port = random.randint(_FIRST, _LAST)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"{_TRIES} ports between {_FIRST} and {_LAST} are taken")
