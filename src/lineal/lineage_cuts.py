"""Where a walk through the lineage stopped before its end: what every interface says about it.

A walk reports its cuts to whoever collects them, since ML Metadata's messages have no field for them. The gRPC server
sends them as trailing metadata, and the client reads them there. What stays out: the walk (service/lineage/walk.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from lineal.counting import amount

TRAILER = "lineal-cut"
"""The key of the trailing metadata; its value is a JSON list of objects with the fields of `Cut`."""

RPCS = frozenset({"GetLineage", "GetLineageSubgraph", "GetLineageGraph"})
"""The RPCs whose answers can be cut."""
HOPS, NODES, EVENTS, STARTING_NODES = "hops", "nodes", "events", "starting_nodes"
EDGES, WAYS = "edges", "ways"


class Cut(NamedTuple):
    """Where a walk stopped.

    Attributes:
        limit: what was reached: "hops", "nodes", "events" (of one step), "starting_nodes", "edges" (events between the
            nodes that were met), or "ways" (between two nodes).
        hops: how many steps (events) away from the start that was.
        left_out: how many nodes are known to be left out next to what was walked; there may be more behind them. 0 if
            they were not counted.
    """

    limit: str
    hops: int = 0
    left_out: int = 0

    def __str__(self) -> str:
        """Say it in a sentence without a full stop."""
        nodes = f"at least {amount(self.left_out, 'nodes')}"
        if self.limit == STARTING_NODES:
            return "started from the first nodes that fit the filter; more of them fit"
        if self.limit == EDGES:
            return "left out a part of the events between these nodes"
        if self.limit == WAYS:
            return "stopped looking for ways between the two nodes; there may be more"
        if self.limit == EVENTS:
            return f"read only a part of the events {amount(self.hops, 'steps')} away; there may be more"
        reached = f"after {amount(self.hops, 'steps')}" if self.limit == HOPS else "at the limit of nodes"
        beyond = f"{nodes} {'lies' if self.left_out == 1 else 'lie'} beyond" if self.left_out else "more may lie beyond"
        return f"stopped {reached}; {beyond}"


def encoded(cuts: Iterable[Cut]) -> str:
    """Return cuts as the value of the trailing metadata."""
    return json.dumps([cut._asdict() for cut in cuts], separators=(",", ":"))


def decoded(text: str | bytes) -> list[Cut]:
    """Return the cuts that a value of the trailing metadata holds; none if it cannot be read."""
    try:
        return [_cut(fields) for fields in json.loads(text)]
    except (ValueError, TypeError, KeyError, RecursionError):
        return []


def _cut(fields: Any) -> Cut:
    return Cut(str(fields["limit"]), int(fields["hops"]), int(fields["left_out"]))


_COLLECTED: ContextVar[list[Cut] | None] = ContextVar("lineal_cuts", default=None)


@contextmanager
def collected() -> Iterator[list[Cut]]:
    """Give a list that gets the cuts of the last walk within the block."""
    cuts: list[Cut] = []
    token = _COLLECTED.set(cuts)
    try:
        yield cuts
    finally:
        _COLLECTED.reset(token)


def report(cuts: Sequence[Cut]) -> None:
    """Tell whoever collects them where a walk stopped; a second report, of a walk that was tried again, replaces it."""
    collecting = _COLLECTED.get()
    if collecting is not None:
        collecting[:] = cuts


def are_collected() -> bool:
    """Whether anybody collects cuts now."""
    return _COLLECTED.get() is not None
