"""The latest time that nodes carry, as far as this process knows, and which nodes are far behind it.

The search index follows nodes by their times of update and looks back by `OVERLAP`. A node that is committed with an
earlier time than that needs a mark (index_marks.py): its transaction took long, or the clock it was written by is
behind. The clock that only goes forward tells how far the latest time should be by now, whatever happens to the time of
day. What stays out: the database; what other processes wrote is known once somebody has read it (`see`), and those
who write nodes look now and then how far the index is (`is_outdated`).
"""

from __future__ import annotations

import math
import time

OVERLAP = 10_000
"""How far the index looks back, in milliseconds: what is written commits later, and clocks differ."""
LOOK_SECONDS = 2.0
"""How old what is known of other processes may be."""
# A commit itself takes a while, and others may know of later times than this process: half of it is for them.
_LATE = OVERLAP / 2


class NodeTimes:
    """The latest time of nodes. Safe for any number of threads: one that is lost is seen again with the next node."""

    def __init__(self) -> None:
        self._ahead = -math.inf
        self._looked = -math.inf

    def is_outdated(self) -> bool:
        """Say whether it is time to look at the database, and take it as looked at."""
        now = time.monotonic()
        if now - self._looked < LOOK_SECONDS:
            return False
        self._looked = now
        return True

    def see(self, latest: int) -> None:
        """Take note of the time of a node, in milliseconds since the epoch."""
        ahead = latest - time.monotonic() * 1000
        if ahead > self._ahead:
            self._ahead = ahead

    def is_late(self, earliest: int) -> bool:
        """Say whether the index may have gone past a time already."""
        return earliest < self._ahead + time.monotonic() * 1000 - _LATE
