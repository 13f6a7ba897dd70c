"""The lineage of a node: followed level by level through the client, and drawn as a tree.

Events join artifacts and executions, so every level has one kind and costs two calls, however many nodes it has. What
stays out: the flags (`lineage.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lineal import errors
from lineal.cli.console import shows_every_character
from lineal.cli.records import Record, node_record, shown_name
from lineal.cli.text import cell
from lineal.client import MetadataStore
from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.wire import metadata_store as pb

Key = tuple[str, int]

_KIND = {kind.name: kind for kind in (ARTIFACT, EXECUTION)}
_OTHER = {ARTIFACT: EXECUTION, EXECUTION: ARTIFACT}


@dataclass(frozen=True)
class Direction:
    """A way through the lineage.

    Attributes:
        name: what the way is called.
        ending: the end of the event types that lead from an artifact to the next execution.
        returning: the end of the event types that lead from an execution to the next artifact.
    """

    name: str
    ending: str
    returning: str

    def leads(self, kind: Kind, event: pb.Event) -> bool:
        """Tell whether the event leads on from a node of this kind."""
        wanted = self.ending if kind is ARTIFACT else self.returning
        return pb.Event.Type.Name(event.type).endswith(wanted)


UP = Direction("upstream", ending="OUTPUT", returning="INPUT")
DOWN = Direction("downstream", ending="INPUT", returning="OUTPUT")


@dataclass
class Lineage:
    """The nodes reached from a start in one direction, and the events that led to them."""

    start: Key
    nodes: dict[Key, Record] = field(default_factory=dict)
    steps: dict[Key, list[tuple[Key, str]]] = field(default_factory=dict)

    def record(self) -> Record:
        """Return the nodes and the steps between them as a record."""
        steps = [
            {"from": f"{source[0]}:{source[1]}", "to": f"{target[0]}:{target[1]}", "event": event}
            for source, targets in self.steps.items()
            for target, event in targets
        ]
        return {"nodes": list(self.nodes.values()), "steps": steps}


def follow(store: MetadataStore, start: Key, direction: Direction, *, depth: int) -> Lineage:
    """Follow the lineage from a node for at most `depth` levels.

    Raises:
        NotFoundError: there is no such node.
    """
    lineage = Lineage(start)
    kind = _KIND[start[0]]
    _read_nodes(store, lineage, kind, [start[1]])
    if start not in lineage.nodes:
        raise errors.NotFoundError(f"There is no {start[0]} with the id {start[1]} in this store")
    level = [start[1]]
    while level and depth > 0:
        level = _next_level(store, lineage, kind, level, direction)
        kind, depth = _OTHER[kind], depth - 1
    return lineage


def _next_level(store: MetadataStore, lineage: Lineage, kind: Kind, ids: list[int], direction: Direction) -> list[int]:
    """Read the events of these nodes and the nodes they lead to; return the ids of the new ones."""
    other = _OTHER[kind]
    read: Any = getattr(store, f"get_events_by_{kind.name}_ids")
    for event in read(ids):
        if direction.leads(kind, event):
            source = (kind.name, getattr(event, kind.id_column))
            target = (other.name, getattr(event, other.id_column))
            lineage.steps.setdefault(source, []).append((target, pb.Event.Type.Name(event.type)))
    reached = {target for node_id in ids for target, _ in lineage.steps.get((kind.name, node_id), ())}
    return _read_nodes(store, lineage, other, sorted(node_id for _, node_id in reached - lineage.nodes.keys()))


def _read_nodes(store: MetadataStore, lineage: Lineage, kind: Kind, ids: list[int]) -> list[int]:
    if ids:
        read: Any = getattr(store, f"get_{kind.plural}_by_id")
        lineage.nodes |= {(kind.name, node.id): node_record(kind, node) for node in read(ids)}
    return ids


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
    """Return a node in one line: kind, id, type and name (or uri)."""
    record = lineage.nodes.get(key)
    if record is None:
        return f"{key[0]} {key[1]}  (missing)"
    name = shown_name(record) or record.get("uri", "")
    return "  ".join(filter(None, (f"{key[0]} {key[1]}", cell(record.get("type", "")), cell(name))))
