"""An answered lineage graph, read from its start: the steps from each node, and how far away each node is.

What stays out: asking for it (lineage_calls.py). This is no walk through a store: the answer is all that is read.
"""

from __future__ import annotations

from collections.abc import Iterable

from lineal import lineage_cuts
from lineal.event_directions import BIDIRECTIONAL, LEADING, OTHER
from lineal.lineage_cuts import Cut
from lineal.wire import metadata_store as pb

OFFICIAL_HOPS = 100
Key = tuple[str, int]
Steps = dict[Key, list[tuple[Key, pb.Event]]]


def steps_of(graph: pb.LineageGraph, direction: int) -> Steps:
    """Return for each node the nodes that its events lead to, with the events; nodes are (name of the kind, id)."""
    leading = LEADING[direction or BIDIRECTIONAL]
    found: Steps = {}
    for event in graph.events:
        for kind, other in OTHER.items():
            if event.type in leading[kind]:
                target = (other.name, getattr(event, other.id_column))
                found.setdefault((kind.name, getattr(event, kind.id_column)), []).append((target, event))
    return found


def distances(start: Iterable[Key], steps: Steps) -> dict[Key, int]:
    """Return how many steps away each node is, the nearest first."""
    found = dict.fromkeys(start, 0)
    reached = list(found)
    for key in reached:  # which grows meanwhile
        for target, _ in steps.get(key, ()):
            if target not in found:
                found[target] = found[key] + 1
                reached.append(target)
    return found


def most_hops(options: pb.LineageSubgraphQueryOptions) -> int:
    """Return how many hops a server walks that has ML Metadata's calls alone."""
    return min(options.max_num_hops, OFFICIAL_HOPS) if options.HasField("max_num_hops") else OFFICIAL_HOPS


def unsaid_cuts(graph: pb.LineageGraph, start: Iterable[Key], options: pb.LineageSubgraphQueryOptions) -> list[Cut]:
    """Return where a walk may have stopped, of a server that does not say it: it went as far as it may.

    Args:
        graph: what the server answered, with its events.
        start: the starting nodes.
        options: what it was asked.
    """
    most = most_hops(options)
    farthest = max(distances(start, steps_of(graph, options.direction)).values(), default=0)
    return [Cut(lineage_cuts.HOPS, most)] if farthest >= most else []
