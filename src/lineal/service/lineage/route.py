"""Where a walk may go. No behaviour lives here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from lineal.event_directions import OTHER
from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.store.rows.events import ALL_TIME, EventRow, Period

END: dict[Kind, Callable[[EventRow], int]] = {kind: attrgetter(kind.id_column) for kind in OTHER}
"""What returns the id of an event's node of a kind."""
Ids = dict[Kind, set[int]]


@dataclass(frozen=True)
class Route:
    """How to walk.

    Attributes:
        direction: DOWNSTREAM, UPSTREAM or BIDIRECTIONAL; one hop is one event.
        max_hops: how many hops at most; None for no limit.
        ask_for_ends: asks at which of some nodes of a kind the walk stops, and returns what returns them when they are
            needed; None if it stops at none.
        include_ends: per kind, whether ending nodes and the events to them belong to the result.
        max_nodes: how many nodes the result may have; those met first are kept.
        max_events: how many events of a hop are read.
        refused_size: with how many nodes the walk is refused.
        period: the time of the events that count.
        internal: whether internal events count.
        inside: the only nodes that count, by kind; a kind without a set counts whole. None for all.
    """

    direction: int
    max_hops: int | None = None
    ask_for_ends: Callable[[Kind, Sequence[int]], Callable[[], set[int]]] | None = None
    include_ends: Mapping[Kind, bool] = field(default_factory=lambda: {ARTIFACT: True, EXECUTION: True})
    max_nodes: int | None = None
    max_events: int | None = None
    refused_size: int | None = None
    period: Period = ALL_TIME
    internal: bool = True
    inside: Mapping[Kind, set[int]] | None = None
