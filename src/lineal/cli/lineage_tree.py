"""The lineage of a node: asked for through the client, and drawn as a tree.

What stays out: the flags (`lineage.py`), and the walk, which is the service's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lineal import errors, lineage_cuts
from lineal.cli.console import shows_every_character
from lineal.cli.records import Record, node_record, shown_name
from lineal.cli.text import cell
from lineal.client import MetadataStore
from lineal.client.answered_graph import Key, distances, steps_of
from lineal.event_directions import DOWNSTREAM, OTHER, UPSTREAM
from lineal.lineage_cuts import Cut
from lineal.wire import metadata_store as pb

_Options = pb.LineageSubgraphQueryOptions
_KIND = {kind.name: kind for kind in OTHER}


class Direction(NamedTuple):
    """A way through the lineage: what it is called, and its number in a request."""

    name: str
    number: int


UP = Direction("upstream", UPSTREAM)
DOWN = Direction("downstream", DOWNSTREAM)


@dataclass
class Lineage:
    """The nodes reached from a start in one direction, and the events that led to them."""

    start: Key
    nodes: dict[Key, Record] = field(default_factory=dict)
    steps: dict[Key, list[tuple[Key, str]]] = field(default_factory=dict)
    cuts: Sequence[Cut] = ()

    def record(self) -> Record:
        """Return the nodes, the steps between them and where the walk was cut as a record."""
        steps = [
            {"from": f"{source[0]}:{source[1]}", "to": f"{target[0]}:{target[1]}", "event": event}
            for source, targets in self.steps.items()
            for target, event in targets
        ]
        cuts = [{**cut._asdict(), "message": str(cut)} for cut in self.cuts]
        return {"nodes": list(self.nodes.values()), "steps": steps, "cuts": cuts}


def follow(store: MetadataStore, start: Key, direction: Direction, *, depth: int) -> Lineage:
    """Return the lineage of a node in one direction, for at most `depth` steps.

    Raises:
        NotFoundError: there is no such node.
    """
    kind, node_id = _KIND[start[0]], start[1]
    starting = _Options.StartingNodes(filter_query=f"id = {node_id}")
    options: Any = _Options(**{f"starting_{kind.plural}": starting}, direction=direction.number, max_num_hops=depth)  # type: ignore[arg-type]
    with lineage_cuts.collected() as cuts:
        try:
            graph = store.get_lineage_subgraph(options, ["artifacts", "executions", "events"])
        except errors.NotFoundError:
            raise errors.NotFoundError(f"There is no {kind.name} with the id {node_id} in this store") from None
    return _nearest_first(graph, start, direction, cuts)


def _nearest_first(graph: pb.LineageGraph, start: Key, direction: Direction, cuts: Sequence[Cut]) -> Lineage:
    """Return a graph with what is near the start first."""
    records = {(kind.name, node.id): node_record(kind, node) for kind in OTHER for node in getattr(graph, kind.plural)}
    steps = steps_of(graph, direction.number)
    reached = distances([start], steps)
    named = {key: [(target, pb.Event.Type.Name(event.type)) for target, event in steps[key]] for key in steps}
    return Lineage(
        start,
        nodes={key: records[key] for key in reached if key in records},
        steps={key: named[key] for key in reached if key in named},
        cuts=cuts,
    )


def tree_lines(lineage: Lineage) -> list[str]:
    """Draw everything below the start; a node that was drawn before is named again, but not followed again."""
    last, further, beside = ("└─", "├─", "│  ") if shows_every_character() else ("`-", "|-", "|  ")
    lines: list[str] = []
    drawn = {lineage.start}
    waiting = _branches(lineage, lineage.start, "  ")
    while waiting:
        key, event, indent, is_last = waiting.pop()
        line = f"{indent}{last if is_last else further} {describe(lineage, key)}  ({event})"
        if key in drawn:
            lines.append(f"{line} (see above)" if key in lineage.steps else line)
            continue
        drawn.add(key)
        lines.append(line)
        waiting += _branches(lineage, key, indent + ("   " if is_last else beside))
    return lines


def _branches(lineage: Lineage, key: Key, indent: str) -> list[tuple[Key, str, str, bool]]:
    """Return the steps from a node for a stack: the first one last."""
    steps = lineage.steps.get(key, [])
    return [(target, event, indent, index == len(steps) - 1) for index, (target, event) in enumerate(steps)][::-1]


def describe(lineage: Lineage, key: Key) -> str:
    """Return a node in one line: kind, id, type and name (or uri), and how many of its outputs were deleted."""
    record = lineage.nodes.get(key)
    if record is None:
        return f"{key[0]} {key[1]}  (missing)"
    name = shown_name(record) or record.get("uri", "")
    return "  ".join(filter(None, (f"{key[0]} {key[1]}", cell(record.get("type", "")), cell(name), _gone(record))))


def _gone(record: Record) -> str:
    count = record.get("deleted_outputs", 0)
    return f"and {count} deleted output{'' if count == 1 else 's'}" if count else ""
