"""The latest time of nodes, as far as this process knows, and which nodes are far behind it.

The search index follows nodes by their times of update and looks back by `OVERLAP`. If a node is committed with an
earlier time, it needs a mark (store/index/marks.py): its transaction took long, or its writer's clock is behind. A
clock that only goes forward shows how far the latest time should be by now, even if the time of day is changed. What
stays out: the database; what other processes wrote is known once somebody has read it (`see`), and those who write
nodes look now and then how far the index is (`is_outdated`).
"""

from __future__ import annotations

import math
import time

OVERLAP = 10_000
"""How far the index looks back, in milliseconds: what is written commits later, and clocks differ."""
LOOK_SECONDS = 2.0
"""How old what is known of other processes may be."""
# A commit itself takes a while, and other processes may have seen later times: half of the span is for that.
_LATE = OVERLAP / 2


class NodeTimes:
    """The latest time of nodes. Safe for any number of threads: a lost update is made up by the next node."""

    def __init__(self) -> None:
        self._ahead = -math.inf
        self._looked = -math.inf

    def is_outdated(self) -> bool:
        """Say whether it is time to check the database."""
        return time.monotonic() - self._looked >= LOOK_SECONDS

    def note_look(self, when: float) -> None:
        """Take note that the database has been checked at a time of the monotonic clock."""
        self._looked = when

    def see(self, latest: int) -> None:
        """Take note of the time of a node, in milliseconds since the epoch."""
        ahead = latest - time.monotonic() * 1000
        if ahead > self._ahead:
            self._ahead = ahead

    def is_late(self, earliest: int) -> bool:
        """Say whether the index may already be beyond a time."""
        return earliest < self._ahead + time.monotonic() * 1000 - _LATE
