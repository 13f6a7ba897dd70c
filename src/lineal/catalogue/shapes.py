"""The shapes of the catalogue's answers: frozen dataclasses, which the REST interface documents and writes as JSON.

Times are milliseconds since the epoch. What stays out: values (../value_shapes.py), and how shapes are filled.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from lineal.json_shapes import AsText as AsText
from lineal.json_shapes import BoolValue as BoolValue
from lineal.json_shapes import Decimal as Decimal
from lineal.json_shapes import DoubleValue as DoubleValue
from lineal.json_shapes import IntValue as IntValue
from lineal.json_shapes import MayBeNan as MayBeNan
from lineal.json_shapes import ProtoValue as ProtoValue
from lineal.json_shapes import StringValue as StringValue
from lineal.json_shapes import StructValue as StructValue
from lineal.json_shapes import Value as Value
from lineal.json_shapes import Wide as Wide

KindName = Literal["artifact", "execution", "context"]
StepDirection = Literal["input", "output"]


@dataclass(frozen=True)
class MetricValue:
    """A metric of a node over all reports: the latest value, the least, the greatest, and how many."""

    last: Decimal
    least: Decimal
    greatest: Decimal
    count: int


@dataclass(frozen=True)
class Reference:
    """A node named by another. The key ("a12", "e7", "c3") is what links and lineage use."""

    key: str
    id: Wide
    name: str | None
    type: str


@dataclass(frozen=True)
class Card:
    """A node in short, as lists and the lineage graph show it.

    Attributes:
        key: "a12", "e7" or "c3".
        name: what people call it; None if nothing names it.
        type: the whole name of its type.
        version: its version as recorded.
        state: the word of its state, None if it is not set.
        workspace: the name of its workspace or pipeline.
        run: the name of its run.
        ended: when an execution ended; None while it runs or if that is not recorded.
        missing: whether events name it but the store does not have it.
        values: the properties and labels that were asked for ("prop.K", "label.K").
        metrics: the metrics that were asked for, by name.
    """

    key: str
    kind: KindName
    id: Wide
    name: str | None = None
    type: str = ""
    type_id: Wide = 0
    version: str | None = None
    state: str | None = None
    uri: str | None = None
    external_id: str | None = None
    created: int = 0
    updated: int = 0
    ended: int | None = None
    workspace: str | None = None
    run: str | None = None
    missing: bool = False
    values: dict[str, Value] = field(default_factory=dict)
    metrics: dict[str, MetricValue] = field(default_factory=dict)


@dataclass(frozen=True)
class Row(Card):
    """A node in a list; `made_by` is the execution that wrote an artifact last, if one did."""

    made_by: Reference | None = None


@dataclass(frozen=True)
class Page:
    """A page of a list.

    Attributes:
        items: the nodes.
        next_cursor: what to pass as `cursor` for the next page; None on the last.
        complete: whether the search index had caught up; if not, newly written things may be missing from a search.
    """

    items: list[Row]
    next_cursor: str | None
    complete: bool = True


@dataclass(frozen=True)
class Count:
    """How many nodes fit. If not exact, there are at least so many ("10,000+")."""

    count: int
    exact: bool
    complete: bool = True


@dataclass(frozen=True)
class FacetValue:
    """One value of a facet. `term` is what to add to the search to keep only these."""

    value: str
    label: str
    count: int
    term: str


@dataclass(frozen=True)
class Facet:
    """The values of one key with counts, most frequent first.

    Attributes:
        key: "type", "state", "workspace", "run" or "label.K".
        values: the most frequent values.
        more: how many further values there are.
        exact: whether all nodes that fit were counted; if not, the counts are those among `Facets.counted` of them.
    """

    key: str
    values: list[FacetValue]
    more: int
    exact: bool


@dataclass(frozen=True)
class Facets:
    """Facets under a search. A facet whose key the search names is counted without those terms.

    Attributes:
        facets: the fixed ones first, then one for each of the most frequent label keys.
        created: how many were created in each of up to 24 equal spans of time, oldest first.
        counted: how many nodes were looked at.
        exact: whether those were all that fit.
    """

    facets: list[Facet]
    created: list[TimeSpan]
    counted: int
    exact: bool
    complete: bool = True


@dataclass(frozen=True)
class TimeSpan:
    """A span of time, the end not included, and a count."""

    start: int
    end: int
    count: int


@dataclass(frozen=True)
class Column:
    """Something that rows can show as a column.

    Attributes:
        key: "prop.K", "label.K" or "metric.K".
        kinds: the kinds of values that were seen.
        filled: how many of the nodes looked at have it.
        distinct: how many different values they have; at most 100 are counted.
        internal: whether it is bookkeeping of a writer.
    """

    key: str
    kinds: list[str]
    filled: int
    distinct: int
    internal: bool


@dataclass(frozen=True)
class Columns:
    """The columns that a search's nodes fill, most filled first, seen in up to 2,000 of them."""

    columns: list[Column]
    counted: int
    exact: bool


@dataclass(frozen=True)
class Suggestion:
    """A key or a value that a search could go on with, and how many nodes have it."""

    text: str
    count: int
    term: str


