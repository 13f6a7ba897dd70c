"""Limits that the native engine lacks, kept from outside: connections that break them are closed.

The package tells nothing of a message before it is complete. But the kernel says how many bytes a connection received,
and the dispatch knows when its last call was complete. So a connection is closed if, since then, it received far more
than a message may have, or no call was complete for long while calls were incomplete. That stops honest clients that
have a fault. A client that completes small calls meanwhile is not seen, nor is what compressed bytes inflate to. It
works on Linux. What stays out: ending connections because there are too many (grpc_connections.py).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from lineal.server.grpc_connections import address_of, end
from lineal.server.native_connections import Received, has_unsent, received

_LOOK_SECONDS = 0.25
_SHARE = 50
_log = logging.getLogger(__name__)
Peer = tuple[str, int]


@dataclass(frozen=True)
class Bounds:
    """What a connection may do without completing a call.

    Attributes:
        most_bytes: how much it may send.
        seconds: how long it may take, while the server has incomplete calls.
    """

    most_bytes: int
    seconds: float


@dataclass
class _Seen:
    """A connection since its last complete call.

    Attributes:
        since: when that was, or when it was first seen.
        received: how many bytes it had received by then.
    """

    since: float
    received: int


@dataclass
class Calls:
    """What the dispatch knows of connections.

    Attributes:
        completed: when a call of a peer was last complete, by gRPC's names of peers.
        busy: returns the peers with a call in progress.
        are_incomplete: returns whether calls are incomplete, or answers are not sent yet.
    """

    busy: Callable[[], set[str]]
    are_incomplete: Callable[[], bool]
    completed: dict[str, float] = field(default_factory=dict)


class NativeLimits:
    """Watches the connections on a port."""

    def __init__(self, port: int, bounds: Bounds, calls: Calls) -> None:
        self._port, self._bounds, self._calls = port, bounds, calls
        self._seen: dict[Peer, _Seen] = {}
        self._incomplete_since: float | None = None
        self._is_over = threading.Event()
        self._watching = threading.Thread(target=self._watch, name="lineal-native-limits", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._watching.start()

    def close(self) -> None:
        """End the watching."""
        self._is_over.set()

    def _watch(self) -> None:
        pause = _LOOK_SECONDS
        while not self._is_over.wait(pause):
            started = time.monotonic()
            try:
                self.look(started)
            except Exception:
                _log.exception("fault while checking the connections of the native engine")
            pause = max(_LOOK_SECONDS, _SHARE * (time.monotonic() - started))  # many connections take long

    def look(self, now: float) -> None:
        """Close the connections that break a bound; where no call is incomplete, there are none."""
        if not self._calls.are_incomplete():
            self._incomplete_since = None
            self._seen.clear()
            self._calls.completed.clear()
            return
        if self._incomplete_since is None:
            self._incomplete_since = now
        completed = {address_of(peer): at for peer, at in list(self._calls.completed.items())}
        busy = {address_of(peer) for peer in self._calls.busy()}
        found = received(self._port)
        is_late = now - self._incomplete_since >= self._bounds.seconds
        self._seen = {each.place.peer: self._newest(each, completed, now) for each in found}
        self._forget({each.place.peer for each in found})
        for each in found:
            peer = each.place.peer
            reason = self._reason(each, self._seen[peer], now, is_busy=peer in busy, is_late=is_late)
            if reason:
                _log.info("a connection from %s was closed: %s", peer[0], reason)
                end(each.place)

    def _newest(self, each: Received, completed: dict[Peer, float], now: float) -> _Seen:
        """Return what was seen of a connection, from now on if a call was complete after the last look."""
        seen = self._seen.get(each.place.peer)
        if seen is None or completed.get(each.place.peer, 0.0) > seen.since:
            return _Seen(now, each.total)
        return seen

    def _forget(self, open_ones: set[Peer]) -> None:
        for peer in [peer for peer in list(self._calls.completed) if address_of(peer) not in open_ones]:
            self._calls.completed.pop(peer, None)

    def _reason(self, each: Received, seen: _Seen, now: float, *, is_busy: bool, is_late: bool) -> str:
        if each.total - seen.received > self._bounds.most_bytes:
            return "a message is far larger than --max-message-mib allows"
        if is_busy:
            return ""
        if is_late and now - seen.since >= self._bounds.seconds and not has_unsent(each.place):
            return "no message was complete within --max-receive-seconds, and calls wait for theirs"
        return ""
