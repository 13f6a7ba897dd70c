"""Remember in which states of the nodes the search index had nothing left to do, so that a quiet store costs little.

A state is remembered only once it has lasted so long that everything written before it is committed. A clock that only
goes forward measures that: the nodes' times cannot, because the time of day may be stepped. What stays out: asking
whether something is left to do (index.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from lineal.kinds import Kind
from lineal.store.engine.node_times import OVERLAP
from lineal.store.index.entries import State


@dataclass
class LevelStates:
    """The remembered states of one database. Safe for any number of threads."""

    _level: dict[Kind, State] = field(default_factory=dict)
    _seen: dict[Kind, tuple[State, float]] = field(default_factory=dict)

    def is_level(self, kind: Kind, state: State, ask: Callable[[], bool]) -> bool:
        """Say whether nothing is left to do in the present state of a kind.

        Args:
            kind: the kind of the nodes.
            state: its present state.
            ask: says whether nothing is left to do; called unless that is remembered.
        """
        if self._level.get(kind) == state:
            return True
        self._level.pop(kind, None)
        has_lasted = self._has_lasted(kind, state)  # first, because the answer does not cover what is committed later
        if not ask():
            return False
        if has_lasted:
            self._level[kind] = state
        return True

    def _has_lasted(self, kind: Kind, state: State) -> bool:
        """Say whether a state was first seen longer ago than the index looks back."""
        present = time.monotonic()
        seen, since = self._seen.get(kind, (None, present))
        if seen != state:
            self._seen[kind] = (state, present)
            return False
        return (present - since) * 1000 > OVERLAP