@dataclass(frozen=True)
class Suggestions:
    """Suggestions, most frequent first; counted among `counted` nodes, all of them if `exact`."""

    items: list[Suggestion]
    counted: int
    exact: bool


@dataclass(frozen=True)
class Node(Card):
    """A node with all that is recorded of it.

    Attributes:
        properties: what its type declares.
        custom_properties: what it has beyond that.
        labels: its labels, wherever they are recorded.
        meta: the JSON object that the SDK keeps of it, if there is one.
        contexts: what holds it: workspaces, pipelines, runs and others.
        inputs: how many input events it has.
        outputs: how many output events it has.
        unindexed: the reason if searches do not find it by its content.
    """

    properties: dict[str, Value] = field(default_factory=dict)
    custom_properties: dict[str, Value] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    meta: dict[str, Any] | None = None
    contexts: list[Reference] = field(default_factory=list)
    inputs: int = 0
    outputs: int = 0
    unindexed: str | None = None


@dataclass(frozen=True)
class Nodes:
    """Nodes in the order of the ids asked for, and the keys of those that do not exist."""

    items: list[Node]
    missing: list[str]


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
    """

    distance: int = 0
    hidden_up: int = 0
    hidden_down: int = 0


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


@dataclass(frozen=True)
class Evaluation:
    """Metrics that a node reports, on itself or on a model."""

    reporter: Reference
    time: int
    metrics_type: str | None
    data_set_id: str | None
    labels: dict[str, str]
    values: dict[str, Decimal]


@dataclass(frozen=True)
class Evaluations:
    """The evaluations of a node, oldest first."""

    items: list[Evaluation]


@dataclass(frozen=True)
class Point:
    """One value of a metric."""

    time: int
    value: Decimal
    node: str
    version: str | None
    reporter: str


@dataclass(frozen=True)
class Series:
    """The points of one group.

    Attributes:
        group: the labels or fields that the points share.
        points: in the order of time.
        total: how many points there are; if more than are listed, each span keeps its least, greatest, first and last.
    """

    group: dict[str, str]
    points: list[Point]
    total: int
    downsampled: bool


@dataclass(frozen=True)
class MetricSeries:
    """A metric over time and versions."""

    metric: str
    series: list[Series]
    exact: bool


@dataclass(frozen=True)
class TypeInfo:
    """A type: its declared properties (name to kind) and how many nodes it has."""

    id: Wide
    kind: KindName
    name: str
    version: str | None
    description: str | None
    properties: dict[str, str]
    base_type: str | None
    count: int


@dataclass(frozen=True)
class Types:
    """All types of a kind or of all kinds."""

    items: list[TypeInfo]


@dataclass(frozen=True)
class TypeCount:
    """How many nodes of a type there are."""

    kind: KindName
    type: str
    count: int


@dataclass(frozen=True)
class Run:
    """A run: a name that executions share, or a context of a run type.

    Attributes:
        id: its number in this store.
        context_id: the id of its context, None for a run that is only named.
        created: when its first record was written.
        updated: when its last record was written.
        search: the search that finds what it holds; "" for a context, which `context_id` finds.
        states: how many executions are in each state.
    """

    id: Wide
    name: str
    search: str
    workspace: str | None
    context_id: Wide | None
    created: int
    updated: int
    artifacts: int
    executions: int
    states: dict[str, int]


@dataclass(frozen=True)
class Runs:
    """A page of runs, newest first."""

    items: list[Run]
    next_cursor: str | None


@dataclass(frozen=True)
class Holding:
    """What a workspace, run or other context holds, by type."""

    artifacts: int
    executions: int
    by_type: list[TypeCount]
    states: dict[str, int]


@dataclass(frozen=True)
class Found:
    """What a text from a log or a mail may mean: things with this id or uri, and things named like it."""

    by_id: list[Card]
    by_uri: list[Card]
    by_name: list[Card]
    runs: list[Run]


@dataclass(frozen=True)
class ExecutionTiming(Card):
    """A running execution against the completed ones of its name.

    Attributes:
        duration: how long it has been running, milliseconds.
        median: how long completed ones of the same type and name took, None if there are none.
        stuck: whether it runs for more than three times the median.
    """

    duration: int = 0
    median: int | None = None
    stuck: bool = False


@dataclass(frozen=True)
class Running:
    """The executions that run, longest first."""

    items: list[ExecutionTiming]


@dataclass(frozen=True)
class Growth:
    """How many nodes of a kind were created in each span of time."""

    kind: KindName
    spans: list[TimeSpan]


@dataclass(frozen=True)
class Totals:
    """How much the store holds, and how far the search index is.

    Attributes:
        artifacts, executions, contexts, events: how many of each.
        newest: when anything was last written, None in an empty store; poll this to know whether to read again.
        searchable: whether labels and metrics can be searched.
        complete: whether the search index has caught up.
        unindexed: how many nodes searches do not find by their content; `lineal doctor` lists them with the reasons.
    """

    artifacts: int
    executions: int
    contexts: int
    events: int
    newest: int | None
    searchable: bool
    complete: bool
    unindexed: int = 0
