"""What the catalogue answers about lineage: nodes, edges, cuts, neighbours, relatives and paths."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from lineal.catalogue.shapes.records import Card
from lineal.json_shapes import Wide

StepDirection = Literal["input", "output"]


@dataclass(frozen=True)
class PathStep:
    """A step of an event's path: an index or a key."""

    index: Wide | None = None
    key: str | None = None


@dataclass(frozen=True)
class Edge:
    """An event: the execution read ("input") or wrote ("output") the artifact.

    Attributes:
        source: the key of the node that comes first along the flow.
        target: the key of the node that comes next.
        type: the name of the event's type, such as DECLARED_INPUT.
        time: when, None if that is not recorded.
        path: where in the execution's inputs or outputs.
    """

    source: str
    target: str
    direction: StepDirection
    type: str
    time: int | None
    artifact_id: Wide
    execution_id: Wide
    path: list[PathStep] = field(default_factory=list)


@dataclass(frozen=True)
class Neighbour:
    """An event of a node together with the node at its other end."""

    event: Edge
    node: Card


@dataclass(frozen=True)
class Neighbours:
    """A page of a node's events, newest first, and how many there are in all."""

    items: list[Neighbour]
    next_cursor: str | None
    total: int


@dataclass(frozen=True)
class LineageNode(Card):
    """A node of the lineage graph.

    Attributes:
        distance: how many events away it is from the focus; upstream is negative.
        hidden_up: how many of its neighbours upstream are not in the answer.
        hidden_down: how many of its neighbours downstream are not in the answer.
        deleted_outputs: how many outputs of the focus or of an execution downstream were deleted, as the audit log
            shows; null if it is not known: for other nodes, for a part of the graph by time or context, and if there
            are more than 5,000 executions.
    """

    distance: int = 0
    hidden_up: int = 0
    hidden_down: int = 0
    deleted_outputs: int | None = None


@dataclass(frozen=True)
class Cut:
    """Where a walk stopped before its end.

    Attributes:
        limit: what was reached: the hops, the nodes, the events of one step, the events between the nodes, or the ways.
        direction: the direction of the walk, if it has one.
        hops: how many events away from the start it stopped.
        left_out: how many nodes are known to be left out next to what was walked (0: they were not counted).
        message: all of this in a sentence.
    """

    limit: Literal["hops", "nodes", "events", "edges", "ways"]
    direction: Literal["up", "down", ""]
    hops: int
    left_out: int
    message: str


@dataclass(frozen=True)
class Lineage:
    """A part of the lineage graph.

    Attributes:
        focus: the key of the node that it starts from.
        nodes: the nodes, nearest first.
        edges: the events between them.
        left_out: how many neighbours were not followed because of `limit`.
        cuts: where the walk stopped before its end; empty if this is all.
    """

    focus: str
    nodes: list[LineageNode]
    edges: list[Edge]
    left_out: int
    cuts: list[Cut]


@dataclass(frozen=True)
class Relative(Card):
    """An ancestor or descendant and how many events away it is (at least one)."""

    distance: int = 0


@dataclass(frozen=True)
class Relatives:
    """Relatives that fit a search, nearest first.

    Attributes:
        items: the nearest of them.
        total: how many there are among the nodes that were walked.
        exact: whether the whole lineage was walked.
        cuts: where the walk stopped, if it was not.
    """

    items: list[Relative]
    total: int
    exact: bool
    cuts: list[Cut]


@dataclass(frozen=True)
class Paths:
    """How two nodes are related.

    Attributes:
        direction: "down" if the second came from the first, "up" if the first came from the second, None if neither.
        paths: keys from the first to the second, shortest first.
        more: whether there are further paths.
        ancestors: without a path, the nearest common ancestors.
        nodes: the nodes of the paths, or of the ways to the ancestors.
        edges: the events between them.
        cuts: where the search stopped before its end; there may be other ways or ancestors then.
    """

    direction: Literal["up", "down"] | None
    paths: list[list[str]]
    more: bool
    ancestors: list[Relative]
    nodes: list[LineageNode]
    edges: list[Edge]
    cuts: list[Cut]
